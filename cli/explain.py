"""`condor explain`: one record's whole life."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from .console import make_console
from .options import JsonOption, RunArgument

if TYPE_CHECKING:
    from ..corpus.records import Preference, Provenance, Record
    from ..experiments.rulings import Decision, Ruling

#: What a gate's decision comes to.
_DECISIONS: "dict[Decision, str]" = {
    "kept": "kept: the judge prefers the refinement in both orders",
    "refused": "refused: the judge does not prefer the refinement in both orders, the earlier answer stays",
    "unreadable": "refused: a verdict could not be read, the earlier answer stays",
    "pending": "a verdict is still to come",
}


def explain(
    run: RunArgument,
    record_id: Annotated[str, typer.Argument(help="A record's id, or its first digits.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Tell a record's life: path, task, difficulty, prompts, model, tokens, each critique and gate verdict."""
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
    rulings = {ruling.refinement_id: ruling for ruling in life.rulings}
    for record in life.records:
        if record.kind != "preference":
            _show(record, console, asked=record.id == life.record_id)
        if record.id in rulings:
            _show_ruling(rulings[record.id], console, asked=life.record_id)
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
    if record.provenance is not None:
        _show_provenance(record.provenance, console)
    for name, value in record.content().items():
        if isinstance(value, str) and name != "difficulty" and record.kind != "cell":
            console.print(name, style="bold")
            console.print(value)


def _show_provenance(made: "Provenance", console: Console) -> None:
    sampling = ", ".join(f"{name} {value}" for name, value in made.sampling.items())
    cost = "cost unknown" if made.cost_usd is None else f"${made.cost_usd:.6f}"
    console.print(f"made by     {made.model} ({sampling}) at {made.created_at}")
    console.print(f"prompt      {made.prompt_version}")
    console.print(f"used        {made.calls} call(s), {made.input_tokens} tokens in, {made.output_tokens} out, {cost}")


def _show_ruling(ruling: "Ruling", console: Console, *, asked: str) -> None:
    """What the gate decided of a refinement, and what its judge said in either order."""
    console.print()
    console.rule(f"gate (round {ruling.round})", align="left")
    console.print(_DECISIONS[ruling.decision])
    for preference in ruling.preferences:
        _show_preference(preference, console, refinement=ruling.refinement_id, asked=asked)


def _show_preference(preference: "Preference", console: Console, *, refinement: str, asked: str) -> None:
    refined_first = preference.parent_id == refinement
    shown = ("refinement", "earlier answer") if refined_first else ("earlier answer", "refinement")
    said = {"A": shown[0], "B": shown[1], "tie": "neither"}[preference.verdict]
    console.print(f"id          {preference.id}{'  <- asked for' if preference.id == asked else ''}")
    if preference.provenance is not None:
        _show_provenance(preference.provenance, console)
    console.print(f"{shown[0]} shown first: {said} is better", style="bold")
    console.print(preference.reason)


def _title(record: "Record") -> str:
    content = record.content()
    match record.kind:
        case "question":
            return f"question ({content['difficulty']})"
        case "refinement":
            return f"refinement (round {content['round']})"
        case kind:
            return kind
