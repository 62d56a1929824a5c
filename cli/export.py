"""`condor export`: a run's kept records as a dataset file."""

from pathlib import Path
from typing import Annotated

import typer

from .options import FormatChoice, RunArgument, StageChoice


def export(
    run: RunArgument,
    format_: Annotated[FormatChoice, typer.Option("--format", help="What each line looks like.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The JSONL file to write.")],
    stage: Annotated[StageChoice, typer.Option("--stage", help="Whose answers.")] = StageChoice.refine,
) -> None:
    """Write the kept records as JSONL, in the order of the run's walk."""
    from ..experiments import export_run, run_status
    from .running import REHEARSAL_NOTE

    count = export_run(run, out, format_=format_.value, stage=stage.value)
    figures = run_status(run)
    equal = figures.kept - count if format_ is FormatChoice.dpo else 0
    typer.echo(f"{out}: {count} lines" + (f", {equal} pairs of equal answers left out" if equal else ""))
    if figures.rehearsal:
        typer.echo(REHEARSAL_NOTE)
