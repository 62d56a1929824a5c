"""Trending topics from files and addresses that the user names, and the list that a run freezes."""

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ..errors import UnreadableFile, UsageFault
from ..files import read_bytes
from ..knowledge import fold_tag
from ..knowledge.topics import MAX_SOURCE_BYTES, MAX_TOPICS, Topic, TopicList, plain_line, read_topics, with_newest
from ..runtime.fetch import fetch, shown_url

#: The source that means what is piped in.
STDIN = "-"


class _Row(BaseModel):
    """A line of a frozen list."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _TopicRow(_Row):
    kind: Literal["topic"] = "topic"
    text: str
    source: str
    published: date | None
    place: str


class _RejectedRow(_Row):
    kind: Literal["rejected"] = "rejected"
    place: str
    reason: str


class _RepeatedRow(_Row):
    kind: Literal["repeated"] = "repeated"
    place: str
    of: str


class _TroubleRow(_Row):
    kind: Literal["trouble"] = "trouble"
    text: str


_AnyRow = _TopicRow | _RejectedRow | _RepeatedRow | _TroubleRow
_ROW: TypeAdapter[_AnyRow] = TypeAdapter(Annotated[_AnyRow, Field(discriminator="kind")])


async def gather_topics(
    sources: Sequence[str],
    *,
    format_: str | None = None,
    timeout_s: float = 30.0,
    max_bytes: int = MAX_SOURCE_BYTES,
    max_topics: int = MAX_TOPICS,
) -> TopicList:
    """The topics of all sources, in their order; topics of one text but for its case count once, with the newest date.

    Args:
        sources: paths, http or https URLs, or `-` for what is piped in.
        format_: of all of them, one of `FORMATS`; None to tell it for each.
        timeout_s: seconds for each URL.
        max_bytes: of each source, decompressed.
        max_topics: entries that are taken of each source.

    Raises:
        UsageFault: no source, `-` twice, or no such format.
        UnreadableFile: a file is missing, a directory, too large or not in its format.
        FetchFault: a URL cannot be fetched.
    """
    if not sources:
        raise UsageFault("no source of topics; name a file, a URL, or - for what is piped in")
    if list(sources).count(STDIN) > 1:
        raise UsageFault(f"{STDIN}: what is piped in can be read once only")
    lists = []
    for source in sources:
        content, label, name, content_type = await _content(source, timeout_s, max_bytes)
        lists.append(
            read_topics(
                content,
                source=label,
                name=name,
                content_type=content_type,
                format_=format_,
                max_topics=max_topics,
                max_bytes=max_bytes,
            )
        )
    return _joined(lists)


def topics_as_text(topics: TopicList) -> str:
    """A list as JSONL: a run freezes the topics that it began with."""
    return "".join(json.dumps(row.model_dump(mode="json"), ensure_ascii=False) + "\n" for row in _rows(topics))


def topics_from_text(text: str, where: str) -> TopicList:
    """A list that `topics_as_text` wrote.

    Args:
        text: what it wrote.
        where: what holds it, for messages.

    Raises:
        UnreadableFile: it is none; the message holds `where` and the line.
    """
    rows: list[_AnyRow] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        try:
            rows.append(_ROW.validate_json(line))
        except ValidationError as exc:
            reason = exc.errors(include_input=False, include_url=False)[0]["msg"]
            raise UnreadableFile(f"{where}:{number}: no line of a list of topics: {reason}") from exc
    return TopicList(
        topics=tuple(Topic(r.text, r.source, r.published, r.place) for r in rows if isinstance(r, _TopicRow)),
        rejected=tuple((r.place, r.reason) for r in rows if isinstance(r, _RejectedRow)),
        repeated=tuple((r.place, r.of) for r in rows if isinstance(r, _RepeatedRow)),
        troubles=tuple(r.text for r in rows if isinstance(r, _TroubleRow)),
    )


def _rows(topics: TopicList) -> list[_AnyRow]:
    return [
        *(_TopicRow(text=t.text, source=t.source, published=t.published, place=t.place) for t in topics.topics),
        *(_RejectedRow(place=place, reason=reason) for place, reason in topics.rejected),
        *(_RepeatedRow(place=place, of=of) for place, of in topics.repeated),
        *(_TroubleRow(text=text) for text in topics.troubles),
    ]


async def _content(source: str, timeout_s: float, max_bytes: int) -> tuple[bytes, str, str, str | None]:
    """(bytes, label, name for messages and the format, content type) of a source."""
    if source == STDIN:
        return _piped(max_bytes), "stdin", "stdin", None
    if source.lower().startswith(("http://", "https://")):
        fetched = await fetch(source, timeout_s=timeout_s, max_bytes=max_bytes)
        shown = shown_url(source)
        return fetched.body, shown, shown, fetched.content_type
    if "://" in source:
        raise UsageFault(f"{shown_url(source)}: only http and https can be fetched; name a file by its path")
    # A file's name may hold bytes that are no text, and line breaks; what is kept and told of it is one line of text.
    shown = Path(plain_line(source.encode("utf-8", "replace").decode("utf-8")))
    content = read_bytes(Path(source), what="a list of topics", max_bytes=max_bytes)
    return content, shown.name, str(shown), None


def _piped(max_bytes: int) -> bytes:
    data = sys.stdin.buffer.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise UnreadableFile(f"stdin: more than {max_bytes} bytes; take a part of it")
    return data


def _joined(lists: Sequence[TopicList]) -> TopicList:
    """Several lists as one, without topics of one text but for its case."""
    topics: dict[str, Topic] = {}
    repeated = [pair for each in lists for pair in each.repeated]
    for topic in (topic for each in lists for topic in each.topics):
        key = fold_tag(topic.text)
        standing = topics.setdefault(key, topic)
        if standing is not topic:
            repeated.append((topic.place, standing.place))
            topics[key] = with_newest(standing, topic.published)
    return TopicList(
        tuple(topics.values()),
        tuple(pair for each in lists for pair in each.rejected),
        tuple(repeated),
        tuple(line for each in lists for line in each.troubles),
    )
