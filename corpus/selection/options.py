"""A selection from the options of `condor release`."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ...errors import SelectionFault
from ...vocabulary import TASKS
from .names import check_value
from .reading import load_selection, validate_selection
from .rules import parse_rule
from .settings import EVERYTHING, SelectionSettings
from .splits import SPLITS


def settings_from_options(
    *,
    include: Sequence[str] = (),
    difficulty: str | None = None,
    fraction: str | None = None,
    tags: str | None = None,
    tasks: str | None = None,
    split: str | None = None,
    selection: Path | None = None,
) -> SelectionSettings:
    """The settings that options ask for, each as it was written.

    An option stands above the same key of the selection file; rules of both must hold.

    Args:
        include: rules, such as `judge>=7`.
        difficulty: one or several with commas, or `all`.
        fraction, tags: percent, above 0 and up to 100.
        tasks: how many, from 1 to 7.
        split: shares, such as `validation=0.05,eval=0.05`.
        selection: a YAML file of `SelectionSettings`.

    Raises:
        UnreadableFile: the file is missing, or not UTF-8.
        SelectionFault: the file is none, or an option says nothing: the message names it.
    """
    base = EVERYTHING if selection is None else load_selection(selection)
    given = {"difficulty": difficulty, "fraction": fraction, "tags": tags, "tasks": tasks}
    cuts = {name: _CUTS[name](f"--{name}", text) for name, text in given.items() if text is not None}
    asked: dict[str, Any] = base.model_dump()
    asked["include"] = [*base.include, *(_rule(text) for text in include)]
    asked["subset"] |= cuts
    if split is not None:
        asked["split"] = _shares("--split", split)
    return validate_selection(asked, "--split" if split is not None else str(selection or "selection"))


def _rule(text: str) -> str:
    try:
        return str(parse_rule(text))
    except SelectionFault as exc:
        raise SelectionFault(f"--include: {exc}") from exc


def _percent(option: str, text: str) -> float:
    percent = _number(text.strip().removesuffix("%"))
    if not 0 < percent <= 100:
        raise SelectionFault(f"{option}: {text!r} is no share; give percent above 0 and up to 100, such as 12.5")
    return percent


def _task_count(option: str, text: str) -> int:
    if text.strip() not in map(str, range(1, len(TASKS) + 1)):
        raise SelectionFault(
            f"{option}: {text!r} is no number of tasks; give how many of the first {len(TASKS)} to keep"
        )
    return int(text)


def _difficulties(option: str, text: str) -> str | list[str]:
    if text.strip() == "all":
        return "all"
    names = [name.strip() for name in text.split(",")]
    try:
        for name in names:
            check_value("difficulty", name)
    except SelectionFault as exc:
        raise SelectionFault(f"{option}: {exc}") from exc
    return names


def _shares(option: str, text: str) -> Mapping[str, float]:
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = (word.strip() for word in part.partition("="))
        if name not in SPLITS or name in shares or math.isnan(_number(share)):
            example = "validation=0.05,eval=0.05"
            raise SelectionFault(
                f"{option}: {part.strip()!r} in {text!r}: write each of {', '.join(SPLITS)} once, such as {example}"
            )
        shares[name] = _number(share)
    return shares


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


_CUTS: Final[dict[str, Callable[[str, str], Any]]] = {
    "difficulty": _difficulties,
    "fraction": _percent,
    "tags": _percent,
    "tasks": _task_count,
}
