"""Taking in whatever results lie in a batch directory: any number of files, in any order, partial or twice."""

import asyncio
import hashlib
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from dspy.lm15 import LM15Error, Response

from ...corpus.text import clean_text
from ...errors import Interrupted, ModelFault, RefusedRequest, UnreadableFile
from ..faults import translate
from ..models import Model
from .results import BadLine, Result, read_result, split_lines
from .store import BatchStore

#: What names of results files end in.
_SUFFIXES = (".jsonl", ".ndjson")
#: Complaints that are told of one file; the others are counted.
_TOLD = 5
#: Lines between two looks at whether the run is to be stopped.
_SLICE = 200
#: Failures of batches themselves, under names of their own.
_REASONS = {"batch_expired": "expired", "batch_cancelled": "cancelled"}
_LONGEST_ID = 200


@dataclass
class TakenIn:
    """What a session took in.

    Attributes:
        files: that held anything new to look at.
        replies: taken in, refusals of single requests among them.
        errors: reason -> results without a reply, to be asked for again.
        known: results that had been taken in before.
        unknown: results for requests that this run did not write.
        lost: requests whose batch ended without a word of them, to be asked for again.
        complaints: a line each about what could not be taken in.
        fault: what the endpoint said where no request can succeed (key, model, credit), if it did.
        fatal: results that say so.
    """

    files: int = 0
    replies: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    known: int = 0
    unknown: int = 0
    lost: int = 0
    complaints: list[str] = field(default_factory=list)
    fault: ModelFault | None = None
    fatal: int = 0


@dataclass
class _File:
    """What was found in one file: complaints are bounded, however bad it is."""

    path: Path
    unreadable: int = 0
    foreign: int = 0
    complaints: list[str] = field(default_factory=list)

    def complain(self, number: int, why: str) -> None:
        self.unreadable += 1
        if len(self.complaints) < _TOLD:
            self.complaints.append(f"{self.path}:{number}: {why}; left as it is")

    def conclude(self) -> list[str]:
        lines = list(self.complaints)
        if self.unreadable > len(lines):
            lines.append(f"{self.path}: {self.unreadable - len(lines)} more lines that are no results")
        if self.foreign:
            lines.append(f"{self.path}: {self.foreign} results belong to no request of this run")
        return lines


class Intake:
    """Takes in results, each once.

    Args:
        store: where they are kept until their step is finished.
        directory: where results files lie.
        model: whose replies they are.
    """

    def __init__(self, store: BatchStore, directory: Path, model: Model) -> None:
        self._store = store
        self._directory = directory
        self._model = model

    async def run(self) -> TakenIn:
        """Take in what is new in the directory.

        A file is taken in whole or not at all, and a second time only if it has changed or held something amiss; what
        it repeats changes nothing.

        Raises:
            UnreadableFile: the directory cannot be read.
            Interrupted: the run is being stopped.
        """
        taken = TakenIn()
        ours = {shard.name for shard in self._store.shards()}
        for path in self._listing():
            if path.name in ours or path.name.startswith("."):
                continue
            if path.suffix not in _SUFFIXES or not path.is_file():
                taken.complaints.append(f"{path}: not taken in: results are files whose names end in .jsonl")
                continue
            await self._take_file(path, taken)
        self._settle(taken)
        return taken

    def _listing(self) -> list[Path]:
        try:
            return sorted(self._directory.iterdir())
        except OSError as exc:
            raise UnreadableFile(f"{self._directory}: cannot read results here: {exc.strerror or exc}") from exc

    async def _take_file(self, path: Path, taken: TakenIn) -> None:
        found = _File(path)
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                if self._store.file_taken(path.name) == (status.st_size, status.st_mtime_ns, 0, 0):
                    return
                taken.files += 1
                with self._store.transaction():
                    for number, line in split_lines(file):
                        self._take_line(number, line, found, taken)
                        if number % _SLICE == 0:
                            await self._pause()
                    self._store.add_file(path.name, status.st_size, status.st_mtime_ns, found.unreadable, found.foreign)
        except OSError as exc:
            taken.complaints.append(f"{path}: cannot be read: {exc.strerror or exc}")
        taken.unknown += found.foreign
        taken.complaints += found.conclude()

    async def _pause(self) -> None:
        await asyncio.sleep(0)
        if self._model.engine.stopping.is_set():
            raise Interrupted("stopped while results were taken in; the same command goes on")

    def _take_line(self, number: int, line: bytes | None, found: _File, taken: TakenIn) -> None:
        if line is None:
            found.complain(number, "longer than any reply")
            return
        if not line.strip():
            return
        try:
            result = read_result(line, self._model.spec.name)
        except BadLine as exc:
            found.complain(number, clean_text(str(exc)))
            return
        if not self._is_ours(result.custom_id):
            found.foreign += 1
        else:
            self._keep(result, line, taken)

    def _is_ours(self, custom_id: str) -> bool:
        plain = custom_id.isascii() and len(custom_id) <= _LONGEST_ID
        return plain and self._store.knows(custom_id)

    def _keep(self, result: Result, line: bytes, taken: TakenIn) -> None:
        """Keep a result. Of several replies to one request the first that is taken in stands, as in the journal: what
        was made of it must not change under those who have read it.
        """
        if isinstance(result.outcome, Response):
            cost = self._model.engine.price(result.outcome.usage) or 0.0
            new = self._store.add_reply(result.custom_id, line, cost)
            taken.replies += new
        else:
            new = self._keep_error(result.custom_id, result.outcome, line, taken)
        taken.known += not new

    def _keep_error(self, custom_id: str, error: LM15Error, line: bytes, taken: TakenIn) -> bool:
        fault = translate(error, self._model)
        if isinstance(fault, RefusedRequest):
            new = self._store.add_reply(custom_id, line, 0.0)
            taken.replies += new
            return new
        reason = "fatal" if isinstance(fault, ModelFault) else _reason(error, getattr(fault, "reason", "unexpected"))
        # The line itself tells a failure from an earlier one of the same request: a file that is put there twice must
        # not have a request asked again that is on its way already.
        digest = hashlib.blake2b(line.strip(), digest_size=16).digest()
        new = self._store.add_error(custom_id, digest, reason, self._model.redact(clean_text(str(fault))))
        if new and isinstance(fault, ModelFault):
            taken.fault = taken.fault or fault
            taken.fatal += 1
        elif new:
            taken.errors[reason] += 1
        return new

    def _settle(self, taken: TakenIn) -> None:
        """Batches that have ended bring nothing more: what they left unanswered is to be asked for again."""
        for shard in self._store.shards("fetched"):
            missing = [name for name in shard.results if self._store.file_taken(name) is None]
            if missing:
                self._store.set_batch(shard.name, shard.batch_id or "")
                taken.complaints.append(f"{self._directory / missing[0]}: gone before it was taken in; fetch it again")
            elif any(self._unreadable(name) for name in shard.results):
                taken.complaints.append(
                    f"{shard.name}: its results cannot all be read, so what it left unanswered stays pending; "
                    "--batch-again asks for it again"
                )
            else:
                taken.lost += self._store.settle(shard.name)

    def _unreadable(self, name: str) -> int:
        known = self._store.file_taken(name)
        return known[2] if known else 0


def _reason(error: LM15Error, otherwise: str) -> str:
    return _REASONS.get(getattr(error, "provider_code", None) or "", otherwise)
