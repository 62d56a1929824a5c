"""The file under a journal: its tables, how it is made whole, and how a stranger is refused."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ...errors import JournalFault, OutputFault

#: Marks an SQLite file as a journal ("COND"), and the version of its tables.
APPLICATION_ID = 0x434F4E44
SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE prompts (version TEXT PRIMARY KEY, stage TEXT NOT NULL, messages TEXT NOT NULL) STRICT;
CREATE TABLE steps (
    key TEXT PRIMARY KEY,
    stage TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'invalid', 'error')),
    output TEXT, reason TEXT, detail TEXT, raw TEXT,
    prompt_version TEXT NOT NULL, model TEXT NOT NULL,
    calls INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cost_usd REAL, seconds REAL NOT NULL, finished_at TEXT NOT NULL
) STRICT;
CREATE TABLE records (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, parent_id TEXT NOT NULL, step_key TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX records_by_parent ON records (parent_id);
CREATE TABLE items (
    position INTEGER PRIMARY KEY,
    outcome TEXT NOT NULL CHECK (outcome IN ('kept', 'rejected', 'failed')),
    final INTEGER NOT NULL,
    cell_id TEXT NOT NULL, difficulty TEXT NOT NULL, question_id TEXT, answer_id TEXT, record_id TEXT,
    reason TEXT, figure REAL, detail TEXT, step_key TEXT
) STRICT;
CREATE INDEX items_by_question ON items (question_id);
CREATE INDEX items_by_cell ON items (cell_id);
"""


def create_file(path: Path, meta: dict[str, str]) -> None:
    """Make an empty journal; it appears under its name only when it is whole.

    Raises:
        OutputFault: the file cannot be made.
    """
    unfinished = path.with_name(f".{path.name}.new")
    try:
        unfinished.unlink(missing_ok=True)
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as database:
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
            database.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
        unfinished.replace(path)
    except (OSError, sqlite3.Error) as exc:
        raise OutputFault(f"{path}: cannot make a journal: {exc}") from exc


def check_file(path: Path) -> None:
    """See that a file is a journal that this version can read.

    Raises:
        JournalFault: it is missing, is no journal, is damaged, or a newer version wrote it.
    """
    if not path.is_file():
        raise JournalFault(f"{path}: no journal here")
    try:
        with closing(connect(path, read_only=True)) as database:
            (application,) = database.execute("PRAGMA application_id").fetchone()
            (version,) = database.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as exc:
        raise JournalFault(f"{path}: not a journal, or damaged: {exc}") from exc
    if application != APPLICATION_ID:
        raise JournalFault(f"{path}: not a journal of Condor")
    if version > SCHEMA_VERSION:
        raise JournalFault(
            f"{path}: written by a newer version of Condor (journal version {version}, this one reads up to "
            f"{SCHEMA_VERSION}); update Condor"
        )


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open the database, with every commit durable before it returns."""
    mode = "mode=ro" if read_only else "mode=rw"
    if read_only and not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists():
        # SQLite would make its shared memory beside the file. On a medium that nobody can write nobody does.
        mode += "&immutable=1"
    address = f"{path.resolve().as_uri()}?{mode}"
    database = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    if not read_only:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
    return database
