"""What is in a benchmark file? Its records, and of each the texts that are compared."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import UnreadableFile
from ..files import read_text
from .record_files import parse_json, read_json_lines, read_parquet

_WHAT = "a benchmark"
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
#: A field is named by the keys that lead to it.
_INSIDE = "."
#: Fields that a message lists.
_FIELDS_TOLD = 12


@dataclass(frozen=True)
class BenchmarkItem:
    """A record of a benchmark.

    Attributes:
        file: the name of its file.
        record: its number there, from 1: the line, the row below the header, the element, or the paragraph.
        texts: that are compared.
    """

    file: str
    record: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class BenchmarkFile:
    """A file that the user names, and which fields of its records are compared.

    Attributes:
        path: `.jsonl`, `.json` (an array, or an object that holds one, of objects if there are several), `.parquet`,
            `.csv` and `.tsv` with a header, or anything else for text: a paragraph is an item where blank lines part
            them, else a line is.
        fields: their names, `choices.text` for one inside another; none for all that hold text, however deep.
    """

    path: Path
    fields: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "BenchmarkFile":
        """A file as it is named on the command line: `FILE` or `FILE:FIELD,FIELD`."""
        path, colon, names = text.rpartition(":")
        fields = tuple(name.strip() for name in names.split(",") if name.strip())
        if not (path and colon and fields) or "/" in names or Path(text).exists():
            return cls(Path(text))
        return cls(Path(path), fields)

    def items(self) -> Iterator[BenchmarkItem]:
        """The records, in their order.

        Raises:
            UnreadableFile: missing, a directory, empty, not UTF-8, not in its format, without any text, or without a
                field that was named.
        """
        read = _READERS.get(self.path.suffix.lower(), _read_paragraphs)
        seen, filled = dict[str, None](), set[str]()
        records = 0
        for number, record in read(self.path):
            records += 1
            texts = list(_texts(record, ""))
            seen |= {name: None for name, _ in texts if len(seen) < _FIELDS_TOLD}
            compared = [(name, text) for name, text in texts if self._compares(name)]
            filled |= {field for name, _ in compared for field in self.fields if _is_in(name, field)}
            if compared:
                yield BenchmarkItem(self.path.name, number, tuple(text for _, text in compared))
        self._check(records, seen, filled)

    def _compares(self, name: str) -> bool:
        return not self.fields or any(_is_in(name, field) for field in self.fields)

    def _check(self, records: int, seen: Mapping[str, None], filled: set[str]) -> None:
        if not records:
            raise UnreadableFile(f"{self.path}: holds no records; name another file of {_WHAT}")
        if not seen:
            raise UnreadableFile(f"{self.path}: holds no text in any of its {records} records")
        if missing := [field for field in self.fields if field not in filled]:
            known = ", ".join(name for name in seen if name) or "none: its items are plain texts"
            raise UnreadableFile(f"{self.path}: no text in a field {missing[0]}; those with text are {known}")


def _is_in(name: str, field: str) -> bool:
    return name == field or name.startswith(f"{field}{_INSIDE}")


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """(field, text) of each text in a value; one that lies in an array has the array's name."""
    waiting = [(name, value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, str) and value.strip():
            yield name, value
        elif isinstance(value, Mapping):
            inside = [(f"{name}{_INSIDE}{key}" if name else str(key), held) for key, held in value.items()]
            waiting += reversed(inside)
        elif isinstance(value, list | tuple):
            waiting += reversed([(name, held) for held in value])


def _read_lines_of_json(path: Path) -> Iterator[tuple[int, Any]]:
    return read_json_lines(path, what=_WHAT)


def _read_rows(path: Path) -> Iterator[tuple[int, Any]]:
    return read_parquet(path, what=_WHAT)


def _read_json(path: Path) -> Iterator[tuple[int, Any]]:
    value = parse_json(_non_empty(path), str(path))
    if isinstance(value, Mapping):
        value = _records_in(value, path)
    return enumerate(value if isinstance(value, list) else [value], start=1)


def _records_in(value: Mapping[str, Any], path: Path) -> list[Any]:
    """The records of an object: those of its one array, or of its one array of objects; else it is one itself."""
    arrays = {key: held for key, held in value.items() if isinstance(held, list)}
    of_objects = [held for held in arrays.values() if any(isinstance(each, Mapping) for each in held)]
    if len(arrays) > 1 and len(of_objects) != 1:
        names = ", ".join(arrays)
        raise UnreadableFile(
            f"{path}: holds several arrays ({names}); name a file that holds one, of {_WHAT}'s records"
        )
    return (of_objects or list(arrays.values()) or [[value]])[0]


def _read_table(path: Path, delimiter: str = ",") -> Iterator[tuple[int, Any]]:
    text = _non_empty(path)
    before = csv.field_size_limit(len(text) + 1)  # the limit belongs to the process
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as exc:
        raise UnreadableFile(f"{path}: not a table that can be read: {exc}") from exc
    finally:
        csv.field_size_limit(before)
    return enumerate(rows, start=1)


def _read_tabs(path: Path) -> Iterator[tuple[int, Any]]:
    return _read_table(path, "\t")


def _read_paragraphs(path: Path) -> Iterator[tuple[int, Any]]:
    text = _non_empty(path).replace("\r\n", "\n").strip()
    parts = _BLANK_LINES.split(text)
    return enumerate(parts if len(parts) > 1 else text.split("\n"), start=1)


def _non_empty(path: Path) -> str:
    text = read_text(path, what=_WHAT, skip_mark=True)
    if not text.strip():
        raise UnreadableFile(f"{path}: is empty; name another file of {_WHAT}")
    return text


_READERS: Final[dict[str, Callable[[Path], Iterator[tuple[int, Any]]]]] = {
    ".jsonl": _read_lines_of_json,
    ".ndjson": _read_lines_of_json,
    ".json": _read_json,
    ".parquet": _read_rows,
    ".csv": _read_table,
    ".tsv": _read_tabs,
}
