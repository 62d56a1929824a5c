"""The round trip of a run's shards through a batch service: submit, poll, fetch."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...errors import BatchFault
from .service import Batch, BatchService
from .store import BatchStore, Shard

_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class ShardState:
    """What became of one shard.

    Attributes:
        shard: its name.
        batch_id: None for one that is not submitted.
        status: the service's word for its batch, or ours: `not submitted`, `given up`, `fetched`.
        ended: whether nothing more will come.
        completed, failed, total: its requests, as far as the service tells.
        detail: what is to be said besides.
    """

    shard: str
    batch_id: str | None
    status: str
    ended: bool
    completed: int = 0
    failed: int = 0
    total: int = 0
    detail: str = ""


class RoundTrip:
    """Takes a run's shards to a service and its results back. Every step is noted before the next is made.

    Args:
        store: what is noted; the run must be held, except for `poll`.
        directory: where shards lie and results go.
        service: see `service_for`.
        on_state: is told what became of each shard.
    """

    def __init__(
        self,
        store: BatchStore,
        directory: Path,
        service: BatchService,
        *,
        on_state: Callable[[ShardState], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._directory = directory
        self._service = service
        self._on_state = on_state

    async def submit(self) -> int:
        """Submit every shard that was not submitted yet, one after the other, and once; returns how many these were.

        Raises:
            BatchFault: a shard is gone or was changed, or the service does not take it.
            ModelFault: the service refused the key, or cannot be reached.
        """
        shards = self._store.shards("written", "creating")
        for shard in shards:
            self._check(shard)
            batch = await self._submit(shard)
            self._store.set_batch(shard.name, batch.id)
            self._on_state(_state(shard, batch))
        return len(shards)

    async def poll(self) -> list[ShardState]:
        """How each shard's batch stands; those that were fetched are past."""
        states = []
        for shard in self._store.shards():
            match shard.stage:
                case "submitted":
                    states.append(_state(shard, await self._service.get(shard.batch_id or "")))
                case "written" | "creating":
                    states.append(ShardState(shard.name, None, "not submitted", ended=False, total=shard.requests))
                case "fetched":
                    states.append(ShardState(shard.name, shard.batch_id, "fetched", ended=True, total=shard.requests))
        return states

    async def wait(self, every_s: float) -> list[ShardState]:
        """`poll` every so many seconds until all batches that were submitted have ended."""
        while True:
            states = await self.poll()
            if all(state.ended for state in states if state.batch_id):
                return states
            for state in states:
                self._on_state(state)
            await asyncio.sleep(every_s)

    async def fetch(self) -> int:
        """Bring the output and error files of all batches that have ended into the directory; returns how many
        were fetched.

        Raises:
            BatchFault: a file cannot be had, or not whole; nothing half is left.
            ModelFault: the service refused the key, or cannot be reached.
        """
        ended = 0
        for shard in self._store.shards("submitted"):
            batch = await self._service.get(shard.batch_id or "")
            if not batch.ended:
                self._on_state(_state(shard, batch))
            elif batch.request_counts and batch.request_counts.completed and not batch.output_file_id:
                # Taken as it is, it would say that everything must be asked, and paid for, again.
                self._on_state(_state(shard, batch, detail="its output file is not there yet: fetch again later"))
            else:
                names = await self._download(shard, batch)
                self._store.set_results(shard.name, names)
                self._on_state(_state(shard, batch, detail=", ".join(names)))
                ended += 1
        return ended

    async def _download(self, shard: Shard, batch: Batch) -> list[str]:
        """Bring a batch's files; returns their names."""
        names = []
        for kind, file_id in (("output", batch.output_file_id), ("errors", batch.error_file_id)):
            if file_id:
                name = f"{Path(shard.name).stem}.{kind}.jsonl"
                await self._service.download(file_id, self._directory / name)
                names.append(name)
        return names

    async def _submit(self, shard: Shard) -> Batch:
        tag = f"{self._store.note('token')}/{shard.name}"
        if shard.stage == "creating" and (made := await self._service.find(tag)) is not None:
            return made  # an attempt that broke off came through after all
        file_id = shard.file_id
        if file_id is None:
            file_id = await self._service.upload(self._directory / shard.name)
            self._store.set_file(shard.name, file_id)
        self._store.set_stage(shard.name, "creating")
        try:
            return await self._service.create(file_id, tag)
        except BatchFault:
            # Perhaps the service has lost the file: another attempt uploads it again, and looks for the batch first.
            self._store.set_file(shard.name, None)
            raise

    def _check(self, shard: Shard) -> None:
        """See that a shard is what was written: other requests would bring results that nobody knows."""
        path = self._directory / shard.name
        digest = hashlib.sha256()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except OSError as exc:
            raise BatchFault(
                f"{path}: cannot be read: {exc.strerror or exc}; put it back, or write its requests anew: condor synth "
                "... --batch-again"
            ) from exc
        if digest.hexdigest() != shard.sha256:
            raise BatchFault(
                f"{path}: was changed since it was written; write its requests anew: condor synth ... --batch-again"
            )


def _state(shard: Shard, batch: Batch, *, detail: str = "") -> ShardState:
    counts = batch.request_counts
    if batch.status == "failed":
        detail = f"{batch.why}; its requests are written again by the next condor synth"
    return ShardState(
        shard=shard.name,
        batch_id=batch.id,
        status=batch.status,
        ended=batch.ended,
        completed=counts.completed if counts else 0,
        failed=counts.failed if counts else 0,
        total=(counts.total if counts else 0) or shard.requests,
        detail=detail,
    )
