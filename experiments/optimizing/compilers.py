"""DSPy's optimizers, each with limits that end it in good order before its calls are used up."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import dspy
from dspy.teleprompt import COPRO, SIMBA, BootstrapFewShotWithRandomSearch, MIPROv2
from dspy.teleprompt.gepa.instruction_proposal import InstructionProposer

from ...errors import BudgetReached
from ...programs import AsPrediction, CondorAdapter
from .metric import Metric
from .plan import OptimizerName
from .replies import Halted

#: Demos of one prompt at most: each is a whole question with its answer, and a prompt is read many thousand times.
_DEMOS = 3


@dataclass(frozen=True)
class CompileWork:
    """What an optimizer is given.

    Attributes:
        program: the step, with its built-in prompts.
        train, val: its sets; of one that knows one set only, `train` is both.
        metric: what a result is worth.
        lms: by role.
        threads: results that are made side by side.
        seed: of what it draws.
        per_result: calls for one result and its verdict.
        remaining: calls that it may still use; asked again, it says what is left then.
    """

    program: AsPrediction
    train: list[dspy.Example]
    val: list[dspy.Example]
    metric: Metric
    lms: dict[str, Any]
    threads: int
    seed: int
    per_result: int
    remaining: Callable[[], int]

    @property
    def predictors(self) -> int:
        """Prompts that are compiled together."""
        return len(self.program.predictors())


@dataclass(frozen=True)
class Compiled:
    """What an optimizer found.

    Attributes:
        program: the best that it knows, around the same stages; None where it was halted and knows none.
        candidates: programs that it tried, the built-in one included.
        halted: why it did not come to its own end, if so.
    """

    program: dspy.Module | None
    candidates: int | None
    halted: str | None = None


class Compiler(ABC):
    """One optimizer."""

    name: ClassVar[OptimizerName]

    @abstractmethod
    def least(self, *, train: int, val: int, per_result: int, predictors: int) -> int:
        """The fewest calls with which it can be of use, after the built-in prompt was graded on its sets."""

    @abstractmethod
    def compile(self, work: CompileWork) -> Compiled:
        """Look for better prompts.

        Raises:
            Halted: it was stopped, or its calls were used up before it knew any program.
        """


class GepaCompiler(Compiler):
    """Reflects on graded results in the judge's words and writes new instructions."""

    name = "gepa"
    minibatch = 3

    def least(self, *, train: int, val: int, per_result: int, predictors: int) -> int:
        # Twice a minibatch, a merge's look at five results, the validation set, and a reflection with its repairs.
        return (2 * min(self.minibatch, train) + 5 * (predictors > 1) + val) * per_result + 3

    def compile(self, work: CompileWork) -> Compiled:
        size = min(self.minibatch, len(work.train))
        one_more = self.least(
            train=len(work.train), val=len(work.val), per_result=work.per_result, predictors=work.predictors
        )
        best = _BestCandidate()
        optimizer = dspy.GEPA(
            metric=work.metric.with_feedback,
            # Replies that are stored cost nothing, so this is not what ends it as a rule; but it bounds the work where
            # the same prompt is proposed again and again.
            max_metric_calls=max(1, work.remaining()),
            reflection_minibatch_size=size,
            reflection_lm=work.lms["optimizer"],
            instruction_proposer=InstructionProposer(adapter=CondorAdapter()),
            add_format_failure_as_feedback=True,
            warn_on_score_mismatch=False,
            num_threads=work.threads,
            seed=work.seed,
            gepa_kwargs={"stop_callbacks": [lambda _: work.remaining() < one_more], "callbacks": [best]},
        )
        try:
            found = optimizer.compile(work.program, trainset=work.train, valset=work.val)
        except Halted as exc:
            if best.candidate is None or not isinstance(exc.fault, BudgetReached):
                raise
            return Compiled(_with_instructions(work.program, best.candidate), best.count, str(exc.fault))
        return Compiled(found, best.count)


class _BestCandidate:
    """Listens to GEPA, which keeps what it has found to itself until its end."""

    def __init__(self) -> None:
        self.candidate: dict[str, str] | None = None
        self.count = 0

    def on_valset_evaluated(self, event: dict[str, Any]) -> None:
        """Note a candidate that was evaluated in full."""
        self.count += 1
        if event["is_best_program"]:
            self.candidate = dict(event["candidate"])


