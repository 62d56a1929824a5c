"""The journal: what is acknowledged is on disk, strangers are refused, readers look on."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from condor.corpus.records import Answer, Critique, Origin, Question, Refinement
from condor.errors import JournalFault, OutputFault
from condor.runtime.journal import ItemEntry, Journal, StepEntry

ORIGIN = Origin(tree_version="v", path=("a", "b"), task="view", language="en", difficulty="easy")


def step(key: str, **changes: object) -> StepEntry:
    fields: dict[str, object] = {
        "key": key,
        "stage": "answer",
        "outcome": "done",
        "prompt_version": "p",
        "model": "m",
        "calls": 1,
        "input_tokens": 10,
        "output_tokens": 5,
        "cost_usd": 0.5,
        "seconds": 0.1,
        "finished_at": "2026-01-01T00:00:00+00:00",
        "output": '{"values": []}',
    }
    return StepEntry(**(fields | changes))  # pyright: ignore[reportArgumentType]


def item(position: int, outcome: str = "kept", **changes: object) -> ItemEntry:
    return ItemEntry(position=position, outcome=outcome, cell_id="c", difficulty="easy", **changes)  # pyright: ignore[reportArgumentType]


def test_many_writes_are_acknowledged_and_found_by_another_reader(journal: Journal) -> None:
    async def write() -> None:
        await asyncio.gather(*(journal.write_step(step(f"k{n}")) for n in range(1000)))

    asyncio.run(write())
    with Journal.open_read_only(journal.path) as reader:
        assert reader.totals().calls == 1000
        assert reader.finished_step("k999") is not None
        assert reader.finished_step("k1000") is None


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import asyncio, os, sys
        from pathlib import Path
        from condor.runtime.journal import Journal, StepEntry
        journal = Journal.create(Path(sys.argv[1]), {})
        async def write():
            for n in range(50):
                await journal.write_step(StepEntry(f"k{n}", "answer", "done", "p", "m", 1, 1, 1, 0.0, 0.0, "t"))
                print(n, flush=True)
            os.kill(os.getpid(), 9)
        asyncio.run(write())
        """
    )
    path = tmp_path / "journal.db"
    result = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    acknowledged = len(result.stdout.split())
    assert acknowledged == 50
    with Journal.open(path) as journal:
        assert journal.totals().calls == acknowledged


def test_a_retried_step_adds_its_figures_and_a_done_one_is_never_replaced(journal: Journal) -> None:
    async def write() -> None:
        await journal.write_step(step("k", outcome="error", output=None, reason="timeout", calls=3))
        assert journal.finished_step("k") is None
        await journal.write_step(step("k", calls=1, output='{"values": ["first"]}'))
        await journal.write_step(step("k", calls=7, output='{"values": ["second"]}'))

    asyncio.run(write())
    finished = journal.finished_step("k")
    assert finished is not None
    assert finished[1]["output"] == '{"values": ["first"]}'
    totals = journal.totals()
    assert (totals.calls, totals.input_tokens, totals.cost_usd) == (4, 20, 1.0)


def test_totals_add_up_and_an_unknown_price_makes_the_cost_unknown(journal: Journal) -> None:
    async def write() -> None:
        await journal.write_step(step("a"))
        await journal.write_item(item(0))
        await journal.write_item(item(1, "rejected", reason="language", figure=0.1))
        await journal.write_item(item(2, "failed", reason="unreadable"))
        await journal.write_item(item(3, "failed", reason="unreadable"))

    asyncio.run(write())
    totals = journal.totals()
    assert (totals.kept, totals.rejected, totals.failed) == (1, 1, 2)
    assert totals.reasons == {("rejected", "language"): 1, ("failed", "unreadable"): 2}
    assert totals.cost_usd == 0.5
    asyncio.run(journal.write_step(step("b", cost_usd=None)))
    assert journal.totals().cost_usd is None


def test_items_that_are_not_final_are_reopened(journal: Journal) -> None:
    async def write() -> int:
        await journal.write_item(item(0))
        await journal.write_item(item(1, "failed", reason="timeout", final=False))
        await journal.write_item(item(5, "failed", reason="unreadable"))
        assert list(journal.final_positions()) == [0, 5]
        return await journal.reopen_items()

    assert asyncio.run(write()) == 1
    assert journal.totals().failed == 1


def test_chains_come_in_the_order_of_positions_with_every_round(journal: Journal) -> None:
    async def write(position: int) -> str:
        question = Question(parent_id="cell", origin=ORIGIN, text=f"question {position}")
        answer = Answer(parent_id=question.id, origin=ORIGIN, text="first")
        critiques, refinements = [], []
        above = answer.id
        for number in (1, 2):
            critique = Critique(parent_id=above, origin=ORIGIN, strengths="s", weaknesses=f"w{number}", suggestions="g")
            refinement = Refinement(parent_id=critique.id, origin=ORIGIN, text=f"round {number}", round=number)
            critiques.append(critique)
            refinements.append(refinement)
            above = refinement.id
        records = [question, answer, *critiques, *refinements]
        await journal.write_step(step(f"k{position}", records=records))
        await journal.write_item(item(position, question_id=question.id, answer_id=answer.id, record_id=above))
        return above

    for position in (7, 2, 5):
        asyncio.run(write(position))
    chains = list(journal.kept_chains())
    assert [chain.question.text for chain in chains] == ["question 2", "question 5", "question 7"]
    assert [refinement.text for _, refinement in chains[0].rounds] == ["round 1", "round 2"]
    assert chains[0].rounds[1][0].weaknesses == "w2"


