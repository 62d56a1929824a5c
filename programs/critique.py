"""An answer is reviewed: the first half of self-reflection (paper section 3.3)."""

import dspy

from ..corpus.records import Answer, Critique, Question, Refinement
from ..signatures.critique import WriteCritique
from ..vocabulary import LANGUAGE_NAMES
from .stage import Stage


class CritiqueAnswer(Stage[Critique]):
    """(question, answer or earlier refinement) -> a critique in three parts."""

    name = "critique"
    signature = WriteCritique

    def given(self, question: Question, answer: Answer | Refinement) -> dict[str, object]:
        """The signature's inputs."""
        return {
            "question": question.text,
            "answer": answer.text,
            "language": LANGUAGE_NAMES[question.origin.language],
        }

    def take(self, prediction: dspy.Prediction, question: Question, answer: Answer | Refinement) -> Critique:
        """The critique as a record; its parent is what it reviews."""
        return Critique(
            parent_id=answer.id,
            origin=question.origin,
            strengths=prediction.strengths,
            weaknesses=prediction.weaknesses,
            suggestions=prediction.suggestions,
        )
