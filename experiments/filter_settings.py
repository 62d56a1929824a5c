"""Which filters are on and with which limits: from a YAML or JSON file, and from options."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..corpus.filters.screening import RULES, FilterSettings
from ..corpus.settings_files import read_settings
from ..errors import FilterFault

_KNOWN = f" (known: {', '.join(FilterSettings.model_fields)})"


def read_filter_settings(
    path: Path | None = None, *, without: Iterable[str] = (), min_score: float | None = None
) -> FilterSettings:
    """The settings of a file, changed by options.

    Args:
        path: YAML, of which JSON is a part; None for the defaults.
        without: rules that are switched off besides those that the file switches off.
        min_score: the least score of the judge, in the place of the file's.

    Raises:
        UnreadableFile: the file is missing or not UTF-8.
        FilterFault: it is not YAML, has an unknown key, one that stands twice or a value of the wrong kind, or there is
            no such rule.
    """
    settings = FilterSettings() if path is None else _read(path)
    off = list(without)
    if unknown := sorted(set(off) - set(RULES)):
        raise FilterFault(f"--without {unknown[0]}: no such rule; there are {', '.join(RULES)}")
    changes: dict[str, Any] = {"without": [*settings.without, *off]}
    if min_score is not None:
        changes["min_score"] = min_score
    return _validate(settings.model_dump() | changes, "--min-score")


def parse_filter_settings(text: str) -> FilterSettings:
    """Settings from the JSON that a journal holds.

    Raises:
        FilterFault: another version of Condor wrote them with rules that this one does not know.
    """
    return _validate(json.loads(text), "the settings of the last filtering")


def _read(path: Path) -> FilterSettings:
    return _validate(read_settings(path, what="filter settings", fault=FilterFault) or {}, str(path))


def _validate(data: Any, where: str) -> FilterSettings:
    # YAML reads some words, such as `off`, as no texts.
    if isinstance(data, dict) and (strange := [key for key in data if not isinstance(key, str)]):
        raise FilterFault(f"{where}: {strange[0]}: unknown key{_KNOWN}")
    try:
        return FilterSettings.model_validate(data)
    except ValidationError as exc:
        raise FilterFault(f"{where}: {'; '.join(map(_describe, exc.errors()))}") from exc


def _describe(error: Any) -> str:
    key = ".".join(map(str, error["loc"])) or "the whole"
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key{_KNOWN if len(error['loc']) == 1 else ''}"
    return f"{key}: {error['msg']}"
