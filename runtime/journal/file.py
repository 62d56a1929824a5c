"""The file under a journal: its tables, how it is made whole, and how a stranger or a damaged one is refused.

SQLite sees damage to its own structure, but not a changed bit inside a text or a number. So every row holds a checksum
of its values, and all of them are checked when a journal is opened.
"""

import os
import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ...errors import JournalFault, OutputFault
from .wal import hides_commits

#: The version of a journal's tables.
SCHEMA_VERSION = 2
#: Bytes up to which a journal is read from end to end whenever it is opened.
_SMALL = 32 * 1024 * 1024
#: The last version whose rows hold no checksum and that knows no turns.
_UNSEALED = 1

_TURNS = """
CREATE TABLE turns (
    step_key TEXT NOT NULL, turn INTEGER NOT NULL,
    text TEXT NOT NULL, finish_reason TEXT NOT NULL, reply_tokens INTEGER,
    calls INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cost_usd REAL, seconds REAL NOT NULL,
    seal INTEGER,
    PRIMARY KEY (step_key, turn)
) STRICT
"""
_SPOOL = """
CREATE TABLE IF NOT EXISTS spool (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, at_ms INTEGER NOT NULL, sent_to TEXT,
    seal INTEGER
) STRICT
"""
_SCREENED = """
CREATE TABLE IF NOT EXISTS screenings (
    stage TEXT PRIMARY KEY, settings TEXT NOT NULL, examined INTEGER NOT NULL,
    seal INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS screened (
    stage TEXT NOT NULL, question_id TEXT NOT NULL, rule TEXT NOT NULL, place INTEGER NOT NULL,
    figure REAL NOT NULL, detail TEXT NOT NULL,
    seal INTEGER,
    PRIMARY KEY (stage, question_id, rule)
) STRICT;
CREATE TABLE IF NOT EXISTS restored (
    question_id TEXT NOT NULL, rule TEXT NOT NULL, at_ms INTEGER NOT NULL,
    seal INTEGER,
    PRIMARY KEY (question_id, rule)
) STRICT
"""
_SCHEMA = f"""
{_TURNS};
{_SPOOL};
{_SCREENED};
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, seal INTEGER) STRICT;
CREATE TABLE prompts (version TEXT PRIMARY KEY, stage TEXT NOT NULL, messages TEXT NOT NULL,
    seal INTEGER) STRICT;
CREATE TABLE steps (
    key TEXT PRIMARY KEY,
    stage TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'invalid', 'error')),
    output TEXT, reason TEXT, detail TEXT, raw TEXT,
    prompt_version TEXT NOT NULL, model TEXT NOT NULL,
    calls INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cost_usd REAL, seconds REAL NOT NULL, finished_at TEXT NOT NULL,
    seal INTEGER
) STRICT;
CREATE TABLE records (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, parent_id TEXT NOT NULL, step_key TEXT NOT NULL, body TEXT NOT NULL,
    seal INTEGER
) STRICT;
CREATE INDEX records_by_parent ON records (parent_id);
CREATE TABLE items (
    position INTEGER PRIMARY KEY,
    outcome TEXT NOT NULL CHECK (outcome IN ('kept', 'rejected', 'failed')),
    final INTEGER NOT NULL,
    cell_id TEXT NOT NULL, difficulty TEXT NOT NULL, question_id TEXT, answer_id TEXT, record_id TEXT,
    reason TEXT, figure REAL, detail TEXT, step_key TEXT,
    seal INTEGER
) STRICT;
CREATE INDEX items_by_question ON items (question_id);
CREATE INDEX items_by_cell ON items (cell_id);
"""


@dataclass(frozen=True)
class FileKind:
    """A kind of SQLite file whose rows are sealed.

    Attributes:
        what: what such a file is, for messages.
        application_id: marks an SQLite file as one.
        version: of its tables.
        schema: makes them; a table `meta` is one of them.
    """

    what: str
    application_id: int
    version: int
    schema: str


JOURNAL = FileKind("journal", 0x434F4E44, SCHEMA_VERSION, _SCHEMA)  # "COND"


def create_file(path: Path, meta: dict[str, str], kind: FileKind = JOURNAL) -> None:
    """Make an empty file of a kind; it appears under its name only when it is whole.

    Raises:
        OutputFault: the file cannot be made.
    """
    unfinished = path.with_name(f".{path.name}.new")
    try:
        unfinished.unlink(missing_ok=True)
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as database:
            _teach(database)
            database.execute(f"PRAGMA application_id = {kind.application_id}")
            database.execute(f"PRAGMA user_version = {kind.version}")
            database.executescript(f"BEGIN; {kind.schema} COMMIT;")
            database.executemany("INSERT INTO meta VALUES (?1, ?2, seal_of(?1, ?2))", sorted(meta.items()))
        unfinished.replace(path)
    except (OSError, sqlite3.Error) as exc:
        raise OutputFault(f"{path}: cannot make a {kind.what}: {exc}") from exc


