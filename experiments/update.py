"""Bringing a tree up to date with a model: U(T, t) of the paper (section 3.1), journaled like a synthesis."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ..knowledge import KnowledgeTree, log_change, retire_stale, stale_roots
from ..knowledge.topics import TopicList
from ..programs import GrowthLimits, GrowthReport, GrowTree, HarvestReport, Step, serving_roots
from ..runtime.run_directory import RunDirectory
from ..vocabulary import Language
from .harvest import Filing, begun_with, freeze_topics, frozen_topics, log_harvest, topics_as_dict, tree_languages
from .tree_run import ModelUse, TreeRun, open_tree_run


@dataclass(frozen=True)
class UpdatePlan:
    """How to bring a tree up to date.

    Attributes:
        sources: paths and URLs of lists of topics, and of feeds; none for no harvest.
        language: what to work on; by default all languages of the tree.
        format_: of all sources; None to tell it for each.
        horizon: harvested tags older than this are retired, and a root tag under which nothing came for so long is
            stale.
        depth: levels in all, as for growth.
        branching: a tag above the last level with fewer living tags under it is thin, and filled up to that.
        refill: tags that a stale root tag gets on top of those under it.
        limits: what else ends the growth.
        on: stands for today.
    """

    sources: tuple[str, ...] = ()
    language: Language | None = None
    format_: str | None = None
    horizon: timedelta = timedelta(days=90)
    depth: int = 3
    branching: int = 6
    refill: int = 2
    limits: GrowthLimits = field(default_factory=GrowthLimits)
    on: date | None = None


@dataclass
class UpdateReport:
    """What an update brought.

    Attributes:
        topics: what was read.
        harvest: what became of the topics, by language.
        retired: paths of the tags that were retired.
        stale: paths of the root tags that got more than their share.
        growth: what was grown, by language.
    """

    topics: TopicList
    harvest: dict[Language, HarvestReport] = field(default_factory=dict)
    retired: list[tuple[str, ...]] = field(default_factory=list)
    stale: list[tuple[str, ...]] = field(default_factory=list)
    growth: dict[Language, GrowthReport] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return {
            "topics": topics_as_dict(self.topics),
            "harvest": {language: report.as_dict() for language, report in self.harvest.items()},
            "retired": self.retired,
            "stale": self.stale,
            "growth": {language: report.as_dict() for language, report in self.growth.items()},
        }


async def update_tree(
    plan: UpdatePlan, tree: KnowledgeTree, run: Path, use: ModelUse
) -> tuple[KnowledgeTree, UpdateReport]:
    """Bring a copy of a tree up to date, and leave it in `run` as `tree.json`, and beside it as `update.json` what was
    done: topics filed, then tags past their horizon retired, then thin and stale branches filled.

    The topics are read once, when the run is begun. Its journal holds every reply: the same call again, after whatever
    broke it off, asks only for the rest.

    Args:
        plan: how.
        tree: what to bring up to date.
        run: the directory.
        use: the models, and how they are asked.

    Raises:
        As `harvest_tree` does; and UsageFault where a quota is of a root tag that does not stand.
    """
    languages = tree_languages(tree, plan.language)
    models = use.build()
    updated = KnowledgeTree()
    updated.merge(tree)
    plan.limits.check_quotas(name for language in languages for name in _root_names(updated, language))
    with RunDirectory(run) as directory:
        frozen = await freeze_topics(directory, plan.sources, plan.format_, models[0].engine.stopping)
        meta = begun_with(tree, plan.sources)
        async with open_tree_run(directory, "update", meta, on=plan.on, use=use, models=models, frozen=frozen) as work:
            report = UpdateReport(frozen_topics(work))
            filing = Filing(languages, work.on, plan.horizon, plan.limits.min_cosine, work.embedder)
            await work.execute(_Update(plan, updated, filing, report, work).run)
            await work.save(updated, {"report": report.as_dict()})
    return updated, report


class _Update:
    """One update under way; each of its three parts enters the tree's log."""

    def __init__(
        self, plan: UpdatePlan, tree: KnowledgeTree, filing: Filing, report: UpdateReport, work: TreeRun
    ) -> None:
        self._plan = plan
        self._tree = tree
        self._filing = filing
        self._on = filing.on
        self._report = report
        self._work = work

    async def run(self, step: Step) -> None:
        """Do the whole of it."""
        await self._harvest(step)
        self._retire()
        await self._grow(step)

    async def _harvest(self, step: Step) -> None:
        before = self._tree.version
        self._report.harvest = await self._filing.file(self._tree, self._report.topics.topics, step)
        log_harvest(self._tree, before, self._work, self._report.harvest)

    def _retire(self) -> None:
        before = self._tree.version
        languages = (None, *self._filing.languages)
        retired = retire_stale(self._tree, today=self._on, horizon=self._plan.horizon, languages=languages)
        self._report.retired = [self._tree.path(node) for node in retired]
        log_change(self._tree, parent=before, made_by="retire", on=self._on, figures={"retired": len(retired)})

    async def _grow(self, step: Step) -> None:
        plan, before = self._plan, self._tree.version
        stale = self._stale_roots() if plan.refill else []
        self._report.stale = [self._tree.path(root) for root in stale]
        refill = {root: len(self._tree.living_children(root)) + plan.refill for root in stale}
        for language in self._filing.languages:
            self._report.growth[language] = await GrowTree().acall(
                self._tree,
                language,
                roots=0,
                depth=plan.depth,
                branching=plan.branching,
                limits=plan.limits.among(_root_names(self._tree, language)),
                refill=refill,
                on=self._on,
                embedder=self._filing.embedder,
                step=step,
            )
        figures: dict[str, int] = {}
        for report in self._report.growth.values():
            figures = {name: figures.get(name, 0) + number for name, number in report.figures.items()}
        log_change(self._tree, parent=before, made_by="grow", on=self._on, figures=figures, model=self._work.model)

    def _stale_roots(self) -> list[int]:
        """The stale root tags of the languages that are worked on."""
        stale = stale_roots(self._tree, today=self._on, horizon=self._plan.horizon)
        languages = (None, *self._filing.languages)
        return [root for root in stale if self._tree.graph.nodes[root].get("language") in languages]


def _root_names(tree: KnowledgeTree, language: Language) -> list[str]:
    return [tree.name(root) for root in serving_roots(tree, language)]
