"""How a tree came about: the log of its versions, and what a tag's dates must look like."""

import json
import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ..errors import TreeFault

Path = tuple[str, ...]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TagMerge(_Frozen):
    """A tag that became another.

    Attributes:
        path: of the tag that went.
        into: the path of the tag that it became.
        reason: why they are the same, in a word: `exact`, `words`, `order`, `letters` or `meaning`.
        score: how much alike they are, where that was measured.
    """

    path: Path = Field(min_length=1)
    into: Path = Field(min_length=1)
    reason: str
    score: float | None = None


class LogEntry(_Frozen):
    """One step from a version of a tree to the next.

    Attributes:
        version: what came out.
        parent: the version that it was made from; None for a tree that was made from none.
        made_by: the step that made it ("harvest", "retire", ...).
        model: the name of the model that was asked, where one was.
        date: when, in UTC.
        figures: what it did, in numbers ("added", "retired", ...).
        merged: the tags that became others.
    """

    version: str
    parent: str | None
    made_by: str
    date: date
    model: str | None = None
    figures: dict[str, int] = Field(default_factory=dict)
    merged: tuple[TagMerge, ...] = ()


_LOG = TypeAdapter(tuple[LogEntry, ...])

#: No file can hold it, and a terminal would obey it: escape sequences, line breaks that forge a line.
_SURROGATE, _CONTROL = re.compile("[\ud800-\udfff]"), re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def log_as_json(log: Sequence[LogEntry]) -> str:
    """A log as a JSON array on one line."""
    return json.dumps([entry.model_dump(mode="json") for entry in log], ensure_ascii=False, separators=(",", ":"))


def read_log(data: Any) -> tuple[LogEntry, ...]:
    """A log from what `log_as_json` wrote.

    Raises:
        TreeFault: it is no such log, or a text in it holds control characters.
    """
    _check_text(data, "log", _CONTROL)
    try:
        return _LOG.validate_json(json.dumps(data))
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        place = ".".join(str(part) for part in ("log", *first["loc"]))
        raise TreeFault(f"{place}: {first['msg']}") from exc


def check_attributes(name: str, attributes: Mapping[str, Any]) -> None:
    """See that what a file says of a tag's source and dates can be read.

    Raises:
        TreeFault: `retired` or `added` is no date, `source` no text on one line, or a text cannot be written to a file.
    """
    for key in ("added", "retired"):
        if key in attributes and not _is_date(attributes[key]):
            raise TreeFault(f"{name!r}: {key} must be a date such as 2026-11-22, found {reprlib.repr(attributes[key])}")
    source = attributes.get("source", "")
    if not isinstance(source, str):
        raise TreeFault(f"{name!r}: source must be text, found {reprlib.repr(source)}")
    _check_text(source, f"{name!r}: source", _CONTROL)
    _check_text(attributes, f"{name!r}: an attribute", _SURROGATE)


def _check_text(value: Any, place: str, refused: re.Pattern[str]) -> None:
    for where, text in _texts(value, place):
        if found := refused.search(text):
            raise TreeFault(f"{where}: holds the character U+{ord(found[0]):04X}")


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, keys included, with its place; a key stands at the place of its object."""
    waiting = [(place, value)]
    while waiting:
        where, item = waiting.pop()
        if isinstance(item, str):
            yield where, item
        elif isinstance(item, dict):
            yield from ((where, key) for key in item)
            waiting.extend((f"{where}.{key}", below) for key, below in item.items())
        elif isinstance(item, list):
            waiting.extend((f"{where}.{number}", below) for number, below in enumerate(item))


def _is_date(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        # Other spellings of a date are ISO as well; one form makes them comparable as text.
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
