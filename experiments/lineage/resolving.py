"""From what a person names to its lineage: one resolver for each kind of thing that a path can be."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...corpus.release.layout import is_release
from ...errors import LineageFault
from ...runtime.journal import Journal
from ...runtime.run_directory import REPORT_FILES, RunDirectory
from ..mlflow_store import Store
from .graph import Lineage
from .optimizations import KIND as OPTIMIZATION
from .optimizations import add_optimizations
from .origins import Origins
from .release_folders import add_release_folder
from .releases import add_file
from .runs import add_run
from .trees import add_tree_file


@dataclass(frozen=True)
class Resolver:
    """How the lineage of one kind of thing is found.

    Attributes:
        what: the kind, for messages.
        claims: whether a path is of this kind.
        add: adds it to a graph, with its roots.
        needs_store: whether nothing is known of it without the store.
    """

    what: str
    claims: Callable[[Path], bool]
    add: Callable[[Lineage, Origins, Path], None]
    needs_store: bool = False


def _kind_of(path: Path) -> str | None:
    """What the journal in a directory says that it is of."""
    directory = RunDirectory(path)
    if not path.is_dir() or not directory.exists:
        return None
    with Journal.open_read_only(directory.journal) as journal:
        return journal.meta().get("kind")


def _add_tree_run(graph: Lineage, origins: Origins, path: Path) -> None:
    del origins  # a tree's log says it all
    directory = RunDirectory(path)
    if not directory.tree.exists():
        raise LineageFault(f"{path}: the work on a tree has not come to an end; the same command goes on with it")
    graph.roots.append(add_tree_file(graph, directory.tree, path.resolve().name))


RESOLVERS: tuple[Resolver, ...] = (
    Resolver("a synthesis", lambda path: _kind_of(path) == "synthesis", add_run),
    Resolver("an optimisation", lambda path: _kind_of(path) == OPTIMIZATION, add_optimizations),
    Resolver("work on a tree", lambda path: _kind_of(path) in REPORT_FILES, _add_tree_run),
    Resolver("a release", is_release, add_release_folder),
    Resolver("an exported file", Path.is_file, add_file, needs_store=True),
)


def needs_store(path: Path) -> bool:
    """Whether nothing is known of a path without the store."""
    return _resolver(path).needs_store


def trace_lineage(path: Path, store: Store | None) -> Lineage:
    """What something was made from, back to trees, prompts and models.

    Args:
        path: the directory of a run, a release's folder, or a file that was exported from a run.
        store: of runs and prompts, where links lead out of a directory; None where there is none.

    Raises:
        LineageFault: the path is nothing of these, or the store does not know it.
        BadInput: it cannot be read.
        StoreFault: the store failed.
    """
    graph = Lineage()
    _resolver(path).add(graph, Origins(store), path)
    return graph


def _resolver(path: Path) -> Resolver:
    found = next((resolver for resolver in RESOLVERS if resolver.claims(path)), None)
    if found is None:
        kinds = ", ".join(resolver.what for resolver in RESOLVERS)
        raise LineageFault(f"{path}: nothing here whose lineage could be told; name one of these: {kinds}")
    return found
