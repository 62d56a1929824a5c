"""`condor tree harvest`: trending topics become tags."""

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
    read_model,
    report_harvest,
    report_topics,
)


def harvest(
    tree: TreeArgument,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...", help="Files, URLs or -: lines, CSV, TSV, JSONL, JSON, RSS, Atom.", show_default=False
        ),
    ],
    run: WorkOption,
    language: LanguageOption = None,
    format_: TopicsFormatOption = None,
    horizon: Annotated[
        int | None,
        typer.Option(
            "--horizon", metavar="DAYS", min=0, max=MOST_DAYS, help="Leave out older topics.", show_default=False
        ),
    ] = None,
    model: ModelOption = "rehearsal",
    api_base: ApiBaseOption = None,
    concurrency: CallsOption = 16,
    embedder: EmbedderOption = None,
    embedder_api_base: EmbedderBaseOption = None,
    min_cosine: MinCosineOption = None,
    today: DateOption = None,
) -> None:
    """File trending topics under the root tags that fit them best. The same command again goes on with it."""
    from ..experiments import HarvestPlan, harvest_tree
    from ..experiments.trees import load_trees

    embedder_spec = read_embedder(embedder, embedder_api_base, min_cosine)
    plan = HarvestPlan(
        sources=tuple(sources),
        language=language.value if language else None,
        format_=format_,
        horizon=None if horizon is None else timedelta(days=horizon),
        min_cosine=cosine_of(min_cosine),
        on=given_date(today),
    )
    forest = load_trees([tree])
    with model_use(read_model(model, api_base), concurrency, embedder_spec, doing="harvesting") as session:
        harvested, topics, reports = session.finish(harvest_tree(plan, forest, run, session.use))
    typer.echo(f"{run / 'tree.json'}: {len(harvested)} tags, version {harvested.version}")
    report_topics(topics)
    for report in reports.values():
        report_harvest(report)
    session.tell_cost(run)
    tell_embeddings(session.embedded, list(reports.values()))
