"""Filing trending topics in a tree with a model, journaled like a synthesis."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ..errors import UsageFault
from ..files import read_text, write_atomically
from ..hashing import content_hash
from ..knowledge import KnowledgeTree, log_change
from ..knowledge.cleaning import MIN_COSINE, Embedder
from ..knowledge.topics import Topic, TopicList
from ..programs import Harvest, HarvestReport, Step
from ..runtime.run_directory import RunDirectory
from ..runtime.stopping import StopSignal, finish_or_stop
from ..vocabulary import LANGUAGES, Language
from .topics import gather_topics, topics_as_text, topics_from_text
from .tree_run import ModelUse, open_tree_run

#: In a run's directory: where each topic ended.
REPORT_FILE = "harvest.json"
_HAN = re.compile(r"[一-鿿]")


@dataclass(frozen=True)
class HarvestPlan:
    """What to file.

    Attributes:
        sources: paths and URLs of lists of topics, and of feeds.
        language: of the root tags to choose from and of the new tags, whatever the topics' own. By default that of the
            tree; where it has several, topics with Chinese characters go to the Chinese root tags.
        format_: of all sources; None to tell it for each.
        horizon: topics older than this are not filed; None files all.
        min_cosine: from which on two tags mean the same, where there is an embedder.
        on: stands for today.
    """

    sources: tuple[str, ...]
    language: Language | None = None
    format_: str | None = None
    horizon: timedelta | None = None
    min_cosine: float = MIN_COSINE
    on: date | None = None


async def harvest_tree(
    plan: HarvestPlan, tree: KnowledgeTree, run: Path, use: ModelUse
) -> tuple[KnowledgeTree, TopicList, dict[Language, HarvestReport]]:
    """File topics in a copy of a tree, and leave it in `run` as `tree.json`, and beside it as `harvest.json` where each
    topic ended.

    The topics are read once, when the run is begun. Its journal holds every reply: the same call again, after whatever
    broke it off, asks only for the rest.

    Args:
        plan: what to file.
        tree: what to file it in.
        run: the directory.
        use: the models, and how they are asked.

    Returns:
        The tree, what was read, and a report for each language.

    Raises:
        UsageFault: the tree names no language, and neither does the plan.
        UnreadableFile, FetchFault: a source cannot be read; nothing was begun.
        ModelFault: no call can succeed; a run that never got a reply is taken away again.
        RunMismatch: the directory holds other work, or that of another tree, other sources or another embedder.
        EmbeddingFault: the embedder refused some texts, or answered with what are no vectors of them.
        BadInput: the directory cannot be written, is in use, or holds something else.
        Interrupted: the harvest was stopped; the same call goes on with it.
    """
    languages = tree_languages(tree, plan.language)
    models = use.build()
    filed = KnowledgeTree()
    filed.merge(tree)
    with RunDirectory(run) as directory:
        topics = await freeze_topics(directory, plan.sources, plan.format_, models[0].engine.stopping)
        meta = begun_with(tree, plan.sources)
        with open_tree_run(directory, "harvest", meta, on=plan.on, use=use, models=models) as work:
            filing = Filing(languages, work.on, plan.horizon, plan.min_cosine, work.embedder)
            reports = await work.execute(lambda step: filing.file(filed, topics.topics, step))
            log_harvest(filed, tree.version, work.on, reports)
            ends = {language: report.as_dict() for language, report in reports.items()}
            work.save(filed, {"topics": topics_as_dict(topics), "report": ends}, REPORT_FILE)
    return filed, topics, reports


@dataclass(frozen=True)
class Filing:
    """How topics are filed.

    Attributes:
        languages: of the root tags.
        on: today.
        horizon: topics older than this are not filed; None files all.
        min_cosine: from which on two tags mean the same.
        embedder: finds such, if there is one.
    """

    languages: tuple[Language, ...]
    on: date
    horizon: timedelta | None
    min_cosine: float
    embedder: Embedder | None

    async def file(self, tree: KnowledgeTree, topics: Sequence[Topic], step: Step) -> dict[Language, HarvestReport]:
        """File topics in a tree, those of each language under its root tags."""
        reports: dict[Language, HarvestReport] = {}
        for language in self.languages:
            reports[language] = await Harvest().acall(
                tree,
                [topic for topic in topics if self._suits(topic, language)],
                language,
                today=self.on,
                horizon=self.horizon,
                embedder=self.embedder,
                min_cosine=self.min_cosine,
                step=step,
            )
        return reports

    def _suits(self, topic: Topic, language: Language) -> bool:
        return len(self.languages) == 1 or language == ("zh" if _HAN.search(topic.text) else "en")


async def freeze_topics(
    directory: RunDirectory, sources: Sequence[str], format_: str | None, stopping: StopSignal
) -> TopicList:
    """The topics that a run was begun with; a new one's are read now and kept.

    Raises:
        UnreadableFile, FetchFault: a source cannot be read; a new directory is taken away again.
    """
    if directory.exists:
        return topics_from_text(read_text(directory.topics, what="a list of topics"), str(directory.topics))
    try:
        topics = await finish_or_stop(gather_topics(sources, format_=format_), stopping) if sources else TopicList()
        with write_atomically(directory.topics) as file:
            file.write(topics_as_text(topics))
    except BaseException:
        directory.discard()  # whatever broke it off, there is nothing to go on with
        raise
    return topics


def begun_with(tree: KnowledgeTree, sources: Sequence[str]) -> dict[str, str]:
    """What a run notes of its tree and sources, and must go on with. A source may hold a key, its hash does not."""
    return {"tree": tree.version, "list of sources": content_hash(list(sources))}


def tree_languages(tree: KnowledgeTree, given: Language | None) -> tuple[Language, ...]:
    """The language that was given, or those of the root tags.

    Raises:
        UsageFault: none was given, and a root tag has none.
    """
    if given is not None:
        return (given,)
    held = {tree.graph.nodes[root].get("language") for root in tree.children()}
    if None in held:
        raise UsageFault("the tree's root tags name no language: give --language")
    return tuple(language for language in LANGUAGES if language in held)


def log_harvest(tree: KnowledgeTree, parent: str, on: date, reports: dict[Language, HarvestReport]) -> None:
    """Enter a harvest into a tree's log."""
    figures: dict[str, int] = {}
    for name, number in _all_figures(reports):
        figures[name] = figures.get(name, 0) + number
    log_change(tree, parent=parent, made_by="harvest", on=on, figures=figures)


def topics_as_dict(topics: TopicList) -> dict[str, Any]:
    """What was read, as plain values for JSON: the topics themselves are in a file of their own."""
    return {
        "read": len(topics.topics),
        "rejected": topics.rejected,
        "repeated": topics.repeated,
        "troubles": topics.troubles,
    }


def _all_figures(reports: dict[Language, HarvestReport]) -> Iterator[tuple[str, int]]:
    for report in reports.values():
        yield from report.figures.items()
