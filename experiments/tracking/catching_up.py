"""Sending what a run's journals still hold for MLflow, without running anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import BadInput
from ...knowledge import load_tree
from ...runtime.journal import Journal
from ...runtime.journal.spool import Spool
from ...runtime.run_directory import RunDirectory
from ..recipe import load_recipe
from ..tree_run import describe
from .artifacts import JUDGING_ENDS, SYNTHESIS_BEGINS, SYNTHESIS_ENDS
from .facts import synthesis_facts
from .process import show_steps
from .runs import STORE
from .sending import Sender
from .snapshots import BEGIN, END, FILES, Start, begin_body, last_start
from .tracker import record_end
from .unseen import last_moment_ms, unseen_ending, unseen_judging

#: In a run's directory: where the judging of it lives.
_JUDGED = "judged"


@dataclass(frozen=True)
class CaughtUp:
    """What was sent.

    Attributes:
        directory: of the run or of the judging.
        entries: of its spool that were sent: what MLflow had missed, or all to one that does not know the run.
        run_id: of the MLflow run.
        store: its address, without user name and password.
        status: of the run, in MLflow's words.
    """

    directory: Path
    entries: int
    run_id: str
    store: str
    status: str


def catch_up(run: Path, uri: str | None = None) -> Iterator[CaughtUp]:
    """Send what is spooled of a synthesis and of its judging; one that was never shown is shown from its figures.

    A session that was killed has no end in the spool: it gets one. In a store that does not know the run, a new MLflow
    run is made and told everything.

    Raises:
        BadInput: there is no synthesis in the directory.
        RunInUse: a process works on it, and sends by itself.
        StoreFault: the store cannot be reached, or fails; what it has taken is marked as sent.
    """
    directories = [RunDirectory(run), RunDirectory(run / _JUDGED)]
    if not directories[0].exists:
        raise BadInput(f"{run}: no run here; condor synth RECIPE --run {run} makes one")
    for directory in directories:
        if directory.exists:
            with directory:
                yield _send(directory, uri)


def _send(directory: RunDirectory, uri: str | None) -> CaughtUp:
    _complete(directory)
    show_steps(directory.journal)
    sender = Sender(directory.journal, uri)
    try:
        run_id = sender.send()
    finally:
        sender.close()
    with Spool(directory.journal) as spool:
        end = spool.last(END)
        assert end is not None
        return CaughtUp(directory.path, sender.sent, run_id, spool.meta()[STORE], end.body["status"])


def _complete(directory: RunDirectory) -> None:
    """See that the spool tells of a run from its beginning to its end."""
    with Spool(directory.journal) as spool:
        begin, end = spool.last(BEGIN), spool.last(END)
    if begin is not None and end is not None and begin.number < end.number:
        return
    with directory.open_journal() as journal:
        kind = journal.meta().get("kind")
        if begin is None:
            _begin(directory, journal, kind)
        with Spool(directory.journal) as spool:
            start = last_start(spool)
            assert start is not None
            last_ms = last_moment_ms(start, journal, spool)
        status, outcome, metrics = unseen_ending(directory, journal, kind, last_ms)
    files = SYNTHESIS_ENDS if kind == "synthesis" else JUDGING_ENDS
    record_end(directory.journal, start, status, outcome, metrics, files, at_ms=last_ms)


def _begin(directory: RunDirectory, journal: Journal, kind: str | None) -> None:
    """Tell the beginning of a run that was made without MLflow: it is that of its first step."""
    start, wanted = Start.unseen(journal), None
    if kind == "synthesis":
        recipe = load_recipe(directory.recipe)
        facts = synthesis_facts(recipe, load_tree(directory.tree), directory.path)
        wanted = {"one_in": recipe.tracking.traces_every, "most": recipe.tracking.traces_most}
    elif kind == "judgement":
        facts = unseen_judging(directory)
    else:
        raise BadInput(f"{directory.path}: holds {describe(kind)}, which is not shown in MLflow")
    with Spool(directory.journal) as spool:
        spool.append(BEGIN, begin_body(start, {**facts.as_json(), "traces": wanted}), at_ms=start.at_ms)
        if kind == "synthesis":
            spool.append(FILES, {"files": list(SYNTHESIS_BEGINS)})