class MiproCompiler(Compiler):
    """Proposes instructions from a summary of the data, bootstraps demos, and searches their combinations."""

    name = "mipro"
    _candidates = 4
    _most_trials = 12

    def least(self, *, train: int, val: int, per_result: int, predictors: int) -> int:
        return self._before(train, per_result, predictors) + 2 * val * per_result

    def compile(self, work: CompileWork) -> Compiled:
        left = work.remaining() - self._before(len(work.train), work.per_result, work.predictors)
        optimizer = MIPROv2(
            metric=work.metric.as_number,
            prompt_model=work.lms["optimizer"],
            task_model=work.lms["generator"],
            max_bootstrapped_demos=_DEMOS,
            max_labeled_demos=0,
            auto=None,
            num_candidates=self._candidates,
            num_threads=work.threads,
            seed=work.seed,
            metric_threshold=work.metric.neutral,
        )
        found = optimizer.compile(
            work.program,
            trainset=work.train,
            valset=work.val,
            num_trials=max(1, min(self._most_trials, left // (len(work.val) * work.per_result))),
            minibatch=False,
        )
        return Compiled(found, len(found.candidate_programs))

    def _before(self, train: int, per_result: int, predictors: int) -> int:
        """Calls before the first trial: demos of the training set, a summary of it, and the proposals."""
        summary = 2 + min(10, train // 10)
        return train * per_result + summary + 3 * self._candidates * predictors


class BootstrapCompiler(Compiler):
    """Takes results of the built-in prompt that were graded no lower than the mean as demos, in several choices."""

    name = "bootstrap"
    _most = 16

    def least(self, *, train: int, val: int, per_result: int, predictors: int) -> int:
        return (train + val) * per_result

    def compile(self, work: CompileWork) -> Compiled:
        one, fixed = len(work.val) * work.per_result, len(work.train) * work.per_result
        # One choice is always made: the first results, unshuffled.
        further = max(0, min(self._most, (work.remaining() - fixed) // one - 1))
        optimizer = BootstrapFewShotWithRandomSearch(
            metric=work.metric.as_number,
            max_bootstrapped_demos=_DEMOS,
            max_labeled_demos=0,
            num_candidate_programs=further,
            num_threads=work.threads,
            metric_threshold=work.metric.neutral,
        )
        found = optimizer.compile(work.program, trainset=work.train, valset=work.val)
        return Compiled(found, len(found.candidate_programs))


class CoproCompiler(Compiler):
    """Proposes instructions, grades each on the whole set, and proposes again in the light of the grades."""

    name = "copro"
    _most_breadth = 8

    def least(self, *, train: int, val: int, per_result: int, predictors: int) -> int:
        return 2 * predictors * self._one(train, per_result)

    def compile(self, work: CompileWork) -> Compiled:
        one, left = self._one(len(work.train), work.per_result), work.remaining()
        # The candidates of two rounds are 2 x breadth; of two prompts, each one's are graded again beside the other's.
        rounds, factor = 2, 2 if work.predictors == 1 else 3 * work.predictors
        if left < 2 * factor * one:
            rounds, factor = 1, work.predictors
        optimizer = COPRO(
            prompt_model=work.lms["optimizer"],
            metric=work.metric.as_number,
            breadth=max(2, min(self._most_breadth, left // (factor * one))),
            depth=rounds,
            init_temperature=1.0,
        )
        found = optimizer.compile(work.program, trainset=work.train, eval_kwargs={"num_threads": work.threads})
        return Compiled(found, len(found.candidate_programs))

    @staticmethod
    def _one(train: int, per_result: int) -> int:
        """Calls for one candidate: its proposal, and its grades."""
        return 1 + train * per_result


class SimbaCompiler(Compiler):
    """Compares good and bad results of one input, and adds a rule or a demo."""

    name = "simba"
    _most_steps = 6
    _most_batch = 8

    def least(self, *, train: int, val: int, per_result: int, predictors: int) -> int:
        return self._step(2, 2, per_result) + self._end(2, train, per_result)

    def compile(self, work: CompileWork) -> Compiled:
        batch, candidates, steps = self._sizes(len(work.train), work.per_result, work.remaining())
        optimizer = SIMBA(
            metric=cast("Callable[[dspy.Example, Any], float]", work.metric.with_feedback),  # it takes feedback as well
            bsize=batch,
            num_candidates=candidates,
            max_steps=steps,
            max_demos=_DEMOS,
            prompt_model=work.lms["optimizer"],
            num_threads=work.threads,
        )
        found = optimizer.compile(work.program, trainset=work.train, seed=work.seed)
        return Compiled(found, 1 + steps * (candidates + 1))

    def _sizes(self, train: int, per_result: int, left: int) -> tuple[int, int, int]:
        """Batch, candidates and steps: the largest batch and then the most candidates with which two steps are left."""
        for wanted in (2, 1):
            for batch in range(min(self._most_batch, train), 1, -1):
                for candidates in (4, 3, 2):
                    spare = left - self._end(candidates, train, per_result)
                    if (steps := spare // self._step(batch, candidates, per_result)) >= wanted:
                        return batch, candidates, min(self._most_steps, steps)
        return min(2, train), 2, 1

    @staticmethod
    def _step(batch: int, candidates: int, per_result: int) -> int:
        """Calls of one step: samples, rules, and the new candidates' grades."""
        return batch * candidates * per_result + (candidates + 1) * (1 + batch * per_result)

    @staticmethod
    def _end(candidates: int, train: int, per_result: int) -> int:
        return (candidates + 1) * train * per_result


COMPILERS: dict[OptimizerName, type[Compiler]] = {
    kind.name: kind for kind in (GepaCompiler, MiproCompiler, BootstrapCompiler, CoproCompiler, SimbaCompiler)
}


def _with_instructions(program: AsPrediction, instructions: dict[str, str]) -> AsPrediction:
    changed = program.deepcopy()
    for name, predictor in changed.named_predictors():
        signature = cast("type[dspy.Signature]", predictor.signature)
        predictor.signature = signature.with_instructions(instructions[name])
    return changed
