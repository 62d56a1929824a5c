"""Finished chains to write, with whatever matters to a test put in."""

from collections.abc import Callable

import pytest

from condor.corpus import Answer, Cell, Chain, Critique, Origin, Question, Refinement


def build_chain(
    *,
    question: str = "Why do cats purr?",
    answer: str = "Because they like it.",
    refined: tuple[str, ...] = ("They purr to calm themselves.",),
) -> Chain:
    origin = Origin(tree_version="t1", path=("动物", "Cats"), task="view", language="en", difficulty="hard")
    cell = Cell(origin=origin.model_copy(update={"difficulty": None}))
    asked = Question(parent_id=cell.id, origin=origin, text=question)
    answered = Answer(parent_id=asked.id, origin=origin, text=answer)
    rounds: list[tuple[Critique, Refinement]] = []
    above = answered.id
    for number, text in enumerate(refined, start=1):
        critique = Critique(parent_id=above, origin=origin, strengths="s", weaknesses="w", suggestions="g")
        rounds.append((critique, Refinement(parent_id=critique.id, origin=origin, text=text, round=number)))
        above = rounds[-1][1].id
    return Chain(asked, answered, tuple(rounds))


@pytest.fixture
def make_chain() -> Callable[..., Chain]:
    """Builds a chain; `question`, `answer` and `refined` (one text a round) may be given."""
    return build_chain
