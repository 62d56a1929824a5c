"""A question is answered (paper section 3.2)."""

import dspy

from ..corpus.records import Answer, Question
from ..signatures.answer import WriteAnswer
from ..vocabulary import LANGUAGE_NAMES
from .stage import Stage


class AnswerQuestion(Stage[Answer]):
    """A question -> its first answer."""

    name = "answer"
    signature = WriteAnswer

    def given(self, question: Question) -> dict[str, object]:
        """The signature's inputs."""
        return {"question": question.text, "language": LANGUAGE_NAMES[question.origin.language]}

    def take(self, prediction: dspy.Prediction, question: Question) -> Answer:
        """The answer as a record."""
        return Answer(parent_id=question.id, origin=question.origin, text=prediction.answer)
