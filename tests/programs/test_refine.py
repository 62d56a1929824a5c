"""Refine: an answer is critiqued and written anew, round after round."""

import asyncio
from typing import Any

import pytest

from condor.corpus.records import Critique, Refinement
from condor.programs import Refine, call_stage


def test_one_round_is_a_critique_and_a_refinement(obedient, records, run) -> None:
    question = records.question()
    answer = records.answer(question, "Leaves.")
    with obedient.context():
        rounds = run(Refine(), question, answer)
    ((critique, refinement),) = rounds
    assert type(critique) is Critique
    assert type(refinement) is Refinement
    assert critique.parent_id == answer.id
    assert refinement.parent_id == critique.id
    assert refinement.round == 1
    assert refinement.text == "better(Leaves.) by repair Leaves."
    assert critique.origin == refinement.origin == question.origin


@pytest.mark.parametrize("count", [1, 2, 4])
def test_every_round_is_kept_and_starts_from_the_one_before(obedient, records, run, count: int) -> None:
    question = records.question()
    answer = records.answer(question)
    with obedient.context():
        rounds = run(Refine(rounds=count), question, answer)
    assert isinstance(rounds, tuple)
    assert [refinement.round for _, refinement in rounds] == list(range(1, count + 1))
    reviewed = answer
    for critique, refinement in rounds:
        assert critique.parent_id == reviewed.id
        assert refinement.parent_id == critique.id
        reviewed = refinement
    assert len(obedient.requests) == 2 * count


def test_the_second_round_reviews_and_rewrites_the_first_refinement(obedient, inputs_of, records, run) -> None:
    question = records.question()
    answer = records.answer(question, "Leaves.")
    with obedient.context():
        (_, first), (second_critique, second) = run(Refine(rounds=2), question, answer)
    assert second_critique.strengths == f"strengths of {first.text}"
    assert second.text == f"better({first.text}) by repair {first.text}"
    given = [inputs_of(request) for request in obedient.requests]
    assert [one["question"] for one in given] == [question.text] * 4
    assert given[2]["answer"] == given[3]["draft"] == first.text


@pytest.mark.parametrize("rounds", [0, -1])
def test_fewer_than_one_round_is_refused(rounds: int) -> None:
    with pytest.raises(ValueError, match=f"rounds must be at least 1, not {rounds}"):
        Refine(rounds=rounds)


def test_sync_and_async_say_the_same(obedient, records) -> None:
    program, question = Refine(rounds=2), records.question("zh", "为什么喝茶?")
    answer = records.answer(question)
    with obedient.context():
        assert program(question, answer) == asyncio.run(program.acall(question, answer))


def test_both_predictors_are_visible_to_an_optimizer() -> None:
    names = [name for name, _ in Refine(rounds=3).named_predictors()]
    assert names == ["critique_answer.predict", "refine_answer.predict"]


def test_every_stage_is_executed_by_the_given_step(obedient, records) -> None:
    program, question = Refine(rounds=2), records.question()
    answer = records.answer(question)
    taken = []

    async def step(stage: Any, *args: Any) -> Any:
        taken.append((stage, args))
        return await call_stage(stage, *args)

    with obedient.context():
        rounds = asyncio.run(program.acall(question, answer, step=step))
    (first_critique, first), (second_critique, _) = rounds
    assert taken == [
        (program.critique_answer, (question, answer)),
        (program.refine_answer, (question, answer, first_critique)),
        (program.critique_answer, (question, first)),
        (program.refine_answer, (question, first, second_critique)),
    ]
    assert len(obedient.requests) == 4


def test_a_step_may_answer_without_the_model(records) -> None:
    question = records.question()
    answer = records.answer(question)
    critique = records.critique(answer)
    stored = Refinement(parent_id=critique.id, origin=question.origin, text="stored", round=1)

    async def step(stage: Any, *args: Any) -> Any:
        return critique if stage.name == "critique" else stored

    assert asyncio.run(Refine().acall(question, answer, step=step)) == ((critique, stored),)
