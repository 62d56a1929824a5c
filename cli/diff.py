"""`condor diff`: what changed from one release to another."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .console import printable_line
from .options import JsonOption


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A release's folder.", show_default=False)],
    after: Annotated[Path, typer.Argument(metavar="B", help="A later release's folder.", show_default=False)],
    ids: Annotated[bool, typer.Option("--ids", help="Name every record by its question's id.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare two releases record by record: added, removed, another answer, moved between splits."""
    from ..corpus.release.changes import diff_releases

    found = diff_releases(before, after)
    if as_json:
        typer.echo(json.dumps(found.as_json(ids=ids), ensure_ascii=False, indent=2))
        return
    typer.echo(printable_line(f"{found.before} -> {found.after}"))
    for name, count in found.counts.items():
        typer.echo(f"{name:<10} {count:>9,}")
    if ids:
        for name, some in (("added", found.added), ("removed", found.removed), ("changed", found.changed)):
            for id_ in some:
                typer.echo(printable_line(f"{name} {id_}"))
        for id_, was, now in found.moved:
            typer.echo(printable_line(f"moved {id_} {was} -> {now}"))
