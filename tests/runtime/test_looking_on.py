"""Looking at a journal that another connection works on, in this process or in another: nothing is let go of.

POSIX takes all of a process's locks on a file when the process closes any descriptor of it, also those of SQLite.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from condor.runtime.journal import Journal, StepEntry
from condor.runtime.journal import file as journal_file
from condor.runtime.journal.file import check_file, connect

#: A process that works on a journal, told by lines what to do, and that says what came of it.
OTHER = """
import json, sys
from pathlib import Path
from condor.runtime.journal.entries import StepEntry
from condor.runtime.journal.file import connect
from condor.runtime.journal.writer import insert_step
path, number = Path(sys.argv[1]), 0
database = connect(path, read_only=False)
database.execute("PRAGMA busy_timeout = 0")
for line in sys.stdin:
    if line == "write\\n":
        database.execute("BEGIN IMMEDIATE")
        for number in range(number, number + 100):
            insert_step(database, StepEntry(f"other{number}", "answer", "invalid", "p", "m", 1, 1, 1, 0.0, 0.0, "t",
                                            reason="unreadable", detail="d", raw="x" * 30_000))
        number += 1
        said = database.execute("COMMIT").fetchall()
    else:
        said = database.execute(line).fetchall()
    print(json.dumps(said), flush=True)
"""


class Other:
    """The other process."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, what: str) -> list[list[int]]:
        """Let it write 100 steps, or run a statement; returns the rows that came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def end(self) -> None:
        self._process.communicate(timeout=30)
        assert self._process.returncode == 0


@pytest.fixture
def other(journal: Journal) -> Iterator[Other]:
    other = Other(journal.path)
    yield other
    other.end()


def write_steps(journal: Journal, *names: str) -> None:
    async def write() -> None:
        await asyncio.gather(
            *(journal.write_step(StepEntry(name, "answer", "done", "p", "m", 1, 1, 1, 0.0, 0.0, "t")) for name in names)
        )

    asyncio.run(write())


def test_a_reader_keeps_its_moment_while_the_journal_is_looked_at(journal: Journal, other: Other) -> None:
    write_steps(journal, "first")
    with closing(connect(journal.path, read_only=True)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM steps").fetchone() == (1,)
        other.do("write")
        check_file(journal.path)
        ((busy, _, _),) = other.do("PRAGMA wal_checkpoint(TRUNCATE)")
        assert busy == 1
        assert reader.execute("SELECT count(*) FROM steps").fetchone() == (1,)


def test_a_run_under_way_is_not_called_damaged(journal: Journal, other: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of the readings, the run writes, and what it had written goes from the log into the file."""
    other.do("write")
    journal.close()
    other.do("PRAGMA wal_checkpoint(TRUNCATE)")
    other.do("write")
    columns = journal_file._columns

    def interrupted(database: sqlite3.Connection) -> dict[str, list[str]]:
        found = columns(database)
        for _ in range(3):
            other.do("DELETE FROM steps WHERE rowid % 3 = 0")
            other.do("PRAGMA wal_checkpoint(RESTART)")
            other.do("write")
            other.do("PRAGMA wal_checkpoint(RESTART)")
        return found

    monkeypatch.setattr(journal_file, "_columns", interrupted)
    check_file(journal.path)


def test_a_look_at_a_journal_loses_nothing_that_its_run_writes_afterwards(journal: Journal) -> None:
    """Another process that closes the journal must not take itself for the last one, and delete the log."""
    write_steps(journal, "first")
    Journal.open_read_only(journal.path, whole=True).close()
    passing = Other(journal.path)
    passing.do("SELECT 1 FROM steps")
    passing.end()
    write_steps(journal, "second")
    with Journal.open_read_only(journal.path) as reader:
        assert reader.finished_step("second") is not None
    journal.close()
    with Journal.open_read_only(journal.path) as reader:
        assert reader.finished_step("second") is not None
