"""A judging in MLflow: what is told at its beginning and at its end."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...runtime.journal import Journal
from ...runtime.models import ModelSpec
from ...runtime.run_directory import JOURNAL_FILE
from .artifacts import JUDGING_ENDS
from .facts import RunFacts
from .limits import fit_key
from .runs import RUN_ID
from .tracker import Tracker

if TYPE_CHECKING:
    from ..judgement import Gain, Judgement
    from ..statistics import Estimate, WinRate


def show_beginning(
    tracker: Tracker, run: Path, judge: ModelSpec, settings: Mapping[str, object], verdicts: Journal
) -> None:
    """Show the judging of a run from now on. It is a run of its own beside that of the synthesis, and names it.

    Raises:
        OutputFault: the journal of verdicts cannot be written.
    """
    told = {**settings, **{f"model.{name}": value for name, value in judge.sampling.items()}}
    tracker.begin(verdicts, judging_facts(run, judge.name, judge.is_rehearsal, told), files=())


def judging_facts(run: Path, judge: str | None, rehearsal: bool, settings: Mapping[str, object]) -> RunFacts:
    """The facts of a judging.

    Args:
        run: that is judged.
        judge: the name of the judging model; None where nothing says it.
        rehearsal: whether that is the embedded stand-in.
        settings: what else decides the result.
    """
    tags = {"condor.rehearsal": "yes" if rehearsal else "no", "condor.model": judge} if judge else {}
    with Journal(run / JOURNAL_FILE, writable=False) as journal:
        meta = journal.meta()
    tags["condor.tree_version"] = meta.get("tree_version", "")
    if (judged := meta.get(RUN_ID)) is not None:
        tags["condor.judged_run_id"] = judged
    return RunFacts("judge", run.resolve().name, {"model.name": judge, **settings}, tags)


def show_judgement(tracker: Tracker, found: "Judgement") -> None:
    """Note how a judging ended, with its figures."""
    said = f"{found.unanswered} calls got no reply" if found.unanswered else "complete"
    tracker.end("FINISHED", outcome=said, metrics=judgement_as_metrics(found), files=JUDGING_ENDS)


def judgement_as_metrics(found: "Judgement") -> dict[str, float | None]:
    """Means, gains and win rates with the bounds of their intervals, over all and by slice.

    The keys are `judge.CRITERION.refine`, `judge.CRITERION.refine.low`, `judge.task.creation.gain`, ...
    """
    metrics: dict[str, float | None] = {"judge.judged": found.judged, "judge.unanswered": found.unanswered}
    for criterion, gain in found.scores.items():
        metrics |= _gain(f"judge.{criterion}", gain)
    for what, values in found.slices.items():
        for value, gain in values.items():
            metrics |= _gain(f"judge.{what}.{fit_key(value)}", gain)
    if found.wins is not None:
        metrics |= _wins("judge.wins", found.wins)
    for what, wins in found.slice_wins.items():
        for value, each in wins.items():
            metrics |= _wins(f"judge.{what}.{fit_key(value)}.wins", each)
    if found.bias is not None:
        metrics["judge.flips"] = found.bias.flips
    return metrics


def _gain(key: str, gain: "Gain") -> dict[str, float | None]:
    difference = {
        f"{key}.gain": gain.gain.mean,
        f"{key}.gain.low": gain.gain.low,
        f"{key}.gain.high": gain.gain.high,
        f"{key}.gain.p": gain.gain.p_value,
    }
    return _estimate(f"{key}.void", gain.void) | _estimate(f"{key}.refine", gain.refine) | difference


def _estimate(key: str, found: "Estimate") -> dict[str, float | None]:
    return {key: found.mean, f"{key}.low": found.low, f"{key}.high": found.high, f"{key}.count": found.count}


def _wins(key: str, found: "WinRate") -> dict[str, float | None]:
    return _estimate(key, found) | {f"{key}.ties": found.ties, f"{key}.missing": found.missing}
