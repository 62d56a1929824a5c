"""Executing stages through the journal: what was done is read back, what is new is stored before it is used."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import dspy
from dspy.lm15 import LM15Error
from dspy.utils.exceptions import AdapterParseError, LMError

from ..corpus.records import Cell, Provenance, Record
from ..corpus.text import clean_text
from ..errors import (
    CallFault,
    CondorError,
    Interrupted,
    JournalFault,
    OversizedReply,
    RefusedReply,
    RefusedRequest,
    ReplyFault,
    TruncatedReply,
    UnreadableReply,
    UsageFault,
)
from ..hashing import content_hash
from ..programs.adapter import CondorAdapter
from ..programs.direct import Complete, DirectStage
from ..programs.stage import Stage
from .faults import translate
from .journal import Journal, StepEntry, StepOutcome
from .ledger import Ledger, open_ledger
from .models import Model
from .turns import JournaledTurns

T = TypeVar("T")

#: Part of every key: a change of what is hashed must change it.
_KEY_SCHEME = "condor-step-1"

_REPLY_FAULTS: dict[str, type[ReplyFault]] = {
    fault.reason: fault for fault in (UnreadableReply, TruncatedReply, OversizedReply, RefusedReply, RefusedRequest)
}


def utc_now() -> datetime:
    """The time on this machine's clock."""
    return datetime.now(UTC)


def step_key(
    stage: Stage[Any], version: str, args: tuple[Any, ...], identity: Mapping[str, Any], *, replicate: int = 0
) -> str:
    """Under which key a journal holds a stage's result.

    Args:
        stage: which.
        version: of its prompt.
        args: what it is called with.
        identity: of the model, see `ModelSpec.identity`.
        replicate: another number is another sample of the same.
    """
    sources = [arg.id for arg in args if isinstance(arg, Record)]
    return content_hash([_KEY_SCHEME, stage.name, stage.given(*args), sources, version, dict(identity), replicate])


