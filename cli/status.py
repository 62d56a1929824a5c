"""`condor status`: what a run has come to."""

import json
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from .console import make_console
from .options import JsonOption, RunArgument

if TYPE_CHECKING:
    from ..experiments import RunStatus, TreeRunStatus


def status(run: RunArgument, as_json: JsonOption = False) -> None:
    """Show a run's figures, also while it is under way."""
    from ..experiments import RunStatus, run_status, tree_run_status
    from .running import REHEARSAL_NOTE

    figures = tree_run_status(run) or run_status(run)
    if as_json:
        typer.echo(json.dumps(figures.as_json(), ensure_ascii=False, indent=2))
        return
    table = Table.grid(padding=(0, 2))
    for name, value in _synthesis_rows(figures) if isinstance(figures, RunStatus) else _tree_rows(figures):
        table.add_row(name, str(value))
    console = make_console()
    console.print(table)
    if figures.rehearsal:
        console.print(REHEARSAL_NOTE)


def _tree_rows(figures: "TreeRunStatus") -> list[tuple[str, object]]:
    from .progress import dollars

    return [
        ("work", f"{figures.work}, begun {figures.begun}, {'its tree is there' if figures.tree else 'no tree yet'}"),
        ("model", figures.model),
        ("replies", _with_reasons(sum(figures.replies.values()), figures.replies)),
        ("unreadable", _with_reasons(sum(figures.unreadable.values()), figures.unreadable)),
        ("calls", f"{figures.calls:,}"),
        ("tokens in", f"{figures.input_tokens:,}"),
        ("tokens out", f"{figures.output_tokens:,}"),
        ("cost", dollars(figures.cost_usd).removeprefix("cost ")),
    ]


def _synthesis_rows(figures: "RunStatus") -> list[tuple[str, object]]:
    from .progress import dollars

    rows: list[tuple[str, object]] = [
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
    if (gate := figures.gate) is not None:
        refused = f"refused {gate.refused:,}, unreadable verdicts {gate.unreadable:,}; the judge is {figures.judge}"
        rows.insert(3, ("gate", f"refinements kept {gate.kept:,}, {refused}"))
    if figures.forked_from is not None:
        rows.append(("forked from", f"{figures.forked_from} ({figures.inherited:,} steps taken over without a call)"))
    return rows


def _with_reasons(count: int, parts: dict[str, int] | None) -> str:
    if not parts:
        return f"{count:,}"
    return f"{count:,} ({', '.join(f'{name} {number:,}' for name, number in parts.items())})"
