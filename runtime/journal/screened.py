"""What filters take out of a run, and what a person puts back: in its journal, beside records that stay as they are.

It has a connection of its own, so that another process than the one that works on the run may write it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...corpus.filters import Rejection
from ...errors import JournalFault, OutputFault
from .file import bring_up_to_date, check_file, connect
from .spool import now_ms


@dataclass(frozen=True)
class ScreenedEntry:
    """A rule that a finished record breaks.

    Attributes:
        question_id: of its question.
        place: of the rule among those that it breaks, from 0.
        rejection: rule, figure and detail.
    """

    question_id: str
    place: int
    rejection: Rejection


@dataclass(frozen=True)
class RejectedItem:
    """An item that the synthesis itself rejected.

    Attributes:
        position: its place in the walk.
        question_id: of its question.
        answer_id: of its first answer; None where none was asked for.
        rejection: rule, figure and detail.
    """

    position: int
    question_id: str
    answer_id: str | None
    rejection: Rejection


class Screened:
    """What was screened out of a journal that exists. Use it in one thread, as a context manager, or close it.

    Args:
        journal: the file.
        writable: whether it will be changed. To look on, nothing is made or changed in an older journal.

    Raises:
        JournalFault: the journal cannot be opened.
        OutputFault: it cannot be written.
    """

    def __init__(self, journal: Path, *, writable: bool = False) -> None:
        self._path = journal
        with self._faults():
            if not writable:
                check_file(journal, whole=False)
            self._database = connect(journal, read_only=not writable)
            if writable:
                bring_up_to_date(self._database)
            self._knows = bool(self._read("SELECT 1 FROM sqlite_schema WHERE name = 'restored'"))

    def __enter__(self) -> "Screened":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # -- writing -------------------------------------------------------------------------------------------------

    def write_screening(
        self, stage: str, settings: str, examined: int, broken: Mapping[str, Iterable[Rejection]]
    ) -> None:
        """Put what a screening has found in the place of what an earlier one of the stage found.

        Args:
            stage: whose answers were screened.
            settings: of the rules, as JSON.
            examined: finished records that were looked at.
            broken: question id -> the rules that its record breaks, in order; of those that break any.

        Raises:
            OutputFault: the journal cannot be written; the earlier screening still stands.
        """
        rows = [
            (stage, question_id, rejection.rule, place, rejection.figure, rejection.detail)
            for question_id, rejections in broken.items()
            for place, rejection in enumerate(rejections)
        ]
        with self._change():
            self._database.execute("DELETE FROM screened WHERE stage = ?", (stage,))
            self._database.executemany(f"INSERT INTO screened VALUES ({_SIX}, seal_of({_SIX}))", rows)
            self._database.execute(
                f"INSERT OR REPLACE INTO screenings VALUES ({_THREE}, seal_of({_THREE}))", (stage, settings, examined)
            )

    def restore(self, decisions: Iterable[tuple[str, str]]) -> None:
        """Note a person's decisions that a rule shall not remove a record: (question id, rule) each.

        Raises:
            OutputFault: the journal cannot be written; none is noted.
        """
        at_ms = now_ms()
        with self._change():
            self._database.executemany(
                f"INSERT OR IGNORE INTO restored VALUES ({_THREE}, seal_of({_THREE}))",
                [(question_id, rule, at_ms) for question_id, rule in decisions],
            )

    def unrestore(self, decisions: Iterable[tuple[str, str]]) -> None:
        """Take such decisions back.

        Raises:
            OutputFault: the journal cannot be written; all of them still stand.
        """
        with self._change():
            self._database.executemany("DELETE FROM restored WHERE question_id = ? AND rule = ?", decisions)

    # -- reading -------------------------------------------------------------------------------------------------

    def screening(self, stage: str) -> tuple[str, int] | None:
        """(settings as JSON, records examined) of the last screening of a stage, or None."""
        if not self._knows:
            return None
        rows = self._read("SELECT settings, examined FROM screenings WHERE stage = ?", (stage,))
        return rows[0] if rows else None

    def screened(self, stage: str) -> list[ScreenedEntry]:
        """What the last screening of a stage found, in the order of the run's walk."""
        if not self._knows:
            return []
        rows = self._read(
            "SELECT screened.question_id, place, rule, screened.figure, screened.detail FROM screened"
            " LEFT JOIN items ON items.question_id = screened.question_id WHERE stage = ?"
            " GROUP BY screened.question_id, rule ORDER BY min(position), screened.question_id, place",
            (stage,),
        )
        return [ScreenedEntry(question, place, Rejection(*rest)) for question, place, *rest in rows]

    def restored(self) -> frozenset[tuple[str, str]]:
        """Every decision that stands: (question id, rule)."""
        return frozenset(self._read("SELECT question_id, rule FROM restored")) if self._knows else frozenset()

    def rejected_items(self) -> list[RejectedItem]:
        """What the synthesis itself rejected, in the order of its walk."""
        rows = self._read(
            "SELECT position, question_id, answer_id, reason, figure, detail FROM items"
            " WHERE outcome = 'rejected' ORDER BY position"
        )
        return [RejectedItem(position, question, answer, Rejection(*why)) for position, question, answer, *why in rows]

    def _read(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._faults():
            return self._database.execute(sql, parameters).fetchall()

    @contextmanager
    def _change(self) -> Iterator[None]:
        """One commit, or none. A run that is writing is waited for."""
        with self._faults():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:
                    with suppress(sqlite3.Error):  # what went wrong first is what matters
                        self._database.execute("ROLLBACK")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as exc:
            raise OutputFault(f"{self._path}: cannot use the journal: {exc}; nothing was changed") from exc
        except sqlite3.Error as exc:
            raise JournalFault(f"{self._path}: cannot use the journal: {exc}") from exc


_THREE = "?1, ?2, ?3"
_SIX = "?1, ?2, ?3, ?4, ?5, ?6"
