"""What commands that work on a tree with a model have in common: the model, Ctrl-C, and the words at the end."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console

from .console import make_console, printable
from .options import LanguageChoice

if TYPE_CHECKING:
    from ..experiments import ModelUse
    from ..knowledge.topics import TopicList
    from ..programs import GrowthReport, HarvestReport, Unfiled
    from ..runtime.embedding import EmbedderSpec, EmbeddingFigures
    from ..runtime.models import ModelSpec

#: How many entries of a list are printed before it is only counted.
_SHOWN = 10

T = TypeVar("T")

WorkOption = Annotated[
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


@dataclass(frozen=True)
class Session:
    """Some work with models in the foreground.

    Attributes:
        use: the models, as the options name them.
        stop: ends the work.
        console: what says how far the work is.
        embedded: what the embeddings came to, once the work has ended; empty without an embedder.
    """

    use: "ModelUse"
    stop: Callable[[], None]
    console: Console
    embedded: "list[EmbeddingFigures]"

    def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Run some work to its end, or to Ctrl-C."""
        from .running import run_until_done

        return run_until_done(work, stop=self.stop, console=self.console)

    def tell_cost(self, run: Path) -> None:
        """Say what the calls of some work that has ended came to, those of its earlier sessions included."""
        from ..experiments import tree_run_status
        from .progress import dollars, thousands
        from .running import REHEARSAL_NOTE

        if figures := tree_run_status(run):
            tokens = f"{thousands(figures.input_tokens)} tokens in, {thousands(figures.output_tokens)} out"
            typer.echo(f"{figures.calls:,} calls, {tokens}, {dollars(figures.cost_usd)}")
        if self.use.spec.is_rehearsal:
            typer.echo(REHEARSAL_NOTE)


def read_model(model: str | None, api_base: list[str] | None) -> "ModelSpec":
    """The model that the options name, with the usual sampling settings, or with none if it takes no such ones.

    Raises:
        UsageFault: an option is no such thing.
    """
    from pydantic import ValidationError

    from ..errors import UsageFault
    from ..runtime.models import ModelSpec, takes_usual_settings

    none = {"temperature": None, "max_tokens": None}
    settings = none if model and not takes_usual_settings(model) else {}
    try:
        return ModelSpec.model_validate({"name": model, "api_base": api_base, **settings})
    except ValidationError as exc:
        raise UsageFault("; ".join(_option_problem(error) for error in exc.errors())) from exc


@contextmanager
def model_use(
    spec: "ModelSpec", concurrency: int, embedder: "EmbedderSpec | None" = None, *, doing: str
) -> Iterator[Session]:
    """Some work with a model, and an embedder if there is one; the calls that are made are shown."""
    from ..experiments import ModelUse
    from ..runtime.stopping import StopSignal
    from .progress import counting

    console, stopping = make_console(), StopSignal()
    embedded: list[EmbeddingFigures] = []
    with counting(console, doing) as counter:
        use = ModelUse(
            spec,
            concurrency,
            embedder=embedder,
            on_step=lambda entry: counter.add(entry.calls),
            on_embedded=embedded.append,
            stopping=stopping,
        )
        yield Session(use, stopping.set, console, embedded)


def print_list(what: str, entries: Sequence[str]) -> None:
    """Print how many entries a list has, and the first of them; nothing for an empty one."""
    if not entries:
        return
    typer.echo(f"{what}: {len(entries)}")
    for entry in entries[:_SHOWN]:
        typer.echo(f"  {printable(entry)}")
    if len(entries) > _SHOWN:
        typer.echo(f"  ... and {len(entries) - _SHOWN} more")


def quotas_of(given: list[str]) -> tuple[int | None, dict[str, int]]:
    """The quota of every root tag, and those of single ones: "200" and "Food=300".

    Raises:
        UsageFault: one is no number.
    """
    from ..errors import UsageFault

    common, quotas = None, {}
    for text in given:
        root, _, number = text.rpartition("=")
        if not (number.isascii() and number.isdigit()):
            raise UsageFault(f"--quota: {text!r} is no number of tags; write 200, or 'ROOT=200' for one root tag")
        if root:
            quotas[root] = int(number)
        elif common is None:
            common = int(number)
        else:
            raise UsageFault(
                f"--quota: {common} and {number} for every root tag; give one, and 'ROOT=N' for single ones"
            )
    return common, quotas


def report_growth(report: "GrowthReport") -> None:
    """Print what a growth brought."""
    typer.echo(
        f"added {report.added}, duplicates {report.duplicates}, merged {len(report.merges) - report.duplicates}, "
        f"no tags {len(report.rejected)}, failed {len(report.failed)}"
    )
    if report.missing_roots or report.thin:
        thin = f"{report.thin} tags have fewer under them than asked for"
        typer.echo(f"short of {report.missing_roots} root tags; {thin}")
    if report.stopped:
        typer.echo(f"stopped: {report.stopped}")
    print_list("merged or repeated", [str(merge) for merge in report.merges])
    print_list("no tag", [f"{refusal.path!r}: {refusal.rule}: {refusal.detail}" for refusal in report.rejected])
    print_list("failed", [f"{path}: {reason}" for path, reason in report.failed])


def report_topics(topics: "TopicList") -> None:
    """Print what was read."""
    typer.echo(f"topics {len(topics.topics)}, repeated {len(topics.repeated)}, unreadable {len(topics.rejected)}")
    print_list("trouble", topics.troubles)
    print_list("unreadable", [f"{place}: {reason}" for place, reason in topics.rejected])


def report_harvest(report: "HarvestReport") -> None:
    """Print where topics ended."""
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


def _option_problem(error: Any) -> str:
    option = {"name": "--model", "api_base": "--api-base"}.get(error["loc"][0], error["loc"][0])
    return f"{option}: {error.get('ctx', {}).get('error', error['msg'])}"
