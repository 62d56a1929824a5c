"""Records in the files of others, one at a time: JSONL and Parquet."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import UnreadableFile
from ..files import decode_text

#: Rows of a Parquet file that are read at a time.
_ROWS = 1000


def read_json_lines(path: Path, *, what: str) -> Iterator[tuple[int, Any]]:
    """(line number from 1, JSON value) of each line that is not blank; a byte-order mark is passed over.

    Args:
        path: the file.
        what: what it should be, for messages.

    Raises:
        UnreadableFile: missing, a directory, not UTF-8, or a line that is not JSON.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                where = f"{path}:{number}"
                text = decode_text(line.rstrip(b"\r\n"), where, what=what, skip_mark=number == 1)
                if text.strip():
                    yield number, parse_json(text, where)
    except (OSError, ValueError) as exc:  # ValueError: a name with a null character
        raise UnreadableFile(f"{path}: cannot read {what}: {getattr(exc, 'strerror', None) or exc}") from exc


def parse_json(text: str, where: str) -> Any:
    """A JSON value.

    Args:
        text: the JSON.
        where: it stands, for messages.

    Raises:
        UnreadableFile: it is none.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as exc:
        raise UnreadableFile(f"{where}: not JSON: {exc.msg} at line {exc.lineno}, column {exc.colno}") from exc
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(f"{where}: not JSON that can be read: {type(exc).__name__}") from exc


def read_parquet(path: Path, *, what: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row number from 1, the row by its columns) of each row.

    Raises:
        UnreadableFile: missing, a directory, no Parquet, or damaged.
    """
    import pyarrow
    import pyarrow.parquet

    number = 0
    try:
        with path.open("rb") as file, pyarrow.parquet.ParquetFile(file) as parquet:
            for batch in parquet.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except pyarrow.ArrowException as exc:
        raise UnreadableFile(f"{path}: not Parquet that can be read: {_first_line(exc)}") from exc
    except (OSError, ValueError) as exc:  # damage inside a column is either
        reason = getattr(exc, "strerror", None) or _first_line(exc)
        raise UnreadableFile(f"{path}: cannot read {what}: {reason}") from exc


def _first_line(exc: Exception) -> str:
    return (str(exc).splitlines() or [type(exc).__name__])[0]
