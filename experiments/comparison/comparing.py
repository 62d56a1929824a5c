"""Reading runs for a comparison, and choosing whose verdicts are held against each other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ... import __version__
from ...errors import UsageFault
from ..statistics import Estimate
from ..verdicts import KnownJudge
from .differences import RunDifference, differences, judged_means
from .parameters import differing
from .run import ComparedRun, judges_of, read_run


@dataclass(frozen=True)
class RunComparison:
    """Runs side by side; the first is the baseline.

    Attributes:
        runs: in the order in which they were named.
        differing: the names of the parameters that not all runs have the same value of.
        means: of each run: measure -> its mean over the judged records.
        differences: of each run but the first, from the first.
    """

    runs: tuple[ComparedRun, ...]
    differing: tuple[str, ...]
    means: tuple[dict[str, Estimate], ...]
    differences: tuple[RunDifference, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything but the single verdicts, as plain values for JSON."""
        return {
            "condor": __version__,
            "baseline": self.runs[0].path,
            "differing": list(self.differing),
            "runs": [_as_json(run, means) for run, means in zip(self.runs, self.means, strict=True)],
            "differences": [each.as_json() for each in self.differences],
        }


def compare_runs(runs: Sequence[Path]) -> RunComparison:
    """Hold runs against the first of them. Nothing is asked of a model, and nothing is changed.

    The judge is one of the baseline's: the one that most of the runs share, and of several such the one of its last
    judging. A run that this judge has not scored is shown with its own judge's figures, and not compared.

    Args:
        runs: directories of syntheses, also of such as are under way.

    Raises:
        UsageFault: there are fewer than two, or one is named twice.
        BadInput: there is no synthesis in one of the directories, or something in it cannot be read.
    """
    _check(runs)
    judges = _choose([judges_of(run) for run in runs])
    read = tuple(read_run(run, judge) for run, judge in zip(runs, judges, strict=True))
    return RunComparison(
        runs=read,
        differing=tuple(differing([run.parameters for run in read])),
        means=tuple(judged_means(run) for run in read),
        differences=differences(read[0], read[1:]),
    )


def _check(runs: Sequence[Path]) -> None:
    if len(runs) < 2:
        raise UsageFault("a comparison takes two runs at least: condor compare BASELINE RUN")
    seen: set[Path] = set()
    for run in runs:
        if (place := run.resolve()) in seen:
            raise UsageFault(f"{run}: named twice; a run is not compared with itself")
        seen.add(place)


def _choose(known: Sequence[Sequence[KnownJudge]]) -> list[KnownJudge | None]:
    """Whose verdicts are read of each run; the judges of a run come with that of its last judging first."""
    shared = Counter(_scorer(judge) for judges in known for judge in judges)
    wanted = max(known[0], key=lambda judge: shared[_scorer(judge)], default=None)

    def of(judges: Sequence[KnownJudge]) -> KnownJudge | None:
        same = [judge for judge in judges if wanted is not None and _scorer(judge) == _scorer(wanted)]
        return next(iter((*same, *judges)), None)

    return [of(judges) for judges in known]


def _scorer(judge: KnownJudge) -> tuple[str, str | None]:
    return judge.identity, judge.score_prompt


def _as_json(run: ComparedRun, means: dict[str, Estimate]) -> dict[str, Any]:
    return {
        "path": run.path,
        "rehearsal": run.rehearsal,
        "finished": run.figures.finished,
        "parameters": run.parameters,
        "figures": asdict(run.figures),
        "judge": None if run.judge is None else asdict(run.judge),
        "judged": len(run.judged),
        "means": {name: asdict(mean) for name, mean in means.items()},
    }
