"""A tree is grown: root tags in rounds, then level by level with the whole path in view (paper section 3.1)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..errors import DuplicateTag, ReplyFault, TagFault
from ..knowledge.tree import HIDDEN_ROOT, KnowledgeTree
from ..vocabulary import Language
from .program import Program
from .stage import Step, call_stage
from .tags import ExpandTag, ProposeRoots

#: Rounds in a row that bring no new root tag before growth gives up on more.
_FRUITLESS_ROUNDS = 3
#: Tags expanded side by side; the model bounds the calls in flight.
_WINDOW = 256
#: Root tags asked for in one call: longer lists repeat themselves.
_ROOTS_A_CALL = 20


@dataclass
class GrowthReport:
    """What a growth brought.

    Attributes:
        added: tags added.
        duplicates: proposals that stood already.
        rejected: (path, reason) of proposals that are no tags.
        failed: (path, reason) of tags whose expansion got no readable reply.
    """

    added: int = 0
    duplicates: int = 0
    rejected: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


class GrowTree(Program[GrowthReport]):
    """(tree, language, sizes) -> the tree, grown in place, and a report.

    What stands is kept: growing a tree that has the wanted size asks for nothing.
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
        step: Step = call_stage,
    ) -> GrowthReport:
        """Grow.

        Args:
            tree: what to grow; a new tree grows from nothing.
            language: of the new tags and of the root tags whose subtrees are grown.
            roots: how many root tags of that language should stand in the end.
            depth: levels in all, the root tags being the first.
            branching: how many tags should stand under each tag above the last level.
            step: how each stage is executed.
        """
        report = GrowthReport()
        await self._grow_roots(tree, language, roots, step, report)
        level = [node for node in tree.children() if tree.graph.nodes[node].get("language") in (None, language)]
        for _ in range(1, depth):
            await self._expand_level(tree, level, language, branching, step, report)
            level = [child for node in level for child in tree.children(node)]
        return report

    async def _grow_roots(
        self, tree: KnowledgeTree, language: Language, wanted: int, step: Step, report: GrowthReport
    ) -> None:
        fruitless = 0
        while fruitless < _FRUITLESS_ROUNDS:
            standing = [
                tree.name(n) for n in tree.children() if tree.graph.nodes[n].get("language") in (None, language)
            ]
            missing = wanted - len(standing)
            if missing <= 0:
                return
            # A round that asked the same again would be answered from the journal: the count makes it another.
            count = min(missing, _ROOTS_A_CALL) + fruitless
            try:
                tags = await step(self.propose_roots, language, standing, count)
            except ReplyFault as exc:
                report.failed.append(("(root)", str(exc)))
                fruitless += 1
                continue
            added = _add_tags(tree, HIDDEN_ROOT, tags, missing, report, language)
            fruitless = 0 if added else fruitless + 1

    async def _expand_level(
        self,
        tree: KnowledgeTree,
        level: Sequence[int],
        language: Language,
        branching: int,
        step: Step,
        report: GrowthReport,
    ) -> None:
        thin = [node for node in level if len(tree.children(node)) < branching]
        for start in range(0, len(thin), _WINDOW):
            window = thin[start : start + _WINDOW]
            asked = (self._expand(tree, node, language, branching, step) for node in window)
            replies = await asyncio.gather(*asked, return_exceptions=True)
            # Added in the order of the tags, not of the replies: the same replies make the same tree.
            for node, reply in zip(window, replies, strict=True):
                if isinstance(reply, ReplyFault):
                    report.failed.append((" > ".join(tree.path(node)), str(reply)))
                elif isinstance(reply, BaseException):
                    raise reply
                else:
                    _add_tags(tree, node, reply, branching - len(tree.children(node)), report, None)

    async def _expand(
        self, tree: KnowledgeTree, node: int, language: Language, branching: int, step: Step
    ) -> tuple[str, ...]:
        standing = [tree.name(child) for child in tree.children(node)]
        missing = branching - len(standing)
        return await step(self.expand_tag, tree.path(node), standing, missing, language)


def _add_tags(
    tree: KnowledgeTree, parent: int, tags: Sequence[str], most: int, report: GrowthReport, language: Language | None
) -> int:
    """Add proposals in their order until `most` have been added; returns how many were."""
    added = 0
    for tag in tags:
        if added == most:
            break
        try:
            tree.add(tag, parent=parent, language=language)
            added += 1
        except DuplicateTag:
            report.duplicates += 1
        except TagFault as exc:
            report.rejected.append((" > ".join((*tree.path(parent), tag)), str(exc)))
    report.added += added
    return added
