"""One session of a run on batch files: take in results, go on as far as they reach, write what is then pending."""

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ...errors import OutputFault, UsageFault
from ...files import make_directory
from ..journal import Journal
from ..models import Model
from .intake import Intake, TakenIn
from .lines import step_key
from .replies import BatchReplies
from .shards import ShardLimits, ShardWriter, recover_shards
from .store import BatchStore

T = TypeVar("T")

_DIRECTORY = "directory"


@dataclass(frozen=True)
class Waiting:
    """What a run waits for.

    Attributes:
        requests: whose results are awaited.
        written: those of them that the last session wrote.
        shards: the files that it wrote them into.
        unsent: shards of earlier sessions that `condor batch submit` has not sent, with requests that are awaited.
        directory: where shards lie and results are looked for.
    """

    requests: int
    written: int
    shards: tuple[Path, ...]
    unsent: tuple[str, ...]
    directory: Path


class BatchSession:
    """Holds what a session needs; see `open_session`.

    Attributes:
        replies: for the synthesizer, in the place of the model.
    """

    def __init__(
        self,
        store: BatchStore,
        directory: Path,
        model: Model,
        journal: Journal,
        *,
        limits: ShardLimits,
        again: bool,
        on_taken: Callable[[TakenIn], None],
    ) -> None:
        self._store = store
        self._directory = directory
        self._model = model
        self._journal = journal
        self._again = again
        self._on_taken = on_taken
        self._writer = ShardWriter(store, directory, limits)
        self.replies = BatchReplies(store, self._writer, model)

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Take in results, then do the work with them as replies.

        Raises:
            ModelFault: results say that no request can succeed; whatever else they brought is kept, and the next
                session asks again for what failed so.
        """
        recover_shards(self._store, self._directory)
        taken = await Intake(self._store, self._directory, self._model).run()
        self._on_taken(taken)
        if taken.fault is not None:
            raise taken.fault
        if self._again:
            self._store.give_up_pending()
        self._drop_used()
        if (budget := self._model.engine.budget) is not None:
            # What no finished step has used yet is in no journal, but it was paid for.
            budget.spent_usd += self._store.cost_of_held_usd()
            budget.hold(self._store.worst_of_pending_usd())
        with self._writer:
            result = await work()
        self._drop_used()
        return result

    def waiting(self) -> Waiting:
        """What is pending now."""
        pending = self._store.pending_by_shard()
        unsent = [shard.name for shard in self._store.shards("written", "creating") if pending.get(shard.name)]
        new = {path.name for path in self._writer.finished}
        return Waiting(
            requests=sum(pending.values()),
            written=self._writer.written,
            shards=tuple(self._writer.finished),
            unsent=tuple(name for name in unsent if name not in new),
            directory=self._directory,
        )

    def _drop_used(self) -> None:
        """Forget replies whose step is finished: the journal has what was made of them."""
        with self._store.transaction():
            for custom_id in self._store.replies():
                if self._journal.finished_step(step_key(custom_id)) is not None:
                    self._store.drop_reply(custom_id)


@contextmanager
def open_session(
    path: Path,
    directory: Path,
    model: Model,
    journal: Journal,
    *,
    limits: ShardLimits | None = None,
    again: bool = False,
    on_taken: Callable[[TakenIn], None] = lambda _: None,
) -> Iterator[BatchSession]:
    """A session of a run, which must be held.

    Args:
        path: what is noted of the run's batch files.
        directory: where shards go and results are looked for.
        model: see `build_batch_model`.
        journal: of the run.
        limits: of one shard.
        again: write everything anew that is pending, though it may then be paid for twice.
        on_taken: is told what was taken in, before anything else is done.

    Raises:
        UsageFault: the run's requests are pending in another directory.
        OutputFault: the directory cannot be written to.
    """
    with BatchStore(path) as store:
        _settle_directory(store, path.parent, directory)
        make_directory(directory)
        yield BatchSession(
            store, directory, model, journal, limits=limits or ShardLimits(), again=again, on_taken=on_taken
        )


def check_directory(directory: Path) -> None:
    """See that a directory can be made or written to, without making it.

    Raises:
        OutputFault: it cannot.
    """
    standing = next(place for place in (directory, *directory.absolute().parents) if place.exists())
    if not standing.is_dir():
        raise OutputFault(f"{directory}: cannot write here: {standing} is no directory; choose another directory")
    if not os.access(standing, os.W_OK | os.X_OK):
        raise OutputFault(f"{directory}: cannot write here: permission denied; choose another directory")


def batch_directory(store: BatchStore, run: Path) -> Path | None:
    """Where a run's batch files are, or None if it has none."""
    noted = store.note(_DIRECTORY)
    return None if noted is None else Path(os.path.relpath(run.resolve() / noted))


def pending_requests(path: Path) -> int:
    """How many results a run awaits; 0 for one without batch files."""
    if not path.exists():
        return 0
    with BatchStore(path, read_only=True) as store:
        return store.pending()


def refuse_pending(path: Path, journal_path: Path) -> None:
    """See that nothing of a run lies in batch files, paid for or about to be: a live session would pay for it again.

    Raises:
        UsageFault: something does.
    """
    if not path.exists():
        return
    with BatchStore(path) as store, Journal.open_read_only(journal_path) as journal:
        pending, directory = store.pending(), batch_directory(store, path.parent)
        unused = sum(journal.finished_step(step_key(custom_id)) is None for custom_id in store.replies())
    if pending or unused:
        raise UsageFault(
            f"{path.parent}: {pending} requests are pending in batch files and {unused} replies wait to be used; go on "
            f"with --batch {directory}, or add --batch-again to give them up and ask live"
        )


def give_up_batches(path: Path) -> None:
    """Await nothing any more of what lies in a run's batch files, and use none of it."""
    if path.exists():
        with BatchStore(path) as store:
            store.give_up_pending()
            store.drop_replies()


def _settle_directory(store: BatchStore, run: Path, directory: Path) -> None:
    """Note the directory, relative to the run, so that both can be moved together; another one only if it was moved."""
    before = batch_directory(store, run)
    here = os.path.relpath(directory.resolve(), run.resolve())
    elsewhere = before is not None and before.exists() and not (directory.exists() and before.samefile(directory))
    if elsewhere and store.pending():
        raise UsageFault(f"{run}: its batch files are in {before}; give --batch {before}, or move that directory")
    store.set_note(_DIRECTORY, here)
