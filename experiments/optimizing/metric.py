"""What a result is worth, from 0 to 1, and what an optimizer's model is told of it.

A result that cannot be read, or that breaks a rule, is worth 0. One whose verdict cannot be read is missing: our own
means leave it out. An optimizer knows no missing scores: it is given `neutral`, what the built-in prompt's results are
worth on average, so that such a verdict moves nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dspy
from dspy.utils.exceptions import AdapterParseError, LMInvalidRequestError

from ...corpus.filters import Rejection
from ...corpus.records import Verdict
from ...errors import ReplyFault
from ...programs import Grade
from ...programs.adapter import first_line
from ...programs.program import Program
from ...signatures.feedback import BROKEN, JUDGED, UNJUDGED
from .tasks import StepTask

#: What a reply that brings no result may raise; anything else ends the work.
UNREADABLE = (AdapterParseError, ReplyFault, LMInvalidRequestError)


@dataclass(frozen=True)
class Graded:
    """What a result is worth.

    Attributes:
        score: from 0 to 1; None where the judge's verdict is missing.
        feedback: why, for a model that is to write a better prompt.
        broken: the rule that it breaks, if any.
    """

    score: float | None
    feedback: str
    broken: str | None = None


class Metric:
    """Grades results of a step.

    Attributes:
        neutral: what an optimizer is given for a missing verdict.

    Args:
        task: the step.
        models: the models by role: `generator` for what becomes of a result, and `judge`.
    """

    def __init__(self, task: StepTask, models: Mapping[str, dspy.LM]) -> None:
        self.neutral = 0.5
        self._task = task
        self._models = models

    def grade(self, inputs: dict[str, Any], result: Any) -> Graded:
        """Grade a result."""
        if broken := self._task.check(inputs, result):
            return _worthless(broken)
        made = self._task.follow(inputs, result, self._ask)
        if made is None:
            return Graded(None, UNJUDGED)
        if broken := self._task.judged(inputs, made):
            return _worthless(broken)
        verdict = self._task.judge(inputs, made, self._ask)
        return Graded(None, UNJUDGED) if verdict is None else _valued(verdict)

    def run(self, program: Program[Any], inputs: dict[str, Any]) -> Graded:
        """Execute a program and grade its result."""
        try:
            result = program(**inputs)
        except UNREADABLE as exc:
            return _worthless(Rejection("unreadable", 0.0, _said(exc)))
        return self.grade(inputs, result)

    def with_feedback(
        self, gold: dspy.Example, pred: Any, trace: Any = None, pred_name: Any = None, pred_trace: Any = None
    ) -> dspy.Prediction:
        """The metric of GEPA and SIMBA: score and feedback. GEPA's further arguments name a part of the program; what
        is judged is the whole.
        """
        graded = self._graded(gold, pred)
        score = self.neutral if graded.score is None else graded.score
        return dspy.Prediction(score=score, feedback=graded.feedback)

    def as_number(self, gold: dspy.Example, pred: Any, trace: Any = None) -> float:
        """The metric of the other optimizers: the score alone."""
        return self.with_feedback(gold, pred).score

    def _graded(self, gold: dspy.Example, pred: Any) -> Graded:
        if pred is None:  # SIMBA asks for the score of a program that failed as well
            return _worthless(Rejection("unreadable", 0.0, "no reply of the right form"))
        inputs = dict(gold.inputs().items())
        return self.grade(inputs, pred.result if isinstance(pred, dspy.Prediction) else pred)

    def _ask(self, role: str, stage: Callable[..., Any], *args: Any) -> Any:
        # Without a trace: an optimizer would take the judge's replies for the program's.
        with dspy.context(lm=self._models[role], trace=None):
            try:
                return stage(*args)
            except UNREADABLE:
                return None


def example_of(inputs: dict[str, Any]) -> dspy.Example:
    """An optimizer's example: inputs alone, for no result is the right one."""
    return dspy.Example(**inputs).with_inputs(*inputs)


def _worthless(broken: Rejection) -> Graded:
    return Graded(0.0, BROKEN[broken.rule].format(detail=broken.detail), broken.rule)


def _valued(verdict: Verdict | Grade) -> Graded:
    overall = verdict.overall
    scores = ", ".join(f"{name.replace('_', ' ')} {score}" for name, score in verdict.scores.items())
    return Graded((overall - 1) / 9, JUDGED.format(overall=overall, scores=scores, reason=verdict.reason))


def _said(error: Exception) -> str:
    return first_line(error) if isinstance(error, AdapterParseError) else str(error)
