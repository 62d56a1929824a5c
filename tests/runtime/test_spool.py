"""A journal's spool: what a tracker is told is kept in order, marked when it was sent, and told again to another."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import JournalFault, OutputFault
from condor.runtime.journal import Journal
from condor.runtime.journal.spool import Spool


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    Journal.create(path, {"kind": "synthesis"}).close()
    return path


def test_entries_come_back_in_order_with_their_times(journal: Path) -> None:
    with Spool(journal) as spool:
        spool.append("begin", {"params": {"tree": "种子"}}, at_ms=5)
        spool.append("metrics", {"step": 1, "metrics": {"kept": 0.5}}, at_ms=7)
    with Spool(journal) as spool:
        entries = spool.pending("someone")
    assert [(entry.number, entry.kind, entry.at_ms) for entry in entries] == [(1, "begin", 5), (2, "metrics", 7)]
    assert entries[0].body == {"params": {"tree": "种子"}}


def test_what_was_sent_is_pending_for_nobody_but_another_receiver(journal: Path) -> None:
    with Spool(journal) as spool:
        for number in range(3):
            spool.append("metrics", {"step": number})
        assert spool.count_pending(None) == 3
        spool.mark_sent(spool.pending("first", most=2), "first")
        assert [entry.number for entry in spool.pending("first")] == [3]
        assert spool.count_pending("first") == 1
        assert spool.count_pending(None) == 1
        assert [entry.number for entry in spool.pending("second")] == [1, 2, 3]


def test_the_last_entry_of_some_kinds_and_all_of_one(journal: Path) -> None:
    with Spool(journal) as spool:
        assert spool.last("end") is None
        for kind in ("begin", "metrics", "end", "metrics"):
            spool.append(kind, {})
        last, of_two = spool.last("metrics"), spool.last("begin", "end")
        assert last is not None
        assert of_two is not None
        assert (last.number, of_two.number) == (4, 3)
        assert [entry.number for entry in spool.all("metrics")] == [2, 4]


@settings(max_examples=15, deadline=None)
@given(marks=st.lists(st.sampled_from(["one", "two"]), max_size=6))
def test_the_rows_keep_their_checksums_however_often_they_are_marked(
    tmp_path_factory: pytest.TempPathFactory, marks: list[str]
) -> None:
    path = tmp_path_factory.mktemp("marked") / "journal.db"
    Journal.create(path, {"kind": "synthesis"}).close()
    with Spool(path) as spool:
        for receiver in ("nobody yet", *marks):
            spool.append("metrics", {"for": receiver})
            spool.mark_sent(spool.pending(receiver), receiver)
        spool.note("mlflow_run_id", "run")
    Journal.open(path).close()  # reads every row and its checksum


def test_a_changed_entry_is_seen(journal: Path) -> None:
    with Spool(journal) as spool:
        spool.append("end", {"status": "FINISHED"})
    with closing(sqlite3.connect(journal, isolation_level=None)) as database:
        database.execute("UPDATE spool SET body = replace(body, 'FINISHED', 'FINISHEE')")
    with pytest.raises(JournalFault, match="1 of the spool changed"):
        Journal.open(journal)


def test_an_older_journal_gets_a_spool_when_it_goes_on_and_is_read_without(journal: Path) -> None:
    with closing(sqlite3.connect(journal, isolation_level=None)) as database:
        database.execute("DROP TABLE spool")
    with Journal.open_read_only(journal) as older:
        assert older.meta() == {"kind": "synthesis"}
    with closing(sqlite3.connect(journal)) as database:
        assert database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'spool'").fetchone() == (0,)
    Journal.open(journal).close()
    with Spool(journal) as spool:
        assert spool.pending("anyone") == []
        spool.append("begin", {})
    Journal.open(journal).close()


def test_another_process_marks_while_the_run_writes(journal: Path) -> None:
    with Journal.open(journal) as own, Spool(journal) as spool, Spool(journal) as other:
        spool.append("begin", {})
        other.mark_sent(other.pending("mlflow"), "mlflow")
        assert spool.pending("mlflow") == []
        assert own.totals().calls == 0


def test_a_journal_that_is_gone_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(OutputFault, match="cannot write the journal"):
        Spool(tmp_path / "journal.db")
