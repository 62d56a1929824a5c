"""`condor tree`: import, grow, show and count trees."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import tree_coverage, tree_dedup, tree_grow, tree_harvest, tree_history, tree_update
from .options import DateOption, JsonOption, LanguageChoice, TreeArgument, given_date
from .tree_work import print_list

if TYPE_CHECKING:
    from ..knowledge import ImportReport, KnowledgeTree

app = typer.Typer(no_args_is_help=True, help="The World Knowledge Tree: grow, update, clean, compare, count, convert.")
app.command("grow")(tree_grow.grow)
app.command("harvest")(tree_harvest.harvest)
app.command("update")(tree_update.update)
app.command("diff")(tree_history.diff)
app.command("log")(tree_history.log)
app.command("merges")(tree_history.merges)
app.command("retire")(tree_history.retire)
app.command("dedup")(tree_dedup.dedup)
app.command("coverage")(tree_coverage.coverage)


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
    today: DateOption = None,
) -> None:
    """Import a file as a tree, and report what was merged or left out."""
    from ..errors import EmptyTree
    from ..files import make_directory
    from ..knowledge import import_tree as read_tree
    from ..knowledge import log_change, save_tree, utc_today

    tree, report = read_tree(file, format_=format_, language=language.value if language else None)
    if not len(tree):
        raise EmptyTree(report.rejected[0][1] if report.rejected else f"{file}: holds no tag")
    make_directory(out.parent)
    before = tree.log[-1].version if tree.log else None
    log_change(tree, parent=before, made_by="import", on=given_date(today) or utc_today(), figures=report.figures)
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
    from ..knowledge import export_tree

    forest = load_trees([tree])
    notes = export_tree(forest, out, format_=format_)
    typer.echo(f"{out}: {len(forest)} tags, version {forest.version}")
    for note in notes:
        typer.echo(note)
    if format_ in ("nested", "paths") and any(forest.language(root) for root in forest.children()):
        typer.echo(f"{format_} holds no languages: to import it again, give --language")


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
    typer.echo(f"by language     {', '.join(f'{name}: {n}' for name, n in figures.tags_by_language.items())}")
    counts = figures.leaves_by_root.values()
    typer.echo(f"leaves a root   {min(counts)} to {max(counts)}")
    typer.echo(f"balance         entropy {figures.leaf_entropy:.3f} bits, Gini {figures.leaf_gini:.3f}")
    typer.echo(f"repeated leaves {len(figures.repeated_leaves)}; duplicates rate {figures.duplicates_rate:.4f}")
    typer.echo(f"retired         {figures.retired}")


def _print_branch(tree: "KnowledgeTree", top: int, depth: int) -> None:
    stack = [(top, 0)]
    while stack:
        node, level = stack.pop()
        typer.echo("  " * level + tree.name(node))
        if level + 1 < depth:
            stack.extend((child, level + 1) for child in reversed(tree.children(node)))


def _report(report: "ImportReport") -> None:
    print_list("merged with a sibling of the same name", report.merged)
    print_list("left out", [reason for _, reason in report.rejected])
    print_list("leaf under several branches", [f"{name} ({n} places)" for name, n in report.repeated.items()])
