"""A directory in which a tree is worked on with a model, journaled: with the tree and a report as the result."""

import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from .. import __version__
from ..errors import ModelFault, RunMismatch
from ..files import write_atomically
from ..knowledge import utc_today
from ..programs import CondorAdapter, Step
from ..runtime.journal import Journal, StepEntry
from ..runtime.models import Model, ModelSpec, build_model
from ..runtime.run_directory import RunDirectory
from ..runtime.steps import JournaledSteps
from ..runtime.stopping import StopSignal, finish_or_stop

T = TypeVar("T")

TreeWork = Literal["growth", "harvest", "update"]

#: What a directory holds, by the kind that its journal names.
_HOLDS = {
    "growth": "the growth of a tree",
    "harvest": "the harvest of a tree",
    "update": "the update of a tree",
    "synthesis": "a synthesis",
}


@dataclass(frozen=True)
class ModelUse:
    """How a model is asked.

    Attributes:
        spec: which model.
        concurrency: calls in flight at most.
        parse_retries: how often a reply that does not parse is asked for again.
        on_step: is told of every step that was executed.
        stopping: is set to stop the work.
    """

    spec: ModelSpec
    concurrency: int = 16
    parse_retries: int = 2
    on_step: Callable[[StepEntry], None] = lambda _: None
    stopping: StopSignal | None = None

    def build(self) -> Model:
        """The model.

        Raises:
            ModelFault: it is unknown, or its key is missing.
        """
        return build_model(self.spec, concurrency=self.concurrency, stopping=self.stopping)


def describe(kind: str | None) -> str:
    """What a directory holds whose journal is of a kind."""
    return _HOLDS.get(kind or "", "something else")


def open_journal(directory: RunDirectory, kind: TreeWork, meta: Mapping[str, str], on: date | None) -> Journal:
    """The journal of some work, made if it is new.

    Args:
        directory: where.
        kind: which work.
        meta: what the work was begun with, and must go on with.
        on: stands for today; what the work was begun with counts.

    Raises:
        RunMismatch: the directory holds other work, or the same that was begun with something else.
    """
    if not directory.exists:
        begun = {"condor": __version__, "kind": kind, "date": (on or utc_today()).isoformat()}
        return Journal.create(directory.journal, begun | dict(meta))
    journal = directory.open_journal()
    held = journal.meta()
    differs = [name for name, value in meta.items() if held.get(name) != value]
    if held.get("kind") != kind or differs:
        journal.close()
        other = f", begun with another {' and another '.join(differs)}" if held.get("kind") == kind else ""
        raise RunMismatch(f"{directory.path}: holds {describe(held.get('kind'))}{other}; choose another --run")
    return journal


def begun_on(journal: Journal) -> date:
    """The date on which some work was begun: whoever goes on with it goes on with that."""
    return date.fromisoformat(journal.meta()["date"])


async def run_work(
    work: Callable[[Step], Coroutine[Any, Any, T]],
    *,
    directory: RunDirectory,
    journal: Journal,
    model: Model,
    use: ModelUse,
) -> T:
    """Do some work, with its steps through the journal.

    Raises:
        ModelFault: no call can succeed; a run that never got a reply is taken away again.
        Interrupted: the work was stopped.
    """
    adapter = CondorAdapter(parse_retries=use.parse_retries)
    steps = JournaledSteps(journal, model, adapter=adapter, on_step=use.on_step)
    try:
        return await finish_or_stop(work(steps), model.engine.stopping)
    except ModelFault:
        if not journal.holds_replies():
            journal.close()
            directory.discard()
        raise
    finally:
        await model.engine.aclose()


def save_report(report: Mapping[str, Any], path: Path) -> None:
    """Write what became of some work as JSON."""
    with write_atomically(path) as file:
        json.dump(report, file, ensure_ascii=False, indent=1, default=str)
        file.write("\n")
