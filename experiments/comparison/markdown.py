"""A comparison as Markdown."""

import re

from .report import Report, Section

#: What Markdown or HTML would take for more than text.
_MARKUP = re.compile(r"[\\`*|<>&~]|(?<![^\W_])_|_(?![^\W_])|\](?=[(\[:])|^#")
_BREAK = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def as_markdown(found: Report) -> str:
    """The tables and notes of a report as Markdown that ends in a line break."""
    parts = [_table(section) for section in found.sections]
    if found.notes:
        parts.append("".join(f"- {_plain(note)}\n" for note in found.notes))
    return "\n".join(parts)


def _table(section: Section) -> str:
    rule = ["---"] + ["---:"] * (len(section.header) - 1)
    rows = [map(_plain, section.header), rule, *(map(_plain, row) for row in section.rows)]
    return f"## {_plain(section.title)}\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _plain(text: str) -> str:
    """Text as it is: nothing in the name of a run or in a value is markup, or breaks a row."""
    return _MARKUP.sub(r"\\\g<0>", _BREAK.sub(" ", text))
