"""CSV, or TSV, with a header: one topic a row."""

import csv
import io
from collections.abc import Iterator

from ...errors import UnreadableFile
from .collector import TopicCollector
from .keys import date_key, expected_keys, topic_key


def read_table(text: str, name: str, collector: TopicCollector, *, delimiter: str = ",") -> None:
    """Collect the topics of a CSV, or of a TSV.

    Args:
        text: the file's.
        name: its name, for messages.
        collector: takes them.
        delimiter: a comma, or a tab.

    Raises:
        UnreadableFile: not CSV, no column of topics, or a row with more fields than columns.
    """
    rows = _rows(text, name, delimiter)
    line, header = next(rows, (1, []))
    topic, published = topic_key(header), date_key(header)
    if topic is None:
        found = ", ".join(repr(column[:40]) for column in header[:20]) or "none"
        raise UnreadableFile(f"{name}:{line}: no column of topics; found {found}; expected one of {expected_keys()}")
    columns = header.index(topic), None if published is None else header.index(published)
    for line, row in rows:
        if len(row) > len(header):
            raise UnreadableFile(f"{name}:{line}: {len(row)} fields, and {len(header)} columns")
        collector.add(_field(row, columns[0]), _field(row, columns[1]), f"{collector.source}:{line}")


def is_table(first_line: str, *, delimiter: str = ",") -> bool:
    """Whether a file's first line is the header of a table of topics."""
    try:
        header = next(csv.reader([first_line], strict=True, delimiter=delimiter), [])
    except csv.Error:
        return False
    return len(header) > 1 and topic_key(header) is not None


def _rows(text: str, name: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line on which it ends, fields) of each row that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as exc:
        kind = "TSV" if delimiter == "\t" else "CSV"
        raise UnreadableFile(f"{name}:{reader.line_num}: not {kind}: {exc}") from exc


def _field(row: list[str], column: int | None) -> str:
    """A field; rows may end before their last columns."""
    return row[column] if column is not None and column < len(row) else ""
