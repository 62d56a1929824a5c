"""`condor tree diff | log | merges | retire`: what became of a tree, and the end of tags without a model."""

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import MOST_DAYS, DateOption, JsonOption, TreeArgument, given_date

if TYPE_CHECKING:
    from ..knowledge import LogEntry, TagMerge, TreeDiff

OutOption = Annotated[Path, typer.Option("--out", metavar="TREE", help="The tree file to write; may be the same.")]


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The earlier tree.", show_default=False)],
    after: Annotated[str, typer.Argument(metavar="B", help="The later tree.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Say what came (+), went (-), moved (>), was merged (=), retired (x) or revived (o) from tree A to tree B."""
    from ..experiments.trees import load_trees
    from ..knowledge import diff_trees

    found = diff_trees(load_trees([before]), load_trees([after]))
    if as_json:
        merged = [merge.model_dump(mode="json") for merge in found.merged]
        typer.echo(json.dumps(asdict(found) | {"merged": merged}, ensure_ascii=False, indent=2))
        return
    for line in _lines(found):
        typer.echo(line)
    typer.echo(
        f"{found.before} -> {found.after}: came {len(found.came)}, went {len(found.went)}, "
        f"moved {len(found.moved)} (with {found.carried} under them), merged {len(found.merged)}, "
        f"retired {len(found.retired)}, revived {len(found.revived)}"
    )


def log(tree: TreeArgument, as_json: JsonOption = False) -> None:
    """Say how a tree came about, newest version first."""
    from ..experiments.trees import load_trees

    forest = load_trees([tree])
    if as_json:
        entries = [entry.model_dump(mode="json") for entry in forest.log]
        typer.echo(json.dumps({"version": forest.version, "log": entries}, ensure_ascii=False, indent=2))
        return
    if not forest.log:
        typer.echo(f"version {forest.version}: no log")
    elif forest.log[-1].version != forest.version:
        typer.echo(f"version {forest.version}: changed since the log's last entry")
    for entry in reversed(forest.log):
        typer.echo(_entry_line(entry))


def retire(
    tree: TreeArgument,
    out: OutOption,
    horizon: Annotated[
        int,
        typer.Option(
            "--horizon",
            metavar="DAYS",
            min=0,
            max=MOST_DAYS,
            help="Harvested tags older than this are retired.",
        ),
    ],
    today: DateOption = None,
) -> None:
    """Retire harvested tags past their horizon: they are kept, marked, and sampled no more."""
    from ..experiments.trees import load_trees
    from ..files import make_directory
    from ..knowledge import log_change, retire_stale, save_tree, utc_today

    forest, on = load_trees([tree]), given_date(today) or utc_today()
    parent = forest.version
    retired = retire_stale(forest, today=on, horizon=timedelta(days=horizon))
    log_change(forest, parent=parent, made_by="retire", on=on, figures={"retired": len(retired)})
    make_directory(out.parent)
    save_tree(forest, out)
    for node in retired:
        typer.echo(f"x {' > '.join(forest.path(node))}")
    typer.echo(f"{out}: retired {len(retired)}, version {forest.version}")


def merges(
    place: Annotated[
        str,
        typer.Argument(metavar="TREE|RUN", help="A tree file, or the directory of a growth, harvest or update."),
    ],
    as_json: JsonOption = False,
) -> None:
    """List who was merged into whom, why and with what score: tags of a tree, or proposals of a run."""
    from ..experiments.merges import list_merges

    found = list_merges(place)
    if as_json:
        typer.echo(json.dumps([asdict(merge) for merge in found], ensure_ascii=False, indent=2))
        return
    for merge in found:
        typer.echo(f"{merge.date}  {merge.made_by}  {merge.path} -> {merge.into} ({merge.why} {merge.score})")
    typer.echo(f"{place}: {len(found)} merges")


def merge_line(merge: "TagMerge") -> str:
    """A merge on one line: who, into whom, why and with what score."""
    score = "" if merge.score is None else f" {merge.score:.2f}"
    return f"{' > '.join(merge.path)} into {' > '.join(merge.into)} ({merge.reason}{score})"


def _lines(found: "TreeDiff") -> list[str]:
    def show(path: tuple[str, ...]) -> str:
        return " > ".join(path)

    return [
        *(f"+ {show(path)}" for path in found.came),
        *(f"- {show(path)}" for path in found.went),
        *(f"> {show(old)} -> {show(new)}" for old, new in found.moved),
        *(f"= {merge_line(merge)}" for merge in found.merged),
        *(f"x {show(path)}" for path in found.retired),
        *(f"o {show(path)}" for path in found.revived),
    ]


def _entry_line(entry: "LogEntry") -> str:
    figures = ", ".join(f"{name} {number}" for name, number in entry.figures.items())
    source = f"from {entry.parent}" if entry.parent else "from nothing"
    by = f"{entry.made_by} by {entry.model}" if entry.model else entry.made_by
    return f"{entry.version}  {entry.date}  {by}  {source}  {figures}".rstrip()
