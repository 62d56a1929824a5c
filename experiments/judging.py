"""Judging the kept records of a run with a model, journaled like a synthesis."""

import asyncio
import heapq
import json
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from .. import __version__
from ..corpus.records import Chain
from ..errors import BadInput, CallFault, RunMismatch
from ..files import write_atomically
from ..hashing import content_hash
from ..programs import Judge, Step
from ..runtime.journal import Journal
from ..runtime.run_directory import RunDirectory
from .journaled_work import do_journaled
from .judgement import Judged, Judgement, judge_figures
from .status import open_run
from .tree_run import ModelUse

T = TypeVar("T")

#: What a judge is asked about a record.
Asked = Literal["scores", "pairs"]

#: In a run's directory: where the judging of it lives.
JUDGED = "judged"
#: In that directory: the figures of the last judging.
REPORT_FILE = "judgement.json"
#: Records that are judged side by side; the model bounds the calls in flight.
_WINDOW = 256


@dataclass(frozen=True)
class JudgePlan:
    """What to judge.

    Attributes:
        sample: how many kept records; None for all. A larger sample holds a smaller one of the same seed.
        pairwise: whether the last refinement is also compared with the first answer, in both orders.
        seed: of the sample.
    """

    sample: int | None = None
    pairwise: bool = False
    seed: int = 0


async def judge_run(plan: JudgePlan, run: Path, use: ModelUse) -> Judgement:
    """Score the first answer and the last refinement of kept records, and compare them.

    Every verdict is in a journal of its own in the run's directory before it is used: the same call again, a larger
    sample, or pairs later ask for what is missing only. Verdicts of several judging models stand side by side. The
    figures are left as `judgement.json` beside that journal.

    Args:
        plan: what to judge.
        run: the directory of a synthesis, which may be under way.
        use: the judging model, and how it is asked.

    Raises:
        BadInput: there is no synthesis in the directory, it has kept nothing, or another process judges it.
        ModelFault: no call can succeed; nothing is left of a judging that never got a reply.
        Interrupted: it was stopped; the same call goes on.
    """
    kept = kept_questions(run)
    if not kept:
        raise BadInput(f"{run}: has kept no record yet that could be judged")
    size = len(kept) if plan.sample is None else plan.sample
    # Those with the lowest hashes, so that samples of one seed lie in each other.
    chosen = heapq.nsmallest(size, kept, key=lambda question: content_hash([plan.seed, question]))
    asked = ("scores", "pairs") if plan.pairwise else ("scores",)
    items = await judge_records(run, frozenset(chosen), asked, use)
    found = judge_figures(items, judge=use.spec.name, rehearsal=use.spec.is_rehearsal, kept=len(kept))
    held = {"sample": plan.sample, "seed": plan.seed, "model": use.spec.identity} | found.as_json()
    save_report(held, run / JUDGED / REPORT_FILE)
    return found


def kept_questions(run: Path) -> list[str]:
    """The ids of the questions of kept records, in the order of the run's walk.

    Raises:
        BadInput: there is no synthesis in the directory.
    """
    _, journal = open_run(run)
    with journal:
        return [chain.question.id for chain in journal.kept_chains()]


async def judge_records(run: Path, questions: frozenset[str], asked: Sequence[Asked], use: ModelUse) -> list[Judged]:
    """Judge the kept records of some questions, in the order of the run's walk.

    Raises:
        As `judge_run` does.
    """
    _, journal = open_run(run)
    with journal:
        model, _ = use.build()
        with RunDirectory(run / JUDGED) as directory, _open(directory) as (verdicts, new):

            def discard() -> None:
                if new and not verdicts.holds_replies():
                    verdicts.close()
                    directory.discard()

            return await do_journaled(
                lambda step: _judge_all(journal, questions, asked, step),
                journal=verdicts,
                model=model,
                parse_retries=use.parse_retries,
                on_step=use.on_step,
                on_model_fault=discard,
            )


def save_report(report: Mapping[str, Any], path: Path) -> None:
    """Write figures as JSON.

    Raises:
        OutputFault: the file cannot be written.
    """
    with write_atomically(path) as file:
        json.dump(report, file, ensure_ascii=False, indent=1)
        file.write("\n")


@contextmanager
def _open(directory: RunDirectory) -> Iterator[tuple[Journal, bool]]:
    """The journal of verdicts, and whether it is new."""
    new = not directory.exists
    if new:
        journal = Journal.create(directory.journal, {"condor": __version__, "kind": "judgement"})
    else:
        journal = directory.open_journal()
    with journal:
        if journal.meta().get("kind") != "judgement":
            raise RunMismatch(f"{directory.path}: holds something else than the judging of a run")
        yield journal, new


async def _judge_all(journal: Journal, questions: frozenset[str], asked: Sequence[Asked], step: Step) -> list[Judged]:
    """Judge records; the texts of no more than a window of them are held at a time."""
    judge, items = Judge(), list[Judged]()
    waiting = (chain for chain in journal.kept_chains() if chain.question.id in questions)
    while window := list(islice(waiting, _WINDOW)):
        # Every one is awaited, also where one fails: none is left to run on after its journal is closed.
        judging = (_judge_one(judge, chain, asked, step) for chain in window)
        found = await asyncio.gather(*judging, return_exceptions=True)
        if error := next((each for each in found if isinstance(each, BaseException)), None):
            raise error
        items += [each for each in found if isinstance(each, Judged)]
    return items


async def _judge_one(judge: Judge, chain: Chain, asked: Sequence[Asked], step: Step) -> Judged:
    question, answer, final = chain.question, chain.answer, chain.final
    scores, pairs = "scores" in asked, "pairs" in asked
    same = final is answer  # a gate let no refinement stand: one answer, asked about once, and no pair
    of_void, of_refine, of_pair = await asyncio.gather(
        _unless_lost(judge.ascore(question, answer, step=step)) if scores else _nothing(),
        _unless_lost(judge.ascore(question, final, step=step)) if scores and not same else _nothing(),
        _unless_lost(judge.acompare(question, answer, final, step=step)) if pairs and not same else _nothing(),
    )
    lost = of_void[1] + of_refine[1] + of_pair[1]
    refine = of_void[0] if same else of_refine[0]
    return Judged(question, of_void[0], refine, of_pair[0], compared=pairs, same=same, unanswered=lost)


async def _unless_lost(verdict: Awaitable[T]) -> tuple[T | None, int]:
    """A verdict, or None and 1 where a call got no reply: others go on, and the same command asks again."""
    try:
        return await verdict, 0
    except CallFault:
        return None, 1


async def _nothing() -> tuple[None, int]:
    return None, 0
