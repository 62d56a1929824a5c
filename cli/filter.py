"""`condor filter`: which finished records of a run break a rule."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .columns import lay_out
from .options import JsonOption, RunArgument, StageChoice

if TYPE_CHECKING:
    from ..experiments import Screening

_WIDE = 100


def filter_run(
    run: RunArgument,
    stage: Annotated[StageChoice, typer.Option("--stage", help="Whose answers.")] = StageChoice.refine,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="RULE", help="Switch a rule off; may be given again.", show_default=False),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option("--min-score", metavar="SCORE", help="The judge's least score, from 1 to 10.", show_default=False),
    ] = None,
    filters: Annotated[
        Path | None,
        typer.Option("--filters", metavar="FILE", help="Rules and limits, as YAML or JSON.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the filters about every finished record and note which break a rule. No record is changed."""
    from ..experiments import read_filter_settings, screen_run
    from .running import REHEARSAL_NOTE

    settings = read_filter_settings(filters, without=without or (), min_score=min_score)
    found = screen_run(run, settings, stage=stage.value)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        return
    _show(found)
    if found.rehearsal:
        typer.echo(REHEARSAL_NOTE)


def _show(found: "Screening") -> None:
    rows = [(rule, f"{count:,}", _share(count, found.examined)) for rule, count in found.removed.items()]
    rows.append(("kept", f"{found.kept:,}", _share(found.kept, found.examined)))
    for line in lay_out(("rule", "records", "share"), rows, _WIDE):
        typer.echo(line)
    overruled = f", {found.overruled:,} of them since a person has restored them" if found.overruled else ""
    typer.echo(f"{found.run}: kept {found.kept:,} of {found.examined:,} records ({found.stage}){overruled}")
    if found.settings.without:
        typer.echo(f"switched off: {', '.join(found.settings.without)}")
    if found.unscored:
        typer.echo(
            f"{found.unscored:,} records have no score and are not below the threshold; condor judge scores them"
        )


def _share(count: int, of: int) -> str:
    return f"{count / of:.2%}" if of else "-"
