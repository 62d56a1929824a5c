"""Reading topics: which format is it in?"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from ...compression import GZIP_MAGIC, inflate_gzip
from ...errors import UnreadableFile, UsageFault
from ...files import decode_text
from .collector import TopicCollector
from .feed import page_refusal, read_feed
from .json_array import read_json
from .json_lines import read_json_lines
from .lines import read_lines
from .table import is_table, read_table
from .topic import TopicList

#: A feed of some hundred entries with whole articles stays below, and what parsing it takes in memory, many times as
#: much, is still little.
MAX_SOURCE_BYTES = 10 * 1024 * 1024
#: Each topic costs a call of a model to be filed.
MAX_TOPICS = 10_000

_TEXTS: Final[dict[str, Callable[[str, str, TopicCollector], None]]] = {
    "text": read_lines,
    "csv": read_table,
    "tsv": partial(read_table, delimiter="\t"),
    "jsonl": read_json_lines,
    "json": read_json,
}
_TABLES = (("csv", ","), ("tsv", "\t"))
#: What `format_` may be.
FORMATS: Final = (*_TEXTS, "feed")
_BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".rdf": "feed",
    ".feed": "feed",
}
#: `text/plain`, `text/html` and `application/octet-stream` are what servers say of anything.
_BY_TYPE = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "text/json": "json",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
    "application/xml": "feed",
    "text/xml": "feed",
}
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_PAGE = re.compile(r"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(r"\s*<(?:\?xml|!--|!doctype|rss|feed|rdf:rdf|channel)\b", re.IGNORECASE)
#: JSON in what is called a text file, where `[Video] A storm` and `{{x}}` are topics.
_JSON = re.compile(r'\s*(?:\[[\[\s]*[{"]|\{\s*")')
_NESTED = re.compile(r'"\s*:\s*[\[{]')
_BYTE_ORDER_MARKS = re.compile("^(?:ï»¿|ÿþ|þÿ)")
#: Bytes that tell a page or an XML document.
_HEAD_BYTES = 4096


def read_topics(
    content: bytes,
    *,
    source: str,
    name: str,
    content_type: str | None = None,
    format_: str | None = None,
    max_topics: int = MAX_TOPICS,
    max_bytes: int = MAX_SOURCE_BYTES,
) -> TopicList:
    """The topics in the bytes of a file or a response; gzip is inflated.

    Args:
        content: the bytes.
        source: the label that the topics carry.
        name: the file's path or the URL, without its query: for messages, and its suffix tells the format.
        content_type: of the HTTP response, where there is one.
        format_: one of `FORMATS`; None to tell it by suffix, content type and content.
        max_topics: entries that are taken; those beyond are counted in the list's troubles.
        max_bytes: that the content may have, inflated.

    Raises:
        UsageFault: no such format.
        UnreadableFile: larger than `max_bytes`, a page, or not in the format; the message holds the line.
    """
    if format_ is not None and format_ not in FORMATS:
        raise UsageFault(f"--format {format_}: must be one of {', '.join(FORMATS)}")
    if content.startswith(GZIP_MAGIC):
        content = inflate_gzip([content], name, max_bytes=max_bytes)
    if len(content) > max_bytes:
        raise UnreadableFile(f"{name}: larger than {max_bytes} bytes; take a part of it")
    head = _head(content)
    if _PAGE.match(head):
        raise page_refusal(name)
    collector = TopicCollector(source, limit=max_topics)
    told = format_ or _told_format(head, name, content_type)
    if told == "feed":
        read_feed(content, name, collector, charset=_charset(content_type))
    else:
        _TEXTS[told](decode_text(content, name, what="a list of topics"), name, collector)
    if not content.strip():
        collector.report(f"{name}: is empty")
    return collector.finish()


def _head(content: bytes) -> str:
    """A document's first letters, in whatever encoding: markup is ASCII in all that matter here."""
    return _BYTE_ORDER_MARKS.sub("", content[:_HEAD_BYTES].replace(b"\0", b"").decode("latin-1"))


def _told_format(head: str, name: str, content_type: str | None) -> str:
    path = PurePosixPath(name)
    suffix = PurePosixPath(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    media_type = (content_type or "").partition(";")[0].strip().lower()
    told = _BY_SUFFIX.get(suffix.lower()) or _BY_TYPE.get(media_type)
    # No line of topics looks like the beginning of an XML document, or of JSON.
    if told is None or (told == "text" and (_XML.match(head) or _JSON.match(head))):
        return _by_content(head)
    return told


def _by_content(head: str) -> str:
    first, _, rest = head.strip(" \t\r\n").partition("\n")
    first = first.rstrip(" \r")
    if _XML.match(head):
        return "feed"
    # One object that holds others is a document, and no list of one line.
    if first.startswith(("{", '"')) and first.endswith(("}", '"')) and (rest or not _NESTED.search(first)):
        return "jsonl"
    if first.startswith(("{", "[")):
        return "json"
    # Header names may be Chinese, which `head` shows as Latin letters.
    header = first.encode("latin-1").decode("utf-8", "replace")
    return next((told for told, delimiter in _TABLES if is_table(header, delimiter=delimiter)), "text")


def _charset(content_type: str | None) -> str | None:
    found = _CHARSET.search(content_type or "")
    return found[1] if found else None
