"""Running a synthesis in the foreground: Ctrl-C, progress, and the words at the end."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console

from ..errors import Interrupted
from .batch import show_taken, show_waiting
from .console import make_console
from .exit_codes import DONE, INTERRUPTED, PENDING, SHORTFALL
from .progress import SynthesisProgress, dollars, thousands
from .tracking import tracking

if TYPE_CHECKING:
    from ..experiments import BatchUse, Recipe, Synthesis
    from ..experiments.compiled import Programs
    from ..runtime.synthesizer import Outcome

T = TypeVar("T")

REHEARSAL_NOTE = "rehearsal data: written by the embedded stand-in to try the pipeline, not to train on"


def synthesise(
    recipe: "Recipe",
    run: Path,
    console: Console,
    *,
    resume_command: str,
    fork: Path | None = None,
    fill: Sequence[Path] = (),
    batch: "BatchUse | None" = None,
    track: bool = True,
    store: str | None = None,
    champions_required: bool = False,
) -> int:
    """Run a synthesis to its end, a shortfall or Ctrl-C; returns the exit code.

    Args:
        resume_command: what to type to go on after an interruption, or when results have come.
        fork: an earlier run, of which this one keeps what still holds.
        fill: earlier runs, whose holes this one fills first.
        batch: how batch files are used, if they are.
        track: whether the run is shown in MLflow.
        store: where, unless MLFLOW_TRACKING_URI says it; by default in the working folder.
        champions_required: whether a run that begins is refused where the store with its prompts cannot be reached.
    """
    import logging

    from ..experiments import forecast, prepare_synthesis

    # It says of every truncated reply to look into a history that is off here; the journal and the status say it.
    logging.getLogger("dspy.clients.lm").setLevel(logging.ERROR)

    prepared = partial(
        prepare_synthesis,
        fork=fork,
        fill=fill,
        batch=batch,
        programs=_champions(recipe, run, console, store=store, required=champions_required),
        on_taken=lambda taken: show_taken(taken, console),
        tell=console.print,
    )
    with (
        tracking(console, on=track, store=store) as tracker,
        SynthesisProgress(console) as progress,
        prepared(recipe, run, on_change=progress.show, tracker=tracker) as synthesis,
    ):
        before = forecast(recipe, programs=synthesis.programs)
        progress.expect(synthesis.refined_forecast, before=f"{before.calls:,} calls, {dollars(before.cost_usd)}")
        _open(synthesis, run, console)
        outcome = run_until_done(synthesis.run(), stop=synthesis.synthesizer.stop, console=console)
        waiting = synthesis.batch.waiting() if synthesis.batch else None
    if synthesis.forked_from is not None:
        console.print(f"kept from {synthesis.forked_from}: {outcome.tally.inherited:,} steps, without a call")
    code = _close(outcome, recipe, run, console, resume_command)
    # What is still pending of a run that has all it was asked for is not needed.
    if waiting and waiting.requests and code not in (DONE, INTERRUPTED):
        show_waiting(waiting, run, console, resume_command)
        return PENDING
    return code


def _champions(
    recipe: "Recipe", run: Path, console: Console, *, store: str | None, required: bool
) -> "Programs | None":
    """The prompts that a run begins with where its recipe names none; None for one that goes on with its own."""
    from ..experiments.prompts.choice import SYNTHESIS_STAGES, find_programs
    from ..runtime.run_directory import RunDirectory

    if recipe.programs is not None or RunDirectory(run).exists:
        return None
    return find_programs(recipe.prompts, SYNTHESIS_STAGES, uri=store, required=required, tell=console.print)


def _open(synthesis: "Synthesis", run: Path, console: Console) -> None:
    """Say what a run goes on with, or what it was forked from and what differs."""
    tally = synthesis.synthesizer.tally
    source = f", forked from {synthesis.forked_from}" if synthesis.forked_from is not None else ""
    if synthesis.resumed:
        console.print(f"going on with {run}{source}: {tally.kept} of {tally.asked} kept")
    elif source:
        console.print(f"{run}{source}; what differs: {'; '.join(synthesis.changes) or 'nothing'}")
    if prompts := synthesis.programs.prompts:
        console.print(
            f"compiled prompts: {', '.join(f'{name} {each.prompt_version}' for name, each in prompts.items())}"
        )
    elif synthesis.recipe.programs is not None:
        make_console(stderr=True).print(_without_programs(synthesis, run))


def _without_programs(synthesis: "Synthesis", run: Path) -> str:
    """Why no compiled prompt is used, though a directory of them is named."""
    from ..experiments.prompts.choice import SYNTHESIS_STAGES

    directory = synthesis.recipe.programs
    if synthesis.resumed:
        return f"{run}: goes on with the built-in prompts, as it began: {directory} held none for it"
    *others, last = (stage.name for stage in SYNTHESIS_STAGES)
    return f"{directory}: holds no improved prompt for {', '.join(others)} or {last}; the built-in prompts are used"


def run_until_done(work: Coroutine[Any, Any, T], *, stop: Callable[[], None], console: Console) -> T:
    """Run a coroutine to its end; the first Ctrl-C calls `stop`, the second cancels it.

    Raises:
        Interrupted: it was cancelled.
    """

    async def under_signals() -> T:
        task = asyncio.ensure_future(work)
        with _ctrl_c(task, stop, console):
            try:
                return await task
            except asyncio.CancelledError as exc:
                raise Interrupted("left at once; everything finished is kept: the same command goes on") from exc

    return asyncio.run(under_signals())


@contextmanager
def _ctrl_c(task: "asyncio.Task[Any]", stop: Callable[[], None], console: Console) -> Iterator[None]:
    asked = False

    def on_signal() -> None:
        nonlocal asked
        if asked:
            task.cancel()
            return
        asked = True
        console.print("stopping: calls in flight get a few seconds; Ctrl-C again to leave at once")
        stop()

    loop = asyncio.get_running_loop()
    handled = (signal.SIGINT, signal.SIGTERM)
    for number in handled:
        loop.add_signal_handler(number, on_signal)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


def _close(outcome: "Outcome", recipe: "Recipe", run: Path, console: Console, resume_command: str) -> int:
    tally = outcome.tally
    console.print(
        f"{run}: kept {tally.kept} of {tally.asked} records, rejected {tally.rejected}, failed {tally.failed}; "
        f"{tally.calls} calls, {thousands(tally.input_tokens)} tokens in, {thousands(tally.output_tokens)} out, "
        f"{dollars(tally.cost_usd)}",
    )
    if tally.kept > tally.asked:
        console.print(f"the run holds {tally.kept} records already; asking for fewer takes none away")
    if recipe.model.is_rehearsal:
        console.print(REHEARSAL_NOTE)
    if outcome.interrupted:
        console.print(f"interrupted; everything finished is kept. Go on with: {resume_command}")
        return INTERRUPTED
    if outcome.shortfall:
        console.print(f"shortfall: {outcome.shortfall}")
        return SHORTFALL
    return PENDING if outcome.waiting else DONE
