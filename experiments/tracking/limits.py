"""What MLflow takes: names, lengths and numbers; what is longer or named otherwise is made to fit, visibly."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from ...hashing import content_hash

T = TypeVar("T")

#: Things of one request.
METRICS_PER_BATCH = 1000
OTHERS_PER_BATCH = 100
LONGEST_KEY = 250
LONGEST_PARAM = 6000
LONGEST_TAG = 8000
#: Letters of every script are taken, and a few signs besides.
_FORBIDDEN = re.compile(r"[^/\w.\- :]")
#: What cannot stand in the place of a folder in a path.
_NO_NAME = frozenset({"", ".", ".."})


def fit_key(key: str) -> str:
    """A key that MLflow takes. One that has to change ends in a hash of what it was, so that no two become one."""
    fit = _FORBIDDEN.sub("_", key)
    if any(part in _NO_NAME for part in fit.split("/")):
        fit = fit.replace("/", "_").strip(".") or "_"
    if fit == key and len(key) <= LONGEST_KEY:
        return key
    mark = f"-{content_hash(key, size=4)}"
    return fit[: LONGEST_KEY - len(mark)] + mark


def fit_value(value: str, longest: int) -> str:
    """A value that is short enough, or its beginning and how long it is."""
    if len(value) <= longest:
        return value
    mark = f"... ({len(value)} characters)"
    return value[: longest - len(mark)] + mark


def fit_values(values: Mapping[str, object], longest: int) -> dict[str, str]:
    """Keys and values that MLflow takes; what is None is left out."""
    return {fit_key(key): fit_value(str(value), longest) for key, value in values.items() if value is not None}


def fit_metrics(values: Mapping[str, float | None]) -> dict[str, float]:
    """Metrics that MLflow takes: what has no value, or none that is a number, is left out."""
    return {fit_key(key): float(value) for key, value in values.items() if value is not None and math.isfinite(value)}


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Items, so many at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
