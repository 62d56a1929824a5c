"""A comparison as tables of text, for a terminal and for Markdown alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ...vocabulary import LANGUAGES
from ..statistics import Estimate
from .comparing import RunComparison
from .differences import Basis, MeasuredDifference, RunDifference
from .figures import RunFigures
from .measures import MEASURES, WINS
from .parameters import Value
from .run import ComparedRun

#: What stands where there is nothing.
NONE = "-"
_BASES: dict[Basis, str] = {
    "question": "{} pairs of the same question",
    "cell": "{} pairs of the same cell (path, task, difficulty, language); the questions differ",
    "unpaired": "unpaired: {} and {} records with too little in common",
}


@dataclass(frozen=True)
class Section:
    """A table.

    Attributes:
        title: above it.
        header: names of the columns; the first is that of the rows' names.
        rows: as many cells as the header has.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Report:
    """Tables, and what must be said of them, a line each."""

    sections: tuple[Section, ...]
    notes: tuple[str, ...]


def report(comparison: RunComparison, *, every_parameter: bool = False) -> Report:
    """A comparison as text.

    Args:
        comparison: the figures.
        every_parameter: whether parameters that do not differ are shown as well.
    """
    names = _names(comparison.runs)
    sections = (
        _parameters(comparison, names, every_parameter),
        _figures(comparison.runs, names),
        _judgement(comparison, names),
        _differences(comparison, names),
    )
    return Report(tuple(section for section in sections if section.rows), tuple(_notes(comparison, names)))


def _names(runs: Sequence[ComparedRun]) -> tuple[str, ...]:
    """The runs' names: those of their directories, where these tell them apart."""
    short = [PurePath(run.path).name for run in runs]
    distinct = len(set(short)) == len(short) and all(short)
    return tuple(short if distinct else (run.path for run in runs))


def _parameters(comparison: RunComparison, names: tuple[str, ...], every: bool) -> Section:
    runs = comparison.runs
    shown = list(dict.fromkeys(name for run in runs for name in run.parameters)) if every else comparison.differing
    rows = [(name, *(_value(run.parameters.get(name)) for run in runs)) for name in shown]
    title = "Parameters" if every else "Parameters that differ"
    return Section(title, ("parameter", *names), tuple(rows or [("none", *("" for _ in names))]))


def _value(value: Value) -> str:
    if value is None or value == []:
        return NONE
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _figures(runs: Sequence[ComparedRun], names: tuple[str, ...]) -> Section:
    figures = [run.figures for run in runs]

    def row(name: str, show: Callable[[RunFigures], str]) -> tuple[str, ...]:
        return (name, *map(show, figures))

    rows = [
        row("kept", lambda found: _count(found.kept) + ("" if found.finished else f" of {_count(found.asked)}")),
        *_reasons("rejected", [found.rejected for found in figures]),
        *_reasons("failed", [found.failed for found in figures]),
        row("calls", lambda found: _count(found.calls)),
        row("tokens in", lambda found: _count(found.input_tokens)),
        row("tokens out", lambda found: _count(found.output_tokens)),
        row("cost", lambda found: _dollars(found.cost_usd)),
        row("calls a kept record", lambda found: _ratio(found.per_kept.calls, 2)),
        row("tokens a kept record", lambda found: _ratio(found.per_kept.tokens, 0)),
        row("cost a kept record", lambda found: _dollars(found.per_kept.cost_usd, 6, known=bool(found.kept))),
        *_waiting(figures),
        *_lengths(figures),
    ]
    return Section("Figures", ("figure", *names), tuple(rows))


def _reasons(outcome: str, counts: Sequence[dict[str, int]]) -> list[tuple[str, ...]]:
    total = (outcome, *(_count(sum(some.values())) for some in counts))
    reasons = sorted({reason for some in counts for reason in some})
    return [total, *((f"{outcome}: {reason}", *(_count(some.get(reason, 0)) for some in counts)) for reason in reasons)]


def _waiting(figures: Sequence[RunFigures]) -> list[tuple[str, ...]]:
    stages = dict.fromkeys(stage for found in figures for stage in found.waiting)

    def show(found: RunFigures, stage: str) -> str:
        waited = found.waiting.get(stage)
        return f"{waited.p50_s:.2f} / {waited.p95_s:.2f}" if waited else NONE

    return [(f"{stage}: seconds, p50 / p95", *(show(found, stage) for found in figures)) for stage in stages]


