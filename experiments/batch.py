"""A run's batch files: how a synthesis uses them, and the service that they go to."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput
from ..runtime.batch import BatchSession, BatchStore, RoundTrip, ShardState, TakenIn, build_batch_model, service_for
from ..runtime.batch.session import batch_directory, check_directory, give_up_batches, open_session, refuse_pending
from ..runtime.batch.shards import recover_shards
from ..runtime.journal import Journal
from ..runtime.models import Model, ModelSpec, build_model
from ..runtime.run_directory import RunDirectory
from .recipe import Recipe, load_recipe


@dataclass(frozen=True)
class BatchUse:
    """How a synthesis uses batch files.

    Attributes:
        directory: where they lie: replies come from them and no call is made; None for a run that calls its model.
        again: await no result any more that is pending in batch files: ask again, and perhaps pay twice.
    """

    directory: Path | None = None
    again: bool = False


def synthesis_model(recipe: Recipe, use: BatchUse) -> Model:
    """A recipe's model, to be called, or to stand behind batch files.

    Raises:
        UsageFault, ModelFault: it cannot be used so.
    """
    if use.directory is None:
        return build_model(recipe.model, concurrency=recipe.concurrency)
    model = build_batch_model(recipe.model, concurrency=recipe.concurrency)
    check_directory(use.directory)
    return model


def check_batches(directory: RunDirectory, use: BatchUse) -> None:
    """See that a run that calls its model has nothing pending in batch files that would be paid for twice.

    Raises:
        RunMismatch: it has.
    """
    if use.directory is None and not use.again:
        refuse_pending(directory.batch, directory.journal)


@contextmanager
def open_batch_session(
    directory: RunDirectory, journal: Journal, model: Model, use: BatchUse, on_taken: Callable[[TakenIn], None]
) -> Iterator[BatchSession | None]:
    """What stands in the place of calls, if batch files do."""
    if use.directory is not None:
        with open_session(
            directory.batch, use.directory, model, journal, again=use.again, on_taken=on_taken
        ) as session:
            yield session
        return
    if use.again:
        give_up_batches(directory.batch)
    yield None


@dataclass(frozen=True)
class RunBatches:
    """A run's batch files.

    Attributes:
        directory: where shards lie and results go.
        model: of the run's recipe: whose service they go to.
        store: what is noted of them.
    """

    directory: Path
    model: ModelSpec
    store: BatchStore

    @asynccontextmanager
    async def round_trip(self, *, on_state: Callable[[ShardState], None]) -> AsyncIterator[RoundTrip]:
        """The way to the service and back; `on_state` is told what becomes of each shard.

        Raises:
            UsageFault: there is no service for this model.
            ModelFault: the key is missing from the environment.
        """
        async with service_for(self.model) as service:
            yield RoundTrip(self.store, self.directory, service, on_state=on_state)


@contextmanager
def open_batches(run: Path, *, hold: bool) -> Iterator[RunBatches]:
    """A run's batch files.

    Args:
        run: its directory.
        hold: whether to hold the run, as changing anything needs; without it, one may look on while others work.

    Raises:
        BadInput: there is no run, or it has no batch files.
        RunInUse: another process holds it.
    """
    directory = RunDirectory(run)
    if not directory.exists or not directory.recipe.exists():
        raise BadInput(f"{run}: no run here; condor synth RECIPE --run {run} --batch DIR makes one")
    if not directory.batch.exists():
        raise BadInput(f"{run}: has no batch files; condor synth RECIPE --run {run} --batch DIR writes them")
    with directory if hold else nullcontext(), BatchStore(directory.batch, read_only=not hold) as store:
        files = batch_directory(store, run)
        if files is None or not files.is_dir():
            raise BadInput(
                f"{run}: its batch files are gone (they were in {files}); condor synth ... --batch DIR notes where"
            )
        if hold:
            recover_shards(store, files)
        yield RunBatches(files, load_recipe(directory.recipe).model, store)
