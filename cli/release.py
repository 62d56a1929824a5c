"""`condor release`: from runs to a dataset that can be verified."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .columns import lay_out
from .console import printable
from .embedder import EmbedderBaseOption, read_embedder
from .options import NoTrackOption, StageChoice

if TYPE_CHECKING:
    from ..experiments.releasing.plan import ReleasePlan
    from ..experiments.releasing.release import Release

_WIDE = 100


class ShardChoice(StrEnum):
    """What data files are, as typer shows it."""

    jsonl = "jsonl"
    parquet = "parquet"


_Text = str | None
_Texts = list[str] | None


def release(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RUN...]",
            help="Directories of runs, in their order; none to --push a version that stands.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[_Text, typer.Option("--name", help="Letters, digits, '.', '_', '-'.", show_default=False)] = None,
    version: Annotated[_Text, typer.Option("--version", help="As in 1.0 or 2.0rc1.", show_default=False)] = None,
    license_: Annotated[
        _Text, typer.Option("--license", help="As Hugging Face or SPDX names it.", show_default=False)
    ] = None,
    license_name: Annotated[_Text, typer.Option("--license-name", help="Of the licence other.")] = None,
    license_link: Annotated[_Text, typer.Option("--license-link", help="Of the licence other.")] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="A YAML file that says all this.", show_default=False)
    ] = None,
    stage: Annotated[StageChoice | None, typer.Option("--stage", help="Whose answers.", show_default="refine")] = None,
    filters: Annotated[
        Path | None, typer.Option("--filters", metavar="FILE", help="Filter rules and limits.", show_default=False)
    ] = None,
    without: Annotated[
        _Texts, typer.Option("--without", metavar="RULE", help="Switch a rule off, near_duplicate too; repeatable.")
    ] = None,
    min_score: Annotated[
        float | None, typer.Option("--min-score", metavar="SCORE", help="The judge's least score, from 1 to 10.")
    ] = None,
    include: Annotated[
        _Texts, typer.Option("--include", metavar="RULE", help="As difficulty=hard or judge>=7; all must hold.")
    ] = None,
    difficulty: Annotated[_Text, typer.Option("--difficulty", help="One or several with commas.")] = None,
    fraction: Annotated[_Text, typer.Option("--fraction", metavar="%", help="Of the records; nested.")] = None,
    tags: Annotated[_Text, typer.Option("--tags", metavar="%", help="Of each language's leaf tags; nested.")] = None,
    tasks: Annotated[_Text, typer.Option("--tasks", metavar="K", help="The first K tasks.")] = None,
    split: Annotated[
        _Text, typer.Option("--split", metavar="SHARES", help="As validation=0.05,eval=0.05.", show_default="all train")
    ] = None,
    selection: Annotated[
        Path | None, typer.Option("--selection", metavar="FILE", help="Subsets, quotas and weights.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Of what chance decides.", show_default="0")] = None,
    against: Annotated[
        _Texts, typer.Option("--against", metavar="FILE", help="An earlier release, whose questions do not come again.")
    ] = None,
    decontaminate: Annotated[
        _Texts, typer.Option("--decontaminate", metavar="FILE", help="A benchmark: FILE or FILE:FIELD,...; repeatable.")
    ] = None,
    embedder: Annotated[
        _Text, typer.Option("--embedder", metavar="SPEC", help="Compare questions by meaning, too.")
    ] = None,
    embedder_api_base: EmbedderBaseOption = None,
    format_: Annotated[
        _Text, typer.Option("--format", metavar="F,...", help="Formats of the data.", show_default="all")
    ] = None,
    shards: Annotated[
        ShardChoice | None, typer.Option("--shards", help="What data files are.", show_default="jsonl")
    ] = None,
    date_: Annotated[
        _Text, typer.Option("--date", metavar="DATE", help="As the card shows it.", show_default="none")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where releases are.")] = Path("releases"),
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous",
            metavar="DIR",
            help="The release before: CHANGES.md is against it, and leaf tags stay in its splits.",
            show_default="none",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace this version, unless it was pushed.")] = False,
    push: Annotated[
        _Text, typer.Option("--push", metavar="ORG/NAME", help="Push it to the Hugging Face hub.", show_default=False)
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="To a public repository.")] = False,
    no_track: NoTrackOption = False,
) -> None:
    """Make a dataset of the kept records: filtered, without duplicates, split, with a card and a manifest.

    The same runs and the same command make the same bytes on every machine. The
    folder NAME-VERSION is there whole, or not at all; condor verify checks it. A
    version that stands is pushed as it is: name it by --name and --version.
    """
    from ..errors import UsageFault
    from ..experiments.publishing import pushed_manifest
    from ..experiments.releasing import make_plan, make_release
    from ..experiments.releasing.options import keys_from_options

    given: dict[str, Any] = {
        "name": name,
        "version": version,
        "license": license_,
        "license_name": license_name,
        "license_link": license_link,
        "date": date_,
        "stage": stage.value if stage else None,
        "formats": format_.split(",") if format_ is not None else None,
        "shards": shards.value if shards else None,
        "seed": seed,
        "embedder": read_embedder(embedder, embedder_api_base, None),
        "against": against,
        "decontaminate": decontaminate,
        "previous": str(previous) if previous else None,
    }
    cuts = {"difficulty": difficulty, "fraction": fraction, "tags": tags, "tasks": tasks, "split": split}
    asked = keys_from_options(
        plan,
        given,
        filters=filters,
        without=without or (),
        min_score=min_score,
        selection=selection,
        include=include or (),
        cuts=cuts,
    )
    if public and push is None:
        raise UsageFault("--public says what --push does; add --push ORG/NAME")
    directory = _find(out, asked, runs or []) if push is not None and not force else None
    if directory is None:
        if not runs:
            raise UsageFault("name the RUNs that it is made from; only a version that stands is pushed without them")
        wanted = make_plan(asked, "condor release" if plan is None else str(plan))
        made = make_release(runs, wanted, out=out, force=force, to_push=push is not None, pushed=pushed_manifest)
        _tell_of_other_filters(runs, wanted)
        _show(made)
        directory = made.directory
    if not no_track:
        _note(directory)
    if push is not None:
        _push(directory, push, public=public)


def _find(out: Path, asked: dict[str, Any], runs: list[Path]) -> Path | None:
    """The folder of a version that stands and is to be pushed as it is, or None."""
    from ..experiments.releasing.checking import refuse_broken
    from ..experiments.releasing.standing import find_standing

    standing = find_standing(out, asked)
    if standing is None:
        return None
    standing.refuse_other(asked, runs)
    refuse_broken(standing.directory)
    typer.echo(f"{standing.directory}: stands already and is whole: it is pushed as it is, and not made again")
    return standing.directory


def _tell_of_other_filters(runs: list[Path], plan: "ReleasePlan") -> None:
    """Say which runs were last filtered with other settings than the release's, which alone count for it."""
    from ..experiments.screening import filtered_otherwise

    other = [run.resolve().name for run in runs if filtered_otherwise(run, plan.filters, plan.stage)]
    if other:
        typer.echo(
            f"condor filter had other settings for {printable(', '.join(other))}; the release goes by its own:"
            " --filters, --without, --min-score",
            err=True,
        )


