"""A release's plan from the options of `condor release`, which stand above those of its file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...corpus.selection import settings_from_options
from ...errors import UsageFault
from ..filter_settings import read_filter_settings
from .choosing import NEAR_DUPLICATE
from .plan import load_plan


def keys_from_options(
    plan: Path | None,
    given: Mapping[str, Any],
    *,
    filters: Path | None = None,
    without: Sequence[str] = (),
    min_score: float | None = None,
    selection: Path | None = None,
    include: Sequence[str] = (),
    cuts: Mapping[str, str | None],
) -> dict[str, Any]:
    """The keys and values of the plan that options ask for: see `make_plan`.

    Args:
        plan: a file of a plan, or None.
        given: keys of a plan by option; None where an option was not given.
        filters, without, min_score: of the filters; `near_duplicate` may be switched off, too.
        selection, include, cuts: of the selection: see `settings_from_options`.

    Raises:
        UnreadableFile: a file is missing, or not UTF-8.
        ReleaseFault: the plan's file is no plan.
        FilterFault, SelectionFault: what they say of filters and of the selection.
        UsageFault: the plan and options both speak of filters, or of the selection.
    """
    asked = {} if plan is None else load_plan(plan)
    asked |= {key: value for key, value in given.items() if value is not None}
    rules = [rule for rule in without if rule != NEAR_DUPLICATE]
    if filters is not None or rules or min_score is not None:
        _refuse_both(asked, "filters")
        asked["filters"] = read_filter_settings(filters, without=rules, min_score=min_score)
    if len(rules) < len(without):
        asked["duplicates"] = None
    if selection is not None or include or any(cut is not None for cut in cuts.values()):
        _refuse_both(asked, "selection")
        asked["selection"] = settings_from_options(include=include, selection=selection, **cuts)
    return asked


def _refuse_both(asked: Mapping[str, Any], key: str) -> None:
    if key in asked:
        raise UsageFault(f"the plan says {key}, and so do options; say it in one place")
