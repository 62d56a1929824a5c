"""Proposals become tags of a tree: cleaned, compared with the whole tree, and counted against the room there is."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ..errors import UsageFault
from ..knowledge.cleaning import MIN_COSINE, DuplicateIndex, Embedder, Match, MeaningIndex, TagRejection, clean_proposal
from ..knowledge.tags import fold_tag
from ..knowledge.tree import HIDDEN_ROOT, KnowledgeTree
from ..vocabulary import Language
from .growth_report import GrowthReport, Merge, NearMiss, Refusal

#: Texts handed to an embedder at once.
_TEXTS_AT_ONCE = 256
#: How far below the threshold a cosine is a near miss.
_NEAR_MISS = 0.05
#: Root tags that an error names at most.
_NAMED = 8


@dataclass(frozen=True)
class GrowthLimits:
    """When growth stops, and how often a tag is asked about.

    Attributes:
        size: tags of the language in all, without retired ones; None for no limit.
        quota: tags under each root tag; None for no limit.
        quotas: the same for single root tags, by name; case does not matter.
        min_new_rate: a level of whose proposals a smaller share was new is the last.
        rounds: how often a tag is asked about at most, until it has its number of tags.
        min_cosine: from which on two tags mean the same, where there is an embedder.
    """

    size: int | None = None
    quota: int | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    min_new_rate: float = 0.0
    rounds: int = 3
    min_cosine: float = MIN_COSINE

    def check_quotas(self, roots: Iterable[str]) -> None:
        """See that each quota of a single root tag is of one of these.

        Raises:
            UsageFault: one is of none.
        """
        standing = {fold_tag(name): name for name in roots}
        if unknown := next((root for root in self.quotas if fold_tag(root) not in standing), None):
            shown = ", ".join(list(standing.values())[:_NAMED])
            raise UsageFault(f"quota of {unknown!r}: not one of the {len(standing)} root tags ({shown}, ...)")

    def among(self, roots: Iterable[str]) -> "GrowthLimits":
        """The same limits, with the quotas of these root tags only."""
        standing = {fold_tag(name) for name in roots}
        return replace(self, quotas={root: n for root, n in self.quotas.items() if fold_tag(root) in standing})


def serving_roots(tree: KnowledgeTree, language: Language) -> list[int]:
    """The root tags that serve a language and are not retired, in their order."""
    nodes = tree.graph.nodes
    return [node for node in tree.living_children() if nodes[node].get("language") in (None, language)]


@dataclass(frozen=True)
class Proposal:
    """A text of a reply.

    Attributes:
        text: as the model wrote it.
        tag: what it means, or why it is no topic.
        vector: of the tag, where there is an embedder.
    """

    text: str
    tag: str | TagRejection
    vector: Sequence[float] | None = None


class Planter:
    """Adds proposals to the subtrees of one language, and reports what it did not add.

    Tags of that language, and of roots that serve every language, are compared; others are left alone. Retired tags
    are compared as well, so that none comes again as a proposal, but they take up no room.

    Args:
        tree: what to add to.
        language: of the subtrees.
        limits: how much room there is.
        embedder: finds proposals that mean the same as a tag that stands; by default their letters decide.
        on: today, noted on the new tags; None notes nothing.
    """

    def __init__(
        self,
        tree: KnowledgeTree,
        language: Language,
        limits: GrowthLimits,
        embedder: Embedder | None = None,
        *,
        on: date | None = None,
    ) -> None:
        self.report = GrowthReport()
        self._tree = tree
        self._language: Language = language
        self._limits = limits
        self._quotas = {fold_tag(root): quota for root, quota in limits.quotas.items()}
        self._embedder = embedder
        self._on = on
        self._known = DuplicateIndex()
        self._meanings = MeaningIndex(limits.min_cosine - _NEAR_MISS)
        self._root: dict[int, int] = {}
        self._retired: set[int] = set()
        self._under_root: dict[int, int] = {}

    def roots(self) -> list[int]:
        """The root tags that growth is about, in their order; retired ones are none of them."""
        return serving_roots(self._tree, self._language)

    async def take_stock(self) -> None:
        """Read what stands."""
        for parent, node in self._tree.edges():
            if self._serves(node) if parent == HIDDEN_ROOT else parent in self._root:
                self._note(node, parent)
        standing = list(self._root)
        for start in range(0, len(standing), _TEXTS_AT_ONCE):
            some = standing[start : start + _TEXTS_AT_ONCE]
            vectors = await self._embed([self._tree.name(node) for node in some])
            for node, vector in zip(some, vectors, strict=True):
                self._learn(node, vector)

    def room(self, parent: int) -> float:
        """How many more tags there is room for under a tag, by the size and the quota; may be infinite."""
        size, root = self._limits.size, self._root.get(parent)
        left = math.inf if size is None else size - len(self._root) + len(self._retired)
        if root is None:
            return max(0, left)
        quota = self._quotas.get(fold_tag(self._tree.name(root)), self._limits.quota)
        return max(0, min(left, math.inf if quota is None else quota - self._under_root[root]))

    def check_quotas(self) -> None:
        """See that each quota of a single root tag is of one that stands.

        Raises:
            UsageFault: one is of none.
        """
        self._limits.check_quotas(self._tree.name(root) for root in self.roots())

    def root_of(self, node: int) -> int:
        """The root tag above a node."""
        return self._root[node]

    async def read(self, parent: int, texts: Sequence[str]) -> list[Proposal]:
        """Clean the texts of a reply and get their vectors."""
        path = self._tree.path(parent)
        tags = [clean_proposal(text, path, self._language) for text in texts]
        vectors = iter(await self._embed([tag for tag in tags if isinstance(tag, str)]))
        return [
            Proposal(text, tag, next(vectors) if isinstance(tag, str) else None)
            for text, tag in zip(texts, tags, strict=True)
        ]

    def plant(self, parent: int, proposals: Sequence[Proposal], most: int) -> tuple[int, list[str]]:
        """Add proposals in their order until `most` have been added or there is no room.

        Returns:
            How many were added, and the tags among the others that stand elsewhere in the tree.
        """
        added, elsewhere = 0, []
        for proposal in proposals:
            if added >= most or self.room(parent) < 1:
                break
            outcome = self.plant_one(parent, proposal)
            if isinstance(outcome, Match):
                elsewhere.append(str(proposal.tag))
            added += isinstance(outcome, int)
        return added, elsewhere

    def plant_one(self, parent: int, proposal: Proposal) -> int | Match | TagRejection:
        """Add a proposal, whatever room there is; returns its node, what stands in its place, or why it is no tag."""
        self.report.proposed += 1
        if isinstance(proposal.tag, TagRejection):
            self._refuse(parent, proposal.text, proposal.tag)
            return proposal.tag
        if match := self._match(parent, proposal.tag, proposal.vector):
            self.note_merge(parent, proposal.tag, match)
            return match
        return self._add(parent, proposal.tag, proposal.vector)

    def find(self, tag: str) -> Match | None:
        """The tag that stands and is the same topic by its letters, or None."""
        return self._known.find(tag)

    def note_merge(self, parent: int, tag: str, match: Match) -> None:
        """Report a proposal that stands already."""
        into = " > ".join(self._tree.path(match.number))
        merge = Merge(self._show(parent, tag), into, match.likeness.why, round(match.likeness.score, 4))
        self.report.merges.append(merge)

    async def _embed(self, texts: Sequence[str]) -> list[Sequence[float] | None]:
        if self._embedder is None:
            return [None] * len(texts)
        return list(await self._embedder(texts))

    def _match(self, parent: int, tag: str, vector: Sequence[float] | None) -> Match | None:
        match = self.find(tag)
        if match is not None or vector is None:
            return match
        nearest = self._meanings.find(tag, vector)
        if nearest is None or nearest.likeness.score >= self._limits.min_cosine:
            return nearest
        into = " > ".join(self._tree.path(nearest.number))
        self.report.note_near_miss(NearMiss(self._show(parent, tag), into, round(nearest.likeness.score, 4)))
        return None

    def _serves(self, root: int) -> bool:
        return self._tree.graph.nodes[root].get("language") in (None, self._language)

    def _add(self, parent: int, tag: str, vector: Sequence[float] | None) -> int:
        node = self._tree.add(tag, parent=parent, language=self._language if parent == HIDDEN_ROOT else None)
        if self._on is not None:
            self._tree.note_added(node, self._on)
        self._note(node, parent)
        self._learn(node, vector)
        self.report.added += 1
        return node

    def _note(self, node: int, parent: int) -> None:
        root = self._root[node] = node if parent == HIDDEN_ROOT else self._root[parent]
        self._under_root.setdefault(root, 0)
        if parent in self._retired or "retired" in self._tree.graph.nodes[node]:
            self._retired.add(node)
        elif node != root:
            self._under_root[root] += 1

    def _learn(self, node: int, vector: Sequence[float] | None) -> None:
        self._known.add(node, self._tree.name(node))
        if vector is not None:
            self._meanings.add(node, self._tree.name(node), vector)

    def _refuse(self, parent: int, text: str, why: TagRejection) -> None:
        self.report.rejected.append(Refusal(self._show(parent, text), why.rule, why.figure, why.detail))

    def _show(self, parent: int, text: str) -> str:
        return " > ".join((*self._tree.path(parent), text))