def test_a_failing_write_is_told_to_its_caller_and_the_journal_goes_on(journal: Journal) -> None:
    async def write() -> None:
        with pytest.raises(OutputFault, match="cannot write the journal"):
            await journal.write_step(step("k", outcome="nonsense"))
        await journal.write_step(step("k"))

    asyncio.run(write())
    assert journal.totals().calls == 1


@pytest.mark.parametrize("value", [10**30, "\ud800"], ids=["too large", "no text"])
def test_a_value_that_no_journal_can_hold_is_told_as_ours_and_the_journal_goes_on(
    journal: Journal, value: int | str
) -> None:
    wrong = replace(step("k"), calls=value) if isinstance(value, int) else replace(step("k"), detail=value)

    async def write() -> None:
        with pytest.raises(JournalFault, match="cannot hold what was to be written") as caught:
            await journal.write_step(wrong)
        assert caught.value.__cause__ is not None
        await journal.write_step(step("k"))

    asyncio.run(write())
    assert journal.totals().calls == 1


def test_a_reader_cannot_write(journal: Journal) -> None:
    with Journal.open_read_only(journal.path) as reader, pytest.raises(JournalFault, match="for reading only"):
        asyncio.run(reader.write_step(step("k")))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no database " * 1000, "not a journal, or damaged"),
        (b"", "not a journal of Condor"),
        (None, "no journal here"),
    ],
)
def test_what_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "journal.db"
    if content is not None:
        path.write_bytes(content)
    for open_it in (Journal.open, Journal.open_read_only):
        with pytest.raises(JournalFault, match=said):
            open_it(path)
    assert (path.read_bytes() if path.exists() else None) == content


def test_a_foreign_database_and_a_newer_journal_are_refused(tmp_path: Path, journal: Journal) -> None:
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as database:
        database.execute("CREATE TABLE notes (text TEXT)")
    with pytest.raises(JournalFault, match="not a journal of Condor"):
        Journal.open(foreign)
    journal.close()
    with sqlite3.connect(journal.path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalFault, match=r"newer version of Condor.*99"):
        Journal.open(journal.path)


def test_a_journal_cut_short_is_refused_with_one_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal.create(path, {}) as journal:
        asyncio.run(journal.write_step(step("k", raw="x" * 100_000)))
    os.truncate(path, 50_000)
    with pytest.raises(JournalFault), Journal.open_read_only(path) as journal:  # noqa: PT012  # either may be the first to see it
        journal.totals()
        journal.finished_step("k")


def test_making_a_journal_where_nothing_can_be_written_is_an_output_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputFault):
        Journal.create(tmp_path / "file" / "journal.db", {})


def test_commits_are_durable(journal: Journal) -> None:
    with sqlite3.connect(journal.path) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal._writer is not None
    assert journal._writer._database.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_loop_that_closes_under_a_write_does_not_end_the_writer(journal: Journal) -> None:
    """A notebook that is interrupted and run again goes on with the same journal."""

    async def abandon() -> None:
        task = asyncio.ensure_future(journal.write_step(step("abandoned")))
        await asyncio.sleep(0)
        task.cancel()

    for _ in range(20):
        asyncio.run(abandon())
    asyncio.run(journal.write_step(step("next")))
    assert journal.finished_step("next") is not None


def test_a_closed_journal_says_so(journal: Journal) -> None:
    journal.close()
    with pytest.raises(JournalFault, match="the journal is closed"):
        asyncio.run(journal.write_step(step("k")))


def test_a_journal_with_flipped_bytes_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal.create(path, {}) as journal:
        for number in range(20):
            asyncio.run(journal.write_step(step(f"k{number}", raw="x" * 5000)))
            asyncio.run(journal.write_item(item(number)))
    whole = path.read_bytes()

    def read_all() -> str:
        try:
            with Journal.open_read_only(path) as damaged:
                damaged.totals()
                list(damaged.final_positions())
                for number in range(20):
                    damaged.finished_step(f"k{number}")
        except JournalFault as fault:
            return str(fault)
        return ""

    said = []
    for start in range(4096, len(whole), 4096):
        path.write_bytes(whole[:start] + b"\xff" * 2048 + whole[start + 2048 :])
        said.append(read_all())
    assert any(said)
    assert not any("\n" in line for line in said)


def test_a_journal_that_lacks_its_last_byte_is_refused_also_where_that_was_a_zero(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Journal.create(path, {}).close()
    assert path.read_bytes()[-1] == 0
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(JournalFault, match="damaged: a part is missing"):
        Journal.open(path)
