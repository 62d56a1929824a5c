"""What is known of a run's batch files: requests and where they were written, replies taken in, shards and batches.

A SQLite file beside the journal. The journal stays the truth of what is finished; this file holds what lies between: a
request that was written and may have been paid for, and a reply that no finished step has used yet.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ...errors import JournalFault, OutputFault
from ..journal.file import connect

#: Marks an SQLite file as ours ("CONB"), and the version of its tables.
_APPLICATION_ID = 0x434F4E42
_SCHEMA_VERSION = 1
#: Replies looked at together when those that were used are dropped.
_PAGE = 1000

RequestState = Literal["pending", "answered", "open"]
ShardStage = Literal["writing", "written", "creating", "submitted", "fetched", "settled", "given_up"]

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE shards (
    name TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL, requests INTEGER NOT NULL, bytes INTEGER NOT NULL,
    stage TEXT NOT NULL, file_id TEXT, batch_id TEXT, results TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE TABLE requests (
    custom_id TEXT PRIMARY KEY,
    shard TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'answered', 'open')),
    worst_usd REAL NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX requests_pending ON requests (shard) WHERE state = 'pending';
CREATE TABLE replies (custom_id TEXT PRIMARY KEY, line BLOB NOT NULL, cost_usd REAL NOT NULL) STRICT;
CREATE TABLE errors (
    line_hash BLOB PRIMARY KEY, custom_id TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE TABLE files (
    name TEXT PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    unreadable INTEGER NOT NULL, foreign_lines INTEGER NOT NULL
) STRICT;
"""


@dataclass(frozen=True)
class KnownRequest:
    """A request that was written at some time.

    Attributes:
        state: `pending`, its result is awaited; `answered`; or `open`, to be written again.
        failures: calls that ended without a reply.
        line: the result, until the step that asked for it is finished.
    """

    state: RequestState
    failures: int
    line: bytes | None


@dataclass(frozen=True)
class Shard:
    """A file of requests.

    Attributes:
        stage: `writing` until it has its name; `written`; `creating` while a batch may have been made of it;
            `submitted`; `fetched`, the batch has ended and its files are here; `settled`, and what it left unanswered
            is open again; `given_up`, its requests were written anew and it must not be submitted.
        results: names of the files that its batch brought.
    """

    name: str
    sha256: str
    requests: int
    bytes: int
    stage: ShardStage
    file_id: str | None
    batch_id: str | None
    results: tuple[str, ...]


