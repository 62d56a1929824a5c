"""`condor compare`: runs side by side."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .columns import lay_out, wrap
from .console import make_console, printable

if TYPE_CHECKING:
    from ..experiments.comparison import Report

#: Columns of a table that goes into a file or a pipe.
_WIDE = 120


class LayoutChoice(StrEnum):
    """How a comparison is written, as typer shows it."""

    table = "table"
    markdown = "markdown"
    json = "json"


def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="BASELINE RUN...", help="Directories of runs.", show_default=False)
    ],
    format_: Annotated[LayoutChoice, typer.Option("--format", help="How it is written.")] = LayoutChoice.table,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it here.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also show parameters that do not differ.")] = False,
) -> None:
    """Compare runs with the first: what they were made with, figures, price, and judged differences with p values."""
    from ..experiments.comparison import as_markdown, compare_runs, report
    from ..files import write_atomically

    found = compare_runs(runs)
    if format_ is LayoutChoice.json:
        text = json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n"
    elif format_ is LayoutChoice.markdown:
        text = as_markdown(report(found, every_parameter=every))
    else:
        text = _as_table(report(found, every_parameter=every), _WIDE if out else _width())
    if out is None:
        typer.echo(text, nl=False)
        return
    with write_atomically(out) as file:
        file.write(text)
    typer.echo(f"{out}: {len(runs)} runs")


def _width() -> int:
    console = make_console()
    return console.width if console.is_terminal else _WIDE


def _as_table(found: "Report", width: int) -> str:
    lines: list[str] = []
    for section in found.sections:
        lines += [printable(section.title), *lay_out(section.header, section.rows, width), ""]
    for note in found.notes:
        lines += wrap(printable(note), width)
    return "\n".join(lines).rstrip("\n") + "\n"
