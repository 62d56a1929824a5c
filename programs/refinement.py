"""An answer is written anew after its critique: the second half of self-reflection (paper section 3.3)."""

import dspy

from ..corpus.records import Answer, Critique, Question, Refinement
from ..signatures.refinement import WriteRefinement
from ..vocabulary import LANGUAGE_NAMES
from .stage import Stage


class RefineAnswer(Stage[Refinement]):
    """(question, answer or earlier refinement, its critique) -> the refined answer."""

    name = "refinement"
    signature = WriteRefinement

    def given(self, question: Question, answer: Answer | Refinement, critique: Critique) -> dict[str, object]:
        """The signature's inputs."""
        return {
            "question": question.text,
            "draft": answer.text,
            "strengths": critique.strengths,
            "weaknesses": critique.weaknesses,
            "suggestions": critique.suggestions,
            "language": LANGUAGE_NAMES[question.origin.language],
        }

    def take(
        self, prediction: dspy.Prediction, question: Question, answer: Answer | Refinement, critique: Critique
    ) -> Refinement:
        """The refinement as a record, one round after what it refines."""
        return Refinement(
            parent_id=critique.id,
            origin=question.origin,
            text=prediction.answer,
            round=answer.round + 1 if isinstance(answer, Refinement) else 1,
        )
