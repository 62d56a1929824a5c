"""Runs the pipeline over a tree: many chains at once, none waiting for another, until enough records are kept."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..corpus.filters import Rejection, check_answer_language, check_copied_example, check_language
from ..corpus.records import Answer, Cell, Question, Refinement
from ..errors import BadInput, BudgetReached, CallFault, Interrupted, Pending, ReplyFault
from ..knowledge.tasks import tasks_for
from ..programs.adapter import CondorAdapter
from ..programs.direct import Complete
from ..programs.refine import Refine
from ..programs.void import Void
from .budget import Budget
from .collector import quiet_collector
from .journal import ItemEntry, Journal, StageFigures, StepEntry
from .models import Model
from .plan import Item, Plan
from .steps import JournaledSteps
from .stopping import finish_or_stop

T = TypeVar("T")

#: So many items in a row without one kept: something is wrong that topping up will not mend.
_HOPELESS = 100


@dataclass
class Tally:
    """A run's figures, live.

    Attributes:
        asked: records wanted.
        calls, input_tokens, output_tokens, cost_usd: over the run's whole life, as in the journal.
        new_calls: of this process.
        inherited: steps that were taken over from another run.
        rejected_questions: of the rejected items, those that no answer was asked for.
        gate_kept, gate_refused: refinements, by what a gate decided; none without one.
        stages: what the steps of each stage have come to.
    """

    asked: int
    kept: int = 0
    rejected: int = 0
    failed: int = 0
    calls: int = 0
    new_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    inherited: int = 0
    rejected_questions: int = 0
    gate_kept: int = 0
    gate_refused: int = 0
    stages: dict[str, StageFigures] = field(default_factory=dict)

    @classmethod
    def resume(cls, asked: int, journal: Journal, refine: Refine) -> "Tally":
        """The figures that a journal has reached."""
        totals = journal.totals(with_turns=False)
        gate_kept, gate_refused = journal.gate_figures(refine.rounds) if refine.gate is not None else (0, 0)
        return cls(
            asked=asked,
            kept=totals.kept,
            rejected=totals.rejected,
            failed=totals.failed,
            calls=totals.calls,
            input_tokens=totals.input_tokens,
            output_tokens=totals.output_tokens,
            cost_usd=totals.cost_usd,
            inherited=totals.inherited,
            rejected_questions=journal.rejected_questions(),
            gate_kept=gate_kept,
            gate_refused=gate_refused,
            stages=journal.stage_figures(),
        )

    def add_step(self, entry: StepEntry) -> None:
        """Count a step that was executed or taken over."""
        self.stages.setdefault(entry.stage, StageFigures()).add(entry)
        self.inherited += entry.inherited
        self.calls += entry.calls
        self.new_calls += entry.calls
        self.input_tokens += entry.input_tokens
        self.output_tokens += entry.output_tokens
        known = self.cost_usd is not None and entry.cost_usd is not None
        self.cost_usd = (self.cost_usd or 0.0) + (entry.cost_usd or 0.0) if known else None


@dataclass(frozen=True)
class Outcome:
    """How a synthesis ended.

    Attributes:
        tally: the figures at the end.
        shortfall: why fewer records were kept than asked for, or None.
        interrupted: whether the user stopped it.
        waiting: items whose next reply is still to come.
    """

    tally: Tally
    shortfall: str | None = None
    interrupted: bool = False
    waiting: int = 0


@dataclass
class _Progress:
    """What the launching of further items depends on.

    Attributes:
        pending: items under way.
        parked: those of them whose reply is still to come: they keep their place, and no task waits for them.
        barren: items in a row that were not kept.
        unanswered: items that ended for want of a reply.
        errors: what ends the run.
    """

    pending: int = 0
    parked: int = 0
    barren: int = 0
    unanswered: int = 0
    errors: list[BaseException] = field(default_factory=list)


class Synthesizer:
    """Turns a plan into kept records.

    No more is begun than is still needed: an item is launched only while those kept and those under way are fewer than
    asked for. So the kept records are the first of the walk that succeed, whatever the order in which replies come.

    Args:
        journal: of the run.
        model: writes everything, as in the paper.
        plan: what to ask, in order; items that have ended are not in it.
        void, refine: the programs. A refinement that the gate of `refine` refuses stays in the journal, and no part
            of the record.
        records: how many to keep in all, those of earlier sessions included.
        concurrency: cells under way at most; the model bounds the calls in flight.
        parse_retries: how often a reply that does not parse is asked for again.
        on_change: is called with the tally whenever it changes.
        inherited: another run's journal, whose finished steps are taken over.
        replies: see `JournaledSteps`.
        judge: what the gate asks, by default the model that writes; it is stopped with that one.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        model: Model,
        plan: Plan,
        void: Void,
        refine: Refine,
        records: int,
        concurrency: int,
        parse_retries: int,
        on_change: Callable[[Tally], None] = lambda _: None,
        inherited: Journal | None = None,
        replies: Callable[[str], Complete] | None = None,
        judge: Model | None = None,
    ) -> None:
        self.tally = Tally.resume(records, journal, refine)
        self._journal = journal
        self._model = model
        self._plan = plan
        self._void = void
        self._refine = refine
        self._concurrency = concurrency
        self._on_change = on_change
        adapter = CondorAdapter(parse_retries=parse_retries)
        self._step = JournaledSteps(
            journal, model, adapter=adapter, on_step=self._count_step, inherited=inherited, replies=replies
        )
        self._judge_step = self._step if judge is None else self._step.beside(judge)
        self._engines = {each.engine for each in (model, judge or model)}
        self._progress = _Progress()

    @property
    def budget(self) -> Budget | None:
        """What the calls may cost in all, and have cost."""
        return self._model.engine.budget

    def stop(self) -> None:
        """Begin no further call; those in flight are waited for and kept."""
        for engine in self._engines:
            engine.stopping.set()

    async def run(self) -> Outcome:
        """Work until enough records are kept, the plan is used up, or the run is stopped.

        Raises:
            ModelFault: no call can succeed; what is finished is kept.
            OutputFault: the journal cannot be written.
        """
        if self.tally.kept < self.tally.asked:
            # Items that failed for want of a reply are asked again: they count as not yet ended.
            self.tally.failed -= await self._journal.reopen_items()
        try:
            with quiet_collector():
                exhausted = await finish_or_stop(self._work(), self._model.engine.stopping)
        except Interrupted:
            exhausted = False
        finally:
            for engine in self._engines:
                await engine.aclose()
        if self._progress.errors:
            raise self._progress.errors[0]
        return self._outcome(exhausted)

    async def _work(self) -> bool:
        """Launch and await; returns whether the plan was used up."""
        live: set[asyncio.Task[None]] = set()
        exhausted = False
        try:
            while True:
                exhausted = self._launch(live) or exhausted
                if not live:
                    return exhausted
                done, _ = await asyncio.wait(live, return_when=asyncio.FIRST_COMPLETED)
                self._collect(live, done)
        finally:
            for task in live:
                task.cancel()
            await asyncio.gather(*live, return_exceptions=True)

    def _launch(self, live: set[asyncio.Task[None]]) -> bool:
        """Begin as many cells as may be begun; returns whether the plan turned out to be used up."""
        while self._may_launch(len(live)):
            items = self._plan.take(self.tally.asked - self.tally.kept - self._progress.pending)
            if not items:
                return True
            self._progress.pending += len(items)
            live.add(asyncio.create_task(self._run_cell(items)))
        return False

    def _may_launch(self, live: int) -> bool:
        return (
            live < self._concurrency
            and self.tally.kept + self._progress.pending < self.tally.asked
            and not self._model.engine.stopping.is_set()
            and self._progress.barren < _HOPELESS
        )

    def _collect(self, live: set[asyncio.Task[None]], done: set[asyncio.Task[None]]) -> None:
        """A cell that ended in an error ends the run; those under way may still finish their calls."""
        for task in done:
            live.discard(task)
            error = task.exception()
            if isinstance(error, BudgetReached):
                self.stop()
            elif error is not None and not isinstance(error, Interrupted):
                self._progress.errors.append(error)
                self.stop()

    async def _run_cell(self, items: Sequence[Item]) -> None:
        cell = items[0].cell
        try:
            work = self._void.questions(cell, [item.difficulty for item in items], step=self._step)
            questions = await self._or_stop(work)
        except (ReplyFault, CallFault) as exc:
            for item in items:
                await self._end(_failed(item, exc))
            return
        except Pending:
            self._progress.parked += len(items)
            return
        by_difficulty = {question.origin.difficulty: question for question in questions}
        chains = (self._or_stop(self._run_chain(item, by_difficulty[item.difficulty])) for item in items)
        results = await asyncio.gather(*chains, return_exceptions=True)
        # All chains of the cell have come to their end; what went wrong may speak now, a mere stop last.
        errors = [result for result in results if isinstance(result, BaseException)]
        for error in sorted(errors, key=lambda error: isinstance(error, Interrupted)):
            raise error

    async def _or_stop(self, work: Awaitable[T]) -> T:
        """Await some work. Where the key, the model or the disk is gone, no other chain begins a call in vain."""
        try:
            return await work
        except BadInput:
            self.stop()
            raise

    async def _run_chain(self, item: Item, question: Question) -> None:
        if (rejection := _check_question(item.cell, question)) is not None:
            await self._end(_rejected(item, question, rejection))
            return
        try:
            answer = await self._void.answer(question, step=self._step)
            # A first answer in the wrong language is not worth two more calls.
            if (rejection := _check_answer(answer, question)) is not None:
                await self._end(_rejected(item, question, rejection, answer_id=answer.id))
                return
            final = await self._refine_answer(question, answer)
        except (ReplyFault, CallFault) as exc:
            await self._end(_failed(item, exc, question))
            return
        except Pending:
            self._progress.parked += 1
            return
        if (rejection := _check_answer(final, question)) is not None:
            await self._end(_rejected(item, question, rejection, answer_id=answer.id))
            return
        await self._end(_kept(item, question, answer, final))

    async def _refine_answer(self, question: Question, answer: Answer) -> Answer | Refinement:
        """What stands after all rounds: the last refinement, or the first answer where a gate let none stand."""
        final: Answer | Refinement = answer
        attempts = self._refine.aattempts(question, answer, step=self._step, judge_step=self._judge_step)
        async for attempt in attempts:
            final = attempt.refinement if attempt.stands else final
            if self._refine.gate is not None:
                self.tally.gate_kept += attempt.stands
                self.tally.gate_refused += not attempt.stands
        return final

    async def _end(self, entry: ItemEntry) -> None:
        await self._journal.write_item(entry)
        self._progress.pending -= 1
        self._progress.unanswered += not entry.final
        self._progress.barren = 0 if entry.outcome == "kept" else self._progress.barren + 1
        match entry.outcome:
            case "kept":
                self.tally.kept += 1
            case "rejected":
                self.tally.rejected += 1
                self.tally.rejected_questions += entry.answer_id is None
            case "failed":
                self.tally.failed += 1
        self._on_change(self.tally)

    def _count_step(self, entry: StepEntry) -> None:
        self.tally.add_step(entry)
        self._on_change(self.tally)

    def _outcome(self, exhausted: bool) -> Outcome:
        missing = self.tally.asked - self.tally.kept
        if missing <= 0:
            return Outcome(self.tally)
        if (budget := self.budget) is not None and budget.reached:
            why = f"the budget of ${budget.limit_usd:g} leaves no room for another call (${budget.spent_usd:.4f} spent)"
            why = f"{missing} short: {why}; the same command with a higher --budget goes on"
            return Outcome(self.tally, why, waiting=self._progress.parked)
        if self._model.engine.stopping.is_set():
            return Outcome(self.tally, interrupted=True)
        if self._progress.parked:
            return Outcome(self.tally, waiting=self._progress.parked)
        return Outcome(self.tally, f"{missing} short: {self._why(exhausted)}")

    def _why(self, exhausted: bool) -> str:
        """Why no more was begun, what was lost on the way, and what to do about it."""
        reasons = self._journal.totals().reasons
        lost = ", ".join(f"{count} {outcome} ({reason})" for (outcome, reason), count in sorted(reasons.items()))
        if not exhausted:
            return f"{_HOPELESS} items in a row were not kept ({lost}); mend the cause, then run the same command again"
        if self._progress.unanswered:
            return f"every cell of the tree was asked ({lost}); the same command again asks for what got no reply"
        tail = f" ({lost})" if lost else ""
        return f"every cell of the tree was asked{tail}; a larger tree or more tasks give more"


