"""Condor Refine: an answer is critiqued and written anew, once or several times (paper section 3.3)."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

from ..corpus.records import Answer, Comparison, Critique, Question, Refinement
from .critique import CritiqueAnswer
from .judge import Judge
from .program import Program
from .refinement import RefineAnswer
from .stage import Step, call_stage

Rounds = tuple[tuple[Critique, Refinement], ...]


@dataclass(frozen=True)
class Attempt:
    """One round, as it was made, whether or not its refinement is kept.

    Attributes:
        critique, refinement: of the answer, or of the earlier refinement that stands.
        comparison: of what was refined, the first of the pair, with the refinement; None without a gate, or where a
            verdict could not be read.
        stands: whether the refinement takes the place of what it came from.
    """

    critique: Critique
    refinement: Refinement
    comparison: Comparison | None
    stands: bool


@dataclass(frozen=True)
class _Apart:
    """Holds a judge where DSPy does not look for parameters."""

    judge: Judge


class Refine(Program[Rounds]):
    """(question, answer) -> the critique and the refinement of every round that stands.

    Without a gate every round stands. With one, a judge compares each refinement with what it came from, in both
    orders. The refinement stands where both prefer it; where they do not, or where a verdict cannot be read, what it
    came from stays, and no further round is begun. So the last refinement that is returned is the final answer, and the
    first answer is where none is.

    The gate's judge is no part of the program's parameters: optimizers do not compile it, `set_lm` and `dump_state`
    leave it out. Give it a model of its own with `judge.set_lm(...)`; else it takes that of the context.

    Args:
        rounds: how often to critique and refine at most; each round starts from the one before.
        gate: keeps a refinement only where it beats what it came from.
    """

    def __init__(self, rounds: int = 1, gate: Judge | None = None) -> None:
        super().__init__()
        if rounds < 1:
            raise ValueError(f"rounds must be at least 1, not {rounds}")
        self.rounds = rounds
        self.critique_answer = CritiqueAnswer()
        self.refine_answer = RefineAnswer()
        self._gate = None if gate is None else _Apart(gate)

    @property
    def gate(self) -> Judge | None:
        """The judge that decides what is kept, or None where everything is."""
        return None if self._gate is None else self._gate.judge

    def forward(self, question: Question, answer: Answer) -> Rounds:
        """Critique and refine, `rounds` times at most."""
        return _standing(self.attempts(question, answer))

    async def aforward(
        self, question: Question, answer: Answer, *, step: Step = call_stage, judge_step: Step | None = None
    ) -> Rounds:
        """Critique and refine, `rounds` times at most; see `aattempts`."""
        attempts = self.aattempts(question, answer, step=step, judge_step=judge_step)
        return _standing([attempt async for attempt in attempts])

    def attempts(self, question: Question, answer: Answer) -> Iterator[Attempt]:
        """Every round as it ends. Only the last one may be of no gain."""
        latest: Answer | Refinement = answer
        gate = self.gate
        for _ in range(self.rounds):
            critique = self.critique_answer(question, latest)
            refinement = self.refine_answer(question, latest, critique)
            compared = None if gate is None else gate.compare(question, latest, refinement)
            yield (attempt := self._attempt(critique, refinement, compared))
            if not attempt.stands:
                return
            latest = refinement

    async def aattempts(
        self, question: Question, answer: Answer, *, step: Step = call_stage, judge_step: Step | None = None
    ) -> AsyncIterator[Attempt]:
        """As `attempts`.

        Args:
            question, answer: what to refine.
            step: says how each stage is executed.
            judge_step: says how the gate's are, where that is otherwise: its model may be another.
        """
        latest: Answer | Refinement = answer
        gate, asking = self.gate, judge_step or step
        for _ in range(self.rounds):
            critique = await step(self.critique_answer, question, latest)
            refinement = await step(self.refine_answer, question, latest, critique)
            compared = None if gate is None else await gate.acompare(question, latest, refinement, step=asking)
            yield (attempt := self._attempt(critique, refinement, compared))
            if not attempt.stands:
                return
            latest = refinement

    def _attempt(self, critique: Critique, refinement: Refinement, compared: Comparison | None) -> Attempt:
        won = compared is not None and compared.winner == "second"
        return Attempt(critique, refinement, compared, stands=won or self.gate is None)


def _standing(attempts: Iterable[Attempt]) -> Rounds:
    return tuple((attempt.critique, attempt.refinement) for attempt in attempts if attempt.stands)
