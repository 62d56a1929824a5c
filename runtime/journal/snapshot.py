"""A copy of another run's journal, of one moment: what a fork takes its steps from."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from ...errors import JournalFault, OutputFault
from .file import check_file, connect

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def take_snapshot(source: Path, target: Path) -> None:
    """Copy a journal as it stands, also while another process writes it; the copy appears when it is whole.

    Nothing is changed or left beside `source`.

    Raises:
        JournalFault: `source` is missing, is no journal, is damaged, or a newer version wrote it.
        OutputFault: the copy cannot be written.
    """
    if not source.is_file():
        raise JournalFault(f"{source}: no journal here")
    unfinished = target.with_name(f".{target.name}.new")
    try:
        _clear(unfinished)
        _copy(source, unfinished)
        check_file(unfinished)
        unfinished.replace(target)
    except JournalFault as exc:
        raise JournalFault(str(exc).replace(str(unfinished), str(source))) from exc
    except sqlite3.Error as exc:
        if getattr(exc, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:  # the low byte: the rest says where
            raise JournalFault(f"{source}: not a journal, or damaged: {exc}") from exc
        raise OutputFault(f"{target}: cannot copy {source}: {exc}") from exc
    except OSError as exc:
        raise OutputFault(f"{target}: cannot copy {source}: {exc.strerror or exc}") from exc
    finally:
        with suppress(OSError):  # what went wrong first is what matters
            _clear(unfinished)


def _clear(unfinished: Path) -> None:
    """Take a copy away, and what SQLite keeps beside it while it is made."""
    for path in unfinished.parent.glob(f"{unfinished.name}*"):
        path.unlink(missing_ok=True)


def _copy(source: Path, unfinished: Path) -> None:
    # To read a journal in the plain way SQLite makes files beside it. One that nobody writes can be read without; had
    # somebody begun to write meanwhile, it would show in these, and the copy is made again.
    if (before := _signs_of_writing(source)) is not None:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            _backup(database, unfinished)
        if _signs_of_writing(source) == before:
            return
        _clear(unfinished)
    with closing(connect(source, read_only=True)) as database:
        _backup(database, unfinished)


def _signs_of_writing(source: Path) -> tuple[int, int] | None:
    """Size and time of a journal that nobody has open for writing, or None."""
    if source.with_name(f"{source.name}-wal").exists():
        return None
    stat = source.stat()
    return stat.st_size, stat.st_mtime_ns


def _backup(database: sqlite3.Connection, unfinished: Path) -> None:
    with closing(sqlite3.connect(unfinished, isolation_level=None)) as copy:
        database.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # it is only read: no files beside it
