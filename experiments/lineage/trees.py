"""Trees in a lineage: each version back to the one that it was made from, by the tree's own log."""

from pathlib import Path

from ...knowledge import KnowledgeTree, load_tree
from ..digests import tree_digest
from .graph import Lineage, Node

#: Versions of a tree's log that are told one by one, the last ones; earlier ones are counted.
_MOST_VERSIONS = 20


def add_tree_file(graph: Lineage, path: Path, named: str) -> str:
    """Add a tree that is on disk, with its log; returns its node's id.

    Raises:
        BadInput: the file is no tree.
    """
    return add_tree(graph, load_tree(path), named)


def add_tree(graph: Lineage, tree: KnowledgeTree, named: str) -> str:
    """Add a tree with its log; returns its node's id.

    Args:
        named: what a person calls it.
    """
    leaves = sum(1 for _ in tree.leaves())
    node_id = add_version(graph, tree.version, named)
    graph.add(Node(node_id, "tree", named, {"tags": f"{len(tree)}, {leaves} of them leaves"}))
    told = tree.log[-_MOST_VERSIONS:]
    if earlier := len(tree.log) - len(told):
        graph.add(Node(node_id, "tree", named, {"earlier versions": str(earlier)}))
    for entry in told:
        facts = {"made": f"{entry.made_by} on {entry.date}" + (f" by {entry.model}" if entry.model else "")}
        if entry.figures:
            facts["figures"] = ", ".join(f"{name} {number}" for name, number in entry.figures.items())
        made = add_version(graph, entry.version, "tree")
        graph.add(Node(made, "tree", "tree", facts))
        if entry.parent:
            graph.link(made, add_version(graph, entry.parent, "tree"), f"{entry.made_by} of")
    return node_id


def add_version(graph: Lineage, version: str, named: str) -> str:
    """Add a tree of which no more is at hand than its version; returns its node's id."""
    digest = tree_digest(version)
    return graph.add(Node(f"tree:{digest}", "tree", named, {"version": version, "digest": digest}))
