"""`condor tree harvest | update`: trending topics, and a tree brought up to date with them."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .embedder import EmbedderBaseOption, EmbedderOption, MinCosineOption, read_embedder, tell_embeddings
from .options import MOST_DAYS, ApiBaseOption, CallsOption, DateOption, LanguageChoice, ModelOption, given_date
from .tree_work import model_use, print_list, quotas_of, report_growth

if TYPE_CHECKING:
    from ..knowledge.topics import TopicList
    from ..programs import HarvestReport, Unfiled

TreeArgument = Annotated[
    str, typer.Argument(metavar="TREE", help="A tree file, or seed:en, seed:zh.", show_default=False)
]
RunOption = Annotated[
    Path, typer.Option("--run", metavar="DIR", help="Where the work lives; tree.json in it is its result.")
]
LanguageOption = Annotated[
    LanguageChoice | None,
    typer.Option(
        "--language", help="Of the root tags to work on and of new tags; by default the tree's.", show_default=False
    ),
]
TopicsFormatOption = Annotated[
    str | None,
    typer.Option(
        "--format", help="text, csv, tsv, jsonl, json or feed, where it is not told by itself.", show_default=False
    ),
]


def harvest(
    tree: TreeArgument,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files or URLs: lines, CSV, JSONL, RSS, Atom.", show_default=False),
    ],
    run: RunOption,
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
    from ..knowledge.cleaning import MIN_COSINE

    embedder_spec = read_embedder(embedder, embedder_api_base, min_cosine)
    plan = HarvestPlan(
        sources=tuple(sources),
        language=language.value if language else None,
        format_=format_,
        horizon=None if horizon is None else timedelta(days=horizon),
        min_cosine=MIN_COSINE if min_cosine is None else min_cosine,
        on=given_date(today),
    )
    forest = load_trees([tree])
    with model_use(model, api_base, concurrency, embedder_spec, doing="harvesting") as session:
        harvested, topics, reports = session.finish(harvest_tree(plan, forest, run, session.use))
    typer.echo(f"{run / 'tree.json'}: {len(harvested)} tags, version {harvested.version}")
    _report_topics(topics)
    for report in reports.values():
        _report_harvest(report)
    session.tell_cost(run)
    tell_embeddings(session.embedded, list(reports.values()))


def update(
    tree: TreeArgument,
    run: RunOption,
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
    from ..knowledge.cleaning import MIN_COSINE
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
        limits=GrowthLimits(
            size=size, quota=common, quotas=quotas, min_cosine=MIN_COSINE if min_cosine is None else min_cosine
        ),
        on=given_date(today),
    )
    forest = load_trees([tree])
    with model_use(model, api_base, concurrency, embedder_spec, doing="updating") as session:
        updated, report = session.finish(update_tree(plan, forest, run, session.use))
    typer.echo(f"{run / 'tree.json'}: {len(updated)} tags, version {updated.version}")
    _report_topics(report.topics)
    for filed in report.harvest.values():
        _report_harvest(filed)
    print_list("retired", [" > ".join(path) for path in report.retired])
    print_list("stale", [" > ".join(path) for path in report.stale])
    for grown in report.growth.values():
        report_growth(grown)
    session.tell_cost(run)
    tell_embeddings(session.embedded, [*report.harvest.values(), *report.growth.values()])


def _report_topics(topics: "TopicList") -> None:
    typer.echo(f"topics {len(topics.topics)}, repeated {len(topics.repeated)}, unreadable {len(topics.rejected)}")
    print_list("trouble", topics.troubles)
    print_list("unreadable", [f"{place}: {reason}" for place, reason in topics.rejected])


def _report_harvest(report: "HarvestReport") -> None:
    typer.echo(
        f"filed {len(report.added)}, stood already {len(report.merges)} (renewed {len(report.renewed)}, revived "
        f"{len(report.revived)}), no place {len(report.unplaced)}, too old {len(report.stale)}, "
        f"no tags {len(report.rejected)}, failed {len(report.failed)}"
    )
    print_list("filed", [f"{filed.path} ({filed.place})" for filed in report.added])
    print_list("stood already", [str(merge) for merge in report.merges])
    for what, entries in (("no place", report.unplaced), ("too old", report.stale), ("failed", report.failed)):
        print_list(what, [_unfiled(entry) for entry in entries])
    print_list("no tag", [f"{refusal.path!r}: {refusal.rule}: {refusal.detail}" for refusal in report.rejected])


def _unfiled(entry: "Unfiled") -> str:
    return f"{entry.topic} ({entry.place}): {entry.reason}"
