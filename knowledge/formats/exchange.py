"""Which format is a file in? Import and export by the format's name, or by suffix and content."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from ...errors import UsageFault
from ...files import make_directory, read_text
from ...vocabulary import Language
from ..tree import KnowledgeTree
from .condor_json import condor_tree, is_condor_tree, load_tree, save_tree
from .csv_levels import read_csv, write_csv
from .deepfabric import read_deepfabric
from .graphml import read_graphml, write_graphml
from .json_text import read_json
from .mermaid import write_mermaid
from .nested_json import import_nested_json, nested_tree, write_nested_json
from .node_link import is_node_link, node_link_tree, read_node_link, write_node_link
from .paths import read_paths, write_paths
from .report import ImportReport, count_tree
from .sunburst import write_sunburst

_Import = Callable[[Path, Language | None], tuple[KnowledgeTree, ImportReport]]


def _import_condor(path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    return _with_counts(load_tree(path), path, language)


def _import_nested(path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    return import_nested_json(path, language=language)


#: Formats that can be read, by name.
IMPORTS: Final[dict[str, _Import]] = {
    "condor": _import_condor,
    "nested": _import_nested,
    "paths": read_paths,
    "csv": read_csv,
    "graphml": read_graphml,
    "node-link": read_node_link,
    "deepfabric": read_deepfabric,
}
#: Formats that can be written, by name. A picture may have something to say about what it could not draw.
EXPORTS: Final[dict[str, Callable[[KnowledgeTree, Path], Sequence[str] | None]]] = {
    "condor": save_tree,
    "nested": write_nested_json,
    "paths": write_paths,
    "csv": write_csv,
    "graphml": write_graphml,
    "node-link": write_node_link,
    "mermaid": write_mermaid,
    "sunburst": write_sunburst,
}
_BY_SUFFIX = {".csv": "csv", ".graphml": "graphml", ".jsonl": "deepfabric", ".tsv": "paths", ".paths": "paths"}


def import_tree(
    path: Path, *, format_: str | None = None, language: Language | None = None
) -> tuple[KnowledgeTree, ImportReport]:
    """A tree from a file.

    Args:
        path: the file.
        format_: a key of `IMPORTS`; None to tell it by suffix and content.
        language: of root tags for which the file names none.

    Raises:
        UsageFault: no such format, or the file's cannot be told.
        UnreadableFile: the file is not in that format.
        TreeFault: what is written there is not a forest.
    """
    name = format_ or _BY_SUFFIX.get(path.suffix.lower()) or _by_content(path)
    if name == "json":
        return _import_json(read_json(path), path, language)
    if name not in IMPORTS:
        raise UsageFault(f"--format {name}: must be one of {', '.join(IMPORTS)}")
    return IMPORTS[name](path, language)


def export_tree(tree: KnowledgeTree, path: Path, *, format_: str) -> list[str]:
    """Write a tree in a format, and make the folders above the file.

    Args:
        tree: the tree.
        path: the file.
        format_: a key of `EXPORTS`.

    Returns:
        What the file lacks, in sentences (see `write_sunburst`); mostly nothing.

    Raises:
        UsageFault: no such format, or a suffix that does not go with it.
        TreeFault: the format cannot hold the tree.
        OutputFault: the file cannot be written.
    """
    if format_ not in EXPORTS:
        raise UsageFault(f"--format {format_}: must be one of {', '.join(EXPORTS)}")
    make_directory(path.parent)
    return list(EXPORTS[format_](tree, path) or ())


def _import_json(data: Any, path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    if is_condor_tree(data):
        return _with_counts(condor_tree(data, path), path, language)
    if is_node_link(data):
        return node_link_tree(data, path, language)
    return nested_tree(data, path, language)


def _with_counts(tree: KnowledgeTree, path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    if language:
        raise UsageFault(f"{path}: a tree in Condor's own format says its languages itself; leave out --language")
    report = ImportReport()
    count_tree(tree, report)
    return tree, report


def _by_content(path: Path) -> str:
    if path.suffix.lower() == ".json":
        return "json"
    first = read_text(path, what="a tree").lstrip().split("\n", 1)[0]
    if first.startswith("{"):
        return "deepfabric" if _is_path_object(first) else "json"
    if first.startswith("<"):
        return "graphml"
    if first.startswith(("language,level_1", "level_1")):
        return "csv"
    if "\t" in first:
        return "paths"
    raise UsageFault(f"{path}: cannot tell its format; give --format, one of {', '.join(IMPORTS)}")


def _is_path_object(line: str) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("path"), list)
