"""Merging the tags of a tree that are one topic."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, get_args

from .cleaning import MIN_COSINE, DuplicateIndex, Match, MeaningIndex
from .history import TagMerge
from .tree import HIDDEN_ROOT, KnowledgeTree

#: Which tags are compared: those right under one tag, those under one root tag, or all of a language.
Scope = Literal["siblings", "root", "tree"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


def merge_duplicates(
    tree: KnowledgeTree,
    *,
    within: Scope = "tree",
    vectors: Mapping[int, Sequence[float]] | None = None,
    min_cosine: float = MIN_COSINE,
) -> tuple[KnowledgeTree, tuple[TagMerge, ...]]:
    """A tree in which no two tags are one topic, and the merges that this took.

    The whole tree is right where each tag is understood without its path, as grown ones are. Elsewhere a name may be
    two topics: "Basic Training" under Pets and under Military.

    The tag nearer to its root stays, and of two on one level the one that comes first. What stood under the other moves
    under it, where it may in turn be merged. Of two harvested tags the one that stays has the later date, and the
    source of that day. Retired tags, and what stands under them, stay as they are.

    What comes out holds no two tags that are one topic by their letters: merged again, nothing is. With vectors, where
    each name keeps its own, that is so but for cosines that equal `min_cosine` up to the last digit of a 32-bit float:
    how those are rounded depends on how many tags are compared at once.

    Args:
        tree: the tree; it is left as it is.
        within: which tags are compared; different languages never are.
        vectors: of `compared_tags` by their node, to compare meanings by; without one, letters alone decide.
        min_cosine: from which on two vectors mean the same.
    """
    merging = _Merging(tree, within, vectors or {}, min_cosine)
    for parent, node in _by_level(tree):
        merging.take(parent, node)
    return merging.made, tuple(merging.merges)


def compared_tags(tree: KnowledgeTree) -> Iterator[int]:
    """The tags that `merge_duplicates` compares: those that are neither retired nor under a retired one."""
    waiting = deque(tree.living_children())
    while waiting:
        node = waiting.popleft()
        yield node
        waiting.extend(tree.living_children(node))


def _by_level(tree: KnowledgeTree) -> Iterator[tuple[int, int]]:
    """(parent, child) pairs, level by level."""
    waiting = deque([HIDDEN_ROOT])
    while waiting:
        parent = waiting.popleft()
        children = tree.children(parent)
        waiting.extend(children)
        for child in children:
            yield parent, child


#: Of a scope: a language, or the tag that its tags stand under.
_Key = int | str | None


class _Merging:
    """The making of the new tree, tag by tag."""

    def __init__(
        self, tree: KnowledgeTree, within: Scope, vectors: Mapping[int, Sequence[float]], min_cosine: float
    ) -> None:
        self.made = KnowledgeTree()
        self.made.log = tree.log
        self.merges: list[TagMerge] = []
        self._tree = tree
        self._within: Scope = within
        self._vectors = vectors
        self._min_cosine = min_cosine
        self._stands_for = {HIDDEN_ROOT: HIDDEN_ROOT}
        self._scope: dict[int, _Key] = {}
        self._retired: dict[int, str] = {}
        self._topics: set[int] = set()
        self._known: dict[_Key, DuplicateIndex] = {}
        self._meanings: dict[_Key, MeaningIndex] = {}

    def take(self, parent: int, node: int) -> None:
        """Add a tag, or note what it is merged into."""
        attributes = self._tree.graph.nodes[node]
        self._scope[node] = self._scope_of(parent, node)
        retired = attributes.get("retired", self._retired.get(parent))
        if retired is not None:
            self._retired[node] = retired
            self._stands_for[node] = made = self._carry(parent, node)
            self._keep_retired(made, retired)
        elif match := self._find(node):
            self._merge(node, match)
        else:
            self._stands_for[node] = self._carry(parent, node)
            self._learn(node)

    def _carry(self, parent: int, node: int) -> int:
        """The tag in the new tree as it is in the old one; it may meet one of its name that was moved."""
        attributes = dict(self._tree.graph.nodes[node])
        name, language = attributes.pop("name"), attributes.pop("language", None)
        above = self._stands_for[parent]
        met = self.made.child(above, name, language=language)
        if met is not None:
            self._meet(met, node)
            return met
        made = self.made.add(name, parent=above, language=language)
        self.made.graph.nodes[made].update(attributes)
        return made

    def _meet(self, met: int, node: int) -> None:
        """Let a tag be one with a tag of its name, of which one at least is retired; a topic is what stays of both."""
        stays, goes = self.made.graph.nodes[met], dict(self._tree.graph.nodes[node])
        if node not in self._retired:
            for below in self.made.children(met):  # it was retired with its parent
                self.made.retire(below, date.fromisoformat(stays["retired"]))
            topic, goes = goes, dict(stays)
            stays.clear()
            stays.update(topic)
        self._renew(met, goes)

    def _renew(self, stays: int, goes: Mapping[str, Any]) -> None:
        """Of what was harvested twice the later finding counts: its date says when it is past a horizon."""
        held = self.made.graph.nodes[stays]
        harvested_twice = {"source", "added"} <= held.keys() & goes.keys()
        if harvested_twice and held["added"] < goes["added"]:
            self.made.note_added(stays, date.fromisoformat(goes["added"]), source=goes["source"])

    def _keep_retired(self, made: int, since: str) -> None:
        """A tag that hung under a retired one may hang under a topic now; one that met a topic is that topic."""
        if made not in self._topics and not self.made.is_retired(made):
            self.made.retire(made, date.fromisoformat(since))

    def _scope_of(self, parent: int, node: int) -> _Key:
        """What the tags have in common that are compared; root tags are compared with those of their language."""
        if parent == HIDDEN_ROOT:
            return self._tree.graph.nodes[node].get("language")
        if self._within == "siblings":
            return self._stands_for[parent]
        if self._within == "root" and self._tree.parent(parent) == HIDDEN_ROOT:
            return self._stands_for[parent]
        return self._scope[parent]

    def _find(self, node: int) -> Match | None:
        """What a tag is the same topic as, in the new tree's nodes."""
        scope, name = self._scope[node], self._tree.name(node)
        match = self._known[scope].find(name) if scope in self._known else None
        if match is None and node in self._vectors and scope in self._meanings:
            match = self._meanings[scope].find(name, self._vectors[node])
        return match

    def _learn(self, node: int) -> None:
        scope, made = self._scope[node], self._stands_for[node]
        self._topics.add(made)
        self._known.setdefault(scope, DuplicateIndex()).add(made, self._tree.name(node))
        if node in self._vectors:
            meanings = self._meanings.setdefault(scope, MeaningIndex(self._min_cosine))
            meanings.add(made, self._tree.name(node), self._vectors[node])

    def _merge(self, node: int, match: Match) -> None:
        self._stands_for[node] = match.number
        self._renew(match.number, self._tree.graph.nodes[node])
        path, into = self._tree.path(node), self.made.path(match.number)
        score = round(match.likeness.score, 4)
        self.merges.append(TagMerge(path=path, into=into, reason=match.likeness.why, score=score))
