"""The text of a topic: how markup becomes plain text, and what is no topic."""

import html
import re

#: A headline has up to some 300 characters; what is longer than this is an article or a mistake.
MAX_TOPIC_CHARS = 500
#: Markup of more characters is not looked at: a headline's tags and addresses are shorter.
_MAX_MARKUP_CHARS = 10 * MAX_TOPIC_CHARS

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
#: Lone surrogates are in no file; noncharacters and U+FFFD say that the text was decoded wrongly.
_UNREADABLE = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef\ufffd"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
_NO_TEXT = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"""</?([a-z][a-z0-9:-]*)\b(?:[^<>"']|"[^"<]*"|'[^'<]*')*>""", re.IGNORECASE)
#: Elements within a line: to take out their tags joins what stands around them, as a browser would.
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr",
})  # fmt: skip


def plain_line(text: str) -> str:
    """A text in one line: each run of white space and control characters is one space, the ends are trimmed."""
    return " ".join(_CONTROL.sub(" ", text).split())


def text_of_markup(markup: str) -> str:
    """What a reader sees of a piece of HTML; of one that is too long for a headline, the markup itself."""
    if len(markup) > _MAX_MARKUP_CHARS:
        return markup
    return html.unescape(_TAG.sub(_in_place_of_tag, _NO_TEXT.sub(" ", markup)))


def fault_of(text: str) -> str | None:
    """Why a line of plain text is no topic, or None where it is one."""
    if not text:
        return "empty"
    if len(text) > MAX_TOPIC_CHARS:
        return f"{len(text)} characters, more than {MAX_TOPIC_CHARS}: {text[:40]!r}..."
    if found := _UNREADABLE.search(text):
        return f"holds U+{ord(found[0]):04X}, which no text does that was decoded rightly: {text[:40]!r}"
    if not any(char.isalnum() for char in text):
        return f"no letter and no digit: {text[:40]!r}"
    return None


def _in_place_of_tag(tag: re.Match[str]) -> str:
    return "" if tag[1].lower() in _INLINE else " "
