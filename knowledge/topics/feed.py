"""RSS 0.9x, 1.0 and 2.0, and Atom: the boundary to feedparser.

feedparser is lenient, and a feed comes from a stranger. So it sees no more than it needs: the document's element,
decoded, without what stands before it (a DOCTYPE can declare entities that expand to gigabytes or name a file), and
without elements that it takes quadratic time over. It is handed an open stream: bytes it would first take for the name
of a file to open, a text for a URL to fetch.
"""

import io
import re
import time
from datetime import date
from typing import Any

import feedparser

from ...errors import UnreadableFile
from .collector import TopicCollector
from .encoding import decode_document
from .soundness import check_document
from .text import text_of_markup

_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(rss|rdf|feed|channel|html)(?=[\s/>])", re.IGNORECASE)
_ANY_ELEMENT = re.compile(r"<([a-z][\w.:-]{0,40})", re.IGNORECASE)
#: Said in full, so that feedparser looks no further for an encoding.
_HEAD = "<?xml version='1.0' encoding='utf-8'?>\n"
#: Persons and keywords: feedparser's search for an address in a long name, and for a keyword among those before it,
#: takes time by the square. What stands in CDATA sections and comments is text.
_COSTLY = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*\Z)|<!--(?:.*?-->|.*\Z)|(</?)(?:[\w.-]{1,40}:)?"
    r"(?:author|category|contributor|creator|keywords|managingeditor|owner|publisher|subject|tags|webmaster)(?=[\s/>])",
    re.DOTALL | re.IGNORECASE,
)
_MARKUP = frozenset({"text/html", "application/xhtml+xml"})
#: What feedparser lets through of its own and its parsers' troubles with documents that are no feed.
_FOREIGN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    feedparser.UndeclaredNamespace,
)


def read_feed(content: bytes, name: str, collector: TopicCollector, *, charset: str | None = None) -> None:
    """Collect the titles of a feed's entries; what is wrong with a feed that has entries is reported.

    Args:
        content: the document.
        name: its name, for messages.
        collector: takes them.
        charset: of the HTTP response, where it says one.

    Raises:
        UnreadableFile: a page, no feed, a feed that declares entities, or one that is not well-formed and has no entry.
    """
    body = content.lstrip(b" \t\r\n")
    blank = content.count(b"\n", 0, len(content) - len(body))
    text, trouble = decode_document(body, name, charset=charset)
    start = _start(text, name)
    document = (_HEAD + _COSTLY.sub(_without_name, text[start:])).encode("utf-8", "replace")
    fault = check_document(document, name, first_line=blank + text.count("\n", 0, start))
    parsed = _parse(document, name)
    if parsed.bozo and fault is None:
        fault = f"{name}: {parsed.bozo_exception}"
    faults = [line for line in (trouble, fault) if line]
    if not parsed.entries and (faults or not parsed.version):
        raise UnreadableFile(f"{faults[0]}; it holds no entry" if faults else f"{name}: is no feed: it holds no entry")
    for line in faults:
        collector.report(f"{line}; what could be made out was read")
    if not parsed.entries:
        collector.report(f"{name}: the feed holds no entry")
    for number, entry in enumerate(parsed.entries, start=1):
        _collect(entry, f"{collector.source}: entry {number}", collector)


def page_refusal(name: str) -> UnreadableFile:
    """The error that says that a page stands where a list of topics should."""
    return UnreadableFile(
        f"{name}: is an HTML page and no feed; name the feed's own address, which the page may link as RSS or Atom"
    )


def _start(text: str, name: str) -> int:
    """Where the document's element begins."""
    root = _ROOT.search(text)
    if root is None:
        found = _ANY_ELEMENT.search(text)
        what = f"its element is <{found[1]}>" if found else "it holds no element"
        raise UnreadableFile(f"{name}: is no feed: {what}; expected RSS or Atom")
    if root[1].lower() == "html":
        raise page_refusal(name)
    if "<!ENTITY" in text[: root.start()].upper():
        raise UnreadableFile(f"{name}: declares entities, which no feed needs and bombs are made of; it is not read")
    return root.start()


def _parse(document: bytes, name: str) -> Any:
    try:
        return feedparser.parse(io.BytesIO(document), resolve_relative_uris=False, sanitize_html=False)
    except _FOREIGN as exc:
        raise UnreadableFile(f"{name}: is no feed that can be read ({type(exc).__name__})") from exc


def _without_name(found: re.Match[str]) -> str:
    return f"{found[1]}passed-over" if found[1] else found[0]


def _collect(entry: Any, place: str, collector: TopicCollector) -> None:
    title = entry.get("title")
    if not isinstance(title, str):
        collector.reject(place, "has no title")
        return
    markup = entry.get("title_detail", {}).get("type") in _MARKUP
    collector.add(text_of_markup(title) if markup else title, _published(entry), place)


def _published(entry: Any) -> str | date | None:
    """The day of publication, else of the last change, as feedparser reads it; else as it is written."""
    for name in ("published", "updated", "created"):
        # Through `dict`: feedparser's own `get` warns where it finds one date under another's name.
        parsed, written = dict.get(entry, f"{name}_parsed"), dict.get(entry, name)
        if isinstance(parsed, time.struct_time | tuple):
            try:
                return date(*parsed[:3])
            except ValueError:
                return str(written)
        if isinstance(written, str) and written:
            return written
    return None
