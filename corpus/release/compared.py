"""Which benchmarks a release was compared with, and how much of each."""

from collections.abc import Mapping
from typing import Any


def compared_benchmarks(settings: Mapping[str, Any]) -> list[str]:
    """A line for each benchmark file that a manifest's settings name."""
    return [_describe(each) for each in settings.get("decontaminate", ())]


def _describe(told: Mapping[str, Any]) -> str:
    name, records, short = told["name"], told["records"], told["too_short"]
    if not short:
        return f"{name} (all {records:,} items)"
    rest = f"{short:,} too short for that with whole questions alone"
    return f"{name} ({records - short:,} of {records:,} items by their passages, {rest})"
