"""Rows of one format and split into files of bounded size: JSONL, or Parquet with zstd.

The same rows make the same bytes: nothing of the clock, the machine or a path is in them. Parquet's bytes also depend
on the version of pyarrow, whose name and number every file of it holds.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, Protocol, Self

from ..errors import OutputFault
from ..files import make_directory
from .columns import RowFormat, arrow_batch, arrow_schema, columns_of

if TYPE_CHECKING:
    import pyarrow as pa

ShardKind = Literal["jsonl", "parquet"]

#: A file holds no more rows, and ends at the first row, or group of rows, with which its data pass so many bytes.
MAX_ROWS: Final = 50_000
MAX_BYTES: Final = 512 * 1024**2
#: Rows that wait as Python objects, and rows and bytes that wait as Arrow data, until they are a Parquet row group.
_BATCH_ROWS: Final = 100
_GROUP_ROWS: Final = 1000
_GROUP_BYTES: Final = 32 * 1024**2
_ZSTD_LEVEL: Final = 3

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
#: Line ends of Unicode's that JSON leaves as they are: escaped, no reader can take a part of a line for a line.
_LINE_ENDS: Final = (("\u2028", "\\u2028"), ("\u2029", "\\u2029"), ("\u0085", "\\u0085"))


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
        self._sink: _Sink | None = None
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

    def _begin_file(self) -> "_Sink":
        make_directory(self._folder)
        path = self._folder / f".{self._split}-{len(self._written):05d}.tmp"
        self._written.append((path, 0))
        file = path.open("xb")
        try:
            return _JsonLines(file) if self._kind == "jsonl" else _Parquet(file, self._format)
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


class _Sink(Protocol):
    """One file that is being written: the rows that it was given, and about how many bytes their data take."""

    rows: int
    size: int

    def write(self, row: Mapping[str, Any]) -> None: ...

    def close(self) -> None: ...

    def abandon(self) -> None: ...


class _JsonLines:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.rows = 0
        self.size = 0

    def write(self, row: Mapping[str, Any]) -> None:
        self.size += self._file.write(encode_line(row))
        self.rows += 1

    def close(self) -> None:
        _close(self._file)

    def abandon(self) -> None:
        self._file.close()


class _Parquet:
    """Rows wait as Python objects until they are a batch, and batches as Arrow data until they are a row group."""

    def __init__(self, file: BinaryIO, format_: RowFormat) -> None:
        import pyarrow.parquet as pq

        self._file = file
        self._format: RowFormat = format_
        self._schema = arrow_schema(format_)
        # No two texts are alike, and zstd makes little of what is: dictionaries and statistics would cost time only.
        self._writer = pq.ParquetWriter(
            file,
            self._schema,
            compression="zstd",
            compression_level=_ZSTD_LEVEL,
            use_dictionary=False,
            write_statistics=False,
            store_schema=False,
        )
        self._waiting: list[Mapping[str, Any]] = []
        self._batches: list[pa.RecordBatch] = []
        self._group_bytes = 0
        self.rows = 0
        self.size = 0

    def write(self, row: Mapping[str, Any]) -> None:
        self._waiting.append(row)
        self.rows += 1
        if len(self._waiting) == _BATCH_ROWS:
            self._gather()

    def close(self) -> None:
        self._gather()
        self._end_group()
        self._writer.close()
        _close(self._file)

    def abandon(self) -> None:
        self._writer.is_open = False  # or it would add its footer to a file that is closed
        self._file.close()

    def _gather(self) -> None:
        if self._waiting:
            batch = arrow_batch(self._waiting, self._format)
            self._batches.append(batch)
            self._group_bytes += batch.nbytes
            self.size += batch.nbytes
            self._waiting = []
        if len(self._batches) * _BATCH_ROWS >= _GROUP_ROWS or self._group_bytes >= _GROUP_BYTES:
            self._end_group()

    def _end_group(self) -> None:
        import pyarrow as pa

        if self._batches:
            table = pa.Table.from_batches(self._batches, self._schema)
            self._writer.write_table(table, row_group_size=table.num_rows)
            self._batches, self._group_bytes = [], 0


def _close(file: BinaryIO) -> None:
    """Make what was written durable, and close the file."""
    file.flush()
    os.fsync(file.fileno())
    file.close()


def encode_line(row: Mapping[str, Any]) -> bytes:
    r"""A row as a line of JSONL: UTF-8, `\n` at its end, and no other character that ends a line anywhere in it."""
    text = _ENCODER.encode(row)
    if not text.isascii():
        for character, escape in _LINE_ENDS:
            text = text.replace(character, escape)
    return text.encode("utf-8") + b"\n"
