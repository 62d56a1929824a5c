"""`condor forecast`: what a recipe will take, before it is run."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from .console import make_console
from .options import JsonOption, ModelOption


def forecast(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe (YAML).")],
    records: Annotated[
        int | None, typer.Option("--records", min=1, help="How many records to keep.", show_default=False)
    ] = None,
    model: ModelOption = None,
    run: Annotated[
        Path | None,
        typer.Option("--run", metavar="DIR", help="A run of it: its own figures are used.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Reckon calls, tokens and cost of a recipe, and say what that rests on. No call is made."""
    from .. import experiments
    from .progress import dollars, thousands
    from .synth import override

    settled = override(experiments.load_recipe(recipe), records=records, model=model)
    figures = experiments.forecast(settled, run=run)
    if as_json:
        typer.echo(json.dumps(figures.as_json(), ensure_ascii=False, indent=2))
        return
    table = Table("stage", "calls", "tokens in", "tokens out", box=None, padding=(0, 2, 0, 0))
    for stage in figures.stages:
        name = stage.stage + (" (measured)" if stage.measured else "")
        table.add_row(name, f"{stage.calls:,}", thousands(stage.input_tokens), thousands(stage.output_tokens))
    total = (f"{figures.calls:,}", thousands(figures.input_tokens), thousands(figures.output_tokens))
    table.add_row("in all", *total)
    console = make_console()
    console.print(f"{figures.records:,} records with {figures.model}: {dollars(figures.cost_usd)}")
    console.print(table)
    for line in figures.assumptions:
        console.print(f"assumed: {line}")
