"""One file of rows that is being written, as JSONL or as Parquet with zstd."""

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol

from .columns import RowFormat, arrow_batch, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows that wait as Python objects, and rows and bytes that wait as Arrow data, until they are a Parquet row group.
_BATCH_ROWS: Final = 100
_GROUP_ROWS: Final = 1000
_GROUP_BYTES: Final = 32 * 1024**2
_ZSTD_LEVEL: Final = 3

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
#: Line ends of Unicode's that JSON leaves as they are: escaped, no reader can take a part of a line for a line.
_LINE_ENDS: Final = (("\u2028", "\\u2028"), ("\u2029", "\\u2029"), ("\u0085", "\\u0085"))


class Sink(Protocol):
    """A file that is being written.

    Attributes:
        rows: that it was given.
        size: of their data, in bytes, about.
    """

    rows: int
    size: int

    def write(self, row: Mapping[str, Any]) -> None:
        """Add a row."""
        ...

    def close(self) -> None:
        """Write what waits, make it durable, and close the file."""
        ...

    def abandon(self) -> None:
        """Close the file, whatever is in it."""
        ...


class JsonLinesSink:
    """A row a line, written as it comes."""

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


class ParquetSink:
    """Rows wait as Python objects until they are a batch, and batches as Arrow data until they are a row group."""

    def __init__(self, file: BinaryIO, format_: RowFormat) -> None:
        import pyarrow.parquet as pq

        self._file = file
        self._format: RowFormat = format_
        self._schema = arrow_schema(format_)
        # Texts hardly repeat, and zstd packs the columns that do: dictionaries and statistics would only cost time.
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
