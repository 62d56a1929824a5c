"""`condor tree coverage`: how much of a tree runs have written from."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import JsonOption, TreeArgument

if TYPE_CHECKING:
    from ..knowledge import Coverage, Share


def coverage(
    tree: TreeArgument,
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Runs' directories.", show_default=False)],
    holes: Annotated[int, typer.Option("--holes", min=0, help="Cells without a record to name at most.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Say what share of path x task x difficulty has a kept record, and where the holes are."""
    from ..experiments import runs_coverage
    from ..experiments.trees import load_trees

    found = runs_coverage(load_trees([tree]), runs, holes=holes)
    if as_json:
        typer.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
        return
    typer.echo(f"records  {found.records} ({found.outside} outside the tree or what is asked for)")
    for name, share in (("leaves", found.leaves), ("cells", found.cells), ("points", found.points)):
        typer.echo(f"{name:8} {_share(share)}")
    for title, shares in (("task", found.by_task), ("difficulty", found.by_difficulty), ("root", found.by_root)):
        typer.echo(f"by {title}:")
        for name, share in shares.items():
            typer.echo(f"  {name}: {_share(share)}")
    typer.echo(f"cells without a record: {found.cells.total - found.cells.covered}")
    for cell in found.holes:
        typer.echo(f"  {' > '.join(cell.path)} | {cell.task} | {cell.language}")


def _share(share: "Share") -> str:
    return f"{share.covered} of {share.total} ({share.share:.1%})"


def _as_json(found: "Coverage") -> dict[str, Any]:
    data = asdict(found)
    for key in ("leaves", "cells", "points"):
        data[key]["share"] = getattr(found, key).share
    for key in ("by_root", "by_task", "by_difficulty"):
        for name, share in getattr(found, key).items():
            data[key][name]["share"] = share.share
    return data
