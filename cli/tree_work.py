"""What commands that work on a tree with a model have in common: the model, Ctrl-C, and the words at the end."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from .console import make_console, printable

if TYPE_CHECKING:
    from ..experiments import ModelUse
    from ..programs import GrowthReport

#: How many entries of a list are printed before it is only counted.
_SHOWN = 10

Finish = Callable[[Coroutine[Any, Any, Any]], Any]


@contextmanager
def model_use(
    model: str | None, api_base: list[str] | None, concurrency: int, *, doing: str
) -> Iterator[tuple["ModelUse", Finish]]:
    """A model as the options name it, and what runs some work with it to its end, showing the calls it made.

    Raises:
        UsageFault: an option is no such thing.
    """
    from pydantic import ValidationError

    from ..errors import UsageFault
    from ..experiments import ModelUse
    from ..runtime.models import ModelSpec
    from ..runtime.stopping import StopSignal
    from .progress import counting
    from .running import run_until_done

    try:
        spec = ModelSpec.model_validate({"name": model, "api_base": api_base})
    except ValidationError as exc:
        raise UsageFault("; ".join(_option_problem(error) for error in exc.errors())) from exc
    console, stopping = make_console(), StopSignal()
    with counting(console, doing) as counter:
        use = ModelUse(spec, concurrency, on_step=lambda entry: counter.add(entry.calls), stopping=stopping)
        yield use, lambda work: run_until_done(work, stop=stopping.set, console=console)


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
        else:
            common = int(number)
    return common, quotas


def report_growth(report: "GrowthReport") -> None:
    """Print what a growth brought."""
    typer.echo(
        f"added {report.added}, duplicates {report.duplicates}, merged {len(report.merges) - report.duplicates}, "
        f"no tags {len(report.rejected)}, failed {len(report.failed)}"
    )
    if report.stopped:
        typer.echo(f"stopped: {report.stopped}")
    print_list("merged or repeated", [str(merge) for merge in report.merges])
    print_list("no tag", [f"{refusal.path!r}: {refusal.rule}: {refusal.detail}" for refusal in report.rejected])
    print_list("failed", [f"{path}: {reason}" for path, reason in report.failed])


def _option_problem(error: Any) -> str:
    option = {"name": "--model", "api_base": "--api-base"}.get(error["loc"][0], error["loc"][0])
    return f"{option}: {error.get('ctx', {}).get('error', error['msg'])}"
