"""The directory of an optimisation as lineage: its compiled prompts, what they were compiled from and on."""

from pathlib import Path

from ...errors import LineageFault
from ...runtime.journal import Journal
from ...runtime.run_directory import RunDirectory
from ..digests import set_digest
from .compilations import add_prompt
from .graph import Lineage
from .origins import Origins, programs_in
from .trees import add_tree_file, add_version

#: What the journal of an optimisation says that it is.
KIND = "optimization"


def add_optimizations(graph: Lineage, origins: Origins, run: Path) -> None:
    """Add the compiled prompts in a directory, which are the roots.

    Raises:
        LineageFault: nothing was compiled there yet.
        StoreFault: the store failed.
    """
    programs = programs_in(run)
    if not programs:
        raise LineageFault(
            f"{run}: holds an optimisation that has not come to an end; the same command goes on with it"
        )
    tree = _add_tree(graph, run)
    for program in programs:
        origins.know(program)
        for prompt in program.prompts:
            graph.roots.append(add_prompt(graph, origins, prompt.stage, prompt.prompt_version))
        for ids in program.sets.values():
            if tree is not None and (drawn := f"set:{set_digest(ids)}") in graph:
                graph.link(drawn, tree, "drawn from")
    graph.roots = list(dict.fromkeys(graph.roots))


def _add_tree(graph: Lineage, run: Path) -> str | None:
    """The tree that the sets were drawn from, where the directory says which."""
    directory = RunDirectory(run)
    if directory.tree.exists():
        return add_tree_file(graph, directory.tree, "tree")
    if not directory.exists:
        return None
    with Journal.open_read_only(directory.journal) as journal:
        version = journal.meta().get("tree_version")
    return None if version is None else add_version(graph, version, "tree")