class JournaledSteps:
    """Executes a stage once for each key; satisfies `condor.programs.Step`.

    A key is the hash of the stage, what it was given (the signature's inputs and the ids of the records they come
    from), the prompt version, the model with its sampling settings, and the replicate. So a new critique prompt leaves
    every question and answer as it is.

    Args:
        journal: where results are stored and found.
        model: whose language model the stages are called with.
        adapter: how replies are read, and how often one that does not parse is asked for again.
        replicate: another number makes other keys: a second sample of the same.
        clock: gives the time for the records.
        on_step: is told of every step that was executed or taken over, for live figures.
        inherited: another run's journal: a step of the same key that is finished there is taken over without a call.
        replies: gives the source of replies for a step's key, in the place of the model; it may raise `Pending`, and
            then nothing is stored.
        places: bound the steps under way, where others share them; by default as many as the model's calls.
    """

    def __init__(
        self,
        journal: Journal,
        model: Model,
        *,
        adapter: CondorAdapter | None = None,
        replicate: int = 0,
        clock: Callable[[], datetime] = utc_now,
        on_step: Callable[[StepEntry], None] = lambda _: None,
        inherited: Journal | None = None,
        replies: Callable[[str], Complete] | None = None,
        places: asyncio.Semaphore | None = None,
    ) -> None:
        self._journal = journal
        self._inherited = inherited
        self._model = model
        self._adapter = adapter or CondorAdapter()
        self._direct: dict[Stage[Any], DirectStage[Any]] = {}
        self._replicate = replicate
        self._clock = clock
        self._on_step = on_step
        self._replies = replies
        self._recalls = journal.holds_turns()
        # A step holds its place until its result is on disk. So a crash loses no more calls than may be in flight: were
        # the place given up with the reply, replies that wait for their commit would be lost on top of them.
        self._places = places or asyncio.Semaphore(model.engine.concurrency)
        self._versions: dict[Stage[Any], str] = {}
        self._running: dict[str, asyncio.Future[Any]] = {}

    def beside(self, model: Model) -> "JournaledSteps":
        """Steps of another model in the same work: as many are under way at most as of this one's alone."""
        return JournaledSteps(
            self._journal,
            model,
            adapter=self._adapter,
            replicate=self._replicate,
            clock=self._clock,
            on_step=self._on_step,
            inherited=self._inherited,
            replies=self._replies,
            places=self._places,
        )

    async def __call__(self, stage: Stage[T], *args: Any) -> T:
        """The stage's result, from the journal or from the model.

        Raises:
            ReplyFault: the reply is no record, now or when it was first asked for.
            CallFault: there was no reply.
            ModelFault: no call can succeed.
            Pending: the reply is still to come, from a source of replies that knows such.
            Interrupted: the run is being stopped and the step was not begun.
        """
        version = await self._version(stage)
        key = self._key(stage, version, args)
        if key in self._running:
            return await asyncio.shield(self._running[key])
        if (finished := self._journal.finished_step(key)) is not None:
            return cast("T", self._recall(key, *finished))
        self._running[key] = future = asyncio.get_running_loop().create_future()
        try:
            if (finished := await self._take_over(key, args)) is not None:
                result = cast("T", self._recall(key, *finished))
            else:
                async with self._places:
                    if self._model.engine.stopping.is_set():
                        raise Interrupted("stopped; everything finished is kept: the same command goes on")
                    result = await self._execute(stage, key, version, args)
        except BaseException as exc:
            if isinstance(exc, Exception):
                future.set_exception(exc)
                future.exception()  # whoever waits gets it; if nobody does, that is no error of its own
            else:
                future.cancel()
            raise
        else:
            future.set_result(result)
            return result
        finally:
            del self._running[key]

    async def _version(self, stage: Stage[Any]) -> str:
        if stage not in self._versions:
            self._versions[stage] = stage.prompt_version()
            await self._journal.write_prompt(self._versions[stage], stage.name, stage.prompt())
        return self._versions[stage]

    def _key(self, stage: Stage[Any], version: str, args: tuple[Any, ...]) -> str:
        return step_key(stage, version, args, self._model.spec.identity, replicate=self._replicate)

    async def _take_over(self, key: str, args: tuple[Any, ...]) -> tuple[StepOutcome, dict[str, Any]] | None:
        """Copy a finished step of the other run into this one's journal, and read it there; None if there is none."""
        entry = self._inherited.step_to_hand_on(key) if self._inherited is not None else None
        if entry is None:
            return None
        entry = replace(entry, records=[*_cells(args), *_replanted(entry.records, args)])
        await self._journal.write_step(entry)
        self._on_step(entry)
        return self._journal.finished_step(key)

    async def _execute(self, stage: Stage[T], key: str, version: str, args: tuple[Any, ...]) -> T:
        with open_ledger() as ledger:
            try:
                result = await self._ask(stage, key, args, ledger)
            except (ReplyFault, Interrupted) as exc:
                await self._store_fault(exc, stage, key, version, args, ledger)
                raise
            except (LM15Error, LMError, AdapterParseError) as exc:
                fault = translate(exc, self._model)
                await self._store_fault(fault, stage, key, version, args, ledger)
                raise fault from exc
        return await self._store(result, stage, key, version, args, ledger)

    async def _ask(self, stage: Stage[T], key: str, args: tuple[Any, ...], ledger: Ledger) -> T:
        """Ask the model: directly where a stage is asked in the plain way, else through DSPy's own machinery."""
        if stage not in self._direct and DirectStage.fits(stage):
            self._direct[stage] = DirectStage(stage, self._model.lm, self._adapter)
        if (direct := self._direct.get(stage)) is not None:
            return await direct.ask(self._source(key, ledger), *args)
        if self._replies:
            raise UsageFault(f"the stage {stage.name} asks in a way of its own, which batch files cannot carry")
        with dspy.context(lm=self._model.lm, adapter=self._adapter, disable_history=True, trace=None):
            return await stage.acall(*args)

    def _source(self, key: str, ledger: Ledger) -> Complete:
        """Where a step's replies come from: batch files, or what an earlier session left and then the model."""
        if self._replies:
            return self._replies(key)
        stored = self._journal.turns(key) if self._recalls else ()
        return JournaledTurns(self._journal, key, self._model.engine.complete, ledger, stored=stored, fit=self._fit)

    async def _store(
        self, result: T, stage: Stage[T], key: str, version: str, args: tuple[Any, ...], ledger: Ledger
    ) -> T:
        now = self._now()
        provenance = Provenance(
            stage=stage.name,
            prompt_version=version,
            model=self._model.spec.name,
            sampling=self._model.spec.sampling,
            calls=ledger.calls,
            input_tokens=ledger.input_tokens,
            output_tokens=ledger.output_tokens,
            cost_usd=ledger.cost_usd,
            created_at=now,
        )
        signed = _sign(result, provenance)
        made = [record for record in (signed if isinstance(signed, tuple) else (signed,)) if isinstance(record, Record)]
        entry = self._entry(
            stage, key, version, ledger, now, outcome="done", output=_dump(signed), records=[*_cells(args), *made]
        )
        await self._journal.write_step(entry)
        self._on_step(entry)
        return signed

    async def _store_fault(
        self, fault: CondorError, stage: Stage[Any], key: str, version: str, args: tuple[Any, ...], ledger: Ledger
    ) -> None:
        """Store a failure that belongs to the step; what ends the run (ModelFault) is no step's result."""
        if isinstance(fault, Interrupted) and ledger.calls:
            # A reply was paid for and its repair was not begun: what it cost is kept.
            fault = CallFault(str(fault), reason="interrupted")
        if not isinstance(fault, ReplyFault | CallFault):
            return
        fault.step_key = key
        entry = self._entry(
            stage,
            key,
            version,
            ledger,
            self._now(),
            outcome="invalid" if isinstance(fault, ReplyFault) else "error",
            records=_cells(args),
            reason=fault.reason,
            detail=self._fit(str(fault)),
            raw=self._fit(fault.raw) if isinstance(fault, ReplyFault) else None,
        )
        await self._journal.write_step(entry)
        self._on_step(entry)

    def _fit(self, text: str) -> str:
        """A text from outside, fit to be stored: an endpoint may echo the key, and a reply may hold anything."""
        return self._model.redact(clean_text(text))

    def _entry(self, stage: Stage[Any], key: str, version: str, ledger: Ledger, now: str, **rest: Any) -> StepEntry:
        return StepEntry(
            key=key,
            stage=stage.name,
            prompt_version=version,
            model=self._model.spec.name,
            calls=ledger.calls,
            input_tokens=ledger.input_tokens,
            output_tokens=ledger.output_tokens,
            cost_usd=ledger.cost_usd,
            seconds=ledger.seconds,
            finished_at=now,
            **rest,
        )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _recall(self, key: str, outcome: StepOutcome, columns: dict[str, Any]) -> Any:
        """A stored step's result, or its failure, as it was."""
        if outcome == "invalid":
            fault = _REPLY_FAULTS[columns["reason"]](columns["detail"], raw=columns["raw"])
            fault.step_key = key
            raise fault
        output = json.loads(columns["output"])
        if "values" in output:
            return tuple(output["values"])
        records = tuple(self._record(record_id) for record_id in output["records"])
        return records if output["many"] else records[0]

    def _record(self, record_id: str) -> Record:
        record = self._journal.record(record_id)
        if record is None:
            raise JournalFault(f"{self._journal.path}: damaged: no record {record_id}")
        return record


