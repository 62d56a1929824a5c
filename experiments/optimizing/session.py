"""The models, the journal and the threads of one optimization."""

import asyncio
import contextvars
import io
import json
import logging
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import dspy

from ...hashing import content_hash
from ...programs import CondorAdapter, Stage, Step
from ...programs.program import Program
from ...runtime.call_limit import CallLimit
from ...runtime.journal import Journal, StepEntry
from ...runtime.ledger import Ledger
from ...runtime.models import Model, ModelSpec
from ...runtime.steps import JournaledSteps, step_key
from ...runtime.stopping import StopSignal
from .metric import Graded, Metric
from .plan import OptimizePlan
from .replies import Halted, Replies, StoredLM, stored_lm
from .roles import CallsByRole, working_for

T = TypeVar("T")

#: An evaluation of DSPy's gives up after so many results that failed; for us each of them is a result of 0.
_NO_LIMIT = 2**31


@dataclass(frozen=True)
class OptimizeUse:
    """How models are asked.

    Attributes:
        generator: what the step is compiled for.
        judge, optimizer: grades results; proposes prompts. By default the generator's model.
        concurrency: calls in flight at most, to each model. What comes out does not depend on it.
        parse_retries: how often a reply that does not parse is asked for again.
        on_call: is told of calls that were made.
        stopping: is set to stop the work.
    """

    generator: ModelSpec
    judge: ModelSpec | None = None
    optimizer: ModelSpec | None = None
    concurrency: int = 16
    parse_retries: int = 2
    on_call: Callable[[int], None] = lambda _: None
    stopping: StopSignal = field(default_factory=StopSignal)

    @property
    def specs(self) -> dict[str, ModelSpec]:
        """The models by role. A judge is asked without chance: the same text should get the same verdict."""
        judge = self.judge or self.generator
        if judge.temperature is not None:
            judge = judge.model_copy(update={"temperature": 0.0})
        return {"generator": self.generator, "judge": judge, "optimizer": self.optimizer or self.generator}


class Spending:
    """What one plan has paid for, in all sessions, as far as the replies have arrived.

    Attributes:
        total: the figures. They do not depend on which of the replies a later session asks for again.

    Args:
        total: of earlier sessions.
        store: writes the figures, as JSON, to disk.
        on_call: is told of calls that were made.
    """

    def __init__(self, total: Ledger, store: Callable[[str], Awaitable[None]], on_call: Callable[[int], None]) -> None:
        self.total = total
        self._store = store
        self._on_call = on_call

    def add(self, ledger: Ledger) -> None:
        """Count what a reply cost."""
        self.total.merge(ledger)
        self._on_call(ledger.calls)

    async def save(self) -> None:
        """Bring the figures to disk."""
        await self._store(json.dumps(asdict(self.total)))


