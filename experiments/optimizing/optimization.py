"""Compiling the prompts of a step: sets, inputs, the hold-out before, the optimizer, the hold-out after."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

from ... import __version__
from ...corpus.records import Cell
from ...errors import BudgetReached, CallFault, ModelFault, ReplyFault, RunMismatch
from ...hashing import content_hash
from ...programs import AsPrediction
from ...runtime.journal import Journal
from ...runtime.run_directory import RunDirectory
from ...runtime.stopping import finish_or_stop
from ..compiled import CompiledProgram, CompiledPrompt, Programs, SetName
from ..statistics import estimate_difference, estimate_mean
from ..tree_run import describe
from .compilers import COMPILERS, Compiled, CompileWork
from .metric import UNREADABLE, Graded, Metric, example_of
from .plan import CHOOSES_BY_VAL, OptimizePlan, OptimizerName
from .proof import check_holdout, check_inputs, check_verdicts, count_graded, is_improvement
from .reckoning import check_budget, kept_calls, least_to_compile, with_spare
from .replies import Halted
from .report import Optimization, save_optimization
from .roles import build_models
from .session import OptimizeUse, Session, open_session
from .sets import sample_sets, tag_path
from .tasks import TASKS_BY_STEP, StepTask, stages_of

KIND = "optimization"

Inputs = dict[str, Any]


async def optimize(plan: OptimizePlan, run: Path, use: OptimizeUse) -> Optimization:
    """Compile a step and leave the program in `run`, as `compiled/<step>.json`, and beside it a report.

    Every reply is in the journal in `run` before it is used: the same call again, after whatever broke it off, asks for
    what is missing only, and ends with the same program. Other steps may be compiled in the same directory; what they
    have in common is asked for once.

    Args:
        plan: what to compile.
        run: the directory.
        use: the models, and how they are asked.

    Raises:
        UsageFault: the tree is too small for the sets, the hold-out for a proof, or the budget for the optimizer:
            nothing was changed. Or a set has lost too many cells, whose inputs cannot be read.
        BadInput: the judge gave too few readable verdicts on the hold-out.
        ModelFault: no call can succeed.
        BudgetReached: the calls are used up and there is nothing to show for them; with a larger budget it goes on.
        RunMismatch, RunInUse, OutputFault: the directory holds something else, is in use, or cannot be written.
        CallFault: a call got no reply, after all attempts; the same call goes on.
        Interrupted: it was stopped; the same call goes on.
    """
    check_holdout(plan)
    sets = sample_sets(plan)
    task = TASKS_BY_STEP[plan.step]()
    check_budget(plan, task)
    models = build_models(use.specs, concurrency=use.concurrency, stopping=use.stopping)
    with RunDirectory(run) as directory, _open(directory) as (journal, new):
        try:
            async with open_session(plan, use, models, journal) as session:
                found = await finish_or_stop(_Optimizing(plan, use, task, sets, session).run(), use.stopping)
        except ModelFault:
            if new and not journal.holds_replies():
                journal.close()
                directory.discard()
            raise
        return save_optimization(found, run)


class _Optimizing:
    """The phases of one optimization, in order."""

    def __init__(
        self,
        plan: OptimizePlan,
        use: OptimizeUse,
        task: StepTask,
        sets: dict[SetName, tuple[Cell, ...]],
        session: Session,
    ) -> None:
        self._plan = plan
        self._use = use
        self._task = task
        self._sets = sets
        self._session = session
        self._kept = kept_calls(plan, task)

    async def run(self) -> Optimization:
        inputs, unreadable = await self._make_inputs()
        before = await self._grade(self._task.program(), inputs["holdout"])
        check_verdicts(before, self._use.specs["judge"].name)
        # What the built-in prompts took says how many repairs there are; the same after a resumption.
        self._kept = max(self._kept, with_spare(self._session.replies.used.calls))
        compiled = await self._compile(inputs)
        prompts = _prompts(compiled, self._task)
        changed = [prompt for prompt in prompts if prompt.prompt_version != prompt.base_version]
        after, ungraded, number = before, None, 0
        if changed:
            after, ungraded = await self._grade_compiled(prompts, inputs["holdout"])
        if changed and not ungraded:
            number = await count_graded(self._session.journal, self._plan.step, self._ids("holdout"), prompts)
        note = _note(compiled.halted, ungraded, changed=bool(changed))
        return self._report(before, after, prompts, replace(compiled, halted=note), unreadable, number)

    async def _make_inputs(self) -> tuple[dict[SetName, list[Inputs]], dict[str, int]]:
        """The inputs of each set; a cell whose inputs cannot be read is left out and counted."""
        with self._session.inputs() as step:

            async def one(number: int, cell: Cell) -> Inputs | None:
                difficulty = self._plan.difficulties[number % len(self._plan.difficulties)]
                try:
                    return await self._task.inputs(cell, difficulty, step)
                except ReplyFault:
                    return None

            wanted = [one(number, cell) for cells in self._sets.values() for number, cell in enumerate(cells)]
            made = await asyncio.gather(*wanted, return_exceptions=True)
        _raise_first(made)
        outcomes = iter(made)
        inputs: dict[SetName, list[Inputs]] = {
            name: [found for found in islice(outcomes, len(cells)) if isinstance(found, dict)]
            for name, cells in self._sets.items()
        }
        unreadable = {str(name): lost for name, cells in self._sets.items() if (lost := len(cells) - len(inputs[name]))}
        check_inputs(inputs, self._sets)
        return inputs, unreadable

    async def _grade(self, program: Any, inputs: Sequence[Inputs]) -> list[Graded]:
        session = self._session
        metric = Metric(self._task, session.lms)
        return await session.in_thread(lambda: session.grade_all(metric, program, inputs))

    async def _grade_compiled(
        self, prompts: tuple[CompiledPrompt, ...], inputs: Sequence[Inputs]
    ) -> tuple[list[Graded], str | None]:
        """The hold-out with compiled prompts; where the calls do not last, no scores, and why.

        What the optimizer was paid for is not lost then: the program is kept, but counts as no improvement.
        """
        program = self._task.program()
        Programs.of(prompts).apply(program)
        self._session.limit.keep(0)
        try:
            return await self._grade(program, inputs), None
        except BudgetReached as exc:
            return [Graded(None, "")] * len(inputs), f"the hold-out could not be graded with what was found: {exc}"

    async def _compile(self, inputs: dict[SetName, list[Inputs]]) -> Compiled:
        """Let the optimizer work, with the calls kept aside that the hold-out takes afterwards."""
        plan, session = self._plan, self._session
        session.limit.keep(self._kept)
        train, val = inputs["train"], inputs["val"]
        if plan.optimizer not in CHOOSES_BY_VAL:
            train = val = [*train, *val]
        neutral = estimate_mean(graded.score for graded in await self._grade(self._task.program(), val)).mean
        least = least_to_compile(plan.optimizer, self._task, len(train), len(val))
        if self._remaining() < least:
            raise BudgetReached(
                f"the budget of {plan.budget_calls} calls leaves {self._remaining()} to {plan.optimizer}, which needs "
                f"{least}; a larger one goes on"
            )
        work = self._work(train, val, neutral)
        try:
            return await session.in_thread(lambda: _compile_or_say(plan.optimizer, work))
        finally:
            session.begin_anew()

    def _work(self, train: list[Inputs], val: list[Inputs], neutral: float | None) -> CompileWork:
        session = self._session
        metric = Metric(self._task, session.lms)
        if neutral is not None:
            metric.neutral = neutral
        return CompileWork(
            program=AsPrediction(self._task.program()),
            train=[example_of(each) for each in train],
            val=[example_of(each) for each in val],
            metric=metric,
            lms=dict(session.lms),
            threads=self._use.concurrency,
            seed=self._plan.seed,
            per_result=self._task.calls,
            remaining=self._remaining,
        )

    def _remaining(self) -> int:
        """Calls that the optimizer may still use, by what it has asked for: the same after a resumption."""
        return self._plan.budget_calls - self._kept - self._session.used

    def _ids(self, name: SetName) -> tuple[str, ...]:
        return tuple(_set_id(self._plan, cell) for cell in self._sets[name])

    def _report(
        self,
        before: list[Graded],
        after: list[Graded],
        prompts: tuple[CompiledPrompt, ...],
        compiled: Compiled,
        unreadable: dict[str, int],
        number: int,
    ) -> Optimization:
        plan, session = self._plan, self._session
        scores = [[graded.score for graded in found] for found in (before, after)]
        difference = estimate_difference(scores[0], scores[1])
        improved = number > 0 and is_improvement(difference, programs=number)
        means = {"before": estimate_mean(scores[0]), "after": estimate_mean(scores[1])}
        program = CompiledProgram(
            step=plan.step,
            prompts=prompts,
            optimizer=plan.optimizer,
            seed=plan.seed,
            models={role: spec.identity for role, spec in self._use.specs.items()},
            sets={name: self._ids(name) for name in self._sets},
            scores={name: vars(found) for name, found in {**means, "difference": difference}.items()},
            improved=improved,
        )
        spent = session.spending.total
        return Optimization(
            program=program,
            path=None,
            before=means["before"],
            after=means["after"],
            difference=difference,
            broken={"before": _broken(before), "after": _broken(after)},
            unreadable=unreadable,
            candidates=compiled.candidates,
            note=compiled.halted,
            number=number,
            budget_calls=plan.budget_calls,
            calls=dict(session.limit.made),
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            cost_usd=spent.cost_usd,
            rehearsal=any(spec.is_rehearsal for spec in self._use.specs.values()),
        )


def _compile_or_say(optimizer: OptimizerName, work: CompileWork) -> Compiled:
    """What an optimizer found, or why it found nothing.

    Raises:
        Halted: the work was stopped.
    """
    try:
        return COMPILERS[optimizer]().compile(work)
    except UNREADABLE as exc:
        # COPRO and MIPRO end where a proposal cannot be read.
        return Compiled(None, None, f"the optimizer's model gave no readable proposal: {str(exc)[:200]}")
    except Halted as exc:
        if not isinstance(exc.fault, BudgetReached):
            raise
        return Compiled(None, None, f"{exc.fault}; {optimizer} keeps no program before its end")


def _prompts(compiled: Compiled, task: StepTask) -> tuple[CompiledPrompt, ...]:
    """What the optimizer made of each stage; the built-in prompts where it made nothing."""
    base = {stage.name: stage.prompt_version() for stage in stages_of(task.program())}
    # What an optimizer attaches to a program, such as all that it has tried, stands around ours.
    program = task.program() if compiled.program is None else cast("AsPrediction", compiled.program).program
    return tuple(CompiledPrompt.of(stage, base_version=base[stage.name]) for stage in stages_of(program))


def _note(halted: str | None, ungraded: str | None, *, changed: bool) -> str | None:
    if halted is None and not changed:
        return "the optimizer found no prompt better than the built-in one"
    return "; ".join(filter(None, (halted, ungraded))) or None


def _set_id(plan: OptimizePlan, cell: Cell) -> str:
    return content_hash([cell.origin.language, tag_path(cell)]) if plan.step == "expand" else cell.id


def _broken(found: Sequence[Graded]) -> dict[str, int]:
    rules = [graded.broken for graded in found if graded.broken]
    return {rule: rules.count(rule) for rule in sorted(set(rules))}


def _raise_first(made: Sequence[object]) -> None:
    """Raise the first error of steps that were all awaited; what ends the work before a call that got no reply."""
    errors = [each for each in made if isinstance(each, BaseException)]
    for error in sorted(errors, key=lambda each: isinstance(each, CallFault)):
        raise error


@contextmanager
def _open(directory: RunDirectory) -> Iterator[tuple[Journal, bool]]:
    """The journal of optimizations in a directory, and whether it is new."""
    new = not directory.exists
    if new:
        journal = Journal.create(directory.journal, {"condor": __version__, "kind": KIND})
    else:
        journal = directory.open_journal()
    with journal:
        if (kind := journal.meta().get("kind")) != KIND:
            raise RunMismatch(f"{directory.path}: holds {describe(kind)}, no optimizations; choose another --run")
        yield journal, new
