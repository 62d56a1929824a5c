"""Refine: an answer is critiqued and written anew, round after round."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from dspy.lm15 import Request, ServerError
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.records import Answer, Critique, Origin, Preference, Question, Refinement
from condor.errors import UnreadableReply
from condor.programs import Attempt, Judge, Refine, call_stage
from condor.programs.critique import CritiqueAnswer
from condor.vocabulary import LANGUAGES, PairVerdict


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


# -- the gate --------------------------------------------------------------------------------------------------------


@pytest.fixture
def gated(fields, inputs_of, obedient) -> Callable[..., Any]:
    """An obedient model that gives these verdicts to pairs, in order; None is a reply that is no verdict."""

    def make(*verdicts: str | None) -> Any:
        left = list(verdicts)

        def answer(request: Request) -> Any:
            if "answer_a" not in inputs_of(request):
                return obedient.complete(request)
            verdict = left.pop(0)
            return "who can tell" if verdict is None else fields(reason="Because.", verdict=verdict)

        return type(obedient)(answers=answer)

    return make


WON, LOST = ("B", "A"), ("A", "B")
NO_GAIN: list[tuple[str | None, ...]] = [
    LOST,
    ("tie", "tie"),
    ("B", "B"),
    ("A", "A"),
    ("B", "tie"),
    ("B", None),
    (None,),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refinement_that_wins_in_both_orders_stands(gated, inputs_of, records, run, language) -> None:
    question = records.question(language)
    answer = records.answer(question)
    script = gated(*WON)
    with script.context():
        ((critique, refinement),) = run(Refine(gate=Judge()), question, answer)
    assert (critique.parent_id, refinement.parent_id) == (answer.id, critique.id)
    pairs = [(given["answer_a"], given["answer_b"]) for given in map(inputs_of, script.requests[2:])]
    assert pairs == [(answer.text, refinement.text), (refinement.text, answer.text)]


@pytest.mark.parametrize("verdicts", NO_GAIN)
def test_without_a_gain_the_answer_stays_and_no_round_follows(gated, records, run, verdicts) -> None:
    question = records.question()
    script = gated(*verdicts)
    with script.context(parse_retries=0):
        assert run(Refine(rounds=4, gate=Judge()), question, records.answer(question)) == ()
    assert len(script.requests) == 2 + len(verdicts)


@pytest.mark.parametrize("verdicts", NO_GAIN)
def test_a_later_refinement_is_held_against_the_one_that_stands(gated, inputs_of, records, run, verdicts) -> None:
    question = records.question()
    answer = records.answer(question)
    script = gated(*WON, *verdicts)
    with script.context(parse_retries=0):
        ((_, first),) = run(Refine(rounds=3, gate=Judge()), question, answer)
    assert len(script.requests) == 4 + 2 + len(verdicts)
    assert inputs_of(script.requests[6])["answer_a"] == first.text != answer.text


def test_rounds_are_as_many_as_asked_for_while_each_is_a_gain(gated, records, run) -> None:
    question = records.question()
    with gated(*WON * 3).context():
        rounds = run(Refine(rounds=3, gate=Judge()), question, records.answer(question))
    assert [refinement.round for _, refinement in rounds] == [1, 2, 3]


def test_what_the_gate_refused_and_why_is_told_round_by_round(gated, records) -> None:
    program, question = Refine(rounds=3, gate=Judge()), records.question()
    answer = records.answer(question)
    with gated(*WON, "B", "B").context():
        first, second = program.attempts(question, answer)
    assert (first.stands, second.stands) == (True, False)
    assert second.critique.parent_id == first.refinement.id
    assert second.comparison is not None
    assert (second.comparison.parent_id, second.comparison.other_id) == (first.refinement.id, second.refinement.id)
    assert second.comparison.flipped
    with gated(None).context(parse_retries=0):
        (attempt,) = program.attempts(question, answer)
    assert (attempt.stands, attempt.comparison) == (False, None)


def test_without_a_gate_every_attempt_stands_and_nothing_is_compared(obedient, records) -> None:
    question = records.question()
    with obedient.context():
        attempts = list(Refine(rounds=2).attempts(question, records.answer(question)))
    assert [(attempt.stands, attempt.comparison) for attempt in attempts] == [(True, None)] * 2


def test_a_judge_without_a_reply_is_an_error_and_no_refusal(inputs_of, obedient, records, run) -> None:
    question = records.question()

    def answer(request: Request) -> Any:
        if "answer_a" in inputs_of(request):
            raise ServerError("down")
        return obedient.complete(request)

    with type(obedient)(answers=answer).context(), pytest.raises(Exception, match="down"):
        run(Refine(gate=Judge()), question, records.answer(question))


def test_the_gate_may_have_a_model_of_its_own_which_setting_the_writers_leaves_alone(
    obedient, scripted, fields, records, run
) -> None:
    judge, question = Judge(), records.question()
    judging = scripted(fields(reason="Well.", verdict="B"), fields(reason="Well.", verdict="A"))
    judge.set_lm(judging.lm())
    program = Refine(gate=judge)
    program.set_lm(obedient.lm())
    with scripted().context():
        assert len(run(program, question, records.answer(question))) == 1
    assert (len(obedient.requests), len(judging.requests)) == (2, 2)


def test_an_optimizer_does_not_see_the_gate_and_a_copy_keeps_it() -> None:
    program = Refine(rounds=2, gate=Judge())
    assert [name for name, _ in program.named_predictors()] == ["critique_answer.predict", "refine_answer.predict"]
    assert program.dump_state().keys() == Refine().dump_state().keys()
    for copy in (program.deepcopy(), program.reset_copy()):
        assert isinstance(copy.gate, Judge)
        assert copy.rounds == 2
    fresh = Refine(gate=Judge())
    fresh.load_state(Refine().dump_state())
    assert fresh.gate is not None


def test_the_gate_is_asked_through_a_step_of_its_own(gated, records) -> None:
    program, question = Refine(rounds=2, gate=Judge()), records.question()
    taken: dict[str, list[str]] = {"writer": [], "judge": []}

    def through(name: str) -> Any:
        async def step(stage: Any, *args: Any) -> Any:
            taken[name].append(stage.name)
            return await call_stage(stage, *args)

        return step

    async def both() -> Any:
        return await program.acall(
            question, records.answer(question), step=through("writer"), judge_step=through("judge")
        )

    with gated(*WON, *LOST).context():
        assert len(asyncio.run(both())) == 1
    assert taken == {"writer": ["critique", "refinement"] * 2, "judge": ["compare"] * 4}


PAIRS = st.sampled_from([(a, b) for a in ("A", "B", "tie", None) for b in ("A", "B", "tie", None)])


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(rounds=st.integers(1, 6), verdicts=st.lists(PAIRS, min_size=6, max_size=6))
def test_what_stands_is_all_that_won_before_the_first_that_did_not(
    rounds: int, verdicts: list[tuple[PairVerdict | None, PairVerdict | None]]
) -> None:
    origin = Origin(tree_version="t", path=("Food", "Tea"), task="view", language="en", difficulty="hard")
    question = Question(parent_id="c", origin=origin, text="Why?")
    answer = Answer(parent_id=question.id, origin=origin, text="Leaves.")
    taken: list[str] = []

    async def write(stage: Any, *args: Any) -> Any:
        taken.append(stage.name)
        if isinstance(stage, CritiqueAnswer):
            return Critique(parent_id=args[1].id, origin=origin, strengths="s", weaknesses="w", suggestions="s")
        return stage.take(SimpleNamespace(answer=f"better {args[1].text}"), *args)

    async def judge(stage: Any, *args: Any) -> Any:
        taken.append(stage.name)
        _, a, b = args
        swapped = getattr(a, "round", 0) > getattr(b, "round", 0)
        verdict = verdicts[max(getattr(a, "round", 0), getattr(b, "round", 0)) - 1][swapped]
        if verdict is None:
            raise UnreadableReply("no verdict")
        return Preference(parent_id=a.id, other_id=b.id, origin=origin, verdict=verdict, reason="r")

    async def attempts() -> list[Attempt]:
        program = Refine(rounds=rounds, gate=Judge())
        return [each async for each in program.aattempts(question, answer, step=write, judge_step=judge)]

    made = asyncio.run(attempts())
    taken_for_attempts, taken[:] = tuple(taken), ()
    kept = asyncio.run(Refine(rounds=rounds, gate=Judge()).acall(question, answer, step=write, judge_step=judge))
    assert tuple(taken) == taken_for_attempts

    wins = next((number for number, pair in enumerate(verdicts[:rounds]) if pair != ("B", "A")), rounds)
    assert [attempt.stands for attempt in made] == [True] * wins + [False] * (wins < rounds)
    assert [refinement.round for _, refinement in kept] == list(range(1, wins + 1))
    assert taken.count("critique") == taken.count("refinement") == len(made)
    asked = [1 if verdicts[number][0] is None else 2 for number in range(len(made))]
    assert taken.count("compare") == sum(asked)
    above = answer.id
    for critique, refinement in kept:
        assert (critique.parent_id, refinement.parent_id) == (above, critique.id)
        above = refinement.id