def check_file(path: Path, kind: FileKind = JOURNAL, *, whole: bool = True) -> None:
    """See that a file is of a kind and can be read by this version, and that it is whole.

    Args:
        path: the file.
        kind: what it should be.
        whole: whether to read it from end to end even if that takes more than a moment. Whoever only looks on at a
            long run need not; a small journal is read from end to end in any case.

    Raises:
        JournalFault: it is missing, is of no such kind, is damaged, or a newer version wrote it.
    """
    if not path.is_file():
        raise JournalFault(f"{path}: no {kind.what} here")
    if not path.stat().st_size:
        # Not even opened: beside an empty file SQLite deletes the log, which may hold what was in it.
        raise JournalFault(f"{path}: not a {kind.what} of Condor: the file is empty")
    try:
        with closing(connect(path, read_only=True)) as database:
            (application,) = database.execute("PRAGMA application_id").fetchone()
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if application != kind.application_id:
                raise JournalFault(f"{path}: not a {kind.what} of Condor")
            if version > kind.version:
                raise JournalFault(
                    f"{path}: written by a newer version of Condor ({kind.what} version {version}, this one reads up "
                    f"to {kind.version}); update Condor"
                )
            # SQLite reads what is missing of a last page as zeros, which it may have been.
            damage = _find_loss(database, path)
            if damage is None and (whole or path.stat().st_size < _SMALL):
                damage = _find_damage(database, path)
    except (sqlite3.Error, UnicodeError) as exc:  # the name of a table may be what is damaged
        raise JournalFault(f"{path}: not a {kind.what}, or damaged: {exc}") from exc
    if damage is not None:
        raise JournalFault(f"{path}: damaged: {damage}; it was left as it is: restore it from a copy")


def bring_up_to_date(database: sqlite3.Connection) -> None:
    """Give an older journal what it lacks: checksums of its rows, and the tables of turns, spool and screenings.

    A journal without a spool or without screenings has no version of its own: a Condor that knows none leaves the
    tables alone.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == _UNSEALED:
        _seal(database)
    for table, schema in (("spool", _SPOOL), ("restored", _SCREENED)):
        if not database.execute("SELECT count(*) FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]:
            database.executescript(f"BEGIN IMMEDIATE; {schema}; COMMIT;")


def _seal(database: sqlite3.Connection) -> None:
    """Bring the first version's tables to those of the second."""
    database.execute("BEGIN IMMEDIATE")
    for table, columns in _columns(database).items():
        database.execute(f"ALTER TABLE {table} ADD COLUMN seal INTEGER")
        database.execute(f"UPDATE {table} SET seal = seal_of({', '.join(columns)})")
    database.execute(_TURNS)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    database.execute("COMMIT")


def _find_loss(database: sqlite3.Connection, path: Path) -> str | None:
    """Whether a part of the file is missing, or None. Beside a log the file may rightly be shorter than it says.

    What the file says is asked of SQLite: see `wal` for why nobody else may open it. It is asked first, for the file
    grows while a run goes on.
    """
    (page,) = database.execute("PRAGMA page_size").fetchone()
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    log = path.with_name(f"{path.name}-wal")
    logged = log.exists() and log.stat().st_size > 0
    return None if logged or path.stat().st_size >= page * pages else "a part is missing"


def _find_damage(database: sqlite3.Connection, path: Path) -> str | None:
    """The first damage to the file's structure, to its log or to a row, or None."""
    database.execute("BEGIN")  # all of it as it stands at one moment, also while a run goes on
    (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        return " ".join(said.split())
    if hides_commits(path):
        return f"{path.name}-wal is broken in the middle, and what was committed after that cannot be read"
    for table, columns in _columns(database).items():
        if "seal" in columns:
            values = ", ".join(column for column in columns if column != "seal")
            broken = f"SELECT count(*) FROM {table} WHERE seal IS NOT seal_of({values})"
            (count,) = database.execute(broken).fetchone()
            if count:
                return f"{count} of the {table} changed after they were written"
    return None


def _columns(database: sqlite3.Connection) -> dict[str, list[str]]:
    """The tables and their columns."""
    tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {
        table: [column[1] for column in database.execute(f"PRAGMA table_info({table})")]
        for (table,) in tables
        if not table.startswith("sqlite_")
    }


def _seal_of(*values: float | str | bytes | None) -> int:
    """A checksum over a row's values; a whole number is the same whether a column holds it as INTEGER or as REAL."""
    return zlib.crc32(repr([_plain(value) for value in values]).encode())


def _plain(value: float | str | bytes | None) -> float | str | None:
    """A value whose `repr` is short and says it all; of bytes that is their own checksum."""
    if isinstance(value, bytes):
        return f"crc32 {zlib.crc32(value)}"
    return float(value) if isinstance(value, int) else value


def _teach(database: sqlite3.Connection) -> None:
    database.create_function("seal_of", -1, _seal_of, deterministic=True)


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open the database, with every commit durable before it returns."""
    mode = "mode=ro" if read_only else "mode=rw"
    if read_only and not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists():
        # SQLite would make its shared memory beside the file. On a medium that nobody can write nobody does.
        mode += "&immutable=1"
    address = f"{path.resolve().as_uri()}?{mode}"
    database = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    _teach(database)
    if not read_only:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
    return database
