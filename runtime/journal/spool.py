"""What a run has to tell a tracker: kept in its journal until it was sent, and afterwards, should another ask for it.

It has a connection of its own, so that another process than the one that works on the run may read it and mark it.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import JournalFault, OutputFault
from .file import bring_up_to_date, connect


@dataclass(frozen=True)
class SpoolEntry:
    """Something to tell.

    Attributes:
        number: its place among all entries, from 1.
        kind: what it is.
        body: JSON.
        at_ms: when it was written, in Unix milliseconds.
    """

    number: int
    kind: str
    body: dict[str, Any]
    at_ms: int


class Spool:
    """The spool of a journal that exists. Use it in one thread, as a context manager, or close it.

    Raises:
        JournalFault: the journal cannot be opened.
    """

    def __init__(self, journal: Path) -> None:
        self._path = journal
        with self._faults():
            self._database = connect(journal, read_only=False)
            bring_up_to_date(self._database)

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def append(self, kind: str, body: Mapping[str, Any], *, at_ms: int | None = None) -> None:
        """Add an entry; it is on disk when this returns.

        Raises:
            OutputFault: the journal cannot be written.
        """
        number = "(SELECT coalesce(max(number), 0) + 1 FROM spool)"
        values = (kind, json.dumps(body, ensure_ascii=False), now_ms() if at_ms is None else at_ms)
        self._write(f"INSERT INTO spool SELECT {number}, ?1, ?2, ?3, NULL, seal_of({number}, ?1, ?2, ?3, NULL)", values)

    def pending(self, receiver: str, *, most: int = 1000) -> list[SpoolEntry]:
        """The first entries that were not sent to a receiver, in order."""
        rows = self._read(
            "SELECT number, kind, body, at_ms FROM spool WHERE sent_to IS NOT ? ORDER BY number LIMIT ?",
            (receiver, most),
        )
        return [SpoolEntry(number, kind, json.loads(body), at_ms) for number, kind, body, at_ms in rows]

    def count_pending(self, receiver: str | None) -> int:
        """How many entries were not sent to a receiver; None stands for none at all."""
        condition = "sent_to IS NULL" if receiver is None else "sent_to IS NOT ?"
        rows = self._read(f"SELECT count(*) FROM spool WHERE {condition}", () if receiver is None else (receiver,))
        return rows[0][0]

    def mark_sent(self, entries: Iterable[SpoolEntry], receiver: str) -> None:
        """Note that entries have reached a receiver.

        Raises:
            OutputFault: the journal cannot be written.
        """
        statement = "UPDATE spool SET sent_to = ?1, seal = seal_of(number, kind, body, at_ms, ?1) WHERE number = ?2"
        with self._faults():
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(statement, [(receiver, entry.number) for entry in entries])
            self._database.execute("COMMIT")

    def all(self, kind: str) -> list[SpoolEntry]:
        """All entries of a kind, in order, whether they were sent or not."""
        rows = self._read("SELECT number, kind, body, at_ms FROM spool WHERE kind = ? ORDER BY number", (kind,))
        return [SpoolEntry(number, kind, json.loads(body), at_ms) for number, kind, body, at_ms in rows]

    def last(self, *kinds: str) -> SpoolEntry | None:
        """The last entry of some kinds, or None."""
        marks = ", ".join("?" * len(kinds))
        rows = self._read(
            f"SELECT number, kind, body, at_ms FROM spool WHERE kind IN ({marks}) ORDER BY number DESC LIMIT 1", kinds
        )
        return SpoolEntry(rows[0][0], rows[0][1], json.loads(rows[0][2]), rows[0][3]) if rows else None

    def meta(self) -> dict[str, str]:
        """What the journal says of itself."""
        return dict(self._read("SELECT key, value FROM meta", ()))

    def note(self, key: str, value: str) -> None:
        """Have the journal say something of itself.

        Raises:
            OutputFault: the journal cannot be written.
        """
        self._write("INSERT OR REPLACE INTO meta VALUES (?1, ?2, seal_of(?1, ?2))", (key, value))

    def _read(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._faults():
            return self._database.execute(sql, parameters).fetchall()

    def _write(self, sql: str, parameters: tuple[Any, ...]) -> None:
        with self._faults():
            self._database.execute(sql, parameters)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as exc:
            raise OutputFault(f"{self._path}: cannot write the journal: {exc}; the run can be resumed") from exc
        except sqlite3.Error as exc:
            raise JournalFault(f"{self._path}: cannot use the journal: {exc}") from exc


def now_ms() -> int:
    """The time on this machine's clock, in Unix milliseconds."""
    return time.time_ns() // 1_000_000
