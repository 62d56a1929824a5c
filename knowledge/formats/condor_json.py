"""Condor's own tree format: JSON with one node a line."""

import json
from pathlib import Path
from typing import Any

from ...errors import TagFault, TreeFault, UnreadableFile
from ...files import write_atomically
from ..history import log_as_json, read_log
from ..tree import HIDDEN_ROOT, KnowledgeTree
from .json_text import read_json
from .nested_json import nested_tree

_FORMAT = "condor-tree"
_FORMAT_VERSION = 1


def save_tree(tree: KnowledgeTree, path: Path) -> None:
    """Write a tree as JSON: its log, if it has one, then one node a line, as [node, parent, tag, attributes].

    Raises:
        OutputFault: the file cannot be written.
    """
    with write_atomically(path) as file:
        log = f'"log":{log_as_json(tree.log)},' if tree.log else ""
        file.write(
            f'{{"format":"{_FORMAT}","format_version":{_FORMAT_VERSION},"version":"{tree.version}",{log}"nodes":['
        )
        separator = "\n"
        for parent, child in tree.edges():
            attributes = {k: v for k, v in tree.graph.nodes[child].items() if k != "name"}
            row = [child, parent, tree.name(child), *([attributes] if attributes else [])]
            file.write(separator + json.dumps(row, ensure_ascii=False))
            separator = ",\n"
        file.write("\n]}\n")


def load_tree(path: Path) -> KnowledgeTree:
    """Read a tree that `save_tree` wrote, or nested JSON as `import_nested_json` takes it.

    Raises:
        UnreadableFile: not UTF-8, with a byte-order mark, not JSON, or written by a newer version.
        TreeFault: what is written there is not a forest.
    """
    data = read_json(path)
    if is_condor_tree(data):
        return condor_tree(data, path)
    tree, report = nested_tree(data, path, None)
    if report.rejected:
        raise TagFault(f"{path}: {report.rejected[0][1]}; condor tree import leaves out what is no tag")
    return tree


def is_condor_tree(data: Any) -> bool:
    """Whether a JSON value says that it is a tree in this format."""
    return isinstance(data, dict) and data.get("format") == _FORMAT


def condor_tree(data: dict[str, Any], path: Path) -> KnowledgeTree:
    """The tree that a JSON value in this format holds.

    Raises:
        UnreadableFile: written by a newer version, or rows of another shape.
        TreeFault: what is written there is not a forest.
    """
    if data.get("format_version") != _FORMAT_VERSION:
        raise UnreadableFile(f"{path}: tree format {data.get('format_version')}; this version reads {_FORMAT_VERSION}")
    rows = data.get("nodes")
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise UnreadableFile(
            f"{path}: 'nodes' must be a list of [node, parent, tag] or [node, parent, tag, attributes]"
        )
    try:
        tree = KnowledgeTree.from_edges(
            ((row[0], row[2], row[3] if len(row) > 3 else {}) for row in rows), ((row[1], row[0]) for row in rows)
        )
        tree.log = read_log(data.get("log", []))
    except TreeFault as exc:
        raise type(exc)(f"{path}: {exc}") from exc
    return tree


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) in (3, 4)
        and type(row[0]) is int
        and row[0] > HIDDEN_ROOT
        and type(row[1]) is int
        and isinstance(row[2], str)
        and (len(row) == 3 or (isinstance(row[3], dict) and "name" not in row[3]))
    )
