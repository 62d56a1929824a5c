"""One cell makes three questions (paper section 3.2)."""

import dspy

from ..corpus.records import Cell, Question
from ..knowledge.tasks import tasks_for
from ..signatures.question import WriteQuestionTriple
from ..vocabulary import DIFFICULTIES, LANGUAGE_NAMES
from .stage import Stage


def describe_task(cell: Cell) -> str:
    """A cell's task as models are told of it: its name and its description."""
    task = tasks_for(cell.origin.language)[cell.origin.task]
    return f"{task.title}: {task.description}"


class WriteQuestions(Stage[tuple[Question, ...]]):
    """A cell -> exactly three questions, easy, medium and hard in this order."""

    name = "question"
    signature = WriteQuestionTriple

    def given(self, cell: Cell) -> dict[str, object]:
        """The signature's inputs: the cell's path, and its task as the knowledge room describes it."""
        task = tasks_for(cell.origin.language)[cell.origin.task]
        return {
            "theme": list(cell.path),
            "task": describe_task(cell),
            "examples": list(task.examples),
            "language": LANGUAGE_NAMES[cell.origin.language],
        }

    def take(self, prediction: dspy.Prediction, cell: Cell) -> tuple[Question, ...]:
        """The three questions as records."""
        return tuple(
            Question(
                parent_id=cell.id,
                origin=cell.origin.model_copy(update={"difficulty": difficulty}),
                text=getattr(prediction.questions, difficulty),
            )
            for difficulty in DIFFICULTIES
        )
