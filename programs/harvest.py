"""Trending topics are filed in a tree: the enrichment S of the paper's update (section 3.1)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from ..errors import ReplyFault
from ..knowledge.cleaning import MIN_COSINE, Embedder, Match, TagRejection, strip_marks
from ..knowledge.tags import fold_tag
from ..knowledge.topics import Topic
from ..knowledge.tree import HIDDEN_ROOT, KnowledgeTree
from ..vocabulary import Language
from .harvest_report import Filed, HarvestReport, Unfiled
from .place import PlaceTopic
from .planting import GrowthLimits, Planter, Proposal
from .program import Program
from .stage import Step, call_stage

#: Topics asked about side by side; the model bounds the calls in flight.
_WINDOW = 256
#: What a model answers where no root tag fits.
_NONE = "none"
#: Characters of an answer that names no root tag which a report keeps.
_SHOWN = 200


class Harvest(Program[HarvestReport]):
    """(tree, topics, language) -> the tree, with each topic as a tag under the root tag that fits it, and a report.

    A tag that stands already is no second time asked about or added. If it was harvested, its date becomes the later
    one; if it was retired before the topic was found, it is a topic again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.place_topic = PlaceTopic()

    async def aforward(
        self,
        tree: KnowledgeTree,
        topics: Sequence[Topic],
        language: Language,
        *,
        today: date,
        horizon: timedelta | None = None,
        embedder: Embedder | None = None,
        min_cosine: float = MIN_COSINE,
        step: Step = call_stage,
    ) -> HarvestReport:
        """File topics.

        Args:
            tree: what to file them in; it is changed in place.
            topics: what was found.
            language: of the root tags to choose from and of the new tags, whatever the topics' own.
            today: in UTC; the date of topics that have none, or one in the future.
            horizon: topics older than this are not filed; None files all.
            embedder: finds tags that mean the same as one that stands; by default their letters decide.
            min_cosine: from which on two tags mean the same.
            step: how the stage is executed.
        """
        planter = Planter(tree, language, GrowthLimits(min_cosine=min_cosine), embedder)
        await planter.take_stock()
        filing = _Filing(self, tree, language, planter, today, step)
        waiting = iter([topic for topic in topics if filing.is_fresh(topic, horizon)])
        while window := list(islice(waiting, _WINDOW)):
            await filing.file(window)
        return filing.report()


@dataclass(frozen=True)
class _Left:
    """A topic that becomes no tag, and the list of the report that it belongs in."""

    among: list[Unfiled]
    entry: Unfiled


class _Filing:
    """One harvest under way."""

    def __init__(
        self, program: Harvest, tree: KnowledgeTree, language: Language, planter: Planter, today: date, step: Step
    ) -> None:
        self._program = program
        self._tree = tree
        self._language: Language = language
        self._planter = planter
        self._today = today
        self._step = step
        self._report = HarvestReport()
        self._roots = {_key(tree.name(root)): root for root in planter.roots()}

    def report(self) -> HarvestReport:
        """What the harvest brought."""
        self._report.merges = self._planter.report.merges
        self._report.near_misses = self._planter.report.near_misses
        self._report.rejected = self._planter.report.rejected
        return self._report

    def is_fresh(self, topic: Topic, horizon: timedelta | None) -> bool:
        """Whether a topic is within the horizon; one that is not is reported."""
        found = self._found(topic)
        if horizon is None or self._today - found <= horizon:
            return True
        reason = f"of {found.isoformat()}, past the horizon of {horizon.days} days"
        self._report.stale.append(Unfiled(topic.text, topic.place, reason))
        return False

    async def file(self, window: Sequence[Topic]) -> None:
        """File some topics, in their order and not in that of the replies: the same replies make the same tree."""
        outcomes = await asyncio.gather(*(self._ask(topic) for topic in window), return_exceptions=True)
        if error := next((outcome for outcome in outcomes if isinstance(outcome, BaseException)), None):
            raise error
        for topic, outcome in zip(window, outcomes, strict=True):
            if isinstance(outcome, Match):
                self._planter.note_merge(HIDDEN_ROOT, topic.text, outcome)
                self._renew(outcome.number, topic)
            elif isinstance(outcome, tuple):
                self._plant(topic, *outcome)
            elif isinstance(outcome, _Left):
                outcome.among.append(outcome.entry)

    async def _ask(self, topic: Topic) -> Match | tuple[int, Proposal] | _Left:
        """What stands for a topic, or the root tag for it and its tag, or why there are none."""
        if match := self._planter.find(topic.text):
            return match
        if not self._roots:
            return self._leave(topic, f"the tree has no root tag in {self._language}")
        roots = [self._tree.name(root) for root in self._roots.values()]
        try:
            answer, tag = await self._step(self._program.place_topic, topic.text, roots, self._language)
        except ReplyFault as exc:
            return _Left(self._report.failed, Unfiled(topic.text, topic.place, str(exc)))
        root = self._roots.get(_key(answer))
        if root is None:
            return self._leave(topic, _NONE if _key(answer) == _NONE else f"no such root tag: {answer[:_SHOWN]!r}")
        (proposal,) = await self._planter.read(root, [tag])
        return root, proposal

    def _leave(self, topic: Topic, reason: str) -> _Left:
        return _Left(self._report.unplaced, Unfiled(topic.text, topic.place, reason))

    def _plant(self, topic: Topic, root: int, proposal: Proposal) -> None:
        outcome = self._planter.plant_one(root, proposal)
        if isinstance(outcome, Match):
            self._renew(outcome.number, topic)
        elif not isinstance(outcome, TagRejection):
            found = self._found(topic)
            self._tree.note_added(outcome, found, source=topic.source)
            path = " > ".join(self._tree.path(outcome))
            self._report.added.append(Filed(topic.text, topic.place, path, found.isoformat()))

    def _renew(self, node: int, topic: Topic) -> None:
        """A tag was found again: what was harvested gets the later date, what was retired before is a topic again.

        A tag that was grown lives as long as the harvested one above it: then that one was found again.
        """
        nodes, found = self._tree.graph.nodes, self._found(topic)
        harvested = next((above for above in self._tree.ancestors(node) if "source" in nodes[above]), None)
        if harvested is not None and nodes[harvested].get("added", "") < found.isoformat():
            self._tree.note_added(harvested, found, source=topic.source)
            self._report.renewed.append(" > ".join(self._tree.path(harvested)))
        if self._tree.revive_path(node, before=found):
            self._report.revived.append(" > ".join(self._tree.path(node)))

    def _found(self, topic: Topic) -> date:
        return min(topic.published or self._today, self._today)


def _key(text: str) -> str:
    """What an answer has in common with the root tag that it names, or with `none`."""
    return fold_tag(strip_marks(text).rstrip("."))
