"""`condor tree grow`: a tree from a model."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import make_console
from .embedder import EmbedderBaseOption, EmbedderOption, MinCosineOption, cosine_of, read_embedder, tell_embeddings
from .exit_codes import SHORTFALL
from .options import (
    ApiBaseOption,
    CallsOption,
    DateOption,
    LanguageChoice,
    ModelOption,
    ProgramsOption,
    PromptsChoice,
    PromptsOption,
    given_date,
)
from .tree_work import model_use, quotas_of, read_model, report_growth

if TYPE_CHECKING:
    from ..experiments.compiled import Programs


def grow(
    run: Annotated[Path, typer.Option("--run", metavar="DIR", help="Where the growth lives; tree.json is its result.")],
    language: Annotated[
        LanguageChoice, typer.Option("--language", help="What to write the tags in.")
    ] = LanguageChoice.en,
    roots: Annotated[int, typer.Option("--roots", min=1, help="Root tags in the end.")] = 40,
    depth: Annotated[int, typer.Option("--depth", min=1, help="Levels in all.")] = 3,
    branching: Annotated[int, typer.Option("--branching", min=1, help="Tags under each tag above the last level.")] = 6,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TREE", help="Grow from this tree.", show_default=False)
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", min=1, help="Stop at this many tags of the language.", show_default=False)
    ] = None,
    quota: Annotated[
        list[str] | None,
        typer.Option("--quota", metavar="N|ROOT=N", help="Tags under each root tag, or under one; may be given again."),
    ] = None,
    min_new_rate: Annotated[
        float, typer.Option("--min-new-rate", min=0, max=1, help="Stop after a level with a smaller share of new tags.")
    ] = 0.0,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often a tag is asked about at most.")] = 3,
    model: ModelOption = "rehearsal",
    api_base: ApiBaseOption = None,
    concurrency: CallsOption = 16,
    programs: ProgramsOption = None,
    prompts: PromptsOption = None,
    embedder: EmbedderOption = None,
    embedder_api_base: EmbedderBaseOption = None,
    min_cosine: MinCosineOption = None,
    today: DateOption = None,
) -> None:
    """Grow a tree with a model: root tags first, then level by level. The same command again goes on with it."""
    from ..experiments import GrowthPlan, grow_tree
    from ..experiments.trees import load_trees
    from ..programs import GrowthLimits

    embedder_spec = read_embedder(embedder, embedder_api_base, min_cosine)
    common, quotas = quotas_of(quota or [])
    limits = GrowthLimits(
        size=size,
        quota=common,
        quotas=quotas,
        min_new_rate=min_new_rate,
        rounds=rounds,
        min_cosine=cosine_of(min_cosine),
    )
    plan = GrowthPlan(
        language=language.value,
        roots=roots,
        depth=depth,
        branching=branching,
        limits=limits,
        on=given_date(today),
    )
    begin = load_trees([start]) if start else None
    compiled = _programs(run, programs, prompts)
    with model_use(read_model(model, api_base), concurrency, embedder_spec, doing="growing") as session:
        tree, report = session.finish(grow_tree(plan, run, session.use, start=begin, programs=compiled))
    typer.echo(f"{run / 'tree.json'}: {len(tree)} tags, version {tree.version}")
    report_growth(report)
    session.tell_cost(run)
    tell_embeddings(session.embedded, [report])
    if report.missing_roots:
        raise typer.Exit(SHORTFALL)


def _programs(run: Path, directory: Path | None, prompts: PromptsChoice | None) -> "Programs | None":
    """The prompts that a growth begins with; None for one that goes on with its own."""
    from ..errors import UsageFault
    from ..experiments.prompts.choice import GROWTH_STAGES, find_programs
    from ..experiments.settling import read_programs
    from ..runtime.run_directory import RunDirectory

    tell = make_console(stderr=True).print
    if directory is not None and prompts is not None:
        raise UsageFault("--programs and --prompts both name prompts; leave one of them out")
    if directory is not None:
        return _tell_named(read_programs(directory, run), directory, run, tell)
    if RunDirectory(run).exists:
        return None
    wanted = (prompts or PromptsChoice.champion).value
    found = find_programs(wanted, GROWTH_STAGES, required=prompts is not None, tell=tell)
    for prompt in found.prompts.values():
        tell(f"compiled prompt: {prompt.stage} {prompt.prompt_version}")
    return found


def _tell_named(found: "Programs | None", directory: Path, run: Path, tell: Callable[[str], None]) -> "Programs | None":
    """Say which of the prompts that are named a growth begins with; one that goes on has its own."""
    from ..programs import ExpandTag
    from ..runtime.run_directory import RunDirectory

    if found is not None and not RunDirectory(run).exists:
        prompt = found.prompts.get(ExpandTag.name)
        if prompt is None:
            tell(f"{directory}: holds no improved prompt for {ExpandTag.name}; the built-in prompt is used")
        else:
            tell(f"compiled prompt: {prompt.stage} {prompt.prompt_version}")
    return found
