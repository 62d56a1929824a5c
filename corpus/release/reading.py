"""The rows of a release's shards, one after another, also past those that cannot be read."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from ...errors import UnreadableFile
from ..shard_reading import read_rows_and_faults
from .findings import Findings
from .rows import Placed

#: Rows of one record in a format that has one for each round of refinement.
_MOST_ROUNDS: Final = 20


@dataclass
class Reading:
    """The shards of a release.

    Attributes:
        directory: of the release.
        findings: is told of what cannot be read.
        rows: shard -> rows in it, of those that were read to their ends.
    """

    directory: Path
    findings: Findings
    rows: dict[str, int] = field(default_factory=dict)

    def open(self, names: Sequence[str], *, several: bool = False) -> "Rows":
        """The rows of one format and split.

        Args:
            names: of the shards, in order.
            several: whether a record may have several rows.
        """
        return Rows(self, names, _MOST_ROUNDS if several else 1)

    def tell(self, name: str, fault: UnreadableFile) -> None:
        """Note what cannot be read, without the way to the release."""
        self.findings.add(name, str(fault).replace(f"{self.directory}/", ""))


class Rows:
    """Rows of one format and split, to be taken one by one.

    Attributes:
        given_up: whether a shard could not be read to its end: what would follow is not known.
    """

    def __init__(self, reading: Reading, names: Sequence[str], a_record: int) -> None:
        self.given_up = False
        self._reading = reading
        self._a_record = a_record
        self._rows = self._read(names)
        self._waiting: deque[Placed] = deque()
        self._stray = 0

    def lose_one(self) -> None:
        """Note that a record could not be read: its rows may stand here, or not."""
        self._stray += self._a_record

    def take(self, wanted: str | None = None) -> Placed | None:
        """The next row, None after the last one.

        Args:
            wanted: the id of a row, for which those of records that could not be read are passed over.
        """
        if self._stray and wanted is not None:
            self._pass_over(wanted)
        return self._waiting.popleft() if self._waiting else next(self._rows, None)

    def rest(self) -> Iterator[Placed]:
        """The rows that are left, but for those that may be of records that could not be read, and unreadable ones."""
        left = islice(iter(self.take, None), self._stray, None)
        return (placed for placed in left if placed.row is not None)

    def _pass_over(self, wanted: str) -> None:
        self._waiting.extend(islice(self._rows, self._stray + 1 - len(self._waiting)))
        places = (
            number for number, placed in enumerate(self._waiting) if placed.row and placed.row.get("id") == wanted
        )
        for _ in range(next(places, 0)):
            self._waiting.popleft()
        self._stray = 0

    def _read(self, names: Sequence[str]) -> Iterator[Placed]:
        for name in names:
            number = 0
            try:
                for number, row in enumerate(read_rows_and_faults(self._reading.directory / name), start=1):
                    if isinstance(row, UnreadableFile):
                        self._reading.tell(name, row)
                    yield Placed(name, number, None if isinstance(row, UnreadableFile) else row)
            except UnreadableFile as exc:
                self.given_up = True
                self._reading.tell(name, exc)
                return
            self._reading.rows[name] = number
