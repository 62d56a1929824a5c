"""Compiling the prompts of a step: sets, inputs, the hold-out before, the optimizer, the hold-out after."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ... import __version__
from ...corpus.records import Cell
from ...errors import BadInput, BudgetReached, CallFault, ModelFault, ReplyFault, RunMismatch, UsageFault
from ...files import make_directory, write_atomically
from ...hashing import content_hash
from ...programs import AsPrediction
from ...runtime.journal import Journal
from ...runtime.run_directory import RunDirectory
from ...runtime.stopping import finish_or_stop
from ..compiled import CompiledProgram, CompiledPrompt, Programs, SetName, load_compiled, save_compiled
from ..statistics import Estimate, estimate_difference, estimate_mean
from ..tree_run import describe
from .compilers import COMPILERS, Compiled, CompileWork
from .metric import UNREADABLE, Graded, Metric, example_of
from .plan import CHOOSES_BY_VAL, OptimizePlan
from .replies import Halted
from .session import OptimizeUse, Session, build_models, open_session
from .sets import sample_sets, tag_path
from .tasks import TASKS_BY_STEP, StepTask, stages_of

#: In a directory of optimizations: the compiled programs, and what became of the last one.
COMPILED = "compiled"
REPORT_FILE = "optimization.json"
KIND = "optimization"

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Optimization:
    """What became of an optimization.

    Attributes:
        program: what was compiled; where nothing better was found, the built-in prompts or what the hold-out refuted.
        path: of its file; None where a better program of an earlier optimization keeps the place.
        before, after, difference: on the hold-out, from 0 to 1; `difference` is paired.
        broken: the rules that results on the hold-out broke: `before` and `after` -> rule -> how many.
        unreadable: cells whose inputs could not be made, by set.
        candidates: programs that the optimizer tried, where it says so.
        note: why the optimizer did not come to its own end, or that it found nothing.
        budget_calls, calls: what was allowed, and what was made for what, in all sessions.
        input_tokens, output_tokens, cost_usd: of the replies to the program, the judge and the optimizer.
        rehearsal: whether the stand-in wrote it.
    """

    program: CompiledProgram
    path: str | None
    before: Estimate
    after: Estimate
    difference: Estimate
    broken: dict[str, dict[str, int]]
    unreadable: dict[str, int]
    candidates: int | None
    note: str | None
    budget_calls: int
    calls: dict[str, int]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    rehearsal: bool

    @property
    def improved(self) -> bool:
        """Whether the interval of the difference lies above 0."""
        return self.program.improved

    def as_json(self) -> dict[str, Any]:
        """Everything but the prompts, as plain values for JSON."""
        held = vars(self) | {name: vars(getattr(self, name)) for name in ("before", "after", "difference")}
        program = self.program.model_dump(mode="json", exclude={"prompts": {"__all__": {"state"}}})
        return held | {"program": program, "improved": self.improved}


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
        UsageFault: the tree is too small for the sets, or the budget for the optimizer: nothing was changed.
        ModelFault: no call can succeed.
        BudgetReached: the calls are used up and there is nothing to show for them; with a larger budget it goes on.
        RunMismatch, RunInUse, OutputFault: the directory holds something else, is in use, or cannot be written.
        CallFault: a call got no reply, after all attempts; the same call goes on.
        Interrupted: it was stopped; the same call goes on.
    """
    sets = sample_sets(plan)
    task = TASKS_BY_STEP[plan.step]()
    _check_budget(plan, task)
    models = build_models(use)
    with RunDirectory(run) as directory, _open(directory) as (journal, new):
        try:
            async with open_session(plan, use, models, journal) as session:
                found = await finish_or_stop(_Optimizing(plan, use, task, sets, session).run(), use.stopping)
        except ModelFault:
            if new and not journal.holds_replies():
                journal.close()
                directory.discard()
            raise
        return _save(found, run)


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
        base = self._task.program()
        before = await self._grade(base, inputs["holdout"])
        _check_verdicts(before, self._use)
        compiled = await self._compile(inputs)
        prompts = _prompts(compiled, self._task)
        changed = [prompt for prompt in prompts if prompt.prompt_version != prompt.base_version]
        after = before
        if changed:
            program = self._task.program()
            Programs.of(prompts).apply(program)
            self._session.limit.keep(0)
            after = await self._grade(program, inputs["holdout"])
        return self._report(before, after, prompts, compiled, unreadable, changed=bool(changed))

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
        _check_enough(inputs, self._sets)
        return inputs, unreadable

    async def _grade(self, program: Any, inputs: Sequence[Inputs]) -> list[Graded]:
        session = self._session
        metric = Metric(self._task, session.lms)
        return await session.in_thread(lambda: session.grade_all(metric, program, inputs))

    async def _compile(self, inputs: dict[SetName, list[Inputs]]) -> Compiled:
        """Let the optimizer work, with the calls kept aside that the hold-out takes afterwards."""
        plan, session, task = self._plan, self._session, self._task
        session.limit.keep(self._kept)
        train, val = inputs["train"], inputs["val"]
        if plan.optimizer not in CHOOSES_BY_VAL:
            train = val = [*train, *val]
        metric = Metric(task, session.lms)
        scores = [graded.score for graded in await self._grade(task.program(), val)]
        if (mean := estimate_mean(scores).mean) is not None:
            metric.neutral = mean
        compiler = COMPILERS[plan.optimizer]()
        work = CompileWork(
            program=AsPrediction(task.program()),
            train=[example_of(each) for each in train],
            val=[example_of(each) for each in val],
            metric=metric,
            lms=dict(session.lms),
            threads=self._use.concurrency,
            seed=plan.seed,
            per_result=task.calls,
            remaining=self._remaining,
        )
        least = compiler.least(
            train=len(train), val=len(val), per_result=task.calls, predictors=len(stages_of(task.program()))
        )
        if self._remaining() < least:
            raise BudgetReached(
                f"the budget of {plan.budget_calls} calls leaves {self._remaining()} to {plan.optimizer}, which needs "
                f"{least}; go on with a larger one"
            )

        def compile_() -> Compiled:
            try:
                return compiler.compile(work)
            except UNREADABLE as exc:
                # COPRO and MIPRO end where a proposal cannot be read.
                return Compiled(None, None, f"the optimizer's model gave no readable proposal: {str(exc)[:200]}")
            except Halted as exc:
                if not isinstance(exc.fault, BudgetReached):
                    raise
                return Compiled(None, None, f"{exc.fault}; {plan.optimizer} keeps no program before its end")

        try:
            return await session.in_thread(compile_)
        finally:
            session.begin_anew()

    def _remaining(self) -> int:
        """Calls that the optimizer may still use, by what it has asked for: the same after a resumption."""
        session = self._session
        return self._plan.budget_calls - self._kept - session.limit.made.get("inputs", 0) - session.replies.used.calls

    def _report(
        self,
        before: list[Graded],
        after: list[Graded],
        prompts: tuple[CompiledPrompt, ...],
        compiled: Compiled,
        unreadable: dict[str, int],
        *,
        changed: bool,
    ) -> Optimization:
        plan, session = self._plan, self._session
        scores = [[graded.score for graded in found] for found in (before, after)]
        difference = estimate_difference(scores[0], scores[1])
        improved = changed and difference.low is not None and difference.low > 0
        named = {"before": estimate_mean(scores[0]), "after": estimate_mean(scores[1]), "difference": difference}
        program = CompiledProgram(
            step=plan.step,
            prompts=prompts,
            optimizer=plan.optimizer,
            seed=plan.seed,
            models={role: spec.identity for role, spec in self._use.specs.items()},
            sets={name: tuple(_set_id(plan, cell) for cell in cells) for name, cells in self._sets.items()},
            scores={name: vars(found) for name, found in named.items()},
            improved=improved,
        )
        used = session.replies.used
        return Optimization(
            program=program,
            path=None,
            **named,
            broken={"before": _broken(before), "after": _broken(after)},
            unreadable=unreadable,
            candidates=compiled.candidates,
            note=compiled.halted or (None if changed else "the optimizer found no prompt better than the built-in one"),
            budget_calls=plan.budget_calls,
            calls=dict(session.limit.made),
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            cost_usd=used.cost_usd,
            rehearsal=any(spec.is_rehearsal for spec in self._use.specs.values()),
        )


