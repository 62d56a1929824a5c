"""What filters find stands beside the records, in a journal that stays whole; and so do a person's decisions."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.filters import Rejection
from condor.errors import JournalFault, OutputFault
from condor.runtime.journal import ItemEntry, Journal, take_snapshot
from condor.runtime.journal.screened import Screened

WHY = Rejection("refusal", 3.0, "it declines, 仅此而已")
ALSO = Rejection("length", 0.25, "too short")
TABLES = ("screenings", "screened", "restored")


def item(position: int, question: str, *, outcome: str = "kept", answer: str | None = "a") -> ItemEntry:
    rejected = outcome == "rejected"
    return ItemEntry(
        position=position,
        outcome="rejected" if rejected else "kept",
        cell_id="c",
        difficulty="easy",
        question_id=question,
        answer_id=answer,
        record_id=None if rejected else "r",
        reason="language" if rejected else None,
        figure=0.5 if rejected else None,
        detail="half of it" if rejected else None,
    )


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    with Journal.create(path, {"kind": "synthesis"}) as journal:

        async def write() -> None:
            await journal.write_item(item(1, "q1"))
            await journal.write_item(item(0, "q2"))
            await journal.write_item(item(2, "q3", outcome="rejected", answer=None))
            await journal.write_item(item(3, "q4", outcome="rejected"))

        asyncio.run(write())
    return path


def forget(journal: Path) -> None:
    """Make it the journal of an older Condor."""
    with closing(sqlite3.connect(journal, isolation_level=None)) as database:
        for table in TABLES:
            database.execute(f"DROP TABLE {table}")


def tables(journal: Path) -> set[str]:
    with closing(sqlite3.connect(journal)) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_a_screening_takes_the_place_of_the_last_one_of_its_stage(journal: Path) -> None:
    with Screened(journal, writable=True) as screened:
        screened.write_screening("refine", "{}", 2, {"q1": [WHY, ALSO], "q2": [ALSO]})
        screened.write_screening("void", "{}", 2, {"q1": [WHY]})
        screened.write_screening("refine", '{"without": []}', 2, {"q1": [ALSO], "q2": [WHY, ALSO]})
    with Screened(journal) as screened:
        found = [(entry.question_id, entry.place, entry.rejection) for entry in screened.screened("refine")]
        assert found == [("q2", 0, WHY), ("q2", 1, ALSO), ("q1", 0, ALSO)]  # in the order of the walk
        assert screened.screening("refine") == ('{"without": []}', 2)
        assert [entry.question_id for entry in screened.screened("void")] == ["q1"]


def test_decisions_stand_until_they_are_taken_back(journal: Path) -> None:
    with Screened(journal, writable=True) as screened:
        screened.restore([("q1", "refusal"), ("q2", "length")])
        screened.restore([("q1", "refusal")])
        screened.write_screening("refine", "{}", 0, {})
        assert screened.restored() == {("q1", "refusal"), ("q2", "length")}
        screened.unrestore([("q1", "refusal"), ("q9", "length")])
    with Screened(journal) as screened:
        assert screened.restored() == {("q2", "length")}


def test_what_the_synthesis_rejected_is_told_in_order(journal: Path) -> None:
    with Screened(journal) as screened:
        found = screened.rejected_items()
    assert [(each.question_id, each.answer_id, each.rejection.rule) for each in found] == [
        ("q3", None, "language"),
        ("q4", "a", "language"),
    ]


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["r", "规则"]), st.booleans()), max_size=8))
def test_the_rows_keep_their_checksums_and_a_snapshot_holds_them(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, bool]]
) -> None:
    path = tmp_path_factory.mktemp("screened") / "journal.db"
    Journal.create(path, {"kind": "synthesis"}).close()
    standing: set[tuple[str, str]] = set()
    with Screened(path, writable=True) as screened:
        for question, rule, back in steps:
            (screened.restore if back else screened.unrestore)([(question, rule)])
            (standing.add if back else standing.discard)((question, rule))
            screened.write_screening("refine", "{}", 1, {question: [Rejection(rule, 0.1, "d")]})
    Journal.open(path).close()  # reads every row and its checksum
    take_snapshot(path, path.with_name("copy.db"))
    with Screened(path.with_name("copy.db")) as copy:
        assert copy.restored() == standing


@pytest.mark.parametrize("table", ["screened", "restored", "screenings"])
def test_a_changed_row_is_seen(journal: Path, table: str) -> None:
    with Screened(journal, writable=True) as screened:
        screened.write_screening("refine", "{}", 1, {"q1": [WHY]})
        screened.restore([("q1", "refusal")])
    column = {"screened": "detail", "restored": "question_id", "screenings": "settings"}[table]
    with closing(sqlite3.connect(journal, isolation_level=None)) as database:
        database.execute(f"UPDATE {table} SET {column} = {column} || 'x'")
    with pytest.raises(JournalFault, match=f"1 of the {table} changed"):
        Journal.open(journal)


def test_an_older_journal_is_read_as_it_is_and_brought_up_to_date_when_it_is_written(journal: Path) -> None:
    forget(journal)
    with Screened(journal) as screened:
        assert screened.restored() == frozenset()
        assert screened.screened("refine") == []
        assert screened.screening("refine") is None
        assert len(screened.rejected_items()) == 2
    assert not tables(journal) & set(TABLES)
    with Screened(journal, writable=True) as screened:
        screened.restore([("q1", "refusal")])
    assert tables(journal) >= set(TABLES)
    Journal.open(journal).close()
    forget(journal)
    Journal.open(journal).close()  # a run that goes on
    assert tables(journal) >= set(TABLES)


def test_a_screening_that_cannot_be_written_leaves_the_last_one(journal: Path) -> None:
    with Screened(journal, writable=True) as screened:
        screened.write_screening("refine", "{}", 2, {"q1": [WHY]})
        with pytest.raises(JournalFault):
            screened.write_screening("refine", "{}", 2, {"q2": [ALSO, ALSO]})  # one rule twice
        assert [entry.question_id for entry in screened.screened("refine")] == ["q1"]


def test_another_process_looks_on_and_writes_while_the_run_does(journal: Path) -> None:
    with Journal.open(journal) as run, Screened(journal, writable=True) as screened, Screened(journal) as reader:
        asyncio.run(run.write_item(item(4, "q5")))
        screened.write_screening("refine", "{}", 3, {"q5": [WHY]})
        asyncio.run(run.write_item(item(5, "q6")))
        assert [entry.question_id for entry in reader.screened("refine")] == ["q5"]


def test_a_write_that_cannot_wait_any_longer_says_so(journal: Path) -> None:
    with Screened(journal, writable=True) as screened, closing(sqlite3.connect(journal, isolation_level=None)) as other:
        screened._database.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputFault, match="locked; nothing was changed"):
            screened.restore([("q1", "refusal")])
        other.execute("ROLLBACK")
        assert screened.restored() == frozenset()


@pytest.mark.parametrize("writable", [True, False])
def test_what_is_no_journal_is_refused(tmp_path: Path, writable: bool) -> None:
    with pytest.raises((JournalFault, OutputFault)):
        Screened(tmp_path / "journal.db", writable=writable)
    assert not list(tmp_path.iterdir())
