"""`condor tree update`: a tree brought up to date."""

from datetime import timedelta
from typing import Annotated

import typer

from .embedder import EmbedderBaseOption, EmbedderOption, MinCosineOption, cosine_of, read_embedder, tell_embeddings
from .options import MOST_DAYS, ApiBaseOption, CallsOption, DateOption, ModelOption, TreeArgument, given_date
from .tree_work import (
    LanguageOption,
    TopicsFormatOption,
    WorkOption,
    model_use,
    print_list,
    quotas_of,
    read_model,
    report_growth,
    report_harvest,
    report_topics,
)


def update(
    tree: TreeArgument,
    run: WorkOption,
    topics: Annotated[
        list[str] | None,
        typer.Option("--topics", metavar="SOURCE", help="A file or URL of topics to file; may be given again."),
    ] = None,
    language: LanguageOption = None,
    format_: TopicsFormatOption = None,
    horizon: Annotated[
        int,
        typer.Option(
            "--horizon", metavar="DAYS", min=0, max=MOST_DAYS, help="Harvested tags older than this are retired."
        ),
    ] = 90,
    depth: Annotated[int, typer.Option("--depth", min=1, help="Levels in all.")] = 3,
    branching: Annotated[
        int, typer.Option("--branching", min=0, help="A tag above the last level with fewer under it is filled up.")
    ] = 6,
    refill: Annotated[
        int,
        typer.Option("--refill", min=0, help="More tags for a root tag under which nothing came within the horizon."),
    ] = 2,
    size: Annotated[
        int | None,
        typer.Option("--size", min=1, help="Stop growing at this many tags of a language.", show_default=False),
    ] = None,
    quota: Annotated[
        list[str] | None,
        typer.Option("--quota", metavar="N|ROOT=N", help="Tags under each root tag, or under one; may be given again."),
    ] = None,
    model: ModelOption = "rehearsal",
    api_base: ApiBaseOption = None,
    concurrency: CallsOption = 16,
    embedder: EmbedderOption = None,
    embedder_api_base: EmbedderBaseOption = None,
    min_cosine: MinCosineOption = None,
    today: DateOption = None,
) -> None:
    """Bring a tree up to date: file topics, retire what is past its horizon, fill thin and stale branches."""
    from ..experiments import UpdatePlan, update_tree
    from ..experiments.trees import load_trees
    from ..programs import GrowthLimits

    embedder_spec = read_embedder(embedder, embedder_api_base, min_cosine)
    common, quotas = quotas_of(quota or [])
    plan = UpdatePlan(
        sources=tuple(topics or ()),
        language=language.value if language else None,
        format_=format_,
        horizon=timedelta(days=horizon),
        depth=depth,
        branching=branching,
        refill=refill,
        limits=GrowthLimits(size=size, quota=common, quotas=quotas, min_cosine=cosine_of(min_cosine)),
        on=given_date(today),
    )
    forest = load_trees([tree])
    with model_use(read_model(model, api_base), concurrency, embedder_spec, doing="updating") as session:
        updated, report = session.finish(update_tree(plan, forest, run, session.use))
    typer.echo(f"{run / 'tree.json'}: {len(updated)} tags, version {updated.version}")
    report_topics(report.topics)
    for filed in report.harvest.values():
        report_harvest(filed)
    print_list("retired", [" > ".join(path) for path in report.retired])
    print_list("stale", [" > ".join(path) for path in report.stale])
    for grown in report.growth.values():
        report_growth(grown)
    session.tell_cost(run)
    tell_embeddings(session.embedded, [*report.harvest.values(), *report.growth.values()])
