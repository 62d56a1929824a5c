"""`condor quickstart`: the whole way through on the embedded model."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from .console import make_console
from .exit_codes import DONE
from .tracking import say_where

#: Four cells for each task, two in each language: 28 cells of three questions.
_RECORDS = 84


def quickstart(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to put the run and its exports.")] = Path(
        "condor-quickstart"
    ),
    records: Annotated[int, typer.Option("--records", min=1, help="How many records to keep.")] = _RECORDS,
) -> None:
    """Synthesise a small bilingual dataset on the embedded model and export it: no key, no network.

    The same command again goes on where it was broken off, or shows what stands.
    """
    from importlib.resources import files

    from ..corpus.formats import FORMATS
    from ..experiments import export_run, load_recipe
    from .running import synthesise
    from .synth import override

    console = make_console()
    recipe_file = Path(str(files("condor").joinpath("recipes/quickstart.yaml")))
    recipe = override(load_recipe(recipe_file), records=records)
    run = out / "run"
    store = f"sqlite:///{(out / 'mlflow.db').as_posix()}"
    command = f"condor quickstart --out {out} --records {records}"
    code = synthesise(recipe, run, console, resume_command=command, store=store)
    if code != DONE:
        raise typer.Exit(code)
    for format_ in FORMATS:
        path = out / "exports" / f"{format_}.jsonl"
        count = export_run(run, path, format_=format_, stage="refine")
        console.print(f"  {path}: {count} lines")
    _show_one(run, console)
    say_where(store, console)


def _show_one(run: Path, console: Console) -> None:
    """One record to look at, and where to go from here."""
    from ..experiments.status import open_run

    _, journal = open_run(run)
    with journal:
        chain = next(journal.kept_chains())
    console.rule("one record")
    console.print(f"question ({' > '.join(chain.question.origin.path)})", style="bold")
    console.print(chain.question.text, soft_wrap=False)
    console.print("refined answer", style="bold")
    console.print(chain.final.text, soft_wrap=False)
    console.rule()
    console.print(f"its whole life:  condor explain {run} {chain.final.id[:12]}")
    console.print(f"the figures:     condor status {run}")
    console.print("your own:        copy a recipe from recipes/, then condor synth RECIPE --run DIR")
