"""`condor export`: a run's kept records as a dataset file."""

from pathlib import Path
from typing import Annotated

import typer

from .options import FormatChoice, NoTrackOption, RunArgument, StageChoice


def export(
    run: RunArgument,
    format_: Annotated[FormatChoice, typer.Option("--format", help="What each line looks like.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The JSONL file to write.")],
    stage: Annotated[StageChoice, typer.Option("--stage", help="Whose answers.")] = StageChoice.refine,
    no_track: NoTrackOption = False,
) -> None:
    """Write the kept records as JSONL, in the order of the run's walk."""
    from ..corpus.formats import PAIR_FORMATS
    from ..experiments import export_run, run_status
    from .running import REHEARSAL_NOTE

    count = export_run(run, out, format_=format_.value, stage=stage.value)
    figures = run_status(run)
    equal = figures.kept - count if format_.value in PAIR_FORMATS else 0
    typer.echo(f"{out}: {count} lines" + (f", {equal} pairs of equal answers left out" if equal else ""))
    if figures.rehearsal:
        typer.echo(REHEARSAL_NOTE)
    if not no_track:
        _note(run, out, format_, stage)


def _note(run: Path, out: Path, format_: FormatChoice, stage: StageChoice) -> None:
    """Note in MLflow's store what was written, so that `condor lineage FILE` knows it; the file stands in any case."""
    from ..errors import StoreFault
    from ..experiments.lineage.releases import log_release
    from ..experiments.mlflow_store import open_store
    from ..experiments.tracking.tracker import tracking_is_on

    if not tracking_is_on():
        return
    try:
        log_release(open_store(), run, out, format_=format_.value, stage=stage.value)
    except StoreFault as exc:
        typer.echo(f"{exc}; {out} is whole, but condor lineage will not know it until it is exported again", err=True)