def _show(made: "Release") -> None:
    from ..corpus.release.compared import compared_benchmarks
    from .running import REHEARSAL_NOTE

    manifest = made.manifest
    rows = [("kept in the runs", f"{manifest.kept:,}")]
    rows += [(printable(rule), f"-{count:,}") for rule, count in manifest.removed.items() if count]
    rows.append(("released", f"{manifest.released:,}"))
    rows += [(f"  {split}", f"{count:,}") for split, count in manifest.splits.items()]
    for line in lay_out(("", "records"), rows, _WIDE):
        typer.echo(line)
    counts = made.changes.counts
    if made.changes.before is not None:
        told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        typer.echo(f"against {made.changes.before}: {told}")
    elif made.before is not None:
        typer.echo(printable(f"not compared: --previous {made.before} would, and leaf tags would keep its splits"))
    if manifest.unscored and manifest.settings["filters"]["min_score"] is not None:
        typer.echo(f"released without a score: {manifest.unscored:,}; condor judge scores them")
    for line in compared_benchmarks(manifest.settings):
        typer.echo(f"compared with {printable(line)}")
    for line in (*made.selection.unmatched, *map(str, made.selection.missed)):
        typer.echo(printable(line))
    if manifest.rehearsal:
        typer.echo(REHEARSAL_NOTE)
    typer.echo(f"{made.directory}: {len(manifest.files) + 1} files, {manifest.released:,} records")


def _note(directory: Path) -> None:
    """Note the release in MLflow's store; it stands in any case."""
    from ..errors import StoreFault
    from ..experiments.lineage.release_folders import log_release_folder
    from ..experiments.mlflow_store import open_store
    from ..experiments.tracking.tracker import tracking_is_on

    if not tracking_is_on():
        return
    try:
        log_release_folder(open_store(), directory)
    except StoreFault as exc:
        typer.echo(f"{exc}; {directory} is whole: condor track {directory} tells MLflow of it later", err=True)


def _push(directory: Path, repo: str, *, public: bool) -> None:
    from ..experiments.publishing import push_release
    from ..experiments.releasing.checking import refuse_broken

    pushed = push_release(directory, repo, public=public, verify=refuse_broken)
    seen = "private" if pushed.private else "public"
    typer.echo(f"{pushed.url}: {pushed.files} files, {seen}" + ("" if pushed.new else "; it was there already"))
