"""What was made from what, as a directed graph without a circle: every edge points to what something was made from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import networkx as nx

Kind = Literal["release", "verdicts", "refine", "void", "prompt", "optimization", "set", "tree", "model"]


@dataclass(frozen=True)
class Node:
    """Something that was made, or that things were made with.

    Attributes:
        id: its kind, and a hash of what it is: the same thing is one node, whatever leads to it.
        kind: what it is.
        name: what a person calls it.
        facts: what is known of it, in short words.
    """

    id: str
    kind: Kind
    name: str
    facts: Mapping[str, str] = field(default_factory=dict)


class Lineage:
    """Nodes, and edges from what was made to what it was made from. It never holds a circle: see `link`.

    Attributes:
        roots: the nodes that were asked about.
    """

    def __init__(self) -> None:
        self._graph: nx.DiGraph = nx.DiGraph()
        self.roots: list[str] = []

    def __len__(self) -> int:
        return len(self._graph)

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._graph

    @property
    def graph(self) -> nx.DiGraph:
        """The NetworkX graph: nodes by their ids, with `node` as attribute, edges with `how`."""
        return self._graph

    def add(self, node: Node) -> str:
        """Add a node, or what is newly known of it; returns its id."""
        if node.id in self._graph:
            known = self.node(node.id)
            node = Node(known.id, known.kind, known.name, {**known.facts, **node.facts})
        self._graph.add_node(node.id, node=node)
        return node.id

    def node(self, node_id: str) -> Node:
        """The node of an id."""
        return self._graph.nodes[node_id]["node"]

    def link(self, made: str, source: str, how: str) -> bool:
        """Say that something was made from something else; returns whether the edge stands.

        An edge that would close a circle is left out. It can come up: an optimizer may come back to the very prompt
        that another one began with, and a prompt is known by its text. What was said first stays.
        """
        if made == source or nx.has_path(self._graph, source, made):
            return False
        self._graph.add_edge(made, source, how=how)
        return True

    def sources(self, node_id: str) -> Iterator[tuple[str, Node]]:
        """(how, node) of everything that a node was made from, in the order in which it was said."""
        for source, attributes in self._graph.adj[node_id].items():
            yield attributes["how"], self.node(source)

    def nodes(self) -> Iterator[Node]:
        """All nodes, in the order in which they were added."""
        return (self.node(each) for each in self._graph)

    def edges(self) -> Iterator[tuple[str, str, str]]:
        """(made, source, how) of all edges."""
        return ((made, source, attributes["how"]) for made, source, attributes in self._graph.edges(data=True))

    def as_json(self) -> dict[str, Any]:
        """Roots, nodes and edges as plain values."""
        return {
            "roots": self.roots,
            "nodes": [vars(node) | {"facts": dict(node.facts)} for node in self.nodes()],
            "edges": [{"made": made, "from": source, "how": how} for made, source, how in self.edges()],
        }