class BatchStore:
    """Opens the file, and makes it where it is missing. Close it, or use it as a context manager.

    Args:
        path: the file.
        read_only: only to look on, while another process may be writing; the file must exist.

    Raises:
        JournalFault: the file is not ours, is damaged, or a newer version wrote it.
        OutputFault: it cannot be written.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        with self._guarded():
            if not read_only and not path.exists():
                _create(path)
            # Looked at before it is opened for writing, which would change a stranger's file.
            with closing(connect(path, read_only=True)) as database:
                self._check(database)
            self._database = connect(path, read_only=read_only)

    def close(self) -> None:
        """Close the file; what was not committed is not kept."""
        self._database.close()

    def __enter__(self) -> "BatchStore":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All inside, or nothing of it."""
        self.begin()
        try:
            yield
        except BaseException:
            self.roll_back()
            raise
        self.commit()

    def begin(self) -> None:
        """Begin a transaction, to be ended with `commit` or `roll_back`."""
        self._run("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """End the transaction; it is on disk when this returns."""
        self._run("COMMIT")

    def roll_back(self) -> None:
        """End the transaction and undo what it did."""
        with suppress(sqlite3.Error):  # SQLite has done so itself after some errors
            self._database.execute("ROLLBACK")

    # -- notes ---------------------------------------------------------------------------------------------------

    def note(self, key: str) -> str | None:
        """What was noted under a key."""
        row = self._one("SELECT value FROM meta WHERE key = ?", key)
        return row[0] if row else None

    def set_note(self, key: str, value: str) -> None:
        """Note something."""
        self._run("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)

    # -- requests and replies ------------------------------------------------------------------------------------

    def find(self, custom_id: str) -> KnownRequest | None:
        """A request that was written at some time, or None."""
        row = self._one(
            "SELECT state, failures, line FROM requests LEFT JOIN replies USING (custom_id) WHERE custom_id = ?",
            custom_id,
        )
        return KnownRequest(*row) if row else None

    def knows(self, custom_id: str) -> bool:
        """Whether a request was written at some time."""
        return self._one("SELECT 1 FROM requests WHERE custom_id = ?", custom_id) is not None

    def add_request(self, custom_id: str, shard: str, worst_usd: float) -> None:
        """A request was written into a shard, for the first time or again."""
        self._run(
            "INSERT INTO requests (custom_id, shard, state, worst_usd) VALUES (?, ?, 'pending', ?)"
            " ON CONFLICT (custom_id) DO UPDATE SET shard = excluded.shard, state = 'pending',"
            " worst_usd = excluded.worst_usd",
            custom_id,
            shard,
            worst_usd,
        )

    def add_reply(self, custom_id: str, line: bytes, cost_usd: float) -> bool:
        """Take in a result; returns whether it was the first of its request. Another one changes nothing."""
        # A reply that its step has used is gone from `replies`; its request stays answered all the same.
        changed = self._run(
            "UPDATE requests SET state = 'answered' WHERE custom_id = ? AND state != 'answered'", custom_id
        )
        if changed:
            self._run("INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", custom_id, line, cost_usd)
        return bool(changed)

    def add_error(self, custom_id: str, line_hash: bytes, reason: str, detail: str) -> bool:
        """Take in a result that is no reply; returns whether this very line was new.

        Its request is open again, unless it has been answered.
        """
        new = self._run("INSERT OR IGNORE INTO errors VALUES (?, ?, ?, ?)", line_hash, custom_id, reason, detail)
        if new:
            self._run("UPDATE requests SET failures = failures + 1 WHERE custom_id = ?", custom_id)
            self._run("UPDATE requests SET state = 'open' WHERE custom_id = ? AND state = 'pending'", custom_id)
        return bool(new)

    def replies(self) -> Iterator[str]:
        """The ids of all replies that are held."""
        last = ""
        while page := self._all("SELECT custom_id FROM replies WHERE custom_id > ? ORDER BY 1 LIMIT ?", last, _PAGE):
            yield from (row[0] for row in page)
            last = page[-1][0]

    def drop_reply(self, custom_id: str) -> None:
        """Its step is finished: the journal has what it said."""
        self._run("DELETE FROM replies WHERE custom_id = ?", custom_id)

    def drop_replies(self) -> None:
        """Use none of the replies that are held."""
        self._run("DELETE FROM replies")

    def pending(self) -> int:
        """Requests whose result is awaited."""
        (count,) = self._one("SELECT count(*) FROM requests WHERE state = 'pending'") or (0,)
        return count

    def pending_by_shard(self) -> dict[str, int]:
        """Shard -> requests in it whose result is awaited."""
        return dict(
            self._all("SELECT shard, count(*) FROM requests WHERE state = 'pending' GROUP BY shard ORDER BY shard")
        )

    def worst_of_pending_usd(self) -> float:
        """What all requests whose result is awaited may cost."""
        (worst,) = self._one("SELECT coalesce(sum(worst_usd), 0.0) FROM requests WHERE state = 'pending'") or (0.0,)
        return worst

    def cost_of_held_usd(self) -> float:
        """What the replies cost that no finished step has used yet."""
        (cost,) = self._one("SELECT coalesce(sum(cost_usd), 0.0) FROM replies") or (0.0,)
        return cost

    def give_up_pending(self) -> int:
        """Await no result any more: what is pending is open again. Returns the number of such requests."""
        with self.transaction():
            self._run("UPDATE shards SET stage = 'given_up' WHERE stage IN ('written', 'creating')")
            return self._run("UPDATE requests SET state = 'open' WHERE state = 'pending'")

    # -- results files -------------------------------------------------------------------------------------------

    def file_taken(self, name: str) -> tuple[int, int, int, int] | None:
        """(size, time of change in ns, unreadable lines, lines of no request) of a results file taken in, or None."""
        row = self._one("SELECT size, modified_ns, unreadable, foreign_lines FROM files WHERE name = ?", name)
        return (row[0], row[1], row[2], row[3]) if row else None

    def add_file(self, name: str, size: int, modified_ns: int, unreadable: int, foreign_lines: int) -> None:
        """A results file was taken in."""
        self._run(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", name, size, modified_ns, unreadable, foreign_lines
        )

    # -- shards --------------------------------------------------------------------------------------------------

    def shards(self, *stages: ShardStage) -> list[Shard]:
        """All shards, or those of some stages, in the order in which they were written."""
        rows = self._all(
            "SELECT name, sha256, requests, bytes, stage, file_id, batch_id, results FROM shards ORDER BY rowid"
        )
        found = [Shard(*row[:-1], results=tuple(json.loads(row[-1]))) for row in rows]
        return [shard for shard in found if not stages or shard.stage in stages]

    def add_shard(self, name: str, sha256: str, requests: int, size: int) -> None:
        """A shard has been filled and is about to get its name."""
        self._run(
            "INSERT INTO shards (name, sha256, requests, bytes, stage) VALUES (?, ?, ?, ?, 'writing')",
            name,
            sha256,
            requests,
            size,
        )

    def set_stage(self, name: str, stage: ShardStage) -> None:
        """A shard has got further."""
        self._run("UPDATE shards SET stage = ? WHERE name = ?", stage, name)

    def set_file(self, name: str, file_id: str | None) -> None:
        """A shard has been uploaded under an id; None: it must be uploaded again."""
        self._run("UPDATE shards SET file_id = ? WHERE name = ?", file_id, name)

    def set_batch(self, name: str, batch_id: str) -> None:
        """A batch has been made of a shard."""
        self._run("UPDATE shards SET batch_id = ?, stage = 'submitted' WHERE name = ?", batch_id, name)

    def set_results(self, name: str, results: Sequence[str]) -> None:
        """A shard's batch has ended, and its files have been fetched."""
        self._run("UPDATE shards SET results = ?, stage = 'fetched' WHERE name = ?", json.dumps(list(results)), name)

    def settle(self, name: str) -> int:
        """A shard's batch brings nothing more: what it left unanswered is open again; returns how many that are."""
        with self.transaction():
            self.set_stage(name, "settled")
            return self._run("UPDATE requests SET state = 'open' WHERE shard = ? AND state = 'pending'", name)

    def forget_shard(self, name: str) -> None:
        """A shard never got its name: neither it nor its requests were ever seen."""
        with self.transaction():
            self._run("UPDATE requests SET state = 'open' WHERE shard = ? AND state = 'pending'", name)
            self._run("DELETE FROM shards WHERE name = ?", name)

    # -- SQLite --------------------------------------------------------------------------------------------------

    def _check(self, database: sqlite3.Connection) -> None:
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if application != _APPLICATION_ID:
            raise JournalFault(f"{self.path}: not what Condor notes of batch files")
        if version > _SCHEMA_VERSION:
            raise JournalFault(f"{self.path}: written by a newer version of Condor; update Condor")

    def _run(self, sql: str, *parameters: object) -> int:
        """Execute a statement; returns the number of rows that it changed."""
        with self._guarded():
            return self._database.execute(sql, parameters).rowcount

    def _one(self, sql: str, *parameters: object) -> Any:
        with self._guarded():
            return self._database.execute(sql, parameters).fetchone()

    def _all(self, sql: str, *parameters: object) -> list[Any]:
        with self._guarded():
            return self._database.execute(sql, parameters).fetchall()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """The one boundary to SQLite: what it raises, in words of ours."""
        try:
            yield
        except sqlite3.OperationalError as exc:
            raise OutputFault(f"{self.path}: cannot use what is noted of batch files: {exc}") from exc
        except sqlite3.Error as exc:
            raise JournalFault(f"{self.path}: not what Condor notes of batch files, or damaged: {exc}") from exc


def _create(path: Path) -> None:
    """Make an empty file; it appears under its name only when it is whole."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished, isolation_level=None)) as database:
        database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        # Tells this run's batches from those of any other, also of one with the same requests.
        database.execute("INSERT INTO meta VALUES ('token', ?)", (secrets.token_hex(8),))
    unfinished.replace(path)