def _cells(args: tuple[Any, ...]) -> list[Record]:
    """The cells among a step's arguments: made by the sampler and by no step, they are stored with the first that
    works on them.
    """
    return [arg for arg in args if isinstance(arg, Cell)]


def _replanted(records: Sequence[Record], args: tuple[Any, ...]) -> list[Record]:
    """Another run's records as those of this run's tree, from which a step's arguments come.

    Ids do not hold the tree's version: the same path, task and language in another tree is the same cell.
    """
    trees = [{"tree_version": arg.origin.tree_version} for arg in args if isinstance(arg, Record)]
    changes = trees[0] if trees else {}
    return [record.model_copy(update={"origin": record.origin.model_copy(update=changes)}) for record in records]


def _sign(result: T, provenance: Provenance) -> T:
    """The same records, with their provenance; plain values as they are."""
    if isinstance(result, Record):
        return cast("T", result.model_copy(update={"provenance": provenance}))
    if isinstance(result, tuple):
        return cast("T", tuple(_sign(item, provenance) for item in result))
    return result


def _dump(result: object) -> str:
    """A stage's result as the journal keeps it: ids of records, which stand in their own table, or plain values."""
    if isinstance(result, Record):
        return json.dumps({"records": [result.id], "many": False})
    items = list(cast("tuple[Any, ...]", result))
    if items and isinstance(items[0], Record):
        return json.dumps({"records": [item.id for item in items], "many": True})
    return json.dumps({"values": items}, ensure_ascii=False)
