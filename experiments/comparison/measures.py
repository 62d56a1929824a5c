"""What of a judge's verdicts is compared: a number for each judged record."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from ...corpus.records import Verdict
from ...vocabulary import CRITERIA, Winner
from ..judgement import OVERALL, Judged

Measure = Callable[[Judged], float | None]

#: Of the pairs: 1 where the last refinement beats the first answer, 1/2 for a tie, 0 where it loses.
WINS: Final = "refine wins"
#: Of the scores: the last refinement's less the first answer's.
GAIN: Final = "gain"
_POINTS: Final[dict[Winner, float]] = {"first": 0.0, "tie": 0.5, "second": 1.0}


def score_of(verdict: Verdict | None, criterion: str) -> float | None:
    """A score from 1 to 10, or the mean of all five; None where the verdict is missing."""
    if verdict is None:
        return None
    return verdict.overall if criterion == OVERALL else getattr(verdict, criterion)


def _of_stage(stage: Literal["void", "refine"], criterion: str) -> Measure:
    return lambda judged: score_of(getattr(judged, stage), criterion)


def _gain(judged: Judged) -> float | None:
    void, refine = score_of(judged.void, OVERALL), score_of(judged.refine, OVERALL)
    return None if void is None or refine is None else refine - void


def _wins(judged: Judged) -> float | None:
    winner = judged.winner if judged.compared else None
    return None if winner is None else _POINTS[winner]


#: Name -> measure, in the order in which they are shown: means of scores, gain, win rate.
MEASURES: Final[Mapping[str, Measure]] = {
    **{
        f"{stage} {criterion.replace('_', ' ')}": _of_stage(stage, criterion)
        for stage in ("refine", "void")
        for criterion in (OVERALL, *CRITERIA)
    },
    GAIN: _gain,
    WINS: _wins,
}
