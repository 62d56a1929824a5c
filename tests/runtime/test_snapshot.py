"""A copy of a journal: of one moment, whole, and without a trace beside what was copied."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from condor.errors import JournalFault, OutputFault
from condor.runtime.journal import Journal, StepEntry, take_snapshot


def step(number: int) -> StepEntry:
    return StepEntry(f"k{number}", "answer", "done", "p", "m", 1, 1, 1, 0.0, 0.0, "t", output='{"values": []}')


def write(journal: Journal, numbers: range) -> None:
    async def all_of_them() -> None:
        await asyncio.gather(*(journal.write_step(step(number)) for number in numbers))

    asyncio.run(all_of_them())


def test_a_closed_journal_is_copied_without_a_trace(tmp_path: Path) -> None:
    old, copy = tmp_path / "old" / "journal.db", tmp_path / "new" / "inherited.db"
    for path in (old, copy):
        path.parent.mkdir()
    with Journal.create(old, {"kind": "synthesis"}) as journal:
        write(journal, range(500))
    before = (old.read_bytes(), old.stat().st_mtime_ns)
    take_snapshot(old, copy)
    assert [path.name for path in old.parent.iterdir()] == ["journal.db"]
    assert (old.read_bytes(), old.stat().st_mtime_ns) == before
    with Journal.open_read_only(copy) as inherited:
        assert inherited.totals().calls == 500
        assert [path.name for path in copy.parent.iterdir()] == ["inherited.db"]


def test_an_open_journal_is_copied_as_it_stands_and_goes_on(journal: Journal, tmp_path: Path) -> None:
    write(journal, range(100))
    take_snapshot(journal.path, tmp_path / "copy.db")
    write(journal, range(100, 200))
    with Journal.open_read_only(tmp_path / "copy.db") as copy:
        assert copy.totals().calls == 100
    assert journal.totals().calls == 200


def test_a_journal_that_is_written_meanwhile_is_copied_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody opens, writes and closes it between the first look and the end of the copy."""
    from condor.runtime.journal import snapshot

    path = tmp_path / "journal.db"
    with Journal.create(path, {}) as journal:
        write(journal, range(10))
    backup, copies = snapshot._backup, []

    def disturbed(database: sqlite3.Connection, unfinished: Path) -> None:
        backup(database, unfinished)
        copies.append(unfinished)
        if len(copies) == 1:
            with Journal.open(path) as other:
                write(other, range(10, 20))

    monkeypatch.setattr(snapshot, "_backup", disturbed)
    take_snapshot(path, tmp_path / "copy.db")
    assert len(copies) == 2
    with Journal.open_read_only(tmp_path / "copy.db") as copy:
        assert copy.totals().calls == 20


@pytest.mark.parametrize("damage", ["half", "torn page", "no database", "stranger", "missing"])
def test_what_is_no_whole_journal_is_refused_by_its_own_name_and_leaves_nothing(tmp_path: Path, damage: str) -> None:
    old, target = tmp_path / "old.db", tmp_path / "new.db"
    if damage not in ("missing", "stranger"):
        with Journal.create(old, {}) as journal:
            write(journal, range(500))
    match damage:
        case "half":
            old.write_bytes(old.read_bytes()[: old.stat().st_size // 2])
        case "torn page":
            data = bytearray(old.read_bytes())
            data[4096 * 8 : 4096 * 9] = b"\xff" * 4096
            old.write_bytes(data)
        case "no database":
            old.write_bytes(b"no database" * 1000)
        case "stranger":
            with closing(sqlite3.connect(old)) as database:
                database.execute("CREATE TABLE t (x)")
        case _:
            pass
    with pytest.raises(JournalFault, match=r"old\.db: ") as caught:
        take_snapshot(old, target)
    assert "new.db" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == (["old.db"] if old.exists() else [])


def test_a_place_that_cannot_take_the_copy_is_an_output_fault(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(OutputFault, match="cannot copy"):
        take_snapshot(journal.path, tmp_path / "nowhere" / "copy.db")
