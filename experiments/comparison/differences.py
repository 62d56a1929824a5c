"""How far two judged runs lie apart, and how sure that is.

Where two runs have answered the same questions, the questions' own difficulty is the same on both sides: pairs of them
tell more than two means do. Which pairs there are is decided by what was judged and never by what the scores are.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from ..statistics import Bootstrap, Difference, Estimate, adjust_holm, estimate_difference, estimate_gap, estimate_mean
from ..verdicts import KnownJudge
from .measures import MEASURES, WINS
from .run import ComparedRun, JudgedRecord

#: `question`: the same questions in both runs; `cell`: other questions about the same tag path, task and difficulty in
#: the same language; `unpaired`: two samples that have too little in common.
Basis = Literal["question", "cell", "unpaired"]

#: The records of the baseline and of the run that are held against each other.
_Pair = tuple[list[JudgedRecord], list[JudgedRecord]]
#: What pairs are made of, the best first.
_KEYS: Final[dict[Basis, Callable[[JudgedRecord], str]]] = {
    "question": lambda record: record.question,
    "cell": lambda record: record.point,
}
#: More draws than elsewhere: p values are multiplied by the number of runs, and must be able to stay small.
BOOTSTRAP: Final = Bootstrap(resamples=5000)
#: Pairs are used where they cover this share of the smaller sample at least.
_SHARE: Final = 0.5
#: Below this p value, adjusted, a difference is called one.
_ALPHA: Final = 0.05


@dataclass(frozen=True)
class MeasuredDifference:
    """A run's difference from the baseline in one measure.

    Attributes:
        difference: with its interval and its own p value.
        p_adjusted: by Holm over the runs that are held against the baseline; None where there is no p value.
    """

    difference: Difference
    p_adjusted: float | None

    @property
    def called(self) -> Literal["higher", "lower", "no difference shown", "too few"]:
        """What may be said of it at a level of 5 %."""
        if self.p_adjusted is None:
            return "too few"
        if self.p_adjusted >= _ALPHA:
            return "no difference shown"
        return "higher" if (self.difference.mean or 0) > 0 else "lower"


@dataclass(frozen=True)
class RunDifference:
    """A run held against the baseline.

    Attributes:
        run: the run's directory.
        basis: what pairs were made of; None where the two are not compared.
        pairs: how many there are.
        before, after: judged records of the baseline and of the run.
        measures: measure -> its difference.
        refused: why the two are not compared, or None.
    """

    run: str
    basis: Basis | None
    pairs: int
    before: int
    after: int
    measures: dict[str, MeasuredDifference]
    refused: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        called = {name: {"called": measured.called} for name, measured in self.measures.items()}
        data = asdict(self)
        data["measures"] = {name: data["measures"][name] | called[name] for name in self.measures}
        return data


def judged_means(run: ComparedRun) -> dict[str, Estimate]:
    """Measure -> its mean over a run's judged records; measures that nothing was asked for are left out."""
    means = {name: estimate_mean((record.values[name] for record in run.judged), BOOTSTRAP) for name in MEASURES}
    return {name: found for name, found in means.items() if found.count}


def differences(baseline: ComparedRun, others: Sequence[ComparedRun]) -> tuple[RunDifference, ...]:
    """Hold runs against a baseline."""
    found = [_difference(baseline, run) for run in others]
    for name in MEASURES:
        tests = [each.measures[name].difference.p_value if name in each.measures else None for each in found]
        for each, p_adjusted in zip(found, adjust_holm(tests), strict=True):
            if name in each.measures:
                each.measures[name] = replace(each.measures[name], p_adjusted=p_adjusted)
    return tuple(found)


def _difference(baseline: ComparedRun, run: ComparedRun) -> RunDifference:
    one, other = baseline.judged, run.judged
    if (refused := _refusal(baseline, run)) is not None:
        return RunDifference(run.path, None, 0, len(one), len(other), {}, refused)
    basis, pairs = _pairs(one, other)
    measures: dict[str, MeasuredDifference] = {}
    for name in MEASURES:
        if name == WINS and _prompts_for_pairs(baseline) != _prompts_for_pairs(run):
            continue  # pairs are asked about with a prompt of their own
        if basis == "unpaired":
            found = estimate_gap([each.values[name] for each in one], [each.values[name] for each in other], BOOTSTRAP)
        else:
            found = estimate_difference(
                [_mean(before, name) for before, _ in pairs], [_mean(after, name) for _, after in pairs], BOOTSTRAP
            )
        if found.count:
            measures[name] = MeasuredDifference(found, None)
    return RunDifference(run.path, basis, len(pairs), len(one), len(other), measures)


def _refusal(baseline: ComparedRun, run: ComparedRun) -> str | None:
    """Why the scores of two runs cannot be held against each other, or None."""
    judges: list[KnownJudge] = []
    for each in (baseline, run):
        if each.judge is None or not each.judged:
            return f"{each.path} is not judged: condor judge {each.path}"
        judges.append(each.judge)
    judge, other = judges
    if judge.identity == other.identity and judge.score_prompt == other.score_prompt:
        return None
    what = f"by {other.name}" if judge.name != other.name else "with other settings or another prompt"
    return f"{run.path} is judged {what}, the baseline by {judge.name}: scores of different judges are not compared"


def _prompts_for_pairs(run: ComparedRun) -> str | None:
    return run.judge.compare_prompt if run.judge else None


def _pairs(one: Sequence[JudgedRecord], other: Sequence[JudgedRecord]) -> tuple[Basis, list[_Pair]]:
    """What two samples have in common: questions, else cells, else nothing."""
    for basis, key in _KEYS.items():
        before, after = _grouped(one, key), _grouped(other, key)
        common = sorted(before.keys() & after.keys())
        if common and len(common) >= _SHARE * min(len(before), len(after)):
            return basis, [(before[each], after[each]) for each in common]
    return "unpaired", []


def _grouped(records: Sequence[JudgedRecord], key: Callable[[JudgedRecord], str]) -> dict[str, list[JudgedRecord]]:
    groups: dict[str, list[JudgedRecord]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups


def _mean(records: Sequence[JudgedRecord], name: str) -> float | None:
    """The mean over the records of one pair's side: mostly that of one."""
    known = [value for record in records if (value := record.values[name]) is not None]
    return sum(known) / len(known) if known else None
