"""The vectors of a run on disk: one SQLite file beside the journal, so that none is paid for twice."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import __version__
from ...errors import JournalFault, OutputFault
from ..journal.file import FileKind, check_file, connect, create_file
from ..ledger import Ledger

#: Keys in one query; SQLite binds no more than some thousands.
_KEYS_A_QUERY = 500

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, seal INTEGER) STRICT;
CREATE TABLE vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL, seal INTEGER) STRICT;
CREATE TABLE calls (
    number INTEGER PRIMARY KEY,
    calls INTEGER NOT NULL, input_tokens INTEGER NOT NULL, cost_usd REAL, seconds REAL NOT NULL,
    seal INTEGER
) STRICT;
"""
VECTORS = FileKind("store of vectors", 0x434F4E56, 1, _SCHEMA)  # "CONV"


@dataclass(frozen=True)
class EmbeddingFigures:
    """What a run's embeddings have come to, all its sessions together.

    Attributes:
        texts: that have a vector.
        calls: requests that were sent, answered or not.
        input_tokens: as the endpoint counted them.
        cost_usd: None where the price of any call is unknown.
    """

    texts: int = 0
    calls: int = 0
    input_tokens: int = 0
    cost_usd: float | None = 0.0


class VectorStore:
    """Opens the file, and makes it where it is missing. Close it, or use it as a context manager.

    Whoever opens it holds the run: there is one writer.

    Raises:
        JournalFault: the file is not ours, is damaged, or a newer version wrote it.
        OutputFault: it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists():
            check_file(path, VECTORS)
        else:
            create_file(path, {"condor": __version__}, VECTORS)
        # What is read must have been committed, so the writer has a connection of its own.
        with self._guarded():
            self._reader = connect(path, read_only=False)
            self._writer = connect(path, read_only=False)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the file, once a write that is under way has ended."""
        with self._lock:
            self._writer.close()
        self._reader.close()

    def __enter__(self) -> "VectorStore":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def find(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Key -> vector, of those that are held."""
        found: dict[str, bytes] = {}
        for start in range(0, len(keys), _KEYS_A_QUERY):
            some = keys[start : start + _KEYS_A_QUERY]
            marks = ", ".join("?" * len(some))
            found |= dict(self._all(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", *some))
        return found

    async def add(self, vectors: Mapping[str, bytes], spent: Ledger) -> None:
        """Store vectors by their keys, and what they cost; returns once they are on disk.

        Raises:
            OutputFault: the disk is full, or the file is gone; nothing is stored.
        """
        await asyncio.to_thread(self._write, vectors, spent)

    def figures(self) -> EmbeddingFigures:
        """Sums over all that was ever stored here."""
        ((texts,),) = self._all("SELECT count(*) FROM vectors")
        ((calls, tokens, cost, unpriced),) = self._all(
            "SELECT coalesce(sum(calls), 0), coalesce(sum(input_tokens), 0), coalesce(sum(cost_usd), 0.0),"
            " count(*) FILTER (WHERE cost_usd IS NULL) FROM calls"
        )
        return EmbeddingFigures(texts, calls, tokens, None if unpriced else cost)

    def _write(self, vectors: Mapping[str, bytes], spent: Ledger) -> None:
        with self._lock, self._guarded():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                self._insert(vectors, spent)
                self._writer.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # SQLite has done so itself after some errors
                    self._writer.execute("ROLLBACK")
                raise

    def _insert(self, vectors: Mapping[str, bytes], spent: Ledger) -> None:
        self._writer.executemany(
            "INSERT OR IGNORE INTO vectors VALUES (?1, ?2, seal_of(?1, ?2))", list(vectors.items())
        )
        (number,) = self._writer.execute("SELECT coalesce(max(number), 0) + 1 FROM calls").fetchone()
        self._writer.execute(
            "INSERT INTO calls VALUES (?1, ?2, ?3, ?4, ?5, seal_of(?1, ?2, ?3, ?4, ?5))",
            (number, spent.calls, spent.input_tokens, spent.cost_usd, spent.seconds),
        )

    def _all(self, sql: str, *parameters: object) -> list[Any]:
        with self._guarded():
            return self._reader.execute(sql, parameters).fetchall()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """The one boundary to SQLite: what it raises, in words of ours."""
        try:
            yield
        except sqlite3.OperationalError as exc:
            raise OutputFault(f"{self.path}: cannot use the store of vectors: {exc}; the run can be resumed") from exc
        except sqlite3.Error as exc:
            raise JournalFault(f"{self.path}: not a store of vectors, or damaged: {exc}") from exc
