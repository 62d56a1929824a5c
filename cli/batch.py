"""`condor batch`: a run's batch files to a service and back; and what `condor synth --batch` says of them."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console

from ..errors import Interrupted
from .console import make_console
from .options import RunArgument

if TYPE_CHECKING:
    from ..experiments.batch import RunBatches
    from ..runtime.batch import RoundTrip, ShardState, TakenIn, Waiting

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Take a run's batch files to an OpenAI-compatible batch service and back.")


@app.command("submit")
def submit(run: RunArgument) -> None:
    """Upload every shard that was not submitted yet and make a batch of it; doing it again submits nothing twice."""
    from ..experiments.batch import open_batches

    console = make_console()
    with open_batches(run, hold=True) as batches:
        count = _on_the_way(batches, console, lambda trip: trip.submit())
    console.print(f"{run}: {_many(count, 'shard')} submitted" if count else f"{run}: every shard was submitted before")
    console.print(f"next: {_command('poll', run)}; when they have ended, {_command('fetch', run)}")


@app.command("poll")
def poll(
    run: RunArgument,
    wait: Annotated[bool, typer.Option("--wait", help="Go on until all batches have ended.")] = False,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", min=0.05, help="With --wait: between two looks.")
    ] = 30.0,
) -> None:
    """Show how each batch stands."""
    from ..experiments.batch import open_batches

    console = make_console()
    with open_batches(run, hold=False) as batches:
        states = _on_the_way(batches, console, lambda trip: trip.wait(every) if wait else trip.poll())
    for state in states:
        console.print(_line(state))
    console.print(_after_poll(run, states))


@app.command("fetch")
def fetch(run: RunArgument) -> None:
    """Download the results of all batches that have ended, for `condor synth --batch` to take in."""
    from ..experiments.batch import open_batches

    console = make_console()
    with open_batches(run, hold=True) as batches:
        count, directory = _on_the_way(batches, console, lambda trip: trip.fetch()), batches.directory
    console.print(f"{run}: {_many(count, 'batch', 'batches')} ended and fetched")
    if count:
        console.print(f"next: the run's condor synth command with --batch {directory} again takes the results in")


def show_taken(taken: "TakenIn", console: Console) -> None:
    """What a session took in, and what it could not."""
    for line in taken.complaints:
        console.print(line)
    errors = sum(taken.errors.values()) + taken.fatal
    if taken.files:
        figures = [f"{_many(taken.replies, 'reply', 'replies')}"]
        if errors:
            reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(taken.errors.items()))
            refused = [f"no key, model or credit {taken.fatal}"] if taken.fatal else []
            figures.append(f"{_many(errors, 'error')} ({', '.join([reasons, *refused] if reasons else refused)})")
        if taken.known:
            figures.append(f"{taken.known} known before")
        if taken.unknown:
            figures.append(f"{taken.unknown} of no request of this run")
        console.print(f"took in {_many(taken.files, 'results file')}: {', '.join(figures)}")
    if taken.lost:
        console.print(f"{_many(taken.lost, 'request')} got no result from a batch that has ended: asked again")


def show_waiting(waiting: "Waiting", run: Path, console: Console, again: str) -> None:
    """What is pending, where it lies, and what to type next.

    Args:
        again: the command that goes on.
    """
    earlier = waiting.requests - waiting.written
    parts = [f"{waiting.written} newly written"] * bool(waiting.written) + [f"{earlier} from before"] * bool(earlier)
    console.print(f"{_many(waiting.requests, 'request')} pending ({', '.join(parts)})")
    for path in waiting.shards:
        console.print(f"  {path} ({_megabytes(path)})")
    if waiting.unsent:
        console.print(f"  not sent by condor batch submit: {', '.join(waiting.unsent)}")
    if waiting.shards:
        console.print(f"next: {_command('submit', run)}, or give the shards to a batch service yourself")
    elif waiting.unsent:
        console.print(f"next: {_command('submit', run)}, unless you have given them to a batch service yourself")
    else:
        console.print(f"next: {_command('poll', run)}")
    console.print(
        f"then: put the results into {waiting.directory} ({_command('fetch', run)} does) and go on with: {again}"
    )


def _on_the_way(batches: "RunBatches", console: Console, work: "Callable[[RoundTrip], Awaitable[T]]") -> T:
    """Do something between a run and its service, and print what becomes of each shard."""

    async def go() -> T:
        async with batches.round_trip(on_state=lambda state: console.print(_line(state))) as trip:
            return await work(trip)

    try:
        return asyncio.run(go())
    except KeyboardInterrupt as exc:
        raise Interrupted("left; what was done is noted: the same command goes on") from exc


def _after_poll(run: Path, states: "list[ShardState]") -> str:
    if any(state.ended and state.status != "fetched" for state in states):
        return f"next: {_command('fetch', run)}"
    if any(state.status == "not submitted" for state in states):
        return f"next: {_command('submit', run)}"
    if any(state.status == "fetched" for state in states):
        return "next: the run's condor synth command again takes the results in"
    return f"next: {_command('poll', run)} again later" if states else f"{run}: nothing is under way"


def _line(state: "ShardState") -> str:
    batch = f"{state.batch_id}  " if state.batch_id else ""
    figures = f"{state.completed} of {state.total} completed" if state.batch_id else f"{state.total} requests"
    failed = f", {state.failed} failed" if state.failed else ""
    detail = f"  {state.detail}" if state.detail else ""
    return f"{state.shard}  {batch}{state.status}  {figures}{failed}{detail}"


def _command(what: str, run: Path) -> str:
    return shlex.join(["condor", "batch", what, str(run)])


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"
