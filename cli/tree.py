"""`condor tree`: import, grow, show and count trees."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import tree_coverage, tree_update
from .console import make_console
from .options import ApiBaseOption, JsonOption, LanguageChoice, ModelOption

if TYPE_CHECKING:
    from ..knowledge import ImportReport, KnowledgeTree
    from ..programs import GrowthReport

app = typer.Typer(no_args_is_help=True, help="The World Knowledge Tree: import, grow, show, count, compare.")
app.command("diff")(tree_update.diff)
app.command("log")(tree_update.log)
app.command("retire")(tree_update.retire)
app.command("coverage")(tree_coverage.coverage)

TreeArgument = Annotated[
    str, typer.Argument(metavar="TREE", help="A tree file, or seed:en, seed:zh.", show_default=False)
]
#: How many entries of a list are printed before it is only counted.
_SHOWN = 10


@app.command("import")
def import_tree(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Nested or node-link JSON, path lines, CSV, GraphML, JSONL.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="TREE", help="The tree file to write.")],
    language: Annotated[
        LanguageChoice | None, typer.Option("--language", help="What its tags are written in.", show_default=False)
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", help="condor, nested, node-link, paths, csv, graphml or deepfabric.", show_default=False
        ),
    ] = None,
) -> None:
    """Import a file as a tree, and report what was merged or left out."""
    from ..errors import EmptyTree
    from ..files import make_directory
    from ..knowledge import import_tree as read_tree
    from ..knowledge import save_tree

    tree, report = read_tree(file, format_=format_, language=language.value if language else None)
    if not len(tree):
        raise EmptyTree(report.rejected[0][1] if report.rejected else f"{file}: holds no tag")
    make_directory(out.parent)
    save_tree(tree, out)
    typer.echo(f"{file}: {report.roots} roots, {report.branches} branches, {report.leaves} leaf entries")
    _report(report)
    typer.echo(f"{out}: {len(tree)} tags, version {tree.version}")


@app.command("export")
def export(
    tree: TreeArgument,
    format_: Annotated[
        str,
        typer.Option(
            "--format", help="condor, nested, node-link, paths, csv, graphml, mermaid or sunburst (.svg, .png)."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")],
) -> None:
    """Write a tree in another format."""
    from ..experiments.trees import load_trees
    from ..files import make_directory
    from ..knowledge import export_tree

    forest = load_trees([tree])
    make_directory(out.parent)
    notes = export_tree(forest, out, format_=format_)
    typer.echo(f"{out}: {len(forest)} tags, version {forest.version}")
    for note in notes:
        typer.echo(note)
    if format_ in ("nested", "paths") and any(forest.language(root) for root in forest.children()):
        typer.echo(f"{format_} holds no languages: to import it again, give --language")


@app.command("grow")
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
        int | None, typer.Option("--size", min=1, help="Stop at this many tags.", show_default=False)
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
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=4096, help="Calls in flight at most.")] = 16,
) -> None:
    """Grow a tree with a model: root tags first, then level by level. The same command again goes on with it."""
    from pydantic import ValidationError

    from ..errors import UsageFault
    from ..experiments import GrowthPlan, grow_tree
    from ..experiments.trees import load_trees
    from ..programs import GrowthLimits
    from ..runtime.models import ModelSpec
    from ..runtime.stopping import StopSignal
    from .progress import counting
    from .running import run_until_done

    try:
        spec = ModelSpec.model_validate({"name": model, "api_base": api_base})
    except ValidationError as exc:
        raise UsageFault("; ".join(_option_problem(error) for error in exc.errors())) from exc
    common, quotas = _quotas(quota or [])
    limits = GrowthLimits(size=size, quota=common, quotas=quotas, min_new_rate=min_new_rate, rounds=rounds)
    plan = GrowthPlan(language=language.value, roots=roots, depth=depth, branching=branching, limits=limits)
    console = make_console()
    stopping = StopSignal()
    begin = load_trees([start]) if start else None
    with counting(console, "growing") as counter:
        growth = grow_tree(
            plan,
            run,
            spec,
            start=begin,
            concurrency=concurrency,
            on_step=lambda entry: counter.add(entry.calls),
            stopping=stopping,
        )
        tree, report = run_until_done(growth, stop=stopping.set, console=console)
    typer.echo(f"{run / 'tree.json'}: {len(tree)} tags, version {tree.version}")
    _report_growth(report)


@app.command("show")
def show(
    tree: TreeArgument,
    depth: Annotated[int, typer.Option("--depth", min=1, help="Levels to show.")] = 2,
    root: Annotated[str | None, typer.Option("--root", help="Show this root tag only.", show_default=False)] = None,
) -> None:
    """Print a tree, indented."""
    from ..errors import TreeFault
    from ..experiments.trees import load_trees

    forest = load_trees([tree])
    tops = forest.children()
    if root is not None:
        node = forest.find([root])
        if node is None:
            raise TreeFault(f"{tree}: no root tag {root!r}")
        tops = [node]
    for top in tops:
        _print_branch(forest, top, depth)


@app.command("stats")
def stats(tree: TreeArgument, as_json: JsonOption = False) -> None:
    """Count a tree: tags, roots, leaves, depths, the balance of leaves over roots, repeated leaves."""
    from dataclasses import asdict

    from ..experiments.trees import load_trees
    from ..knowledge import tree_stats

    figures = tree_stats(load_trees([tree]))
    if as_json:
        typer.echo(json.dumps(asdict(figures), ensure_ascii=False, indent=2))
        return
    typer.echo(f"version         {figures.version}")
    typer.echo(f"tags            {figures.tags} ({figures.distinct_tags} distinct)")
    typer.echo(f"roots           {figures.roots} ({', '.join(f'{name} {n}' for name, n in figures.languages.items())})")
    typer.echo(f"leaves          {figures.leaves}")
    typer.echo(f"tags by depth   {', '.join(f'{level}: {n}' for level, n in figures.depths.items())}")
    counts = figures.leaves_by_root.values()
    typer.echo(f"leaves a root   {min(counts)} to {max(counts)}")
    typer.echo(f"balance         entropy {figures.leaf_entropy:.3f} bits, Gini {figures.leaf_gini:.3f}")
    typer.echo(f"repeated leaves {len(figures.repeated_leaves)}; duplicates rate {figures.duplicates_rate:.4f}")
    typer.echo(f"retired         {figures.retired}")


def _quotas(given: list[str]) -> tuple[int | None, dict[str, int]]:
    """The quota of every root tag, and those of single ones: "200" and "Food=300"."""
    from ..errors import UsageFault

    common, quotas = None, {}
    for text in given:
        root, _, number = text.rpartition("=")
        if not (number.isascii() and number.isdigit()):
            raise UsageFault(f"--quota: {text!r} is no number of tags; write 200, or 'ROOT=200' for one root tag")
        if root:
            quotas[root] = int(number)
        else:
            common = int(number)
    return common, quotas


def _report_growth(report: "GrowthReport") -> None:
    typer.echo(
        f"added {report.added}, duplicates {report.duplicates}, merged {len(report.merges) - report.duplicates}, "
        f"no tags {len(report.rejected)}, failed {len(report.failed)}"
    )
    if report.stopped:
        typer.echo(f"stopped: {report.stopped}")
    _list("merged or repeated", [str(merge) for merge in report.merges])
    _list("no tag", [f"{refusal.path!r}: {refusal.rule}: {refusal.detail}" for refusal in report.rejected])
    _list("failed", [f"{path}: {reason}" for path, reason in report.failed])


def _option_problem(error: Any) -> str:
    option = {"name": "--model", "api_base": "--api-base"}.get(error["loc"][0], error["loc"][0])
    return f"{option}: {error.get('ctx', {}).get('error', error['msg'])}"


def _print_branch(tree: "KnowledgeTree", top: int, depth: int) -> None:
    stack = [(top, 0)]
    while stack:
        node, level = stack.pop()
        typer.echo("  " * level + tree.name(node))
        if level + 1 < depth:
            stack.extend((child, level + 1) for child in reversed(tree.children(node)))


def _report(report: "ImportReport") -> None:
    _list("merged with a sibling of the same name", report.merged)
    _list("left out", [reason for _, reason in report.rejected])
    _list("leaf under several branches", [f"{name} ({n} places)" for name, n in report.repeated.items()])


def _list(what: str, entries: list[str]) -> None:
    if not entries:
        return
    typer.echo(f"{what}: {len(entries)}")
    for entry in entries[:_SHOWN]:
        typer.echo(f"  {entry}")
    if len(entries) > _SHOWN:
        typer.echo(f"  ... and {len(entries) - _SHOWN} more")
