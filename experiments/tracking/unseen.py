"""What the disk says of a session whose end, or all of which, nobody told MLflow."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...errors import UnreadableFile
from ...files import read_text
from ...runtime.journal import Journal
from ...runtime.journal.spool import Spool
from ...runtime.run_directory import RunDirectory
from ..judgement import Judgement
from ..recipe import load_recipe
from .facts import RunFacts
from .judging import judgement_as_metrics, judging_facts
from .snapshots import METRICS, Start, step_end_ms
from .tracker import Status

#: In the directory of a judging: the figures of the last one that came to its end.
_REPORT = "judgement.json"


def last_moment_ms(start: Start, journal: Journal, spool: Spool) -> int:
    """When a session did its last, in Unix milliseconds: ended a step, or took its figures."""
    figures = spool.last(METRICS)
    return max(start.at_ms, step_end_ms(journal, journal.last_step()) or 0, figures.at_ms if figures else 0)


def unseen_ending(
    directory: RunDirectory, journal: Journal, kind: str | None, last_ms: int
) -> tuple[Status, str, Mapping[str, float | None]]:
    """How a session whose end nobody noted has ended, and the figures that it has left.

    A judging leaves its figures at its end: where those on disk are older than its last step, it was broken off.

    Raises:
        UnreadableFile: the figures of a judging cannot be read.
    """
    if kind == "synthesis":
        complete = journal.totals().kept >= load_recipe(directory.recipe).records
        return ("FINISHED", "complete", {}) if complete else ("KILLED", "broken off", {})
    path = directory.path / _REPORT
    if not path.exists() or path.stat().st_mtime * 1000 < last_ms:
        return "KILLED", "broken off", {}
    _, found = _read(path)
    said = f"{found.unanswered} calls got no reply" if found.unanswered else "complete"
    return "FINISHED", said, judgement_as_metrics(found)


def unseen_judging(directory: RunDirectory) -> RunFacts:
    """The facts of a judging that was made without MLflow: its model and settings are those of the last figures.

    Raises:
        UnreadableFile: the figures cannot be read.
    """
    run = directory.path.resolve().parent
    if not (directory.path / _REPORT).exists():
        return judging_facts(run, None, False, {})
    data, found = _read(directory.path / _REPORT)
    sampling = {f"model.{name}": value for name, value in data["model"].items() if name != "name"}
    settings = {"sample": data.get("sample"), "seed": data.get("seed"), "pairwise": found.wins is not None}
    return judging_facts(run, found.judge, found.rehearsal, {**settings, **sampling})


def _read(path: Path) -> tuple[dict[str, Any], Judgement]:
    try:
        data = json.loads(read_text(path, what="a judging's figures"))
        return {"model": {}, **data}, TypeAdapter(Judgement).validate_python(data)
    except (ValueError, TypeError, ValidationError) as exc:
        raise UnreadableFile(f"{path}: not the figures of a judging; condor judge writes them anew") from exc
