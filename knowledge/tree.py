"""The World Knowledge Tree (paper section 3.1): a forest of tags, held as a NetworkX graph under one hidden root."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import networkx as nx

from ..errors import Cycle, DuplicateTag, SecondParent, SelfLoop, TagFault, TreeFault
from ..hashing import content_hash
from ..vocabulary import LANGUAGES, Language
from .forest import check_forest
from .history import LogEntry, check_attributes
from .tags import fold_tag, normalise_tag

#: The hidden root: it has no name and is part of no path.
HIDDEN_ROOT = 0


class KnowledgeTree:
    """A forest of tags.

    Nodes are integers; each holds its tag under the key `name`. A root (a child of the hidden root) may hold a
    `language`: its whole subtree is then in that language, and otherwise the subtree serves every language. Two
    trees of different languages can so stand in one forest. A tag may hold where it came from (`source`), when
    (`added`) and since when it is no topic any more (`retired`): dates as 2026-11-22. A retired tag is kept, and
    neither it nor what stands under it is sampled.

    `log` says how the tree came about, oldest entry first (see knowledge/history.py).

    `graph` is a `networkx.DiGraph` with edges from parent to child. Read it freely; change it through the methods
    here, which keep it a forest and refuse what would not: each refusal names the tag's path.
    """

    def __init__(self) -> None:
        self.graph: nx.DiGraph[int] = nx.DiGraph()
        self.graph.add_node(HIDDEN_ROOT)
        self._next = HIDDEN_ROOT + 1
        self._siblings: dict[tuple[int, str], int] = {}
        self.log: tuple[LogEntry, ...] = ()

    def __len__(self) -> int:
        """The number of tags; the hidden root is none."""
        return self.graph.number_of_nodes() - 1

    def __contains__(self, path: Sequence[str]) -> bool:
        return self.find(path) is not None

    # -- building ------------------------------------------------------------------------------------------------

    def add(self, name: str, *, parent: int = HIDDEN_ROOT, language: Language | None = None) -> int:
        """Add a tag under `parent` and return its node.

        Args:
            name: the tag; it is normalised (`normalise_tag`).
            parent: the node to stand under; the hidden root makes a root tag.
            language: of the whole subtree; given for root tags only.

        Raises:
            TagFault: `name` is not a tag.
            DuplicateTag: a sibling has that name, whatever its case.
            TreeFault: `parent` is not in the tree, or a language is given below a root tag.
        """
        if parent not in self.graph:
            raise TreeFault(f"no node {parent} in the tree to add {name!r} under")
        if language is not None and parent != HIDDEN_ROOT:
            raise TreeFault(f"{self._show(parent, name)}: a language belongs to a root tag")
        tag = normalise_tag(name)
        key = self._free_key(parent, tag, language)
        node = self._next
        self._next += 1
        self.graph.add_node(node, name=tag, **({"language": language} if language else {}))
        self.graph.add_edge(parent, node)
        self._siblings[key] = node
        return node

    def add_path(self, path: Sequence[str], *, language: Language | None = None) -> int:
        """Add whatever is missing of a path from a root tag downwards; return the node of its last tag."""
        node = HIDDEN_ROOT
        for name in path:
            node = self._find_or_add(name, node, language if node == HIDDEN_ROOT else None)
        return node

    def retire(self, node: int, on: date) -> None:
        """Mark a tag as no topic any more; one that is retired already keeps its date.

        Raises:
            TreeFault: `node` is no tag of the tree.
        """
        self._attributes(node).setdefault("retired", on.isoformat())

    def revive(self, node: int) -> None:
        """Take a tag's retirement back.

        Raises:
            TreeFault: `node` is no tag of the tree.
        """
        self._attributes(node).pop("retired", None)

    def revive_path(self, node: int, *, before: date) -> bool:
        """Take the retirements of a tag and of those above it back, if all are from before a date.

        Returns:
            Whether there were any to take back.
        """
        retired = [above for above in self.ancestors(node) if "retired" in self.graph.nodes[above]]
        if not retired or any(self.graph.nodes[above]["retired"] >= before.isoformat() for above in retired):
            return False
        for above in retired:
            self.revive(above)
        return True

    def note_added(self, node: int, added: date, *, source: str | None = None) -> None:
        """Note when a tag came and, of one that was harvested, where it was found.

        Raises:
            TreeFault: `node` is no tag of the tree.
        """
        self._attributes(node).update({"source": source} if source else {}, added=added.isoformat())

    def link(self, parent: int, child: int) -> None:
        """Hang an existing node under a parent: the checked form of `graph.add_edge`.

        Raises:
            SelfLoop, Cycle, SecondParent, DuplicateTag: the edge would break the forest.
            TreeFault: one of the nodes is not in the tree.
        """
        for node in (parent, child):
            if node not in self.graph:
                raise TreeFault(f"no node {node} in the tree")
        name = self.graph.nodes[child].get("name", "")
        if parent == child:
            raise SelfLoop(f"{self._show_path(child)}: a tag cannot stand under itself")
        # A leaf can close no cycle, and a tree is read root first: so the walk upwards is rarely taken.
        closes = self.graph.out_degree(child) and child in self.ancestors(parent)
        if child == HIDDEN_ROOT or closes:
            raise Cycle(f"{self._show(parent, name)}: a tag cannot stand under its own descendant")
        if self.graph.in_degree(child):
            raise SecondParent(f"{self._show_path(child)}: cannot stand under {self._show_path(parent)!r} as well")
        if parent != HIDDEN_ROOT and self.graph.nodes[child].get("language"):
            raise TreeFault(f"{self._show(parent, name)}: a language belongs to a root tag")
        key = self._free_key(parent, name, self.graph.nodes[child].get("language"))
        self.graph.add_edge(parent, child)
        self._siblings[key] = child

    @classmethod
    def from_edges(
        cls, nodes: Iterable[tuple[int, str, dict[str, Any]]], edges: Iterable[tuple[int, int]]
    ) -> "KnowledgeTree":
        """A tree from node numbers with their tags and attributes, and (parent, child) pairs in any order.

        Raises:
            TreeFault: a node is numbered twice, hangs nowhere, holds a date that is none, or an edge breaks the forest
                (see `link`).
        """
        tree = cls()
        for node, name, attributes in nodes:
            if node in tree.graph:
                raise TreeFault(f"node {node} ({name!r}) stands twice in the tree")
            if attributes.get("language", "en") not in LANGUAGES:
                raise TreeFault(f"{name!r}: language must be one of {', '.join(LANGUAGES)}")
            check_attributes(name, attributes)
            tree.graph.add_node(node)
            tree.graph.nodes[node].update(attributes, name=normalise_tag(name))
            tree._next = max(tree._next, node + 1)
        pairs = list(edges)
        if tree._link_all(pairs):
            return tree
        # One by one: the first edge that breaks the forest says how.
        for parent, child in pairs:
            tree.link(parent, child)
        for node in tree.graph:
            if node != HIDDEN_ROOT and not tree.graph.in_degree(node):
                raise TreeFault(f"{tree.name(node)!r}: hangs under no tag")
        return tree

    def merge(self, other: "KnowledgeTree") -> None:
        """Add every path of another tree; tags that both hold become one, which is retired only if both are.

        Merged into an empty tree, the other's log comes along. A forest of several trees has none.

        Raises:
            DuplicateTag: a root tag without a language stands here in one language; give the other tree that language.
        """
        self.log = () if len(self) else other.log
        nodes = {HIDDEN_ROOT: HIDDEN_ROOT}
        for parent, child in other.edges():
            attributes, known = other.graph.nodes[child], len(self)
            nodes[child] = self._find_or_add(other.name(child), nodes[parent], attributes.get("language"))
            if len(self) > known:
                self.graph.nodes[nodes[child]].update({k: v for k, v in attributes.items() if k != "name"})
            elif "retired" not in attributes:
                self.revive(nodes[child])

    def check(self) -> None:
        """Verify the whole forest from the graph alone: for trees whose `graph` was changed from outside.

        Raises:
            TreeFault: what is wrong, with its path (see `check_forest`).
        """
        check_forest(self.graph, HIDDEN_ROOT)

    # -- reading -------------------------------------------------------------------------------------------------

    def name(self, node: int) -> str:
        """The tag of a node."""
        return self.graph.nodes[node]["name"]

    def children(self, node: int = HIDDEN_ROOT) -> list[int]:
        """The nodes right under a node, in the order in which they came; of the hidden root: the root tags."""
        return list(self.graph.successors(node))

    def living_children(self, node: int = HIDDEN_ROOT) -> list[int]:
        """The nodes right under a node that are not retired, in the order in which they came."""
        return [child for child in self.graph.successors(node) if "retired" not in self.graph.nodes[child]]

    def parent(self, node: int) -> int:
        """The node right above; of a root tag it is the hidden root."""
        return next(self.graph.predecessors(node))

    def is_leaf(self, node: int) -> bool:
        """Whether nothing stands under a tag."""
        return node != HIDDEN_ROOT and self.graph.out_degree(node) == 0

    def edges(self) -> Iterator[tuple[int, int]]:
        """(parent, child) pairs, each parent's own edge before its children's; without recursion."""
        stack = [HIDDEN_ROOT]
        while stack:
            parent = stack.pop()
            children = self.children(parent)
            for child in children:
                yield parent, child
            stack.extend(reversed(children))

    def leaves(self, node: int = HIDDEN_ROOT) -> Iterator[int]:
        """The leaf tags under a node (a leaf's own is itself), depth first, without recursion."""
        stack = [node]
        while stack:
            current = stack.pop()
            children = self.children(current)
            if not children and current != HIDDEN_ROOT:
                yield current
            stack.extend(reversed(children))

    def living_leaves(self, node: int = HIDDEN_ROOT) -> Iterator[int]:
        """The leaf tags under a node that are topics: neither retired nor under a retired tag, without recursion.

        A tag whose children are all retired is none of them: it is broader than a leaf, and stands bare until growth
        or a harvest puts new tags under it.
        """
        stack = [] if self.is_retired(node) else [node]
        while stack:
            current = stack.pop()
            children = self.children(current)
            if not children and current != HIDDEN_ROOT:
                yield current
            stack.extend(child for child in reversed(children) if "retired" not in self.graph.nodes[child])

    def is_retired(self, node: int) -> bool:
        """Whether a tag is retired or stands under a retired one."""
        return any("retired" in self.graph.nodes[above] for above in self.ancestors(node))

    def ancestors(self, node: int) -> Iterator[int]:
        """A node, its parent, and so on upwards."""
        current: int | None = node
        while current is not None:
            yield current
            current = self.parent_or_none(current)

    def path(self, node: int) -> tuple[str, ...]:
        """The tags from the root tag to a node, both included. The hidden root's is empty."""
        nodes, above = self.graph.nodes, self.graph.predecessors
        names: list[str] = []
        current: int | None = node
        while current is not None and current != HIDDEN_ROOT:
            names.append(nodes[current]["name"])
            current = next(above(current), None)
        return tuple(reversed(names))

    def language(self, node: int) -> Language | None:
        """The language of the root tag above a node, or None where the subtree serves every language."""
        above = [ancestor for ancestor in self.ancestors(node) if ancestor != HIDDEN_ROOT]
        return self.graph.nodes[above[-1]].get("language") if above else None

    def parent_or_none(self, node: int) -> int | None:
        """The node right above, or None for the hidden root and for a node that is not linked yet."""
        return next(self.graph.predecessors(node), None)

    def find(self, path: Sequence[str], *, language: Language | None = None) -> int | None:
        """The node at the end of a path, or None. Case does not matter.

        Args:
            path: the tags from the root tag downwards.
            language: only look under root tags that serve it; by default the first root of any language counts.
        """
        node, served = HIDDEN_ROOT, (language,) if language else LANGUAGES
        for name in path:
            try:
                folded = fold_tag(normalise_tag(name))
            except TagFault:
                return None
            keys = [f"{lang}:{folded}" for lang in ("", *served)] if node == HIDDEN_ROOT else [folded]
            found = next((self._siblings[node, key] for key in keys if (node, key) in self._siblings), None)
            if found is None:
                return None
            node = found
        return node

    def child(self, parent: int, name: str, *, language: Language | None = None) -> int | None:
        """The tag of that name right under a node, or None; a root tag without a language stands for one in any.

        Raises:
            TagFault: `name` is not a tag.
        """
        tag = normalise_tag(name)
        candidates = [language, None] if parent == HIDDEN_ROOT else [None]
        keys = (self._sibling_key(parent, tag, candidate) for candidate in candidates)
        return next((self._siblings[key] for key in keys if key in self._siblings), None)

    @property
    def version(self) -> str:
        """A content hash of all paths, their languages and which tags are retired (not of when, or of sources): equal
        trees have equal versions, whatever their order.

        Every node's digest is folded into the sum, so the order of siblings does not matter and no list of all
        paths is sorted or held.
        """
        digests = {HIDDEN_ROOT: ""}
        total = 0
        for parent, child in self.edges():
            attributes = self.graph.nodes[child]
            retired = ["retired"] if "retired" in attributes else []
            digest = content_hash([digests[parent], self.name(child), attributes.get("language"), *retired])
            digests[child] = digest
            total = (total + int(digest, 16)) % (1 << 128)
        return f"{total:032x}"

    def _attributes(self, node: int) -> dict[str, Any]:
        if node == HIDDEN_ROOT or node not in self.graph:
            raise TreeFault(f"no tag {node} in the tree")
        return self.graph.nodes[node]

    def _link_all(self, edges: list[tuple[int, int]]) -> bool:
        """Link all edges at once where they make a forest of the nodes; otherwise link none."""
        held = dict(self.graph.nodes.items())
        linked = {HIDDEN_ROOT}
        for parent, child in edges:
            if parent not in held or child not in held or child in linked:
                break
            name, language = held[child]["name"], held[child].get("language")
            if (language and parent != HIDDEN_ROOT) or self._is_taken(parent, name, language):
                break
            self._siblings[self._sibling_key(parent, name, language)] = child
            linked.add(child)
        self.graph.add_edges_from(edges[: len(linked) - 1])
        # Each node has one parent by now: those on a cycle are the ones that a walk from the top does not meet.
        if len(linked) == len(held) and len(edges) == len(self) == sum(1 for _ in self.edges()):
            return True
        self.graph.remove_edges_from(list(self.graph.edges))
        self._siblings.clear()
        return False

    def _find_or_add(self, name: str, parent: int, language: Language | None) -> int:
        found = self.child(parent, name, language=language)
        return self.add(name, parent=parent, language=language) if found is None else found

    def _free_key(self, parent: int, tag: str, language: str | None) -> tuple[int, str]:
        """The key of a new sibling, once it is certain that no tag of that name stands in its way."""
        if self._is_taken(parent, tag, language):
            raise DuplicateTag(f"{self._show(parent, tag)}: a sibling of that name exists")
        return self._sibling_key(parent, tag, language)

    def _is_taken(self, parent: int, tag: str, language: str | None) -> bool:
        if parent != HIDDEN_ROOT:
            return self._sibling_key(parent, tag, None) in self._siblings
        clashes = [language, None] if language else [None, *LANGUAGES]
        return any(self._sibling_key(parent, tag, candidate) in self._siblings for candidate in clashes)

    def _sibling_key(self, parent: int, tag: str, language: str | None) -> tuple[int, str]:
        # Root tags of two languages may share a name ("AI"); below a root the language is the root's.
        folded = fold_tag(tag)
        return (parent, f"{language or ''}:{folded}" if parent == HIDDEN_ROOT else folded)

    def _show_path(self, node: int) -> str:
        return " > ".join(self.path(node)) or "(root)"

    def _show(self, parent: int, name: str) -> str:
        return " > ".join([*self.path(parent), name])
