"""A tree is grown: root tags in rounds, then level by level with the whole path in view (paper section 3.1)."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain, zip_longest

from ..errors import ReplyFault
from ..knowledge.cleaning import Embedder
from ..knowledge.tree import HIDDEN_ROOT, KnowledgeTree
from ..vocabulary import Language
from .growth_report import GrowthReport
from .planting import GrowthLimits, Planter, Proposal
from .program import Program
from .stage import Step, call_stage
from .tags import ExpandTag, ProposeRoots

#: Rounds in a row that bring no new root tag before growth gives up on more.
_FRUITLESS_ROUNDS = 3
#: Tags expanded side by side; the model bounds the calls in flight.
_WINDOW = 256
#: Root tags asked for in one call: longer lists repeat themselves.
_ROOTS_A_CALL = 20


class GrowTree(Program[GrowthReport]):
    """(tree, language, sizes) -> the tree, grown in place, and a report.

    What stands is kept: growing a tree that has the wanted size asks for nothing. A retired tag counts for nothing, so
    that growth fills its place, and is not grown under.
    """

    def __init__(self) -> None:
        super().__init__()
        self.propose_roots = ProposeRoots()
        self.expand_tag = ExpandTag()

    async def aforward(
        self,
        tree: KnowledgeTree,
        language: Language,
        *,
        roots: int,
        depth: int,
        branching: int,
        limits: GrowthLimits | None = None,
        refill: Mapping[int, int] | None = None,
        on: date | None = None,
        embedder: Embedder | None = None,
        step: Step = call_stage,
    ) -> GrowthReport:
        """Grow.

        Args:
            tree: what to grow; a new tree grows from nothing.
            language: of the new tags and of the root tags whose subtrees are grown.
            roots: how many root tags of that language should stand in the end.
            depth: levels in all, the root tags being the first.
            branching: how many tags should stand under each tag above the last level.
            limits: what else ends the growth; by default sizes alone.
            refill: how many tags should stand under single tags (nodes), where that is more than `branching`.
            on: today, noted on the new tags; None notes nothing.
            embedder: finds proposals that mean the same as a tag that stands; by default their letters decide.
            step: how each stage is executed.

        Raises:
            UsageFault: a quota is of a root tag that does not stand.
        """
        limits = limits or GrowthLimits()
        planter = Planter(tree, language, limits, embedder, on=on)
        await planter.take_stock()
        growth = _Growth(self, tree, language, planter, limits, refill or {}, step)
        await growth.grow_roots(roots)
        planter.check_quotas()
        await growth.grow_levels(depth, branching)
        planter.report.failed.sort()  # in an order of their own, not in that of the replies
        return planter.report


class _Growth:
    """One growth under way."""

    def __init__(
        self,
        program: GrowTree,
        tree: KnowledgeTree,
        language: Language,
        planter: Planter,
        limits: GrowthLimits,
        refill: Mapping[int, int],
        step: Step,
    ) -> None:
        self._program = program
        self._tree = tree
        self._language: Language = language
        self._planter = planter
        self._limits = limits
        self._refill = refill
        self._step = step

    async def grow_roots(self, wanted: int) -> None:
        """Ask for root tags in rounds, each of which knows what stands."""
        fruitless, elsewhere = 0, []
        while fruitless < _FRUITLESS_ROUNDS and self._planter.room(HIDDEN_ROOT):
            standing = [self._tree.name(node) for node in self._planter.roots()]
            missing = wanted - len(standing)
            if missing <= 0:
                return
            # A round that asked the same again would be answered from the journal: the count makes it another.
            count = min(missing, _ROOTS_A_CALL) + fruitless
            known = [*standing, *(tag for tag in elsewhere if tag not in standing)]
            proposals = await self._ask(HIDDEN_ROOT, self._program.propose_roots, self._language, known, count)
            added, met = self._planter.plant(HIDDEN_ROOT, proposals or [], missing)
            elsewhere = list(dict.fromkeys([*elsewhere, *met]))
            fruitless = 0 if added else fruitless + 1
        if self._planter.room(HIDDEN_ROOT):
            self._planter.report.missing_roots = wanted - len(self._planter.roots())

    async def grow_levels(self, depth: int, branching: int) -> None:
        """Expand each level whole before the next, until a rule ends it."""
        report, level = self._planter.report, self._planter.roots()
        for number in range(1, depth):
            added, proposed = report.added, report.proposed
            await self._expand_level(level, branching)
            if not self._planter.room(HIDDEN_ROOT):
                report.stopped = f"the tree has its {self._limits.size} tags"
                return
            added, proposed = report.added - added, report.proposed - proposed
            if added < proposed * self._limits.min_new_rate:
                report.stopped = f"level {number + 1}: {added} of {proposed} proposals were new"
                return
            level = [child for node in level for child in self._tree.living_children(node)]

    async def _expand_level(self, level: Sequence[int], branching: int) -> None:
        thin = [node for node in level if self._missing(node, branching)]
        if self._limits.size is not None:
            thin = self._in_turn(thin)
        while thin and self._planter.room(HIDDEN_ROOT):
            width = self._width(thin, branching)
            await self._expand_window(thin[:width], branching)
            thin = thin[width:]
        self._planter.report.thin += sum(1 for node in level if self._missing(node, branching))

    async def _expand_window(self, window: Sequence[int], branching: int) -> None:
        """Ask about each tag, and again about those that still lack some."""
        elsewhere: dict[int, list[str]] = {node: [] for node in window}
        for attempt in range(self._limits.rounds):
            window = [node for node in window if self._missing(node, branching)]
            asked = (self._expand(node, elsewhere[node], branching, attempt) for node in window)
            replies = await asyncio.gather(*asked, return_exceptions=True)
            if error := next((reply for reply in replies if isinstance(reply, BaseException)), None):
                raise error
            # Added in the order of the tags, not of the replies: the same replies make the same tree.
            for node, reply in zip(window, replies, strict=True):
                if isinstance(reply, list):
                    _, met = self._planter.plant(node, reply, self._missing(node, branching))
                    elsewhere[node] = list(dict.fromkeys([*elsewhere[node], *met]))
            window = [node for node, reply in zip(window, replies, strict=True) if reply is not None]

    async def _expand(self, node: int, elsewhere: Sequence[str], branching: int, attempt: int) -> list[Proposal] | None:
        """A tag's proposals; those that stand elsewhere are named among the existing ones, so that none comes again."""
        standing = [self._tree.name(child) for child in self._tree.children(node)]
        known = [*standing, *(tag for tag in elsewhere if tag not in standing)]
        # More with each attempt, some being lost again; it also makes the request another one for the journal.
        count = self._missing(node, branching) + attempt
        return await self._ask(node, self._program.expand_tag, self._tree.path(node), known, count, self._language)

    async def _ask(self, node: int, stage: ProposeRoots | ExpandTag, *args: object) -> list[Proposal] | None:
        """A reply's proposals, or None where there was none to read, which is reported."""
        try:
            tags = await self._step(stage, *args)
        except ReplyFault as exc:
            self._planter.report.failed.append((" > ".join(self._tree.path(node)) or "(root)", str(exc)))
            return None
        return await self._planter.read(node, tags)

    def _missing(self, node: int, branching: int) -> int:
        wanted = max(branching, self._refill.get(node, 0)) - len(self._tree.living_children(node))
        return max(0, int(min(wanted, self._planter.room(node))))

    def _width(self, thin: Sequence[int], branching: int) -> int:
        """How many tags to expand at once: no more than could fill what room is left."""
        width, wanted, room = 0, 0, self._planter.room(HIDDEN_ROOT)
        while width < min(len(thin), _WINDOW) and wanted < room:
            wanted += self._missing(thin[width], branching)
            width += 1
        return max(1, width)

    def _in_turn(self, nodes: Sequence[int]) -> list[int]:
        """One tag of each root tag after the other: a size that ends the growth ends it evenly."""
        by_root: dict[int, list[int]] = {}
        for node in nodes:
            by_root.setdefault(self._planter.root_of(node), []).append(node)
        turns = zip_longest(*by_root.values())
        return [node for node in chain.from_iterable(turns) if node is not None]