def _lengths(figures: Sequence[RunFigures]) -> list[tuple[str, ...]]:
    rows = []
    for language in LANGUAGES:
        if not any(language in found.lengths for found in figures):
            continue
        means = [found.lengths.get(language) for found in figures]
        rows.append((f"characters an answer, {language}", *(_ratio(mean and mean.answer, 0) for mean in means)))
        rows.append((f"characters a refinement, {language}", *(_ratio(mean and mean.refinement, 0) for mean in means)))
    return rows


def _judgement(comparison: RunComparison, names: tuple[str, ...]) -> Section:
    runs = comparison.runs
    if all(run.judge is None for run in runs):
        return Section("Judge", (), ())
    rows = [
        ("judge", *(run.judge.name if run.judge else f"not judged: condor judge {run.path}" for run in runs)),
        ("judged", *(f"{len(run.judged)} of {run.figures.kept}" for run in runs)),
        *(
            (name, *(_estimate(means.get(name)) for means in comparison.means))
            for name in MEASURES
            if any(name in means for means in comparison.means)
        ),
    ]
    return Section("Judge: means with 95 % intervals", ("measure", *names), tuple(rows))


def _differences(comparison: RunComparison, names: tuple[str, ...]) -> Section:
    found = [(name, each) for name, each in zip(names[1:], comparison.differences, strict=True) if not each.refused]
    rows = [("pairs", *(_basis(each) for _, each in found))]
    rows += [
        (measure, *(_measured(each.measures.get(measure)) for _, each in found))
        for measure in MEASURES
        if any(measure in each.measures for _, each in found)
    ]
    title = f"Differences from {names[0]}, with 95 % intervals"
    return Section(title, ("measure", *(name for name, _ in found)), tuple(rows) if found else ())


def _basis(each: RunDifference) -> str:
    if each.basis is None:
        return NONE
    counts = (each.before, each.after) if each.basis == "unpaired" else (each.pairs,)
    return _BASES[each.basis].format(*counts)


def _measured(measured: MeasuredDifference | None) -> str:
    if measured is None or measured.difference.mean is None:
        return NONE
    found = measured.difference
    if found.low is None or measured.p_adjusted is None:
        return f"{found.mean:+.2f} ({measured.called})"
    return f"{found.mean:+.2f} [{found.low:+.2f}, {found.high:+.2f}] p {measured.p_adjusted:.4f} {measured.called}"


def _notes(comparison: RunComparison, names: tuple[str, ...]) -> list[str]:
    runs, notes = comparison.runs, list[str]()
    for name, run in zip(names, runs, strict=True):
        if not run.figures.finished:
            notes.append(f"{name} is under way or fell short: {run.figures.kept} of {run.figures.asked} kept")
        if run.figures.inherited:
            steps = _count(run.figures.inherited)
            notes.append(f"{name} took {steps} steps over from another run, which paid for them")
        if run.figures.cost_usd is None:
            notes.append(f"{name}: the price of its model is unknown; model.price in a recipe sets it")
    notes += dict.fromkeys(each.refused for each in comparison.differences if each.refused)
    compared = sum(not each.refused for each in comparison.differences)
    if any(WINS in each.measures for each in comparison.differences):
        notes.append("refine wins: 1 where the refinement beats the answer it came from, 0.5 for a tie")
    if compared > 1:
        notes.append(f"p values are adjusted by Holm for {compared} runs, each measure for itself; intervals are not")
    if any(run.rehearsal for run in runs):
        notes.append("rehearsal data: written by the embedded stand-in to try the pipeline, not to train on")
    return notes


def _count(number: int) -> str:
    return f"{number:,}"


def _ratio(value: float | None, digits: int) -> str:
    return NONE if value is None else f"{value:,.{digits}f}"


def _dollars(cost: float | None, digits: int = 4, *, known: bool = True) -> str:
    if cost is None:
        return "price unknown" if known else NONE
    return f"${cost:,.{digits}f}"


def _estimate(found: Estimate | None) -> str:
    if found is None or found.mean is None:
        return NONE
    interval = "" if found.low is None else f" [{found.low:.2f}, {found.high:.2f}]"
    return f"{found.mean:.2f}{interval}"
