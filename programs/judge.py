"""Answers are judged: one by itself against a rubric, or two against each other, always in both orders.

So are the questions of a cell, and the tags of a split, each by a rubric of its own: they are what the steps before an
answer are compiled by.

The judge is shown texts alone: neither a prompt nor a step says which answer is a first one and which a refinement.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import dspy
from dspy.utils.exceptions import AdapterParseError

from ..corpus.records import Answer, Cell, Comparison, Preference, Question, Refinement, Verdict
from ..errors import ReplyFault
from ..signatures.judge import CompareAnswers, ScoreAnswer, ScoreQuestions, ScoreTags
from ..vocabulary import LANGUAGE_NAMES, Language
from .program import Program
from .question import describe_task
from .stage import Stage, Step, call_stage

T = TypeVar("T")


class ScoreStage(Stage[Verdict]):
    """(question, answer or refinement) -> its scores."""

    name = "score"
    signature = ScoreAnswer

    def given(self, question: Question, answer: Answer | Refinement) -> dict[str, object]:
        """The signature's inputs."""
        return {"question": question.text, "answer": answer.text, "language": LANGUAGE_NAMES[question.origin.language]}

    def take(self, prediction: dspy.Prediction, question: Question, answer: Answer | Refinement) -> Verdict:
        """The scores as a record; its parent is what they are of."""
        return Verdict(
            parent_id=answer.id, origin=question.origin, reason=prediction.reason, **prediction.scores.model_dump()
        )


class Grade(NamedTuple):
    """What a judge says of what is no answer.

    Attributes:
        reason: what decides the scores.
        scores: by criterion, each a whole number from 1 to 10.
    """

    reason: str
    scores: dict[str, int]

    @property
    def overall(self) -> float:
        """The plain mean of the scores, from 1 to 10."""
        return sum(self.scores.values()) / len(self.scores)


class ScoreQuestionsStage(Stage[Grade]):
    """(cell, its three questions) -> their scores."""

    name = "score_questions"
    signature = ScoreQuestions

    def given(self, cell: Cell, questions: Sequence[Question]) -> dict[str, object]:
        """The signature's inputs."""
        return {
            "theme": list(cell.path),
            "task": describe_task(cell),
            "questions": [question.text for question in questions],
            "language": LANGUAGE_NAMES[cell.origin.language],
        }

    def take(self, prediction: dspy.Prediction, cell: Cell, questions: Sequence[Question]) -> Grade:
        """The scores of the three together."""
        return Grade(prediction.reason, prediction.scores.model_dump())


class ScoreTagsStage(Stage[Grade]):
    """(path, the tags proposed under its last tag, language) -> their scores."""

    name = "score_tags"
    signature = ScoreTags

    def given(self, path: Sequence[str], tags: Sequence[str], language: Language) -> dict[str, object]:
        """The signature's inputs."""
        return {"path": list(path), "tags": list(tags), "language": LANGUAGE_NAMES[language]}

    def take(self, prediction: dspy.Prediction, path: Sequence[str], tags: Sequence[str], language: Language) -> Grade:
        """The scores of all together."""
        return Grade(prediction.reason, prediction.scores.model_dump())


class CompareStage(Stage[Preference]):
    """(question, the answer shown as A, the one shown as B) -> which is better, in this one order."""

    name = "compare"
    signature = CompareAnswers

    def given(
        self, question: Question, shown_a: Answer | Refinement, shown_b: Answer | Refinement
    ) -> dict[str, object]:
        """The signature's inputs."""
        return {
            "question": question.text,
            "answer_a": shown_a.text,
            "answer_b": shown_b.text,
            "language": LANGUAGE_NAMES[question.origin.language],
        }

    def take(
        self,
        prediction: dspy.Prediction,
        question: Question,
        shown_a: Answer | Refinement,
        shown_b: Answer | Refinement,
    ) -> Preference:
        """The verdict as a record; its parent is what was shown as A."""
        return Preference(
            parent_id=shown_a.id,
            other_id=shown_b.id,
            origin=question.origin,
            verdict=prediction.verdict,
            reason=prediction.reason,
        )


class Judge(Program[Verdict | None]):
    """Scores answers, and compares them in pairs. Called as a program, it scores.

    A reply that is no verdict, after the allowed number of tries, is missing: None, never a score and never a tie. A
    call that got no reply is an error as everywhere, for a resumed run asks again.

    Attributes:
        score_answer, compare_answers: the two stages; optimizers see both predictors.
    """

    def __init__(self) -> None:
        super().__init__()
        self.score_answer = ScoreStage()
        self.compare_answers = CompareStage()

    def forward(self, question: Question, answer: Answer | Refinement) -> Verdict | None:
        """Score an answer."""
        return self.score(question, answer)

    async def aforward(
        self, question: Question, answer: Answer | Refinement, *, step: Step = call_stage
    ) -> Verdict | None:
        """Score an answer; `step` says how the stage is executed."""
        return await self.ascore(question, answer, step=step)

    def score(self, question: Question, answer: Answer | Refinement) -> Verdict | None:
        """The scores of an answer, or None where they are missing."""
        return _ask(self.score_answer, question, answer)

    async def ascore(
        self, question: Question, answer: Answer | Refinement, *, step: Step = call_stage
    ) -> Verdict | None:
        """The scores of an answer, or None where they are missing; `step` says how the stage is executed."""
        return await _take_step(step, self.score_answer, question, answer)

    def compare(self, question: Question, first: Answer | Refinement, second: Answer | Refinement) -> Comparison | None:
        """The pair in both orders, or None where either is missing; without the first order the second is not asked."""
        straight = _ask(self.compare_answers, question, first, second)
        if straight is None:
            return None
        swapped = _ask(self.compare_answers, question, second, first)
        return None if swapped is None else Comparison.of(straight, swapped)

    async def acompare(
        self, question: Question, first: Answer | Refinement, second: Answer | Refinement, *, step: Step = call_stage
    ) -> Comparison | None:
        """As `compare`, two steps; `step` says how each is executed."""
        straight = await _take_step(step, self.compare_answers, question, first, second)
        if straight is None:
            return None
        swapped = await _take_step(step, self.compare_answers, question, second, first)
        return None if swapped is None else Comparison.of(straight, swapped)


def _ask(stage: Stage[T], *args: object) -> T | None:
    try:
        return stage(*args)
    except (AdapterParseError, ReplyFault):
        return None


async def _take_step(step: Step, stage: Stage[T], *args: object) -> T | None:
    try:
        return await step(stage, *args)
    except ReplyFault:
        return None
