"""The truth of a run: one SQLite file with every finished step, every record, and how each item ended.

One thread writes, in batches: a write is acknowledged after the commit that holds it (WAL, synchronous FULL), and many
writes share one commit. Readers, in this process or another, look on meanwhile.
"""

import json
import sqlite3
from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from ...corpus.records import Answer, Chain, Critique, Question, Record, Refinement, parse_record
from ...errors import JournalFault
from ..ledger import Ledger
from .entries import ItemEntry, JournalTotals, Maker, StageFigures, StepEntry, StepOutcome, TurnEntry
from .file import check_file, connect, create_file
from .writer import JournalWriter, Operation, insert_item, insert_step, insert_turn

R = TypeVar("R", bound=Record)

_ITEM_COLUMNS = tuple(field.name for field in fields(ItemEntry))


class Journal:
    """A run's journal. Open one with `Journal.create`, `Journal.open` or `Journal.open_read_only`, and close it."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        try:
            self._reader = connect(path, read_only=not writable)
            self._writer = JournalWriter(path) if writable else None
            tables = self._reader.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'turns'").fetchone()
            self._knows_turns = tables != (0,)  # one of the first version does not, and is perhaps only read
        except sqlite3.Error as exc:
            raise JournalFault(f"{path}: cannot open the journal: {exc}") from exc

    @classmethod
    def create(cls, path: Path, meta: dict[str, str]) -> "Journal":
        """Make a journal (see `create_file`) and open it.

        Raises:
            OutputFault: the file cannot be made.
        """
        create_file(path, meta)
        return cls(path, writable=True)

    @classmethod
    def open(cls, path: Path) -> "Journal":
        """Open a journal to go on with it.

        Raises:
            JournalFault: it is missing, is no journal, is damaged, or a newer version wrote it.
        """
        check_file(path)
        return cls(path, writable=True)

    @classmethod
    def open_read_only(cls, path: Path, *, whole: bool = False) -> "Journal":
        """Open a journal to look at it, also while another process writes it.

        Args:
            path: the file.
            whole: see `check_file`.

        Raises:
            JournalFault: as for `open`.
        """
        check_file(path, whole=whole)
        return cls(path, writable=False)

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        if self._writer is not None:
            self._writer.close()
        self._reader.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # -- writing -------------------------------------------------------------------------------------------------

    async def write_step(self, entry: StepEntry) -> None:
        """Store a step with its records; return once they are on disk."""
        await self._write(lambda database: insert_step(database, entry))

    async def write_turn(self, entry: TurnEntry) -> None:
        """Store a reply that leads to another request of its step; return once it is on disk."""
        await self._write(lambda database: insert_turn(database, entry))

    async def write_item(self, entry: ItemEntry) -> None:
        """Store how an item ended; return once it is on disk."""
        await self._write(lambda database: insert_item(database, entry))

    async def reopen_items(self) -> int:
        """Forget the ends that were not final, so that these items are tried again; returns their number."""
        (count,) = self._one("SELECT count(*) FROM items WHERE NOT final") or (0,)
        if count:
            await self._write(lambda database: database.execute("DELETE FROM items WHERE NOT final"))
        return count

    async def write_prompt(self, version: str, stage: str, messages: list[dict[str, Any]]) -> None:
        """Store a prompt's messages under their version, so that a record's prompt can be read later."""
        text = json.dumps(messages, ensure_ascii=False)
        await self._write(
            lambda db: db.execute(
                "INSERT OR IGNORE INTO prompts VALUES (?1, ?2, ?3, seal_of(?1, ?2, ?3))", (version, stage, text)
            )
        )

    async def _write(self, operation: Operation) -> None:
        if self._writer is None:
            raise JournalFault(f"{self.path}: opened for reading only")
        await self._writer.submit(operation)

    async def write_meta(self, key: str, value: str) -> None:
        """Store what the journal says of itself under a key, in the place of what it said before."""
        await self._write(
            lambda db: db.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2, seal_of(?1, ?2))", (key, value))
        )

    # -- reading -------------------------------------------------------------------------------------------------

    def meta(self) -> dict[str, str]:
        """What the journal says of itself."""
        return dict(self._query("SELECT key, value FROM meta"))

    def finished_step(self, key: str) -> tuple[StepOutcome, dict[str, Any]] | None:
        """(outcome, columns) of a step that need not be executed again, or None."""
        row = self._one(
            "SELECT outcome, output, reason, detail, raw FROM steps WHERE key = ? AND outcome != 'error'", (key,)
        )
        if row is None:
            return None
        outcome, output, reason, detail, raw = row
        return outcome, {"output": output, "reason": reason, "detail": detail, "raw": raw}

    def step_calls(self, key: str) -> int:
        """The calls that a step took, in all sessions; those whose reply was lost in a crash are in no journal."""
        row = self._one("SELECT calls FROM steps WHERE key = ?", (key,))
        return 0 if row is None else row[0]

    def step_to_hand_on(self, key: str) -> StepEntry | None:
        """A finished step with its records, as another journal takes it over, or None.

        What it cost stays here: there it takes no call.
        """
        columns = "stage, outcome, output, reason, detail, raw, prompt_version, model, finished_at"
        row = self._one(f"SELECT {columns} FROM steps WHERE key = ? AND outcome IN ('done', 'invalid')", (key,))
        if row is None:
            return None
        stored = dict(zip(columns.split(", "), row, strict=True))
        made = json.loads(stored["output"] or "{}").get("records", ())
        return StepEntry(
            key=key,
            calls=0,
            input_tokens=0,
            output_tokens=0,
            cost_usd=0.0,
            seconds=0.0,
            records=[self._expect(record_id, Record) for record_id in made],
            **stored,
        )

    def holds_replies(self) -> bool:
        """Whether any call was answered: in this run, not in one that it was forked from."""
        answered = self._one("SELECT 1 FROM steps WHERE outcome != 'error' AND calls > 0 LIMIT 1")
        return answered is not None or self.holds_turns()

    def holds_turns(self) -> bool:
        """Whether any step was broken off between two of its requests."""
        return self._knows_turns and self._one("SELECT 1 FROM turns LIMIT 1") is not None

    def turns(self, step_key: str) -> list[TurnEntry]:
        """What an unfinished step was answered before its last request, in order."""
        rows = self._query(
            "SELECT turn, text, finish_reason, reply_tokens, calls, input_tokens, output_tokens, cost_usd, seconds"
            " FROM turns WHERE step_key = ? ORDER BY turn",
            (step_key,),
        )
        return [TurnEntry(step_key, *row[:4], spent=Ledger(*row[4:])) for row in rows]

    def record(self, record_id: str) -> Record | None:
        """The record of an id, or None."""
        row = self._one("SELECT kind, body FROM records WHERE id = ?", (record_id,))
        return None if row is None else self._parse(*row)

    def children(self, record_id: str) -> list[Record]:
        """The records made from one."""
        rows = self._query("SELECT kind, body FROM records WHERE parent_id = ? ORDER BY rowid", (record_id,))
        return [self._parse(*row) for row in rows]

    def ids_with_prefix(self, prefix: str) -> list[str]:
        """At most two ids that begin with `prefix`: enough to know whether it is unique."""
        after = prefix + "g"  # ids are hexadecimal, so 'g' sorts after whatever may follow
        rows = self._query("SELECT id FROM records WHERE id >= ? AND id < ? LIMIT 2", (prefix, after))
        return [row[0] for row in rows]

    def prompt(self, version: str) -> list[dict[str, Any]] | None:
        """The messages of a prompt version, or None."""
        row = self._one("SELECT messages FROM prompts WHERE version = ?", (version,))
        return None if row is None else json.loads(row[0])

    def used_prompts(self) -> list[tuple[str, str]]:
        """(stage, version) of every prompt that brought a result.

        A version that was noted for a call which never came back has none, and binds nobody.
        """
        rows = self._query(
            "SELECT stage, version FROM prompts WHERE EXISTS"
            " (SELECT 1 FROM steps WHERE prompt_version = version AND outcome IN ('done', 'invalid')) ORDER BY rowid"
        )
        return [(stage, version) for stage, version in rows]

    def makers(self, stage: str) -> list[Maker]:
        """Who made the records of a stage that makes one a step, in the order in which each of them began.

        Settings are those in a record's provenance: of a record that two models made to the letter, the first one's.
        """
        rows = self._query(
            "SELECT steps.model, json_extract(records.body, '$.provenance.sampling'), steps.prompt_version FROM steps"
            " JOIN records ON records.id = json_extract(steps.output, '$.records[0]')"
            " WHERE steps.stage = ? AND steps.outcome = 'done' GROUP BY 1, 2, 3 ORDER BY min(steps.rowid)",
            (stage,),
        )
        return [Maker(model, json.loads(sampling or "{}"), version) for model, sampling, version in rows]

    def stage_seconds(self) -> dict[str, list[float]]:
        """Stage -> seconds that each of its steps with a result waited for replies, in ascending order."""
        seconds: dict[str, list[float]] = {}
        rows = "SELECT stage, seconds FROM steps WHERE calls > 0 AND outcome IN ('done', 'invalid') ORDER BY 1, 2"
        for stage, waited in self._query(rows):
            seconds.setdefault(stage, []).append(waited)
        return seconds

    def final_positions(self) -> Iterator[int]:
        """The positions of all items that a resumed run leaves alone, in order."""
        # Read at once, 8 bytes each: a cursor left open for the length of a run would keep the WAL from shrinking.
        rows = self._query("SELECT position FROM items WHERE final ORDER BY position")
        return iter(array("q", (position for (position,) in rows)))

    def totals(self, *, with_turns: bool = True) -> JournalTotals:
        """Sums over the whole journal, of one moment.

        Args:
            with_turns: whether to count what unfinished steps have cost; when they end, their entries hold that.
        """
        with self._snapshot():
            outcomes = dict(self._query("SELECT outcome, count(*) FROM items GROUP BY outcome"))
            reasons = self._query(
                "SELECT outcome, reason, count(*) FROM items WHERE outcome != 'kept' GROUP BY outcome, reason"
            )
            by_stage = dict(self._query("SELECT stage, sum(calls) FROM steps GROUP BY stage"))
            both = "SELECT outcome, calls, input_tokens, output_tokens, cost_usd FROM steps"
            if with_turns and self._knows_turns:
                both += " UNION ALL SELECT 'turn', calls, input_tokens, output_tokens, cost_usd FROM turns"
            sums = self._one(
                "SELECT coalesce(sum(calls), 0), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),"
                " sum(cost_usd), count(*) FILTER (WHERE cost_usd IS NULL),"
                f" count(*) FILTER (WHERE calls = 0 AND outcome IN ('done', 'invalid')) FROM ({both})"
            )
            reason_counts = {(outcome, reason): count for outcome, reason, count in reasons}
        calls, input_tokens, output_tokens, cost, unpriced, inherited = sums or (0, 0, 0, None, 0, 0)
        return JournalTotals(
            kept=outcomes.get("kept", 0),
            rejected=outcomes.get("rejected", 0),
            failed=outcomes.get("failed", 0),
            reasons=reason_counts,
            calls=calls,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost_usd=None if unpriced else cost or 0.0,
            calls_by_stage=by_stage,
            inherited=inherited,
        )

    def stage_figures(self) -> dict[str, StageFigures]:
        """Stage -> what its steps have come to. One that got no reply has used tokens and calls, but has not ended."""
        rows = self._query(
            "SELECT stage, count(*) FILTER (WHERE outcome IN ('done', 'invalid')),"
            " count(*) FILTER (WHERE outcome = 'invalid'),"
            " count(*) FILTER (WHERE calls = 0 AND outcome IN ('done', 'invalid')),"
            " sum(calls), sum(input_tokens), sum(output_tokens) FROM steps GROUP BY stage"
        )
        return {stage: StageFigures(*figures) for stage, *figures in rows}

    def last_step(self) -> int:
        """The number of the step that was noted last; they are numbered from 1 in the order of their first try."""
        (number,) = self._one("SELECT coalesce(max(rowid), 0) FROM steps") or (0,)
        return number

    def step_seconds(self, *, after: int = 0) -> "array[float]":
        """How long the steps after a number took that calls were made for, in seconds."""
        rows = self._query("SELECT seconds FROM steps WHERE rowid > ? AND calls > 0", (after,))
        return array("d", (seconds for (seconds,) in rows))

    def sampled_steps(self, one_in: int, *, after: int = 0) -> list[int]:
        """The numbers of the first step and of about one in so many of the others that ended, spread evenly.

        Which ones is a matter of their numbers alone: whoever asks twice gets the same.
        """
        # Multiples of this constant modulo 2^32 fill the range evenly, and in no rhythm with the stages of a chain.
        chosen = "rowid * 2654435761 % 4294967296 < 4294967296 / ?1 OR rowid = 1"
        rows = self._query(
            f"SELECT rowid FROM steps WHERE rowid > ?2 AND outcome != 'error' AND ({chosen}) ORDER BY rowid",
            (one_in, after),
        )
        return [number for (number,) in rows]

    def step_at(self, number: int) -> StepEntry | None:
        """The step of a number with its records, or None."""
        columns = [field.name for field in fields(StepEntry) if field.name != "records"]
        row = self._one(f"SELECT {', '.join(columns)} FROM steps WHERE rowid = ?", (number,))
        if row is None:
            return None
        stored = dict(zip(columns, row, strict=True))
        made = json.loads(stored["output"] or "{}").get("records", ())
        return StepEntry(records=[self._expect(record_id, Record) for record_id in made], **stored)

    def rejected_questions(self) -> int:
        """Items that were rejected before an answer was asked for."""
        (count,) = self._one("SELECT count(*) FROM items WHERE outcome = 'rejected' AND answer_id IS NULL") or (0,)
        return count

    def gate_figures(self, rounds: int) -> tuple[int, int]:
        """(refinements that stand, items whose next one was refused), over the kept items of a run with a gate.

        Args:
            rounds: that an item has where each of them stands. One with fewer has ended with a refinement refused.
        """
        standing = (
            "SELECT CASE record_id WHEN answer_id THEN 0 ELSE"
            " (SELECT json_extract(body, '$.round') FROM records WHERE id = record_id) END AS number"
            " FROM items WHERE outcome = 'kept'"
        )
        sums = f"SELECT coalesce(sum(number), 0), coalesce(sum(number < ?), 0) FROM ({standing})"
        kept, refused = self._one(sums, (rounds,)) or (0, 0)
        return kept, refused

    def kept_chains(self, also: Mapping[str, str] = MappingProxyType({})) -> Iterator[Chain]:
        """The whole life of each kept item, in the order of their positions, one at a time.

        Args:
            also: of items that were rejected and shall not be left out: question id -> the record that ends its chain.
        """
        rows = self._query(
            "SELECT question_id, answer_id, record_id, outcome FROM items"
            " WHERE outcome = 'kept' OR (outcome = 'rejected' AND answer_id IS NOT NULL) ORDER BY position"
        )
        for question_id, answer_id, record_id, outcome in rows:
            last = record_id if outcome == "kept" else also.get(question_id)
            if last is not None:
                yield self._chain(question_id, answer_id, last)

    def item_of(self, question_id: str) -> dict[str, Any] | None:
        """How the item of a question ended, or None while it is under way."""
        row = self._one(f"SELECT {', '.join(_ITEM_COLUMNS)} FROM items WHERE question_id = ?", (question_id,))
        return None if row is None else dict(zip(_ITEM_COLUMNS, row, strict=True))

    def items_of_cell(self, cell_id: str) -> list[dict[str, Any]]:
        """How the items of a cell ended that have ended."""
        rows = self._query(f"SELECT {', '.join(_ITEM_COLUMNS)} FROM items WHERE cell_id = ?", (cell_id,))
        return [dict(zip(_ITEM_COLUMNS, row, strict=True)) for row in rows]

    def raw_reply(self, step_key: str) -> str | None:
        """The last reply of a step that failed, as it came, or None."""
        row = self._one("SELECT raw FROM steps WHERE key = ?", (step_key,))
        return row[0] if row else None

    def _chain(self, question_id: str, answer_id: str, record_id: str) -> Chain:
        """Walk from the last refinement, if any stands, up to the answer: each record knows its parent."""
        rounds: list[tuple[Critique, Refinement]] = []
        current = record_id
        while current != answer_id:
            refinement = self._expect(current, Refinement)
            critique = self._expect(refinement.parent_id, Critique)
            rounds.append((critique, refinement))
            current = critique.parent_id
        question, answer = self._expect(question_id, Question), self._expect(answer_id, Answer)
        return Chain(question, answer, tuple(reversed(rounds)))

    def _expect(self, record_id: str, kind: type[R]) -> R:
        record = self.record(record_id)
        if not isinstance(record, kind):
            raise JournalFault(f"{self.path}: damaged: no {kind.kind} {record_id}")
        return record

    def _parse(self, kind: str, body: str) -> Record:
        try:
            return parse_record(kind, body)
        except (ValidationError, KeyError) as exc:
            raise JournalFault(f"{self.path}: damaged: a {kind} cannot be read") from exc

    def _one(self, sql: str, parameters: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        return next(self._query(sql, parameters), None)

    def _query(self, sql: str, parameters: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            # Not `yield from`: it would close the cursor of a reader who stops half-way, perhaps after its database.
            for row in self._reader.execute(sql, parameters):  # noqa: UP028
                yield row
        except sqlite3.Error as exc:
            raise JournalFault(f"{self.path}: cannot read: {exc}") from exc

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """All queries inside see the journal of one moment."""
        self._one("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):  # a damaged file has said so already
                self._reader.execute("COMMIT")
