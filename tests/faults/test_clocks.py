"""Clocks that jump: the wall clock is written down and nothing else depends on it."""

import ast
import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import condor.runtime
from condor.programs import Refine, Void
from condor.runtime.journal import Journal
from condor.runtime.steps import JournaledSteps

from runtime_support import make_cell, rehearsal_model

#: Where the wall clock may be read: for the records' dates, for the times that a tracker is told, and to read a
#: Retry-After that is a date.
_READERS = {"retry.py", "spool.py", "steps.py"}


def test_nothing_in_the_runtime_waits_by_the_wall_clock() -> None:
    wall = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
    readers = set()
    for path in Path(condor.runtime.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                readers |= {path.name} if (node.value.id, node.attr) in wall else set()
            if isinstance(node, ast.ImportFrom) and node.module == "time":
                assert not {alias.name for alias in node.names} & {"time", "time_ns"}
    assert readers == _READERS


def jumping(seed: int) -> Callable[[], datetime]:
    """A clock that jumps hours forward and back at every look."""
    rng = random.Random(seed)
    return lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=rng.uniform(-100, 100))


def steady() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def rows(path: Path, clock: Callable[[], datetime]) -> dict[str, list[tuple[str, ...]]]:
    """What a journal holds of some chains, without dates and durations."""

    async def work(journal: Journal) -> None:
        step = JournaledSteps(journal, rehearsal_model(), clock=clock)
        for leaf in ("Sourdough", "Rye", "Focaccia"):
            for question in await Void().questions(make_cell(leaf), ["easy", "hard"], step=step):
                answer = await Void().answer(question, step=step)
                await Refine(rounds=2).acall(question, answer, step=step)

    for _ in range(2):  # the second session finds everything done
        with Journal.open(path) if path.exists() else Journal.create(path, {}) as journal:
            asyncio.run(work(journal))
    with closing(sqlite3.connect(path)) as database:
        steps = database.execute("SELECT key, stage, outcome, output, calls FROM steps ORDER BY key").fetchall()
        body = "json_remove(body, '$.provenance.created_at')"
        records = database.execute(f"SELECT id, kind, parent_id, step_key, {body} FROM records ORDER BY id").fetchall()
    return {"steps": steps, "records": records}


@pytest.mark.parametrize("seed", range(3))
def test_a_clock_that_jumps_changes_nothing_but_dates(tmp_path: Path, seed: int) -> None:
    jumped = rows(tmp_path / "jumped.db", jumping(seed))
    assert jumped == rows(tmp_path / "steady.db", steady)
    assert len(jumped["steps"]) == 3 + 6 * 5
