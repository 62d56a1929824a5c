"""Journals that were cut short, whose bits were flipped, or that are something else: refused and left as they are."""

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condor.errors import JournalFault
from condor.experiments import Recipe, prepare_synthesis
from condor.runtime.journal import Journal
from condor.runtime.run_directory import RunDirectory

from fault_checks import exports, write_recipe
from fault_server import FaultServer
from support import wait_for
from warm_cli import WarmCli

Serve = Callable[[FaultServer], str]

FLIPS = 150


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal that was closed in good order."""
    run = tmp_path_factory.mktemp("whole") / "run"
    with prepare_synthesis(
        Recipe.model_validate({"tree": "seed:en", "records": 12, "model": "rehearsal"}), run
    ) as work:
        asyncio.run(work.run())
    return RunDirectory(run).journal


@pytest.fixture(scope="session")
def left(tmp_path_factory: pytest.TempPathFactory, whole: Path) -> Path:
    """A journal whose process was killed: some commits are in the file, and many in its log alone."""
    path = tmp_path_factory.mktemp("left") / "journal.db"
    shutil.copy(whole, path)
    script = (
        "import asyncio, os, sys\nfrom pathlib import Path\n"
        "from condor.runtime.journal import Journal, StepEntry\n"
        "journal = Journal.open(Path(sys.argv[1]))\n"
        "async def write():\n"
        "    for n in range(40):\n"
        "        await journal.write_step(StepEntry(f'k{n}', 'answer', 'invalid', 'p', 'm', 1, 1, 1, 0.0, 0.0, 't',\n"
        "                                 reason='unreadable', detail='d', raw='x' * 300))\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(write())\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode == -signal.SIGKILL
    assert path.with_name("journal.db-wal").stat().st_size > 100_000
    return path


def copy_of(journal: Path, place: Path) -> Path:
    for path in journal.parent.glob("journal.db*"):
        if not path.name.endswith("-shm"):  # shared memory is made anew
            shutil.copy(path, place / path.name)
    return place / "journal.db"


def content(path: Path) -> dict[str, Any]:
    """All that a journal says, through its own way of reading."""
    tables = ("meta", "prompts", "steps", "records", "items")
    with Journal.open_read_only(path) as journal:
        rows = {table: list(journal._query(f"SELECT * FROM {table} ORDER BY 1")) for table in tables}
        return rows | {"totals": journal.totals(), "chains": list(journal.kept_chains())}


def outcome(path: Path, expected: dict[str, Any]) -> str:
    """`refused` or `equal`, the file being left as it is; anything else fails."""
    before = {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    try:
        said = "equal" if content(path) == expected else "silently changed"
    except JournalFault as fault:
        said = "refused" if str(fault).startswith(f"{path}: ") else f"refused without naming it: {fault}"
    assert {name: (path.parent / name).read_bytes() for name in before} == before
    return said


def flip(path: Path, at: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_bit_is_refused_or_means_nothing(tmp_path: Path, whole: Path, seed: int) -> None:
    expected, rng, seen = content(whole), random.Random(seed), []
    path = copy_of(whole, tmp_path)
    for _ in range(FLIPS):
        at, bit = rng.randrange(path.stat().st_size), rng.randrange(8)
        flip(path, at, bit)
        seen.append(outcome(path, expected))
        flip(path, at, bit)
    assert set(seen) == {"equal", "refused"}


def test_a_flipped_bit_in_a_log_is_refused_or_costs_the_last_commit_at_most(tmp_path: Path, left: Path) -> None:
    expected, rng, seen = content(left), random.Random(0), []
    path = copy_of(left, tmp_path)
    log = path.with_name("journal.db-wal")
    last_commit = log.stat().st_size - 6 * (4096 + 24)  # a step is on few pages
    for _ in range(FLIPS):
        at, bit = rng.randrange(last_commit), rng.randrange(8)
        flip(log, at, bit)
        path.with_name("journal.db-shm").unlink(missing_ok=True)
        seen.append(outcome(path, expected))
        flip(log, at, bit)
    assert set(seen) <= {"equal", "refused"}
    assert seen.count("refused") > FLIPS // 2


def test_a_journal_cut_short_at_any_length_is_refused(tmp_path: Path, whole: Path) -> None:
    expected, size = content(whole), whole.stat().st_size
    for length in (*range(0, size, 5120), size - 4096, size - 1):
        path = copy_of(whole, tmp_path)
        os.truncate(path, length)
        assert outcome(path, expected) == "refused", length


def test_a_journal_cut_short_beside_its_log_is_refused_unless_the_log_holds_what_is_gone(
    tmp_path: Path, left: Path
) -> None:
    expected, size, seen = content(left), left.stat().st_size, []
    for length in (*range(0, size, 5120), size - 1):
        path = copy_of(left, tmp_path)
        os.truncate(path, length)
        seen.append(outcome(path, expected))
        path.with_name("journal.db-shm").unlink(missing_ok=True)
    assert set(seen) <= {"equal", "refused"}
    assert seen[0] == "refused"
    assert seen.count("refused") > len(seen) // 2


def test_a_log_that_a_crash_cut_short_costs_the_commit_that_was_being_written(tmp_path: Path, left: Path) -> None:
    expected = content(left)["steps"]
    path = copy_of(left, tmp_path)
    log = path.with_name("journal.db-wal")
    os.truncate(log, log.stat().st_size - 100)
    found = content(path)["steps"]
    assert found != expected
    assert set(found) < set(expected)
    assert len(found) == len(expected) - 1


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE steps (key TEXT)")


OTHERS: dict[str, Callable[[Path], object]] = {
    "another database": foreign,
    "random bytes": lambda path: path.write_bytes(random.Random(0).randbytes(50_000)),
    "nothing": lambda path: path.write_bytes(b""),
    "a text": lambda path: path.write_text("dear diary,\n" * 1000),
    "the head of a database": lambda path: path.write_bytes(b"SQLite format 3\0"),
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_what_is_no_journal_is_refused_by_every_command(condor: WarmCli, make: Callable[[Path], object]) -> None:
    (condor.directory / "recipe.yaml").write_text("tree: seed:en\nrecords: 3\nmodel: rehearsal\n")
    assert condor.run("synth", "recipe.yaml", "--run", "run").returncode == 0
    journal = condor.directory / "run" / "journal.db"
    journal.unlink()
    make(journal)
    before = journal.read_bytes()
    for command in (
        ("synth", "recipe.yaml", "--run", "run"),
        ("status", "run"),
        ("export", "run", "--format", "dpo", "--out", "out.jsonl"),
        ("explain", "run", "ab"),
    ):
        result = condor.run(*command)
        assert result.returncode == 2
        assert len(result.stderr.splitlines()) == 1
        assert "run/journal.db: " in result.stderr
        assert journal.read_bytes() == before
    assert not (condor.directory / "out.jsonl").exists()


def test_a_changed_word_in_a_record_stops_every_command(condor: WarmCli, serve_faults: Serve) -> None:
    """SQLite would not see it."""
    server = FaultServer()
    recipe = write_recipe(condor, serve_faults(server))
    assert condor.run("synth", recipe, "--run", "run").returncode == 0
    exports(condor, "run")
    journal = condor.directory / "run" / "journal.db"
    data = journal.read_bytes()
    at = data.index(b" the ", data.index(b'"text":"'))
    flip(journal, at + 1, 0)  # "the" -> "uhe"
    damaged = journal.read_bytes()
    for command in (
        ("synth", recipe, "--run", "run", "--records", "15"),
        ("status", "run"),
        ("export", "run", "--format", "messages", "--out", "run.messages"),
    ):
        result = condor.run(*command)
        assert result.returncode == 2, result.stdout
        assert "damaged: 1 of the records changed after they were written" in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert journal.read_bytes() == damaged


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_whoever_only_looks_on_at_a_long_journal_is_told_that_a_part_is_missing(
    tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    """Only its length is checked then, and what is read of it."""
    monkeypatch.setattr("condor.runtime.journal.file._SMALL", 0)
    path = copy_of(whole, tmp_path)
    with Journal.open_read_only(path) as journal:
        assert journal.totals().kept == 12
    os.truncate(path, int(path.stat().st_size * share))
    left_over = path.read_bytes()
    with pytest.raises(JournalFault, match="damaged"):
        Journal.open_read_only(path)
    assert path.read_bytes() == left_over


def test_a_journal_of_the_first_version_is_read_and_gets_its_checksums_when_it_goes_on(
    tmp_path: Path, whole: Path
) -> None:
    path, expected = copy_of(whole, tmp_path), content(whole)
    with sqlite3.connect(path) as database:
        for table in ("meta", "prompts", "steps", "records", "items"):
            database.execute(f"ALTER TABLE {table} DROP COLUMN seal")
        for table in ("turns", "spool", "screenings", "screened", "restored"):
            database.execute(f"DROP TABLE {table}")
        database.execute("PRAGMA user_version = 1")
    assert content(path)["chains"] == expected["chains"]
    Journal.open(path).close()
    assert content(path) == expected


def test_a_killed_runs_log_is_taken_in(condor: WarmCli, serve_faults: Serve) -> None:
    server = FaultServer(latency=0.002)
    recipe = write_recipe(condor, serve_faults(server))
    process = condor.start("synth", recipe, "--run", "run")
    wait_for(lambda: len(server.log.calls) > 25)
    process.kill()
    process.wait(10)
    assert (condor.directory / "run" / "journal.db-wal").stat().st_size > 0
    assert condor.run("status", "run").returncode == 0
    assert condor.run("synth", recipe, "--run", "run").returncode == 0
