"""Text of any kind inside Markdown, so that it stays text: a tag may hold a pipe, HTML, a backtick or a line break."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ..text import clean_text

_SIGNS = re.compile(r"([\\`*_{}\[\]|~])")
#: What becomes a link or a formula without any brackets, by the sign that is written as an entity instead.
_BARE = re.compile(r"(?::(?=//)|(?<=www)\.|[$@])", re.IGNORECASE)
#: Characters of a cell; a tag may have thousands.
_LONGEST: Final = 200
_BACKTICKS = re.compile(r"`+")


def plain(text: str) -> str:
    """A piece of a line, not its beginning: what Markdown or HTML would obey is escaped; line breaks are spaces.

    An address is no link, and what stands between dollar signs no formula.
    """
    shown = "".join(each if each.isprintable() else " " for each in clean_text(text))
    escaped = _SIGNS.sub(r"\\\1", html.escape(" ".join(shown.split()), quote=False))
    return _BARE.sub(lambda found: f"&#{ord(found[0])};", escaped)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table, line by line; numbers are aligned to the right. Its cells are escaped, its header is ours."""
    body = [list(row) for row in rows]
    numeric = [all(isinstance(row[n], int | float) for row in body) and bool(body) for n in range(len(header))]
    yield f"| {' | '.join(header)} |"
    yield f"|{'|'.join('---:' if right else '---' for right in numeric)}|"
    for row in body:
        yield f"| {' | '.join(_cell(value) for value in row)} |"


def fenced(text: str, language: str = "") -> Iterator[str]:
    """A block of code, line by line, whose fence is longer than any that the text holds."""
    longest = max((len(found) for found in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from clean_text(text).splitlines()
    yield fence


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}..."


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else plain(_cut(str(value)))
