"""`condor verify`: is a release what it says it is?"""

import json
from pathlib import Path
from typing import Annotated

import typer

from .console import printable_line
from .exit_codes import FAILED
from .options import JsonOption

ReleaseArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A release's folder.", show_default=False)]


def verify(directory: ReleaseArgument, as_json: JsonOption = False) -> None:
    """Check every hash, count and record id of a release; exit code 1 where anything is wrong."""
    from ..corpus.release.verify import verify_release
    from .running import REHEARSAL_NOTE

    found = verify_release(directory)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        for problem in found.problems:
            of = f" (record {problem.record})" if problem.record else ""
            typer.echo(printable_line(f"{problem.file}: {problem.what}{of}"))
        state = "whole" if found.whole else f"NOT whole: {len(found.problems)} problems"
        counts = f"{found.files} files, {found.records:,} records checked"
        typer.echo(printable_line(f"{directory}: {found.title}: {state}; {counts}"))
        if found.rehearsal:
            typer.echo(REHEARSAL_NOTE)
    if not found.whole:
        raise typer.Exit(FAILED)
