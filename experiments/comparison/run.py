"""One run as a comparison sees it, read from its directory alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...corpus.records import Chain
from ...runtime.journal import Journal
from ..judgement import Judged
from ..recipe import load_recipe
from ..status import open_run
from ..verdicts import KnownJudge, known_judges, last_judged_by, open_verdicts, read_judged
from .figures import LengthCount, RunFigures, run_figures
from .measures import MEASURES
from .parameters import run_parameters


@dataclass(frozen=True)
class JudgedRecord:
    """What is compared of a judged record.

    Attributes:
        question: id of its question.
        point: id of its cell (tag path, task, language), and its difficulty.
        values: measure -> number; None where the verdict is missing.
    """

    question: str
    point: str
    values: dict[str, float | None]


@dataclass(frozen=True)
class ComparedRun:
    """A run.

    Attributes:
        path: its directory, as it was named.
        parameters: what it was made with.
        figures: what came of it.
        judge: whose verdicts `judged` holds; None where it is not judged.
        judged: in the order of the run's walk.
        rehearsal: whether the embedded stand-in wrote it.
    """

    path: str
    parameters: dict[str, Any]
    figures: RunFigures
    judge: KnownJudge | None
    judged: tuple[JudgedRecord, ...]
    rehearsal: bool


def judges_of(run: Path) -> tuple[KnownJudge, ...]:
    """Who has scored records of a run, the judge of the last finished judging first.

    Raises:
        BadInput: there is no synthesis in the directory, or its judging is damaged.
    """
    _, journal = open_run(run)
    journal.close()
    verdicts = open_verdicts(run)
    if verdicts is None:
        return ()
    with verdicts:
        judges = [judge for judge in known_judges(verdicts) if judge.score_prompt is not None]
    last = last_judged_by(run)
    return tuple(sorted(judges, key=lambda judge: judge.identity != last))


def read_run(run: Path, judge: KnownJudge | None) -> ComparedRun:
    """Read a run, also while it is under way.

    Args:
        run: its directory.
        judge: whose verdicts to read, see `judges_of`.

    Raises:
        BadInput: there is no synthesis in the directory, or something in it cannot be read.
    """
    directory, journal = open_run(run)
    recipe = load_recipe(directory.recipe)
    with journal:
        lengths = LengthCount()
        judged = tuple(_judged_records(run, journal, judge, lengths))
        return ComparedRun(
            path=str(run),
            parameters=run_parameters(recipe, journal),
            figures=run_figures(journal, recipe.records, lengths.means()),
            judge=judge,
            judged=judged,
            rehearsal=recipe.model.is_rehearsal,
        )


def _judged_records(run: Path, journal: Journal, judge: KnownJudge | None, lengths: LengthCount) -> list[JudgedRecord]:
    """What a judge says of the kept records; the texts of no more than one of them are held at a time."""
    verdicts = open_verdicts(run) if judge is not None else None
    if judge is None or verdicts is None:
        for chain in journal.kept_chains():
            lengths.add(chain)
        return []
    with verdicts:
        found = []
        for chain, judged in read_judged(journal.kept_chains(), verdicts, judge):
            lengths.add(chain)
            if judged is not None:
                found.append(_record(chain, judged))
        return found


def _record(chain: Chain, judged: Judged) -> JudgedRecord:
    question = chain.question
    return JudgedRecord(
        question=question.id,
        point=f"{question.parent_id} {question.origin.difficulty}",
        values={name: measure(judged) for name, measure in MEASURES.items()},
    )