def _check_enough(inputs: Mapping[SetName, Sequence[Inputs]], sets: Mapping[SetName, Sequence[Cell]]) -> None:
    """See that no set has lost so many cells that nothing can be said by it."""
    for name, found in inputs.items():
        if len(found) < min(2, len(sets[name])):
            raise UsageFault(
                f"--{name} {len(sets[name])}: the inputs of {len(sets[name]) - len(found)} could not be read; take "
                "more, or another model"
            )


def _check_verdicts(before: Sequence[Graded], use: OptimizeUse) -> None:
    """See that there is anything to go by."""
    if all(graded.score is None for graded in before):
        raise BadInput(f"{use.specs['judge'].name}: gave no readable verdict on the hold-out; name another --judge")


def kept_calls(plan: OptimizePlan, task: StepTask) -> int:
    """Calls that are kept from the optimizer, to grade the hold-out afterwards: with a fifth more, for repairs."""
    return plan.holdout * task.calls + -(-plan.holdout * task.calls // 5)


def least_budget(plan: OptimizePlan, task: StepTask) -> int:
    """The smallest budget with which the plan's optimizer can be of use, where every reply can be read."""
    train, val = plan.train, plan.val
    if plan.optimizer not in CHOOSES_BY_VAL:
        train = val = train + val
    compiler = COMPILERS[plan.optimizer]()
    least = compiler.least(train=train, val=val, per_result=task.calls, predictors=len(stages_of(task.program())))
    inputs = sum(plan.sizes.values()) * task.input_calls
    return inputs + plan.holdout * task.calls + val * task.calls + least + kept_calls(plan, task)


def _check_budget(plan: OptimizePlan, task: StepTask) -> None:
    if plan.budget_calls < (least := least_budget(plan, task)):
        raise UsageFault(
            f"--budget-calls {plan.budget_calls}: {plan.optimizer} needs {least} for {plan.step} with these sets "
            f"({sum(plan.sizes.values()) * task.input_calls} for their inputs, {task.calls} for each result)"
        )


def _prompts(compiled: Compiled, task: StepTask) -> tuple[CompiledPrompt, ...]:
    """What the optimizer made of each stage; the built-in prompts where it made nothing."""
    base = {stage.name: stage.prompt_version() for stage in stages_of(task.program())}
    program = task.program() if compiled.program is None else compiled.program
    return tuple(CompiledPrompt.of(stage, base_version=base[stage.name]) for stage in stages_of(program))


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


def _save(found: Optimization, run: Path) -> Optimization:
    """Write the compiled program and the report. A program that is better than the built-in one keeps its place."""
    path = run / COMPILED / found.program.file_name
    make_directory(path.parent)
    if found.improved or not _holds_better(path):
        save_compiled(found.program, path)
        found = replace(found, path=str(path))
    with write_atomically(run / REPORT_FILE) as file:
        json.dump(found.as_json(), file, ensure_ascii=False, indent=1)
        file.write("\n")
    return found


def _holds_better(path: Path) -> bool:
    try:
        return path.exists() and load_compiled(path).improved
    except BadInput:
        return False  # damaged, or of another signature: of no use to anybody
