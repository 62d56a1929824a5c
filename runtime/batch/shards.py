"""Writing requests into shards: files that appear whole, hold what a batch may hold, and are noted before they do."""

import hashlib
import re
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TextIO

from ...errors import OutputFault, RefusedRequest
from ...files import write_atomically
from .store import BatchStore

_SHARD_NAME = re.compile(r"requests-(\d+)\.jsonl")
#: What a kill in the middle of a shard leaves.
_UNFINISHED = ".requests-*.jsonl.*.tmp"


@dataclass(frozen=True)
class ShardLimits:
    """What one file of requests may hold; the defaults are those of OpenAI's batches."""

    requests: int = 50_000
    bytes: int = 200_000_000


@dataclass
class _OpenShard:
    path: Path
    text: TextIO
    file: BinaryIO
    digest: Any
    requests: int = 0
    bytes: int = 0


class ShardWriter:
    """Writes requests into as many shards as it takes. Use it as a context manager: an exception discards the last one.

    Args:
        store: is told of every request, and of every shard before it appears.
        directory: where shards go.
        limits: of one shard.

    Attributes:
        written: requests in this session.
        finished: the shards that they went into.
    """

    def __init__(self, store: BatchStore, directory: Path, limits: ShardLimits) -> None:
        self.written = 0
        self.finished: list[Path] = []
        self._store = store
        self._directory = directory
        self._limits = limits
        self._stack = ExitStack()
        self._open: _OpenShard | None = None

    def check(self, custom_id: str, line: bytes) -> None:
        """See that a request fits into a shard at all.

        Raises:
            RefusedRequest: it is longer than a whole shard may be.
        """
        if len(line) > self._limits.bytes:
            raise RefusedRequest(
                f"the request {custom_id} takes {len(line)} bytes, a batch file at most {self._limits.bytes}"
            )

    def add(self, custom_id: str, line: bytes, worst_usd: float) -> None:
        """Write a request that `check` has let pass.

        Raises:
            OutputFault: the shard cannot be written.
        """
        shard = self._open
        if shard and (shard.requests >= self._limits.requests or shard.bytes + len(line) > self._limits.bytes):
            self._finish(shard)
            shard = None
        shard = shard or self._begin()
        try:
            shard.file.write(line)
        except OSError as exc:
            raise OutputFault(f"{shard.path}: cannot write: {exc.strerror or exc}") from exc
        shard.digest.update(line)
        shard.requests += 1
        shard.bytes += len(line)
        self._store.add_request(custom_id, shard.path.name, worst_usd)
        self.written += 1

    def __enter__(self) -> "ShardWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open is None:
            return
        if kind is None:
            self._finish(self._open)
        else:
            self._discard(kind, exc, trace)

    def _begin(self) -> _OpenShard:
        path = self._next_path()
        self._store.begin()
        text = self._stack.enter_context(write_atomically(path))
        self._open = _OpenShard(path, text, text.buffer, hashlib.sha256())
        return self._open

    def _finish(self, shard: _OpenShard) -> None:
        """Commit what is known of a shard, then let it appear: a kill in between leaves a shard that nobody has seen,
        and the next session forgets it. The other way round, it would be written and paid for twice.
        """
        try:
            shard.file.flush()
            self._store.add_shard(shard.path.name, shard.digest.hexdigest(), shard.requests, shard.bytes)
            self._store.commit()
        except BaseException as exc:
            self._discard(type(exc), exc, exc.__traceback__)
            raise
        self._open = None
        self._stack.close()
        self._store.set_stage(shard.path.name, "written")
        self.finished.append(shard.path)

    def _discard(self, kind: type[BaseException], exc: BaseException | None, trace: TracebackType | None) -> None:
        self._open = None
        self._store.roll_back()
        self._stack.__exit__(kind, exc, trace)

    def _next_path(self) -> Path:
        """The next free name; what somebody else has put there under such a name stays."""
        names = [shard.name for shard in self._store.shards()]
        numbers = [int(match[1]) for name in names if (match := _SHARD_NAME.fullmatch(name))]
        number = max(numbers, default=0) + 1
        while (path := self._directory / f"requests-{number:04d}.jsonl").exists():
            number += 1
        return path


def recover_shards(store: BatchStore, directory: Path) -> None:
    """Put right what a kill in the middle of writing left."""
    for unfinished in directory.glob(_UNFINISHED):
        unfinished.unlink(missing_ok=True)
    for shard in store.shards("writing"):
        if (directory / shard.name).exists():
            store.set_stage(shard.name, "written")
        else:
            store.forget_shard(shard.name)
