"""Node-link JSON, as `networkx.node_link_data` writes it."""

import json
from pathlib import Path
from typing import Any

import networkx as nx

from ...errors import TreeFault, UnreadableFile
from ...files import write_atomically
from ...vocabulary import Language
from ..tree import HIDDEN_ROOT, KnowledgeTree
from .json_text import read_json
from .report import ImportReport, count_tree


def is_node_link(data: Any) -> bool:
    """Whether a JSON value is such a graph: nested JSON holds no truth values."""
    return isinstance(data, dict) and isinstance(data.get("directed"), bool)


def read_node_link(path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    """A tree from a file of node-link JSON (see `node_link_tree`)."""
    return node_link_tree(read_json(path), path, language)


def node_link_tree(data: Any, path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    """A tree from a node-link value; a node without a parent becomes a root tag.

    Args:
        data: the value; a node's tag is its `name` or, without one, its id where that is a text. A node 0 without
            a name is the hidden root.
        path: the file that it is from, for messages.
        language: of root tags that name none.

    Raises:
        UnreadableFile: no such value.
        TreeFault: the graph is no forest.
    """
    nodes, edges = _lists(data, path)
    numbers = {node["id"]: number for number, node in enumerate(nodes, start=1)}
    if len(numbers) < len(nodes):
        raise UnreadableFile(f"{path}: two nodes have one id")
    named = [node for node in nodes if not _is_hidden(node)]
    hidden = {node["id"] for node in nodes if _is_hidden(node)}
    numbers.update(dict.fromkeys(hidden, HIDDEN_ROOT))
    unknown = next((end for edge in edges for end in (edge["source"], edge["target"]) if end not in numbers), None)
    if unknown is not None:
        raise UnreadableFile(f"{path}: an edge leads to {unknown!r}, which is no node's id")
    pairs = [(numbers[edge["source"]], numbers[edge["target"]]) for edge in edges]
    tree = rooted_tree([(numbers[n["id"]], _tag(n, path), _attributes(n)) for n in named], pairs, path, language)
    report = ImportReport()
    count_tree(tree, report)
    return tree, report


def rooted_tree(
    nodes: list[tuple[int, str, dict[str, Any]]],
    edges: list[tuple[int, int]],
    path: Path,
    language: Language | None,
) -> KnowledgeTree:
    """A tree of nodes and edges in which whatever has no parent stands under the hidden root.

    Raises:
        TreeFault: the graph is no forest.
    """
    below = {child for parent, child in edges if parent != HIDDEN_ROOT}
    linked = {child for _, child in edges}
    roots = [(HIDDEN_ROOT, node) for node, _, _ in nodes if node not in linked]
    if language:
        for node, _, attributes in nodes:
            if node not in below:
                attributes.setdefault("language", language)
    try:
        return KnowledgeTree.from_edges(nodes, [*roots, *edges])
    except TreeFault as exc:
        raise type(exc)(f"{path}: {exc}") from exc


def write_node_link(tree: KnowledgeTree, path: Path) -> None:
    """Write the graph, hidden root and all, with every attribute of its nodes.

    Raises:
        OutputFault: the file cannot be written.
    """
    with write_atomically(path) as file:
        for piece in json.JSONEncoder(ensure_ascii=False).iterencode(nx.node_link_data(tree.graph, edges="edges")):
            file.write(piece)
        file.write("\n")


def _lists(data: Any, path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if not isinstance(data, dict) or data.get("directed") is not True or data.get("multigraph"):
        raise UnreadableFile(f"{path}: expected node-link JSON of a directed graph, from parent to child")
    nodes, edges = data.get("nodes"), data.get("edges", data.get("links"))
    if not isinstance(nodes, list) or not isinstance(edges, list):
        raise UnreadableFile(f"{path}: node-link JSON holds the lists 'nodes' and 'edges'")
    for what, entries, keys in (("nodes", nodes, ("id",)), ("edges", edges, ("source", "target"))):
        for place, entry in enumerate(entries):
            if not isinstance(entry, dict) or not all(isinstance(entry.get(key), (int, str)) for key in keys):
                raise UnreadableFile(f"{path}: {what}[{place}] must be an object with {' and '.join(keys)}")
    return nodes, edges


def _is_hidden(node: dict[str, Any]) -> bool:
    return node["id"] == HIDDEN_ROOT and "name" not in node


def _tag(node: dict[str, Any], path: Path) -> str:
    name = node.get("name", node["id"])
    if not isinstance(name, str):
        raise UnreadableFile(f"{path}: the node {node['id']!r} has no text for a name")
    return name


def _attributes(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in ("id", "name")}
