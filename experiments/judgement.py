"""What a judge's verdicts over a run come to: means with intervals, gains, win rates, by slice."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from ..corpus.records import Comparison, Origin, Question, Verdict
from ..vocabulary import CRITERIA, Winner
from .statistics import (
    Difference,
    Estimate,
    PositionBias,
    WinRate,
    estimate_difference,
    estimate_mean,
    measure_position_bias,
    win_rate,
)

T = TypeVar("T")

#: The mean of the five criteria, beside each of them.
OVERALL = "overall"
#: What verdicts are told apart by.
SLICES: Mapping[str, Callable[[Origin], str]] = {
    "task": lambda origin: origin.task,
    "difficulty": lambda origin: str(origin.difficulty),
    "language": lambda origin: origin.language,
    "root": lambda origin: origin.path[0],
}


@dataclass(frozen=True)
class Judged:
    """A kept record as a judge sees it.

    Attributes:
        question: its question.
        void, refine: the scores of the first answer and of the last refinement; None where they are missing.
        pair: both compared, the first answer being the first of the pair; None where that is missing.
        compared: whether the pair was to be compared.
        same: whether the first answer is the last one, since a gate let no refinement stand: a tie without a call.
        unanswered: calls for it that got no reply; the same command asks again.
    """

    question: Question
    void: Verdict | None
    refine: Verdict | None
    pair: Comparison | None
    compared: bool
    same: bool = False
    unanswered: int = 0

    @property
    def winner(self) -> Winner | None:
        """The better of the pair; None where that is missing."""
        if self.same:
            return "tie"
        return None if self.pair is None else self.pair.winner


@dataclass(frozen=True)
class Gain:
    """The two stages side by side.

    Attributes:
        void, refine: mean scores, from 1 to 10.
        gain: of `refine` over `void`, over the records that have both.
    """

    void: Estimate
    refine: Estimate
    gain: Difference


@dataclass(frozen=True)
class Judgement:
    """The figures of a judged sample.

    Attributes:
        judge: the name of the judging model; `rehearsal` is whether that is the embedded stand-in.
        kept, judged: records that the run had kept, and of these the judged ones.
        unanswered: calls that got no reply; the same command asks again.
        scores: by criterion, and `overall`.
        slices: what is told apart (task, difficulty, language, root) -> value -> its `overall`.
        wins: of the last refinement against the first answer; None where pairs were not asked about.
        slice_wins: the same by slice.
        bias: how often the order of a pair decided.
    """

    judge: str
    rehearsal: bool
    kept: int
    judged: int
    unanswered: int
    scores: dict[str, Gain]
    slices: dict[str, dict[str, Gain]]
    wins: WinRate | None = None
    slice_wins: dict[str, dict[str, WinRate]] = field(default_factory=dict)
    bias: PositionBias | None = None

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return asdict(self)


def judge_figures(items: Sequence[Judged], *, judge: str, rehearsal: bool, kept: int) -> Judgement:
    """Reckon the figures of judged records, in whatever order they come."""
    compared = [item for item in items if item.compared]
    return Judgement(
        judge=judge,
        rehearsal=rehearsal,
        kept=kept,
        judged=len(items),
        unanswered=sum(item.unanswered for item in items),
        scores={name: _gain(items, name) for name in (OVERALL, *CRITERIA)},
        slices=_by_slice(items, lambda some: _gain(some, OVERALL)),
        wins=_wins(compared) if compared else None,
        slice_wins=_by_slice(compared, _wins) if compared else {},
        bias=measure_position_bias(item.pair for item in compared if not item.same) if compared else None,
    )


def _gain(items: Iterable[Judged], criterion: str) -> Gain:
    void, refine = zip(*((_score(item.void, criterion), _score(item.refine, criterion)) for item in items), strict=True)
    return Gain(estimate_mean(void), estimate_mean(refine), estimate_difference(void, refine))


def _score(verdict: Verdict | None, criterion: str) -> float | None:
    if verdict is None:
        return None
    return verdict.overall if criterion == OVERALL else getattr(verdict, criterion)


def _wins(items: Iterable[Judged]) -> WinRate:
    return win_rate((item.winner for item in items), of="second")


def _by_slice(items: Sequence[Judged], reckon: Callable[[Sequence[Judged]], T]) -> dict[str, dict[str, T]]:
    slices: dict[str, dict[str, T]] = {}
    for name, value_of in SLICES.items():
        parts: dict[str, list[Judged]] = {}
        for item in items:
            parts.setdefault(value_of(item.question.origin), []).append(item)
        slices[name] = {value: reckon(parts[value]) for value in sorted(parts)}
    return slices
