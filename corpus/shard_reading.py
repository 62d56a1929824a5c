"""The rows of a shard, streamed back as they were written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import UnreadableFile

#: Rows that are held at a time.
_ROWS = 500


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSONL or Parquet shard, told apart by suffix, in their order.

    Raises:
        UnreadableFile: missing, damaged, or neither of the two.
    """
    if path.suffix == ".jsonl":
        return _raising(_read_lines(path))
    if path.suffix == ".parquet":
        return _read_parquet(path)
    raise UnreadableFile(f"{path}: no shard: a shard ends in .jsonl or .parquet")


def read_rows_and_faults(path: Path) -> Iterator[dict[str, Any] | UnreadableFile]:
    """Like `read_rows`, but a line that is no row is the fault instead of it, and the lines after it are read.

    Raises:
        UnreadableFile: missing, neither of the two, or a Parquet shard that is damaged, which has no lines.
    """
    return _read_lines(path) if path.suffix == ".jsonl" else read_rows(path)


def _raising(rows: Iterator[dict[str, Any] | UnreadableFile]) -> Iterator[dict[str, Any]]:
    for row in rows:
        if isinstance(row, UnreadableFile):
            raise row
        yield row


def _read_lines(path: Path) -> Iterator[dict[str, Any] | UnreadableFile]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield _parse(line, f"{path}:{number}")
                except UnreadableFile as exc:
                    yield exc
    except OSError as exc:
        raise UnreadableFile(f"{path}: cannot read a shard: {exc.strerror or exc}") from exc


def _parse(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(f"{where}: no row: {exc}; get the file again") from exc
    if not line.endswith(b"\n"):
        raise UnreadableFile(f"{where}: the line breaks off; get the file again")
    if not isinstance(row, dict):
        raise UnreadableFile(f"{where}: no row: a row is a JSON object")
    return row


def _read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file, pq.ParquetFile(file) as shard:
            for batch in shard.iter_batches(batch_size=_ROWS):
                yield from batch.to_pylist()
    except (OSError, ValueError, pa.ArrowException) as exc:  # ValueError: a text that is no UTF-8
        raise UnreadableFile(f"{path}: cannot read a shard: {getattr(exc, 'strerror', None) or exc}") from exc
