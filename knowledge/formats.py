"""Trees in files: Condor's own JSON, and the nested JSON in which tag lists are published."""

import json
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import DuplicateTag, TagFault, TreeFault, UnreadableFile
from ..files import read_text, write_atomically
from ..vocabulary import Language
from .history import log_as_json, read_log
from .tags import fold_tag
from .tree import HIDDEN_ROOT, KnowledgeTree

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
    data = _read_json(path)
    if not (isinstance(data, dict) and data.get("format") == _FORMAT):
        tree, report = _nested(data, path, None)
        if report.rejected:
            raise TagFault(f"{path}: {report.rejected[0][1]}; condor tree import leaves out what is no tag")
        return tree
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


@dataclass
class ImportReport:
    """What an import took and what it left.

    Attributes:
        roots, branches, leaves: entries read, by their place in the file; a leaf under two branches counts twice.
        merged: paths whose tag stands beside a sibling of the same name already; they became that one.
        rejected: (path, reason) of entries that are no tags.
        repeated: leaf tags that stand under more than one branch, with the number of places.
    """

    roots: int = 0
    branches: int = 0
    leaves: int = 0
    merged: list[str] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    repeated: dict[str, int] = field(default_factory=dict)


def import_nested_json(path: Path, *, language: Language | None = None) -> tuple[KnowledgeTree, ImportReport]:
    """A tree from nested JSON: {root: {branch: [leaf, ...]}}, to any depth, a list or an empty object closing it.

    Args:
        path: the file.
        language: what the file is written in; None for a tree that serves every language.

    Raises:
        UnreadableFile: the file is not such JSON.
    """
    return _nested(_read_json(path), path, language)


def _read_json(path: Path) -> Any:
    text = read_text(path, what="a tree")
    try:
        return json.loads(text, object_pairs_hook=_unique_keys)
    except json.JSONDecodeError as exc:
        raise UnreadableFile(f"{path}:{exc.lineno}: not JSON: {exc.msg} at column {exc.colno}") from exc
    except ValueError as exc:
        raise UnreadableFile(f"{path}: not JSON that can be read: {exc}") from exc
    except RecursionError as exc:
        raise UnreadableFile(f"{path}: nested too deeply for JSON; use Condor's own tree format") from exc


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = next(k for n, (k, _) in enumerate(pairs) if k in dict(pairs[:n]))
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return value


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


def _nested(data: Any, path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    if not isinstance(data, dict):
        raise UnreadableFile(f"{path}: expected a JSON object {{root: {{branch: [leaf, ...]}}}}")
    tree, report = KnowledgeTree(), ImportReport()
    leaf_places: dict[str, list[str]] = {}
    # (parent node, names so far, what stands under them): a queue, so that depth is no limit.
    waiting: deque[tuple[int, tuple[str, ...], Any]] = deque([(HIDDEN_ROOT, (), data)])
    while waiting:
        parent, above, value = waiting.popleft()
        for name, below in _entries(value, above, path):
            place = (*above, name)
            is_leaf = below in ({}, [])
            _count(report, place, is_leaf=is_leaf)
            node, is_new = _add(tree, report, place, parent, language)
            if node is None:
                continue
            if is_new and is_leaf:
                leaf_places.setdefault(fold_tag(tree.name(node)), []).append(tree.name(node))
            if not is_leaf:
                waiting.append((node, place, below))
    report.repeated = {names[0]: len(names) for names in leaf_places.values() if len(names) > 1}
    return tree, report


def _entries(value: Any, above: tuple[str, ...], path: Path) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [(item, {}) for item in value]
    where = " > ".join(above) or "the top"
    raise UnreadableFile(f"{path}: under {where}: expected an object or a list of tags, found {type(value).__name__}")


def _count(report: ImportReport, place: tuple[str, ...], *, is_leaf: bool) -> None:
    if len(place) == 1:
        report.roots += 1
    elif not is_leaf:
        report.branches += 1
    if is_leaf:
        report.leaves += 1


def _add(
    tree: KnowledgeTree, report: ImportReport, place: tuple[str, ...], parent: int, language: Language | None
) -> tuple[int | None, bool]:
    """(the node that an entry became, whether it is a new one), or (None, False) for an entry that is no tag."""
    try:
        return tree.add(place[-1], parent=parent, language=language if parent == HIDDEN_ROOT else None), True
    except DuplicateTag:
        report.merged.append(" > ".join(place))
        node = tree.find((*tree.path(parent), place[-1]))
        return node, False
    except TagFault as exc:
        report.rejected.append((" > ".join(place), str(exc)))
        return None, False
