"""What stands in a record or a file cannot paint the terminal that it is printed to."""

import io

import pytest
from rich.table import Table

from condor.cli.console import make_console, printable

#: A colour, a window title, a control sequence introducer in one byte, a bell, a backspace, a delete.
HOSTILE = "\x1b[31mred \x1b]0;title\x07 \x9b2J \x08 \x7f"


@pytest.mark.parametrize("way", ["line", "styled", "rule", "cell"])
def test_control_characters_are_shown_by_their_numbers(way: str) -> None:
    console = make_console()
    console.file = io.StringIO()
    match way:
        case "line":
            console.print(HOSTILE)
        case "styled":
            console.print(HOSTILE, style="bold")
        case "rule":
            console.rule(HOSTILE)
        case _:
            table = Table()
            table.add_row(HOSTILE)
            console.print(table)
    written = console.file.getvalue()
    assert "\\x1b[31mred" in written
    assert "\\x9b2J" in written
    assert not set(written) & set("\x1b\x9b\x07\x08\x7f")


def test_line_breaks_tabs_and_every_script_stay() -> None:
    text = "one\n\ttwo 家庭 é 👩‍👩‍👧 \u2028 [bold]x[/bold] :smile:\n"
    assert printable(text) == text
    console = make_console()
    console.file = io.StringIO()
    console.print("[bold]x[/bold] :smile: [link=http://127.0.0.1/]y[/link]")
    assert console.file.getvalue() == "[bold]x[/bold] :smile: [link=http://127.0.0.1/]y[/link]\n"
