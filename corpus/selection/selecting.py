"""The steps of a selection, one after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..entries import Entry
from .quotas import keep_quotas
from .ranks import record_order
from .report import SelectionReport, Step, targets_of, unmatched_names
from .rules import IncludeRule
from .settings import SelectionSettings
from .subsets import keep_difficulties, keep_first_tasks, keep_fraction, keep_tags
from .weights import keep_weighted

_Step = Callable[[Sequence[Entry]], list[Entry]]


@dataclass(frozen=True)
class Selection:
    """What was selected.

    Attributes:
        entries: in the order in which they were given.
        report: what was left out, and what could not be met.
    """

    entries: list[Entry]
    report: SelectionReport


def select(entries: Sequence[Entry], settings: SelectionSettings, seed: int) -> list[Entry]:
    """The entries that a release takes, in the order in which they are given (`select_with_report`)."""
    return select_with_report(entries, settings, seed).entries


def select_with_report(entries: Sequence[Entry], settings: SelectionSettings, seed: int) -> Selection:
    """The entries that a release takes, and a report.

    First come the rules, then the subset (difficulty, tasks, tags, fraction), then quotas, and last weights and the
    total: each step works on what the ones before it leave. Which entries are taken does not depend on their order.

    Args:
        entries: what there is, each question once.
        settings: what is asked.
        seed: decides what chance decides.
    """
    steps: list[Step] = []
    there = _take(entries, _cuts(settings, seed), steps)
    within = _take(there, _quota_steps(settings, seed), steps)
    kept = _take(within, _total_steps(settings, seed), steps)
    targets = targets_of(there, within, kept, settings)
    report = SelectionReport(len(entries), len(kept), tuple(steps), targets, unmatched_names(entries, settings))
    return Selection(kept, report)


def _take(entries: Sequence[Entry], named: Iterator[tuple[str, _Step]], steps: list[Step]) -> list[Entry]:
    """Take some steps and note what each leaves out."""
    rest = list(entries)
    for name, step in named:
        before = len(rest)
        rest = step(rest)
        steps.append(Step(name, before - len(rest)))
    return rest


def _cuts(settings: SelectionSettings, seed: int) -> Iterator[tuple[str, _Step]]:
    """The rules and the subset; a part of it that asks for everything is no step."""
    for rule in settings.rules:
        yield f"include {rule}", _rule_step(rule)
    subset, whole = settings.subset, type(settings.subset)()
    if subset.difficulty != whole.difficulty:
        yield "difficulty", lambda entries: keep_difficulties(entries, subset.difficulty)
    if subset.tasks != whole.tasks:
        yield "tasks", lambda entries: keep_first_tasks(entries, subset.tasks)
    if subset.tags != whole.tags:
        yield "tags", lambda entries: keep_tags(entries, subset.tags, seed)
    if subset.fraction != whole.fraction:
        yield "fraction", lambda entries: keep_fraction(entries, subset.fraction, seed)


def _rule_step(rule: IncludeRule) -> _Step:
    return lambda entries: [entry for entry in entries if rule.keeps(entry)]


def _quota_steps(settings: SelectionSettings, seed: int) -> Iterator[tuple[str, _Step]]:
    if settings.quotas:
        yield (
            "quotas",
            lambda entries: keep_quotas(entries, settings.quotas, record_order(entries, seed, settings.prefer)),
        )


def _total_steps(settings: SelectionSettings, seed: int) -> Iterator[tuple[str, _Step]]:
    total = settings.total
    if total is not None:
        yield (
            "weights" if settings.weights else "total",
            lambda entries: keep_weighted(
                entries, settings.weights, total, record_order(entries, seed, settings.prefer)
            ),
        )
