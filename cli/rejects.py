"""`condor rejects`: what was rejected of a run, and what a person puts back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import printable
from .options import JsonOption, RunArgument, StageChoice

if TYPE_CHECKING:
    from ..experiments import Reject

#: Columns of a text's beginning.
_SHOWN = 100

_IdsOption = list[str] | None


def rejects(
    run: RunArgument,
    ids: Annotated[
        _IdsOption, typer.Argument(metavar="[ID]...", help="More ids for --restore or --unrestore.", show_default=False)
    ] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="RULE", help="What this rule rejected only.", show_default=False)
    ] = None,
    stage: Annotated[StageChoice, typer.Option("--stage", help="Whose answers were filtered.")] = StageChoice.refine,
    sample: Annotated[
        int | None, typer.Option("--sample", metavar="N", min=1, help="List N of them only.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the sample.")] = 0,
    restore: Annotated[
        _IdsOption,
        typer.Option("--restore", metavar="ID", help="Its rules shall not remove this record.", show_default=False),
    ] = None,
    unrestore: Annotated[
        _IdsOption, typer.Option("--unrestore", metavar="ID", help="Take that decision back.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List what the synthesis and the filters have rejected, and restore what a person judges to be good."""
    from ..errors import UsageFault

    if restore and unrestore:
        raise UsageFault("--restore and --unrestore: one at a time")
    if restore or unrestore:
        if sample is not None:
            raise UsageFault("--sample is for listing; name the records to restore by their ids")
        _decide(run, [*(restore or unrestore or ()), *(ids or ())], rule, back=bool(restore), as_json=as_json)
    elif ids:
        raise UsageFault(f"{ids[0]}: say --restore {ids[0]} or --unrestore {ids[0]}")
    else:
        _list(run, rule, stage, sample, seed, as_json=as_json)


def _decide(run: Path, ids: list[str], rule: str | None, *, back: bool, as_json: bool) -> None:
    from ..experiments import restore, unrestore

    decisions = (restore if back else unrestore)(run, ids, rule)
    if as_json:
        typer.echo(json.dumps([{"question_id": question, "rule": name} for question, name in decisions], indent=2))
        return
    for question, name in decisions:
        typer.echo(f"{question}  {name}: {'does not remove it any more' if back else 'counts again'}")


def _list(run: Path, rule: str | None, stage: StageChoice, sample: int | None, seed: int, *, as_json: bool) -> None:
    from ..experiments import rejects

    found = rejects(run, rule=rule, stage=stage.value, sample=sample, seed=seed)
    if as_json:
        typer.echo(json.dumps([each.as_json() for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        _show(each)
    restored = sum(each.restored for each in found)
    typer.echo(f"{run}: {len(found):,} rejects" + (f", {restored:,} of them restored" if restored else ""))


def _show(each: "Reject") -> None:
    state = "  (restored)" if each.restored else ""
    typer.echo(f"{each.question_id}  {each.by}  {each.rule}  {each.figure:g}{state}")
    typer.echo(f"    {printable(each.detail)}")
    typer.echo(f"    {printable(' '.join(each.text.split())[:_SHOWN])}")
