"""Rows of one format and split into files of bounded size: JSONL, or Parquet with zstd.

The same rows make the same bytes: nothing of the clock, the machine or a path is in them. Parquet's bytes also depend
on the version of pyarrow, whose name and number every file of it holds.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self

from ..errors import OutputFault
from ..files import make_directory
from .columns import RowFormat, columns_of
from .shard_sinks import JsonLinesSink, ParquetSink, Sink

ShardKind = Literal["jsonl", "parquet"]

#: A file holds no more rows, and ends at the first row, or group of rows, with which its data pass so many bytes.
MAX_ROWS: Final = 50_000
MAX_BYTES: Final = 512 * 1024**2


@dataclass(frozen=True, slots=True)
class Shard:
    """A written file.

    Attributes:
        name: its place in the release, with slashes: `data/dpo/train-00000-of-00003.parquet`.
        format_, split: what it holds.
        rows: their number.
        size: of the file, in bytes.
    """

    name: str
    format_: RowFormat
    split: str
    rows: int
    size: int

    @property
    def kind(self) -> ShardKind:
        """Told by its suffix."""
        return "parquet" if self.name.endswith(".parquet") else "jsonl"


class ShardWriter:
    """Writes the rows of one format and split, as a context.

    The files get their names at the end, when their number is known; where something goes wrong, none is left.

    Args:
        directory: the release's.
        format_, split: of all rows.
        kind: JSONL or Parquet.
        max_rows: that a file holds at most.

    Raises:
        OutputFault: a file cannot be written; also from `write` and at the end.
    """

    def __init__(
        self, directory: Path, format_: RowFormat, split: str, *, kind: ShardKind = "parquet", max_rows: int = MAX_ROWS
    ) -> None:
        self._root = directory
        self._folder = directory / "data" / format_
        self._format: RowFormat = format_
        self._columns = columns_of(format_).keys()
        self._split = split
        self._kind: ShardKind = kind
        self._max_rows = max_rows
        self._written: list[tuple[Path, int]] = []
        self._sink: Sink | None = None
        self.shards: tuple[Shard, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None:
            self._discard()
            return
        try:
            self._end_file()
            self.shards = tuple(self._name(number) for number in range(len(self._written)))
        except BaseException as exc:
            self._discard()
            if isinstance(exc, OSError):
                raise self._fault(exc) from exc
            raise

    def write(self, row: Mapping[str, Any]) -> None:
        """Add a row.

        Raises:
            ValueError: it has not exactly the format's columns.
            OutputFault: a file cannot be written.
        """
        if row.keys() != self._columns:
            raise ValueError(f"a row of {self._format} has the columns {', '.join(columns_of(self._format))}")
        try:
            if self._sink is None:
                self._sink = self._begin_file()
            self._sink.write(row)
            if self._sink.rows >= self._max_rows or self._sink.size >= MAX_BYTES:
                self._end_file()
        except OSError as exc:
            raise self._fault(exc) from exc

    def _begin_file(self) -> Sink:
        make_directory(self._folder)
        path = self._folder / f".{self._split}-{len(self._written):05d}.tmp"
        self._written.append((path, 0))
        file = path.open("xb")
        try:
            return JsonLinesSink(file) if self._kind == "jsonl" else ParquetSink(file, self._format)
        except OSError:  # Parquet's first bytes are written at once
            file.close()
            raise

    def _end_file(self) -> None:
        if self._sink is None:
            return
        self._sink.close()
        self._written[-1] = (self._written[-1][0], self._sink.rows)
        self._sink = None

    def _name(self, number: int) -> Shard:
        """Give a file its name, now that the number of files is known."""
        temporary, rows = self._written[number]
        name = f"{self._split}-{number:05d}-of-{len(self._written):05d}.{self._kind}"
        path = temporary.replace(self._folder / name)
        self._written[number] = (path, rows)
        return Shard(path.relative_to(self._root).as_posix(), self._format, self._split, rows, path.stat().st_size)

    def _discard(self) -> None:
        with suppress(OSError):  # what went wrong first is what matters, here and below
            if self._sink is not None:
                self._sink.abandon()
        self._sink = None
        for path, _ in self._written:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _fault(self, error: OSError) -> OutputFault:
        return OutputFault(f"{self._folder}: cannot write {self._split}: {error.strerror or error}")
