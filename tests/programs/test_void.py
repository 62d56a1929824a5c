"""Void: one cell becomes questions with their answers."""

import asyncio
from typing import Any

import pytest

from condor.corpus.records import Answer, Question
from condor.errors import TruncatedReply
from condor.programs import Void, call_stage
from condor.vocabulary import DIFFICULTIES


def test_a_cell_becomes_three_pairs(obedient, records, run) -> None:
    cell = records.cell()
    with obedient.context():
        pairs = run(Void(), cell)
    assert isinstance(pairs, tuple)
    assert len(pairs) == 3
    for (question, answer), difficulty in zip(pairs, DIFFICULTIES, strict=True):
        assert type(question) is Question
        assert type(answer) is Answer
        assert question.parent_id == cell.id
        assert answer.parent_id == question.id
        assert question.origin.difficulty == answer.origin.difficulty == difficulty
        assert answer.text == f"answer to {difficulty} question on Tea"
    assert len(obedient.requests) == 4


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (("hard",), ["hard"]),
        (("hard", "easy"), ["easy", "hard"]),
        (("medium", "medium"), ["medium"]),
        (DIFFICULTIES, ["easy", "medium", "hard"]),
        ((), []),
    ],
)
def test_only_questions_of_the_wanted_difficulties_are_answered(obedient, records, run, wanted, got) -> None:
    with obedient.context():
        pairs = run(Void(), records.cell(), wanted)
    assert [question.origin.difficulty for question, _ in pairs] == got
    assert len(obedient.requests) == 1 + len(got)


def test_sync_and_async_say_the_same(obedient, records) -> None:
    program, cell = Void(), records.cell("zh", "creation")
    with obedient.context():
        assert program(cell) == asyncio.run(program.acall(cell))


def test_both_predictors_are_visible_to_an_optimizer() -> None:
    assert [name for name, _ in Void().named_predictors()] == ["write_questions.predict", "answer_question.predict"]


def test_every_stage_is_executed_by_the_given_step(obedient, records) -> None:
    program, cell, taken = Void(), records.cell(), []

    async def step(stage: Any, *args: Any) -> Any:
        taken.append((stage, args))
        return await call_stage(stage, *args)

    with obedient.context():
        pairs = asyncio.run(program.acall(cell, ("easy", "hard"), step=step))
    assert taken[0] == (program.write_questions, (cell,))
    assert taken[1:] == [(program.answer_question, (question,)) for question, _ in pairs]


def test_a_step_may_answer_without_the_model(records) -> None:
    cell = records.cell()
    questions = tuple(
        Question(parent_id=cell.id, origin=records.origin(difficulty=level), text=f"{level}?") for level in DIFFICULTIES
    )

    async def step(stage: Any, *args: Any) -> Any:
        return questions if stage.name == "question" else records.answer(args[0], f"stored for {args[0].text}")

    pairs = asyncio.run(Void().acall(cell, step=step))
    assert [answer.text for _, answer in pairs] == ["stored for easy?", "stored for medium?", "stored for hard?"]


def test_each_answer_stays_with_its_question_whatever_the_order_of_the_replies(obedient, records) -> None:
    waiting: list[asyncio.Event] = []

    async def step(stage: Any, *args: Any) -> Any:
        if stage.name == "answer":
            mine = asyncio.Event()
            waiting.append(mine)
            if len(waiting) == 3:
                waiting[-1].set()
            await mine.wait()
            place = waiting.index(mine)
            if place:
                waiting[place - 1].set()
        return await call_stage(stage, *args)

    with obedient.context():
        pairs = asyncio.run(Void().acall(records.cell(), step=step))
    assert len(waiting) == 3
    assert [question.origin.difficulty for question, _ in pairs] == list(DIFFICULTIES)
    assert all(answer.text == f"answer to {question.text}" for question, answer in pairs)


def test_the_halves_are_the_whole(obedient, records) -> None:
    program, cell = Void(), records.cell()

    async def halves() -> tuple[tuple[Question, Answer], ...]:
        questions = await program.questions(cell, ("medium", "hard"))
        return tuple([(question, await program.answer(question)) for question in questions])

    with obedient.context():
        assert asyncio.run(halves()) == program(cell, ("medium", "hard"))


def test_an_answer_that_is_no_answer_is_told(scripted, fields, response, records, run) -> None:
    questions = fields(questions='{"easy": "One?", "medium": "Two?", "hard": "Three?"}')
    cut = response("[[ ## answer ## ]]\nSo f", "length")
    script = scripted(questions, cut, cut)
    with script.context(), pytest.raises(TruncatedReply):
        run(Void(), records.cell(), ("easy",))
