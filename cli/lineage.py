"""`condor lineage`: what a run or a released file was made from."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import printable_line
from .options import JsonOption

if TYPE_CHECKING:
    from ..experiments.mlflow_store import Store


def lineage(
    of: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|RELEASE",
            help="The directory of a run, a release, or a file that was exported from a run.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Draw it: .svg, .png, .dot (Graphviz) or .mmd (Mermaid)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what something was made from, back to trees, prompts, optimisations and models.

    The files of a run are the truth. MLflow's store is asked where a link leads
    out of them: from an exported file to its run, from a compiled prompt to
    the optimisation that made it.
    """
    from ..experiments.lineage.drawing import check_suffix, draw_lineage
    from ..experiments.lineage.resolving import needs_store, trace_lineage
    from ..experiments.lineage.text import as_lines

    if out is not None:
        check_suffix(out)
    graph = trace_lineage(of, _store(required=needs_store(of)))
    lacking = draw_lineage(graph, out) if out is not None else []
    if as_json:
        typer.echo(json.dumps(graph.as_json(), ensure_ascii=False, indent=2))
    else:
        for line in as_lines(graph):
            typer.echo(printable_line(line))
    if out is not None:
        typer.echo(f"{out}: {len(graph)} nodes, {graph.graph.number_of_edges()} edges", err=as_json)
    for sentence in lacking:
        typer.echo(printable_line(sentence), err=True)


def _store(*, required: bool) -> "Store | None":
    """The store, if there is one: it is not made only to look into it, and most is known without it."""
    from ..errors import StoreFault
    from ..experiments.mlflow_store import existing_store

    try:
        return existing_store()
    except StoreFault as exc:
        if required:
            raise
        typer.echo(f"{exc}; what only the store knows is missing below", err=True)
        return None
