"""The options that name an embedder, and what is said of its calls."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..knowledge import TagMerge
    from ..programs import GrowthReport, HarvestReport
    from ..runtime.embedding import EmbedderSpec, EmbeddingFigures

EmbedderOption = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        metavar="SPEC",
        help="Merge what means the same, by rehearsal or any embedding model as LiteLLM names it.",
        show_default=False,
    ),
]
EmbedderBaseOption = Annotated[
    list[str] | None,
    typer.Option("--embedder-api-base", metavar="URL", help="Address of the embedder's endpoint; may be given again."),
]
MinCosineOption = Annotated[
    float | None,
    typer.Option(
        "--min-cosine",
        min=0,
        max=1,
        help="From which cosine on two tags mean the same; the report shows what it merged and nearly merged.",
        show_default="0.93",
    ),
]


def cosine_of(given: float | None) -> float:
    """The threshold that the option names, or the default."""
    from ..knowledge.cleaning import MIN_COSINE

    return MIN_COSINE if given is None else given


def read_embedder(name: str | None, api_base: list[str] | None, min_cosine: float | None) -> "EmbedderSpec | None":
    """The embedder that the options name, if any.

    Raises:
        UsageFault: they name none that there could be, or go with none.
    """
    from pydantic import ValidationError

    from ..errors import UsageFault
    from ..runtime.embedding import EmbedderSpec

    if name is None:
        given = {"--embedder-api-base": api_base, "--min-cosine": min_cosine}
        if alone := [option for option, value in given.items() if value not in (None, [])]:
            raise UsageFault(f"{alone[0]} says something of an embedder; name one with --embedder")
        return None
    try:
        return EmbedderSpec.model_validate({"name": name, "api_base": api_base or None})
    except ValidationError as exc:
        options = {"name": "--embedder", "api_base": "--embedder-api-base"}
        problems = (
            f"{options.get(str(error['loc'][0]), error['loc'][0])}: {error.get('ctx', {}).get('error', error['msg'])}"
            for error in exc.errors()
        )
        raise UsageFault("; ".join(problems)) from exc


def tell_embeddings(embedded: "Sequence[EmbeddingFigures]", reports: "Sequence[GrowthReport | HarvestReport]") -> None:
    """Say what the embeddings of some work came to, and what they were good for; nothing where there were none."""
    merged = sum(merge.why == "meaning" for report in reports for merge in report.merges)
    near_misses = sum(len(report.near_misses) for report in reports)
    for figures in embedded:
        typer.echo(f"embedded {_cost_line(figures)}; {merged} merged by meaning, {near_misses} near misses")


def tell_vectors(figures: "EmbeddingFigures", new: int, merges: "Sequence[TagMerge]", path: Path) -> None:
    """Say what the vectors in a file have come to in all, how many are new, and what they were good for."""
    merged = sum(merge.reason == "meaning" for merge in merges)
    typer.echo(f"embedded {_cost_line(figures)}; {new} of them now, all kept in {path}; {merged} merged by meaning")


def _cost_line(figures: "EmbeddingFigures") -> str:
    from .progress import dollars, thousands

    tokens, cost = thousands(figures.input_tokens), dollars(figures.cost_usd)
    return f"{figures.texts} texts: {figures.calls} calls, {tokens} tokens, {cost}"
