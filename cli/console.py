"""The terminal that commands print to."""

import re
from typing import Any

from rich.console import Console
from rich.text import Text

#: What a terminal would obey: escape sequences, in one byte or in two, and the like; not tabs and line breaks.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")

#: What would begin a new line, or go back to the beginning of one, in some terminal.
_BREAKS = re.compile("[\t-\r\u2028\u2029]")


def printable(text: str) -> str:
    """Text with each control character shown by its number: a model's reply or a file must not paint the terminal."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def printable_line(text: str) -> str:
    r"""The same for what is one line: line breaks and tabs are shown by their numbers, too."""
    return _BREAKS.sub(lambda found: f"\\x{ord(found[0]):02x}", printable(text))


class _LiteralConsole(Console):
    def render_str(self, text: str, **rest: Any) -> Text:
        return super().render_str(printable(text), **rest)


def make_console(*, stderr: bool = False) -> Console:
    """A console that prints text as it is: what stands in a record, a path or a model's name is no markup."""
    return _LiteralConsole(markup=False, emoji=False, highlight=False, soft_wrap=True, stderr=stderr)
