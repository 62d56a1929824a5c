"""`condor explain`: one record's whole life."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from .console import make_console
from .options import JsonOption, RunArgument

if TYPE_CHECKING:
    from ..corpus.records import Record


def explain(
    run: RunArgument,
    record_id: Annotated[str, typer.Argument(help="A record's id, or its first digits.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Tell a record's life: path, task, difficulty, prompts, model, tokens, and every round's critique."""
    from .. import experiments

    life = experiments.explain(run, record_id)
    if as_json:
        typer.echo(json.dumps(life.as_json(), ensure_ascii=False, indent=2))
        return
    console = make_console()
    origin = life.records[0].origin
    console.print(f"path        {' > '.join(origin.path)}")
    console.print(f"task        {origin.task}")
    console.print(f"language    {origin.language}")
    console.print(f"tree        {origin.tree_version}")
    for record in life.records:
        _show(record, console, asked=record.id == life.record_id)
    for outcome in life.outcomes:
        reason = f": {outcome['reason']} ({outcome['detail']})" if outcome["reason"] else ""
        console.print(f"\noutcome     {outcome['outcome']} ({outcome['difficulty']}){reason}")
        if outcome["raw_reply"]:
            console.print("the reply, as it came", style="bold")
            console.print(outcome["raw_reply"])
    console.print("prompts     --json prints every prompt by its version")


def _show(record: "Record", console: Console, *, asked: bool) -> None:
    console.print()
    console.rule(f"{_title(record)}{'  <- asked for' if asked else ''}", align="left")
    console.print(f"id          {record.id}")
    if (made := record.provenance) is not None:
        sampling = ", ".join(f"{name} {value}" for name, value in made.sampling.items())
        cost = "cost unknown" if made.cost_usd is None else f"${made.cost_usd:.6f}"
        console.print(f"made by     {made.model} ({sampling}) at {made.created_at}")
        console.print(f"prompt      {made.prompt_version}")
        console.print(
            f"used        {made.calls} call(s), {made.input_tokens} tokens in, {made.output_tokens} out, {cost}"
        )
    for name, value in record.content().items():
        if isinstance(value, str) and name != "difficulty" and record.kind != "cell":
            console.print(name, style="bold")
            console.print(value)


def _title(record: "Record") -> str:
    content = record.content()
    match record.kind:
        case "question":
            return f"question ({content['difficulty']})"
        case "refinement":
            return f"refinement (round {content['round']})"
        case kind:
            return kind
