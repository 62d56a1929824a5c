"""The nested JSON in which tag lists are published: {root: {branch: [leaf, ...]}}."""

import json
from collections import deque
from pathlib import Path
from typing import Any

from ...errors import DuplicateTag, TagFault, TreeFault, UnreadableFile
from ...files import write_atomically
from ...vocabulary import Language
from ..tags import fold_tag
from ..tree import HIDDEN_ROOT, KnowledgeTree
from .json_text import read_json
from .languages import refuse_shared_roots
from .report import ImportReport

#: Readers of JSON, Python's own among them, walk nested values by recursion.
_MAX_DEPTH = 200


def write_nested_json(tree: KnowledgeTree, path: Path) -> None:
    """Write a tree as nested objects; a tag with nothing under it holds an empty one. Languages are not held.

    Raises:
        TreeFault: deeper than JSON can nest, or two root tags share a name in two languages.
        OutputFault: the file cannot be written.
    """
    refuse_shared_roots(tree, path, "nested JSON")
    nested: dict[int, dict[str, Any]] = {HIDDEN_ROOT: {}}
    depth = {HIDDEN_ROOT: 0}
    for parent, child in tree.edges():
        name = tree.name(child)
        depth[child] = depth[parent] + 1
        if depth[child] > _MAX_DEPTH:
            raise TreeFault(
                f"{path}: nested JSON holds {_MAX_DEPTH} levels at most, and this tree is deeper; "
                "export it as paths, csv, graphml or node-link"
            )
        nested[parent][name] = nested[child] = {}
    with write_atomically(path) as file:
        json.dump(nested[HIDDEN_ROOT], file, ensure_ascii=False, indent=1)
        file.write("\n")


def import_nested_json(path: Path, *, language: Language | None = None) -> tuple[KnowledgeTree, ImportReport]:
    """A tree from nested JSON: {root: {branch: [leaf, ...]}}, to any depth, a list or an empty object closing it.

    Args:
        path: the file.
        language: what the file is written in; None for a tree that serves every language.

    Raises:
        UnreadableFile: the file is not such JSON.
    """
    return nested_tree(read_json(path), path, language)


def nested_tree(data: Any, path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    """The tree of a nested JSON value (see `import_nested_json`)."""
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
