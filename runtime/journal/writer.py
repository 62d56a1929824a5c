"""The one thread that writes a journal, in batches."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...errors import JournalFault, OutputFault
from .entries import ItemEntry, StepEntry, TurnEntry
from .file import bring_up_to_date, connect

#: Writes that share a commit at most.
_BATCH = 256

Operation = Callable[[sqlite3.Connection], object]


@dataclass
class _Pending:
    operation: Operation
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]

    def settle(self, error: Exception | None) -> None:
        """Tell the waiting task, in its own loop, unless both have gone."""
        with suppress(RuntimeError):  # a loop that was closed meanwhile has nobody left to tell
            self.loop.call_soon_threadsafe(self._settle_in_loop, error)

    def _settle_in_loop(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class JournalWriter:
    """Takes writes from any event loop and acknowledges each after the commit that holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = connect(path, read_only=False)
        bring_up_to_date(self._database)
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=f"journal {path.name}", daemon=True)
        self._thread.start()

    async def submit(self, operation: Operation) -> None:
        """Run an operation inside the next commit.

        Raises:
            JournalFault: the journal is closed, or a value is none that it can hold; nothing of the batch is stored.
            OutputFault: the batch could not be committed (disk full, file gone); nothing of it is stored.
        """
        if self._closed:
            raise JournalFault(f"{self._path}: the journal is closed")
        loop = asyncio.get_running_loop()
        pending = _Pending(operation, loop, loop.create_future())
        self._queue.put(pending)
        # A caller that is cancelled must not cancel the acknowledgement: the write happens all the same.
        await asyncio.shield(pending.done)

    def close(self) -> None:
        """Commit what is pending and close the file."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        self._database.close()

    def _work(self) -> None:
        closing = False
        while not closing:
            batch = [self._queue.get()]
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get())
            closing = None in batch
            writes = [pending for pending in batch if pending is not None]
            error = self._commit([pending.operation for pending in writes]) if writes else None
            for pending in writes:
                pending.settle(error)

    def _commit(self, operations: list[Operation]) -> OutputFault | JournalFault | None:
        try:
            self._database.execute("BEGIN IMMEDIATE")
            for operation in operations:
                operation(self._database)
            self._database.execute("COMMIT")
        except Exception as exc:  # noqa: BLE001  # each task raises it as ours; a dead thread would leave them waiting
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            return self._fault(exc)
        return None

    def _fault(self, error: Exception) -> OutputFault | JournalFault:
        """What failed, as ours: the file, or a value that no journal can hold."""
        if isinstance(error, sqlite3.Error):
            fault = OutputFault(f"{self._path}: cannot write the journal: {error}; the run can be resumed")
        else:
            fault = JournalFault(f"{self._path}: cannot hold what was to be written: {error!r}; the run can be resumed")
        fault.__cause__ = error
        return fault


def insert_step(database: sqlite3.Connection, entry: StepEntry) -> None:
    """Store a step and its records; an earlier attempt that got no reply is replaced and its figures carried over."""
    database.execute(
        _INSERT_STEP,
        (
            entry.key,
            entry.stage,
            entry.outcome,
            entry.output,
            entry.reason,
            entry.detail,
            entry.raw,
            entry.prompt_version,
            entry.model,
            entry.calls,
            entry.input_tokens,
            entry.output_tokens,
            entry.cost_usd,
            entry.seconds,
            entry.finished_at,
        ),
    )
    # The step's own figures hold those of its turns from now on. Their texts are needed until it has a result.
    ended = _FORGET_TURNS if entry.outcome != "error" else _COUNT_TURNS
    database.execute(ended, (entry.key,))
    database.executemany(
        "INSERT OR IGNORE INTO records VALUES (?1, ?2, ?3, ?4, ?5, seal_of(?1, ?2, ?3, ?4, ?5))",
        [
            (record.id, record.kind, record.parent_id, entry.key, record.model_dump_json(exclude_none=True))
            for record in entry.records
        ],
    )


def insert_turn(database: sqlite3.Connection, entry: TurnEntry) -> None:
    """Store a reply that led to another request of its step."""
    spent = entry.spent
    database.execute(
        f"INSERT OR REPLACE INTO turns VALUES ({_marks(10)}, seal_of({_marks(10)}))",
        (
            entry.step_key,
            entry.turn,
            entry.text,
            entry.finish_reason,
            entry.reply_tokens,
            spent.calls,
            spent.input_tokens,
            spent.output_tokens,
            spent.cost_usd,
            spent.seconds,
        ),
    )


def insert_item(database: sqlite3.Connection, entry: ItemEntry) -> None:
    """Store how an item ended; a later try replaces an end that was not final."""
    database.execute(
        f"INSERT OR REPLACE INTO items VALUES ({_marks(12)}, seal_of({_marks(12)}))",
        (
            entry.position,
            entry.outcome,
            entry.final,
            entry.cell_id,
            entry.difficulty,
            entry.question_id,
            entry.answer_id,
            entry.record_id,
            entry.reason,
            entry.figure,
            entry.detail,
            entry.step_key,
        ),
    )


def _marks(count: int) -> str:
    """`?1, ?2, ...`: values that are bound once and used twice, in the row and in its checksum."""
    return ", ".join(f"?{number}" for number in range(1, count + 1))


#: The columns of a step -> what an earlier attempt's row gets from a later one.
_STEP = {
    "key": "key",
    "stage": "stage",
    "outcome": "excluded.outcome",
    "output": "excluded.output",
    "reason": "excluded.reason",
    "detail": "excluded.detail",
    "raw": "excluded.raw",
    "prompt_version": "prompt_version",
    "model": "model",
    "calls": "calls + excluded.calls",
    "input_tokens": "input_tokens + excluded.input_tokens",
    "output_tokens": "output_tokens + excluded.output_tokens",
    "cost_usd": "cost_usd + excluded.cost_usd",
    "seconds": "seconds + excluded.seconds",
    "finished_at": "excluded.finished_at",
}
_INSERT_STEP = (
    f"INSERT INTO steps VALUES ({_marks(len(_STEP))}, seal_of({_marks(len(_STEP))})) ON CONFLICT (key) DO UPDATE SET "
    + ", ".join(f"{column} = {value}" for column, value in _STEP.items())
    + f", seal = seal_of({', '.join(_STEP.values())}) WHERE outcome = 'error'"
)
_FORGET_TURNS = "DELETE FROM turns WHERE step_key = ?"
_COUNT_TURNS = (
    "UPDATE turns SET calls = 0, input_tokens = 0, output_tokens = 0, cost_usd = 0.0, seconds = 0.0,"
    " seal = seal_of(step_key, turn, text, finish_reason, reply_tokens, 0, 0, 0, 0.0, 0.0) WHERE step_key = ?"
)
