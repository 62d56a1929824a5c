"""What tests of the runtime share: scripted and embedded models, and a cell to work on."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import dspy
from dspy.lm15 import LM15Error, Message, Request, Response, Usage

from condor.corpus.records import Cell, Origin
from condor.programs import CondorAdapter
from condor.runtime.endpoints import AsyncEngine, Route
from condor.runtime.engine import LimitedEngine
from condor.runtime.models import Model, ModelSpec, build_model
from condor.runtime.retry import RetryPolicy
from condor.runtime.stopping import StopSignal

T = TypeVar("T")

Script = Callable[[int, Request], "Response | Exception"]

#: Retries without waiting.
AT_ONCE = RetryPolicy(attempts=3, first_attempts=2, base_s=0.0)


def reply(text: str, finish_reason: Any = "stop") -> Response:
    """A reply of some text."""
    usage = Usage(input_tokens=10, output_tokens=5)
    return Response(None, "scripted", Message.assistant(text), finish_reason, usage)


class ScriptedEngine:
    """Answers call number n (from 0) by a script, and keeps what it was asked."""

    def __init__(self, script: Script) -> None:
        self.requests: list[Request] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._script = script

    async def complete(self, request: Request) -> Response:
        number = len(self.requests)
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            result = self._script(number, request)
        finally:
            self.in_flight -= 1
        if isinstance(result, LM15Error):
            raise result
        if isinstance(result, Exception):
            raise result
        return result


class _NoBlocking:
    def complete(self, request: Request) -> Response:
        raise AssertionError("the runtime calls the async engine only")


def scripted_model(
    script: Script, *, concurrency: int = 4, retry: RetryPolicy = AT_ONCE
) -> tuple[Model, ScriptedEngine]:
    """A model whose replies come from a script, below the real engine with its retries and its ledger."""
    inner = ScriptedEngine(script)
    engine = LimitedEngine(
        [Route(inner)],
        concurrency=concurrency,
        timeout_s=5,
        price=lambda usage: (usage.input_tokens or 0) * 0.001,
        retry=retry,
        rng=random.Random(0),
        stopping=StopSignal(),
    )
    lm = dspy.LM("scripted", engine=_NoBlocking(), async_engine=engine, cache=False, num_retries=0)
    return Model(spec=ModelSpec(name="openai/scripted"), lm=lm, engine=engine), inner


def answer_with(model: Model, inner: AsyncEngine) -> None:
    """Put another engine below a model that has not been called yet."""
    model.engine._routes = [Route(inner)]


def rehearsal_model(name: str = "rehearsal", *, concurrency: int = 8) -> Model:
    """The embedded model."""
    return build_model(ModelSpec(name=name), concurrency=concurrency)


def run_with(model: Model, work: Coroutine[Any, Any, T], *, parse_retries: int = 2) -> T:
    """Run a coroutine with a model in DSPy's context, as the synthesizer does."""

    async def inside() -> T:
        adapter = CondorAdapter(parse_retries=parse_retries)
        with dspy.context(lm=model.lm, adapter=adapter, disable_history=True, trace=None):
            return await work

    return asyncio.run(inside())


def make_cell(leaf: str = "Sourdough", **changes: Any) -> Cell:
    """A cell of a path that ends in `leaf`."""
    origin = Origin(tree_version="v", path=("Food", "Bread", leaf), task="view", language="en")
    return Cell(origin=origin.model_copy(update=changes))
