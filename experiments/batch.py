"""A run's batch files and the service that they go to."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput
from ..runtime.batch.roundtrip import RoundTrip, ShardState
from ..runtime.batch.service import service_for
from ..runtime.batch.session import batch_directory
from ..runtime.batch.shards import recover_shards
from ..runtime.batch.store import BatchStore
from ..runtime.models import ModelSpec
from ..runtime.run_directory import RunDirectory
from .recipe import load_recipe


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
