"""Condor Void: a cell becomes three questions with their answers (paper section 3.2)."""

import asyncio
from collections.abc import Sequence

from ..corpus.records import Answer, Cell, Question
from ..vocabulary import DIFFICULTIES, Difficulty
from .answer import AnswerQuestion
from .program import Program
from .question import WriteQuestions
from .stage import Step, call_stage


class Void(Program[tuple[tuple[Question, Answer], ...]]):
    """A cell -> (question, answer) pairs.

    Attributes:
        write_questions, answer_question: the two stages; optimizers see both predictors.
    """

    def __init__(self) -> None:
        super().__init__()
        self.write_questions = WriteQuestions()
        self.answer_question = AnswerQuestion()

    def forward(
        self, cell: Cell, difficulties: Sequence[Difficulty] = DIFFICULTIES
    ) -> tuple[tuple[Question, Answer], ...]:
        """Write the three questions, then answer those of the wanted difficulties one after the other."""
        questions = [q for q in self.write_questions(cell) if q.origin.difficulty in difficulties]
        return tuple((question, self.answer_question(question)) for question in questions)

    async def aforward(
        self, cell: Cell, difficulties: Sequence[Difficulty] = DIFFICULTIES, *, step: Step = call_stage
    ) -> tuple[tuple[Question, Answer], ...]:
        """Write the three questions, then answer those of the wanted difficulties at once.

        Args:
            cell: what to write about.
            difficulties: whose questions to answer; the call always writes all three.
            step: how each stage is executed.
        """
        questions = await self.questions(cell, difficulties, step=step)
        answers = await asyncio.gather(*(self.answer(question, step=step) for question in questions))
        return tuple(zip(questions, answers, strict=True))

    async def questions(
        self, cell: Cell, difficulties: Sequence[Difficulty] = DIFFICULTIES, *, step: Step = call_stage
    ) -> tuple[Question, ...]:
        """The first half: the questions of the wanted difficulties."""
        questions = await step(self.write_questions, cell)
        return tuple(question for question in questions if question.origin.difficulty in difficulties)

    async def answer(self, question: Question, *, step: Step = call_stage) -> Answer:
        """The second half, for one question: so that no chain waits for its siblings."""
        return await step(self.answer_question, question)
