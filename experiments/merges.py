"""Who was merged into whom: as a tree's log or the report of some work on a tree tells it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import BadInput, UnreadableFile
from ..files import read_text
from ..runtime.run_directory import REPORT_FILES
from .trees import load_trees


@dataclass(frozen=True)
class ListedMerge:
    """A merge, wherever it is told.

    Attributes:
        path: who, as ` > `: a tag that stood, or a proposal and where it was made.
        into: into whom.
        why: `exact`, `words`, `order`, `letters` or `meaning`.
        score: how much alike they are, from 0 to 1; None where that was not measured.
        made_by: the command.
        date: when, as 2026-11-22.
    """

    path: str
    into: str
    why: str
    score: float | None
    made_by: str
    date: str


def list_merges(place: str) -> list[ListedMerge]:
    """The merges of a tree file's log, or of a growth, harvest or update in a directory.

    Raises:
        BadInput: there is none of these.
    """
    return list(_of_run(Path(place)) if Path(place).is_dir() else _of_tree(place))


def _of_tree(place: str) -> Iterator[ListedMerge]:
    for entry in load_trees([place]).log:
        for merge in entry.merged:
            path, into = " > ".join(merge.path), " > ".join(merge.into)
            yield ListedMerge(path, into, merge.reason, merge.score, entry.made_by, entry.date.isoformat())


def _of_run(run: Path) -> Iterator[ListedMerge]:
    reports = {kind: run / name for kind, name in REPORT_FILES.items() if (run / name).exists()}
    if not reports:
        raise BadInput(f"{run}: no finished growth, harvest or update of a tree here; the same command goes on with it")
    for made_by, path in reports.items():
        held = _read(path)
        try:
            for merge in _merges_in(held["report"]):
                yield ListedMerge(**merge, made_by=made_by, date=held["date"])
        except (KeyError, TypeError) as exc:
            raise UnreadableFile(f"{path}: not the report of a {made_by}: {exc}") from exc


def _read(path: Path) -> Any:
    try:
        return json.loads(read_text(path, what="a report"))
    except ValueError as exc:
        raise UnreadableFile(f"{path}: not JSON: {exc}") from exc


def _merges_in(report: Any) -> Iterator[dict[str, Any]]:
    """The entries of every list called `merges`, however deep; in the order of the file."""
    waiting = [report]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield from value.get("merges", ())
            waiting.extend(reversed([below for name, below in value.items() if name != "merges"]))
