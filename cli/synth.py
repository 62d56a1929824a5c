"""`condor synth`: run a recipe."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import make_console
from .options import ApiBaseOption, ConcurrencyOption, ModelOption, NoTrackOption, ProgramsOption, PromptsOption

if TYPE_CHECKING:
    from ..experiments import Recipe
    from .options import PromptsChoice


def synth(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe (YAML); recipes/ has some to copy.")],
    run: Annotated[Path, typer.Option("--run", metavar="DIR", help="Where the run lives; an existing one goes on.")],
    records: Annotated[
        int | None, typer.Option("--records", min=1, help="How many records to keep.", show_default=False)
    ] = None,
    model: ModelOption = None,
    api_base: ApiBaseOption = None,
    concurrency: ConcurrencyOption = None,
    budget: Annotated[
        float | None, typer.Option("--budget", metavar="USD", help="What the run may cost.", show_default=False)
    ] = None,
    fork: Annotated[
        Path | None,
        typer.Option(
            "--fork",
            metavar="OLD",
            help="Begin the run with what still holds of OLD, a run of another recipe, tree or prompt.",
            show_default=False,
        ),
    ] = None,
    fill: Annotated[
        list[Path] | None,
        typer.Option(
            "--fill",
            metavar="RUN",
            help="Begin a new run with the cells that RUN has covered least; may be given again.",
            show_default=False,
        ),
    ] = None,
    programs: ProgramsOption = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch",
            metavar="DIR",
            help="Make no call: take in results from here and write requests as batch files.",
            show_default=False,
        ),
    ] = None,
    prompts: PromptsOption = None,
    batch_again: Annotated[
        bool, typer.Option("--batch-again", help="Ask again for what is pending in batch files, and perhaps pay twice.")
    ] = False,
    no_track: NoTrackOption = False,
) -> None:
    """Run a recipe: questions, answers, critiques and refinements until enough records are kept.

    The same command again goes on where the run was broken off. Options stand above what the recipe says. With
    --batch, it exits with 4 while results are awaited.

    --fork OLD copies over, without a call, every step of OLD that this run
    comes to with the same inputs, prompt and model. After a changed critique
    prompt or more rounds, all questions and answers hold; after another seed,
    other tasks or a changed tree, the cells that both walks come to; after
    another model or temperature, nothing. OLD is only read.

    --fill RUN walks first the cells of which RUN has kept no record, then those
    that miss a difficulty, then the rest. What RUN has is noted when the new
    run begins: later it is needed no more.

    --programs DIR takes compiled prompts (condor optimize) in place of the
    built-in ones. They are noted when the run begins, and it goes on with them;
    every record says which version of a prompt wrote it.
    """
    from ..errors import UsageFault
    from ..experiments import BatchUse, load_recipe
    from .running import synthesise

    if programs is not None and prompts is not None:
        raise UsageFault("--programs and --prompts both name prompts; leave one of them out")
    settled = override(
        load_recipe(recipe),
        records=records,
        model=model,
        api_base=api_base,
        concurrency=concurrency,
        budget=budget,
        prompts=prompts,
        programs=programs,
    )
    # Asking again is for once: the command that goes on does not say it.
    command = shlex.join(["condor", *(word for word in sys.argv[1:] if word != "--batch-again")])
    use = BatchUse(batch, again=batch_again)
    console, sources = make_console(), fill or ()
    raise typer.Exit(
        synthesise(
            settled,
            run,
            console,
            resume_command=command,
            fork=fork,
            fill=sources,
            batch=use,
            track=not no_track,
            champions_required=prompts is not None,
        )
    )


def override(
    recipe: "Recipe",
    *,
    records: int | None = None,
    model: str | None = None,
    api_base: Sequence[str] | None = None,
    concurrency: int | None = None,
    budget: float | None = None,
    prompts: "PromptsChoice | None" = None,
    programs: Path | None = None,
) -> "Recipe":
    """A recipe with the command line's options in the place of its own values."""
    from ..experiments.recipe import validate_recipe

    data = recipe.model_dump(mode="json")
    given = {"name": model, "api_base": list(api_base) if api_base else None}
    data["model"] |= {key: value for key, value in given.items() if value is not None}
    given = {"records": records, "concurrency": concurrency, "budget_usd": budget, "prompts": prompts}
    given["programs"] = None if programs is None else str(programs)
    data |= {key: value for key, value in given.items() if value is not None}
    if prompts is not None:
        data["programs"] = None
    return validate_recipe(data, "options")
