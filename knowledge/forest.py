"""Whether a graph is a forest of tags: checked from the graph alone, in one walk."""

from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx

from ..errors import Cycle, DuplicateTag, SecondParent, SelfLoop, TagFault, TreeFault
from ..vocabulary import LANGUAGES
from .tags import fold_tag, normalise_tag


def check_forest(graph: "nx.DiGraph[int]", root: int) -> None:
    """Verify that every node but the hidden root is a tag with one parent, below the hidden root, unlike its siblings.

    Args:
        graph: edges from parent to child, tags under the key `name`.
        root: the hidden root.

    Raises:
        SelfLoop, Cycle, SecondParent, DuplicateTag, TagFault: named for what is wrong; the message holds the path.
        TreeFault: a node hangs under no tag, or a language is unknown or stands below a root tag.
    """
    if root not in graph:
        raise TreeFault(f"the tree has no hidden root (node {root})")
    _Check(graph, root).run()


class _Check:
    def __init__(self, graph: "nx.DiGraph[int]", root: int) -> None:
        self._graph = graph
        self._root = root
        # Plain dictionaries: NetworkX makes a new view at each access, which is most of the time of a large check.
        self._below: Mapping[int, Mapping[int, Any]] = dict(graph.adjacency())
        self._held: Mapping[int, Mapping[str, Any]] = dict(graph.nodes.items())
        self._above: dict[int, int] = {}

    def run(self) -> None:
        waiting = [self._root]
        while waiting:
            parent = waiting.pop()
            children = self._below[parent]
            if not children:
                continue
            for child in children:
                if child in self._above or child == self._root:
                    self._refuse_edge(parent, child)
                self._above[child] = parent
            self._check_siblings(parent, children)
            waiting.extend(children)
        if len(self._above) + 1 < len(self._held):
            self._refuse_unreached()

    def _check_siblings(self, parent: int, children: Mapping[int, Any]) -> None:
        names: dict[str, list[str | None]] = {}
        for child in children:
            folded = fold_tag(self._tag(child))
            language = self._language(parent, child)
            others = names.setdefault(folded, [])
            # Root tags of two languages may share a name; one without a language serves them all.
            if others and (language is None or None in others or language in others):
                raise DuplicateTag(f"{self._path(child)}: a sibling of that name exists")
            others.append(language)

    def _tag(self, node: int) -> str:
        name = self._held[node].get("name")
        if not isinstance(name, str):
            raise TagFault(f"{self._path(node)}: node {node} holds no tag")
        try:
            tag = normalise_tag(name)
        except TagFault as exc:
            raise TagFault(f"{self._path(node)}: {exc}") from exc
        if tag != name:
            raise TagFault(f"{self._path(node)}: a tag is not normalised: {name!r} should be {tag!r}")
        return tag

    def _language(self, parent: int, node: int) -> str | None:
        language = self._held[node].get("language")
        if language is None:
            return None
        if parent != self._root:
            raise TreeFault(f"{self._path(node)}: a language belongs to a root tag")
        if language not in LANGUAGES:
            raise TreeFault(f"{self._path(node)}: language must be one of {', '.join(LANGUAGES)}")
        return language

    def _refuse_edge(self, parent: int, child: int) -> None:
        if parent == child:
            raise SelfLoop(f"{self._path(child)}: a tag cannot stand under itself")
        if child == self._root or child in self._upwards(parent):
            raise Cycle(f"{self._path(parent)} > {self._name(child)}: a tag cannot stand under its own descendant")
        raise SecondParent(f"{self._path(child)}: cannot stand under {self._path(parent)!r} as well")

    def _refuse_unreached(self) -> None:
        """Name a node that no path from the hidden root leads to: the top of its piece, or a cycle."""
        node = next(node for node in self._held if node != self._root and node not in self._above)
        trail = [node]
        seen = {node}
        while (parent := next(self._graph.predecessors(trail[-1]), None)) is not None:
            trail.append(parent)
            if parent in seen:
                names = " > ".join(self._name(node) for node in reversed(trail))
                fault = SelfLoop if trail[-2] == parent else Cycle
                raise fault(f"{names}: a tag cannot stand under itself or its own descendant")
            seen.add(parent)
        raise TreeFault(f"{self._name(trail[-1])!r}: hangs under no tag")

    def _upwards(self, node: int) -> Iterator[int]:
        """A node, its parent, and so on up to the root tag."""
        while node != self._root:
            yield node
            node = self._above[node]

    def _name(self, node: int) -> str:
        return str(self._held[node].get("name", f"(node {node})"))

    def _path(self, node: int) -> str:
        return " > ".join(reversed([self._name(above) for above in self._upwards(node)])) or "(root)"