def _check_question(cell: Cell, question: Question) -> Rejection | None:
    examples = tasks_for(cell.origin.language)[cell.origin.task].examples
    return check_language(question.text, cell.origin.language) or check_copied_example(question.text, examples)


def _check_answer(answer: Answer | Refinement, question: Question) -> Rejection | None:
    return check_answer_language(answer.text, question.text, question.origin.language)


def _kept(item: Item, question: Question, answer: Answer, final: Answer | Refinement) -> ItemEntry:
    return ItemEntry(
        position=item.position,
        outcome="kept",
        cell_id=item.cell.id,
        difficulty=item.difficulty,
        question_id=question.id,
        answer_id=answer.id,
        record_id=final.id,
    )


def _rejected(item: Item, question: Question, rejection: Rejection, *, answer_id: str | None = None) -> ItemEntry:
    return ItemEntry(
        position=item.position,
        outcome="rejected",
        cell_id=item.cell.id,
        difficulty=item.difficulty,
        question_id=question.id,
        answer_id=answer_id,
        reason=rejection.rule,
        figure=rejection.figure,
        detail=rejection.detail,
    )


def _failed(item: Item, fault: ReplyFault | CallFault, question: Question | None = None) -> ItemEntry:
    return ItemEntry(
        position=item.position,
        outcome="failed",
        final=isinstance(fault, ReplyFault),
        cell_id=item.cell.id,
        difficulty=item.difficulty,
        question_id=question.id if question else None,
        reason=fault.reason,
        detail=str(fault),
        step_key=fault.step_key,
    )
