"""Condor Refine: an answer is critiqued and written anew, once or several times (paper section 3.3)."""

from ..corpus.records import Answer, Critique, Question, Refinement
from .critique import CritiqueAnswer
from .program import Program
from .refinement import RefineAnswer
from .stage import Step, call_stage

Rounds = tuple[tuple[Critique, Refinement], ...]


class Refine(Program[Rounds]):
    """(question, answer) -> the critique and the refinement of every round.

    Args:
        rounds: how often to critique and refine; each round starts from the one before, and all are kept.
    """

    def __init__(self, rounds: int = 1) -> None:
        super().__init__()
        if rounds < 1:
            raise ValueError(f"rounds must be at least 1, not {rounds}")
        self.rounds = rounds
        self.critique_answer = CritiqueAnswer()
        self.refine_answer = RefineAnswer()

    def forward(self, question: Question, answer: Answer) -> Rounds:
        """Critique and refine, `rounds` times."""
        done: list[tuple[Critique, Refinement]] = []
        latest: Answer | Refinement = answer
        for _ in range(self.rounds):
            critique = self.critique_answer(question, latest)
            latest = self.refine_answer(question, latest, critique)
            done.append((critique, latest))
        return tuple(done)

    async def aforward(self, question: Question, answer: Answer, *, step: Step = call_stage) -> Rounds:
        """Critique and refine, `rounds` times; `step` says how each stage is executed."""
        done: list[tuple[Critique, Refinement]] = []
        latest: Answer | Refinement = answer
        for _ in range(self.rounds):
            critique = await step(self.critique_answer, question, latest)
            latest = await step(self.refine_answer, question, latest, critique)
            done.append((critique, latest))
        return tuple(done)
