"""How a tree came about: the log of its versions, and what a tag's dates must look like."""

import json
from collections.abc import Mapping, Sequence
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
        reason: why they are the same, in a word ("text", "shingles", "cosine").
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
        made_by: the command that made it ("harvest", "retire", ...).
        date: when, in UTC.
        figures: what it did, in numbers ("added", "retired", ...).
        merged: the tags that became others.
    """

    version: str
    parent: str | None
    made_by: str
    date: date
    figures: dict[str, int] = Field(default_factory=dict)
    merged: tuple[TagMerge, ...] = ()


_LOG = TypeAdapter(tuple[LogEntry, ...])


def log_as_json(log: Sequence[LogEntry]) -> str:
    """A log as a JSON array on one line."""
    return json.dumps([entry.model_dump(mode="json") for entry in log], ensure_ascii=False, separators=(",", ":"))


def read_log(data: Any) -> tuple[LogEntry, ...]:
    """A log from what `log_as_json` wrote.

    Raises:
        TreeFault: it is no such log.
    """
    try:
        return _LOG.validate_json(json.dumps(data))
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        place = ".".join(str(part) for part in ("log", *first["loc"]))
        raise TreeFault(f"{place}: {first['msg']}") from exc


def check_attributes(name: str, attributes: Mapping[str, Any]) -> None:
    """See that what a file says of a tag's source and dates can be read.

    Raises:
        TreeFault: `retired` or `added` is no date, or `source` no text.
    """
    for key in ("added", "retired"):
        if key in attributes and not _is_date(attributes[key]):
            raise TreeFault(f"{name!r}: {key} must be a date such as 2026-11-22, found {attributes[key]!r}")
    if not isinstance(attributes.get("source", ""), str):
        raise TreeFault(f"{name!r}: source must be text, found {attributes['source']!r}")


def _is_date(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        # Other spellings of a date are ISO as well; one form makes them comparable as text.
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