class Session:
    """One optimization under way.

    Attributes:
        journal: where everything is stored.
        spending: what was paid.
        replies: to the calls of the optimizer, the program and the judge.
        limit: of calls.
        lms: by role, for DSPy.
    """

    def __init__(
        self, use: OptimizeUse, models: Mapping[str, Model], journal: Journal, limit: CallLimit, spending: Spending
    ) -> None:
        self.use = use
        self.limit = limit
        self.spending = spending
        self._models = models
        self.journal = journal
        self._input_calls = 0
        self.replies = Replies(journal, spending)
        self.lms = self._stored_lms()
        for model in models.values():
            model.engine.calls = CallsByRole(limit)

    def begin_anew(self) -> None:
        """Go on after work that was halted. Threads that it left behind stay halted with the replies that they know."""
        self.replies = Replies(self.journal, self.spending, used=self.replies.used)
        self.lms = self._stored_lms()

    def _stored_lms(self) -> dict[str, StoredLM]:
        return {role: stored_lm(role, model, self.replies) for role, model in self._models.items()}

    @property
    def used(self) -> int:
        """Calls that led to the inputs and replies that were asked for, whenever they were paid.

        Unlike those of the limit they do not hold what was lost in flight: this is the same after a resumption.
        """
        return self._input_calls + self.replies.used.calls

    @contextmanager
    def inputs(self) -> Iterator[Step]:
        """Inside the block the generator's calls make inputs, through the journal, and are counted as such."""

        def tell(entry: StepEntry) -> None:
            figures = (entry.calls, entry.input_tokens, entry.output_tokens, entry.cost_usd, entry.seconds)
            self.spending.add(Ledger(*figures))

        generator = self._models["generator"]
        adapter = CondorAdapter(parse_retries=self.use.parse_retries)
        steps = JournaledSteps(self.journal, generator, adapter=adapter, on_step=tell)
        keys: set[str] = set()

        async def step(stage: Stage[T], *args: Any) -> T:
            keys.add(step_key(stage, stage.prompt_version(), args, generator.spec.identity))
            try:
                return await steps(stage, *args)
            finally:
                await self.spending.save()

        with working_for("inputs"):
            yield step
        self._input_calls = sum(map(self.journal.step_calls, keys))

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do some work that blocks, in a thread of its own, with DSPy set up for it.

        Raises:
            CondorError: why it had to end before it was done.
        """
        thread = ThreadPoolExecutor(1, "optimizer")
        context = contextvars.copy_context()
        try:
            return await asyncio.get_running_loop().run_in_executor(thread, lambda: context.run(self._set_up, work))
        except Halted as exc:
            raise exc.fault from exc
        except asyncio.CancelledError:
            self.replies.cancel()
            raise
        finally:
            thread.shutdown(wait=False)
            await self.replies.drain()

    def grade_all(self, metric: Metric, program: Program[Any], inputs: Sequence[dict[str, Any]]) -> list[Graded]:
        """Execute a program on inputs, side by side, and grade what it makes; in the order of the inputs."""
        contexts = [contextvars.copy_context() for _ in inputs]
        with ThreadPoolExecutor(self.use.concurrency) as threads:
            return list(
                threads.map(lambda pair: pair[0].run(metric.run, program, pair[1]), zip(contexts, inputs, strict=True))
            )

    def _set_up(self, work: Callable[[], T]) -> T:
        adapter = CondorAdapter(parse_retries=self.use.parse_retries)
        with (
            _silence(),
            dspy.context(
                lm=self.lms["generator"],
                adapter=adapter,
                disable_history=True,
                trace=None,
                max_errors=_NO_LIMIT,
                num_threads=self.use.concurrency,
            ),
        ):
            return work()


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)


@contextmanager
def _silence() -> Iterator[None]:
    """Optimizers print, draw bars and log what they do, with the texts of examples; what matters is in the report."""
    names = ("dspy", "gepa", "optuna")
    levels = {name: logging.getLogger(name).level for name in names}
    with warnings.catch_warnings(), redirect_stdout(_Nowhere()), redirect_stderr(_Nowhere()):
        warnings.simplefilter("ignore")
        for name in names:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


@asynccontextmanager
async def open_session(
    plan: OptimizePlan, use: OptimizeUse, models: Mapping[str, Model], journal: Journal
) -> AsyncIterator[Session]:
    """The models at work, with the calls counted that earlier sessions of the same plan have made."""
    identities = {role: model.spec.identity for role, model in models.items()}
    work = content_hash([plan.identity, identities])
    known = journal.meta()

    def kept_under(key: str) -> tuple[dict[str, Any], Callable[[str], Awaitable[None]]]:
        return json.loads(known.get(key, "{}")), lambda value: journal.write_meta(key, value)

    made, store_made = kept_under(f"calls:{work}")
    spent, store_spent = kept_under(f"spent:{work}")
    limit = CallLimit(plan.budget_calls, made=made, store=store_made)
    try:
        yield Session(use, models, journal, limit, Spending(Ledger(**spent), store_spent, use.on_call))
    finally:
        for engine in {id(model.engine): model.engine for model in models.values()}.values():
            await engine.aclose()
