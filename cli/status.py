"""`condor status`: what a run has come to."""

import json

import typer
from rich.table import Table

from .console import make_console
from .options import JsonOption, RunArgument


def status(run: RunArgument, as_json: JsonOption = False) -> None:
    """Show a run's figures, also while it is under way."""
    from ..experiments import run_status
    from .progress import dollars
    from .running import REHEARSAL_NOTE

    figures = run_status(run)
    if as_json:
        typer.echo(json.dumps(figures.as_json(), ensure_ascii=False, indent=2))
        return
    table = Table.grid(padding=(0, 2))
    rows = [
        ("asked", figures.asked),
        ("attempted", figures.attempted),
        ("kept", figures.kept),
        ("rejected", _with_reasons(figures.rejected, figures.reasons.get("rejected"))),
        ("failed", _with_reasons(figures.failed, figures.reasons.get("failed"))),
        ("missing", figures.missing),
        ("pending", figures.pending),
        ("calls", _with_reasons(figures.calls, figures.calls_by_stage)),
        ("tokens in", f"{figures.input_tokens:,}"),
        ("tokens out", f"{figures.output_tokens:,}"),
        ("cost", dollars(figures.cost_usd).removeprefix("cost ")),
        ("model", figures.model),
        ("tree", figures.tree_version),
    ]
    if figures.forked_from is not None:
        rows.append(("forked from", f"{figures.forked_from} ({figures.inherited:,} steps taken over without a call)"))
    for name, value in rows:
        table.add_row(name, str(value))
    console = make_console()
    console.print(table)
    if figures.rehearsal:
        console.print(REHEARSAL_NOTE)


def _with_reasons(count: int, parts: dict[str, int] | None) -> str:
    if not parts:
        return f"{count:,}"
    return f"{count:,} ({', '.join(f'{name} {number:,}' for name, number in parts.items())})"
