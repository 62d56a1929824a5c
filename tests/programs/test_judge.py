"""Judge: scores by a rubric, pairs in both orders, and what cannot be read is missing."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from dspy.lm15 import Request, ServerError
from dspy.utils.exceptions import AdapterParseError

from condor.corpus.records import Answer, Comparison, Preference, Question, Refinement, Verdict
from condor.errors import CallFault, RefusedReply, TruncatedReply, UnreadableReply
from condor.programs import CompareStage, Judge, ScoreQuestionsStage, ScoreStage, ScoreTagsStage, call_stage
from condor.vocabulary import CRITERIA, LANGUAGE_NAMES, LANGUAGES

SCORES = {"helpfulness": 8, "correctness": 9, "depth": 6, "clarity": 7, "instruction_following": 10}


@pytest.fixture(params=["sync", "async"])
def score(request: pytest.FixtureRequest) -> Callable[..., Verdict | None]:
    """`Judge().score`, by calling it and by awaiting its twin."""
    if request.param == "sync":
        return lambda *args: Judge().score(*args)
    return lambda *args: asyncio.run(Judge().ascore(*args))


@pytest.fixture(params=["sync", "async"])
def compare(request: pytest.FixtureRequest) -> Callable[..., Comparison | None]:
    """`Judge().compare`, by calling it and by awaiting its twin."""
    if request.param == "sync":
        return lambda *args: Judge().compare(*args)
    return lambda *args: asyncio.run(Judge().acompare(*args))


@pytest.fixture
def pair(records) -> tuple[Question, Answer, Refinement]:
    """A question with its answer and a refinement of it."""
    question = records.question()
    answer = records.answer(question, "Leaves.")
    return question, answer, Refinement(parent_id="k", origin=question.origin, text="Leaves, and habit.", round=1)


@pytest.fixture
def verdicts(fields) -> Callable[..., list[str]]:
    """Replies with these verdicts."""
    return lambda *said: [fields(reason=f"because {one}", verdict=one) for one in said]


# -- scores ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verdict_belongs_to_the_answer_that_it_scores(scripted, fields, inputs_of, records, score, language) -> None:
    question = records.question(language)
    answer = records.answer(question)
    script = scripted(fields(reason="Sound.", scores=json.dumps(SCORES)))
    with script.context():
        verdict = score(question, answer)
    said = SCORES | {"reason": "Sound."}
    assert verdict == Verdict.model_validate({"parent_id": answer.id, "origin": question.origin} | said)
    assert inputs_of(script.requests[0]) == {
        "question": question.text,
        "answer": answer.text,
        "language": LANGUAGE_NAMES[language],
    }


def test_the_program_itself_scores(obedient, records, run) -> None:
    question = records.question()
    answer = records.answer(question)
    with obedient.context():
        verdict = run(Judge(), question, answer)
    assert verdict.scores == dict.fromkeys(CRITERIA, 7)


@pytest.mark.parametrize("given", [7, 7.0, "7"])
def test_a_whole_number_may_be_written_in_more_than_one_way(scripted, fields, pair, score, given: Any) -> None:
    question, answer, _ = pair
    script = scripted(fields(reason="Sound.", scores=json.dumps(SCORES | {"clarity": given})))
    with script.context(parse_retries=0):
        verdict = score(question, answer)
    assert verdict.clarity == 7
    assert type(verdict.clarity) is int


UNREADABLE: list[Any] = [0, 11, -1, 7.5, "8/10", "high", True, None, [7], 1e400]


@pytest.mark.parametrize("given", UNREADABLE)
def test_a_score_that_is_none_is_asked_for_again_with_its_name(scripted, fields, pair, score, given: Any) -> None:
    question, answer, _ = pair
    broken = fields(reason="Sound.", scores=json.dumps(SCORES | {"depth": given}))
    script = scripted(broken, fields(reason="Sound.", scores=json.dumps(SCORES)))
    with script.context():
        assert score(question, answer).scores == SCORES
    assert "depth" in script.requests[1].messages[-1].text


@pytest.mark.parametrize("given", UNREADABLE)
def test_a_score_that_never_becomes_one_is_missing_and_not_clipped(scripted, fields, pair, score, given: Any) -> None:
    question, answer, _ = pair
    broken = fields(reason="Sound.", scores=json.dumps(SCORES | {"depth": given}))
    script = scripted(broken, broken)
    with script.context(parse_retries=1):
        assert score(question, answer) is None
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    "scores",
    [
        {name: 7 for name in CRITERIA if name != "correctness"},
        SCORES | {"overall": 8},
        {},
        [8, 9, 6, 7, 10],
        "8, 9, 6, 7, 10",
    ],
)
def test_scores_that_are_not_the_five_are_missing(scripted, fields, pair, score, scores: Any) -> None:
    question, answer, _ = pair
    script = scripted(fields(reason="Sound.", scores=json.dumps(scores)))
    with script.context(parse_retries=0):
        assert score(question, answer) is None


def test_scores_without_a_reason_are_missing(scripted, fields, pair, score) -> None:
    question, answer, _ = pair
    script = scripted(fields(scores=json.dumps(SCORES)))
    with script.context(parse_retries=0):
        assert score(question, answer) is None


# -- pairs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_order_swaps_the_texts_and_nothing_else(obedient, inputs_of, records, compare, language) -> None:
    question = records.question(language)
    first, second = records.answer(question, "Leaves."), records.answer(question, "Leaves, and habit.")
    with obedient.context():
        compare(question, first, second)
    given = [inputs_of(request) for request in obedient.requests]
    common = {"question": question.text, "language": LANGUAGE_NAMES[language]}
    assert given == [
        common | {"answer_a": first.text, "answer_b": second.text},
        common | {"answer_a": second.text, "answer_b": first.text},
    ]
    assert obedient.requests[0].system == obedient.requests[1].system


def test_a_winner_is_the_same_whichever_way_round_the_pair_is_given(obedient, pair, compare) -> None:
    question, shorter, longer = pair
    with obedient.context():  # to whom the longer one is the better one
        straight, swapped = compare(question, shorter, longer), compare(question, longer, shorter)
    assert (straight.winner, straight.flipped) == ("second", False)
    assert (swapped.winner, swapped.flipped) == ("first", False)


@pytest.mark.parametrize(
    ("said", "winner", "flipped"),
    [
        (("A", "B"), "first", False),
        (("B", "A"), "second", False),
        (("tie", "tie"), "tie", False),
        (("A", "A"), "tie", True),
        (("B", "B"), "tie", True),
        (("A", "tie"), "tie", True),
        (("tie", "A"), "tie", True),
        (("tie", "B"), "tie", True),
        (("B", "tie"), "tie", True),
    ],
)
def test_both_orders_must_agree_on_a_winner(scripted, verdicts, pair, compare, said, winner, flipped) -> None:
    question, first, second = pair
    with scripted(*verdicts(*said)).context():
        comparison = compare(question, first, second)
    assert comparison == Comparison(
        parent_id=first.id,
        other_id=second.id,
        origin=question.origin,
        verdicts=said,
        reasons=(f"because {said[0]}", f"because {said[1]}"),
    )
    assert (comparison.winner, comparison.flipped) == (winner, flipped)


@pytest.mark.parametrize("broken", ["a", "C", "A or B", "**A**", "Answer A", "8", ""])
def test_a_verdict_that_is_none_is_asked_for_again(scripted, fields, verdicts, pair, compare, broken: str) -> None:
    question, first, second = pair
    script = scripted(fields(reason="Well.", verdict=broken), *verdicts("A", "B"))
    with script.context(parse_retries=1):
        assert compare(question, first, second).winner == "first"
    assert len(script.requests) == 3
    assert "verdict" in script.requests[1].messages[-1].text


@pytest.mark.parametrize(("readable", "calls"), [((), 1), (("A",), 2), (("tie",), 2)])
def test_a_pair_with_an_unreadable_order_is_missing(scripted, verdicts, pair, compare, readable, calls) -> None:
    question, first, second = pair
    script = scripted(*verdicts(*readable), "who can tell")
    with script.context(parse_retries=0):
        assert compare(question, first, second) is None
    assert len(script.requests) == calls


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_reply_that_is_cut_off_or_refused_is_missing(scripted, response, pair, score, compare, reason) -> None:
    question, first, second = pair
    with scripted(answers=lambda _: response("A", reason)).context(max_tokens=5):
        assert score(question, first) is None
        assert compare(question, first, second) is None


def test_a_call_without_a_reply_is_an_error_and_not_a_missing_verdict(scripted, pair, compare) -> None:
    question, first, second = pair

    def fail(request: Request) -> str:
        raise ServerError("down")

    with scripted(answers=fail).context(), pytest.raises(Exception, match="down"):
        compare(question, first, second)


def test_the_judge_is_shown_the_texts_alone(obedient, pair, compare, score) -> None:
    question, answer, refinement = pair
    with obedient.context():
        compare(question, answer, refinement)
        plain = obedient.requests[:]
        compare(question, answer, Answer(parent_id=question.id, origin=question.origin, text=refinement.text))
        score(question, refinement)
    assert obedient.requests[2:4] == plain  # a refinement and an answer of the same text are the same to it
    for request in obedient.requests:
        shown = f"{request.system} {request.messages[-1].text}"
        assert all(record.id not in shown for record in pair)


# -- steps -----------------------------------------------------------------------------------------------------------


def test_every_stage_is_executed_by_the_given_step(obedient, pair) -> None:
    judge, (question, first, second) = Judge(), pair
    taken = []

    async def step(stage: Any, *args: Any) -> Any:
        taken.append((stage, args))
        return await call_stage(stage, *args)

    with obedient.context():
        asyncio.run(judge.ascore(question, first, step=step))
        asyncio.run(judge.acall(question, second, step=step))
        asyncio.run(judge.acompare(question, first, second, step=step))
    assert taken == [
        (judge.score_answer, (question, first)),
        (judge.score_answer, (question, second)),
        (judge.compare_answers, (question, first, second)),
        (judge.compare_answers, (question, second, first)),
    ]
    assert len(obedient.requests) == 4


@pytest.mark.parametrize(
    "fault", [UnreadableReply("no", raw=""), TruncatedReply("no", raw=""), RefusedReply("no", raw="")]
)
def test_a_step_that_fails_by_its_reply_is_missing(pair, fault) -> None:
    question, first, second = pair

    async def step(stage: Any, *args: Any) -> Any:
        raise fault

    assert asyncio.run(Judge().ascore(question, first, step=step)) is None
    assert asyncio.run(Judge().acompare(question, first, second, step=step)) is None


def test_a_step_that_fails_by_its_call_is_an_error(pair) -> None:
    question, first, second = pair

    async def step(stage: Any, *args: Any) -> Any:
        raise CallFault("timed out", reason="timeout")

    for work in (Judge().ascore(question, first, step=step), Judge().acompare(question, first, second, step=step)):
        with pytest.raises(CallFault):
            asyncio.run(work)


def test_a_stage_by_itself_does_not_hide_what_it_cannot_read(scripted, pair, run) -> None:
    question, first, second = pair
    for stage, args in ((ScoreStage(), (question, first)), (CompareStage(), (question, first, second))):
        with scripted("nothing").context(parse_retries=0), pytest.raises(AdapterParseError):
            run(stage, *args)


def test_one_order_is_a_record_of_what_was_shown_as_a_and_b(scripted, verdicts, pair, run) -> None:
    question, first, second = pair
    with scripted(*verdicts("B")).context():
        preference = run(CompareStage(), question, second, first)
    assert preference == Preference(
        parent_id=second.id, other_id=first.id, origin=question.origin, verdict="B", reason="because B"
    )


def test_both_predictors_are_visible_to_an_optimizer() -> None:
    names = [name for name, _ in Judge().named_predictors()]
    assert names == ["score_answer.predict", "compare_answers.predict"]


# -- what is no answer -----------------------------------------------------------------------------------------------

OF_QUESTIONS = {"relevance": 8, "self_containment": 5, "difficulty_spread": 6, "task_fit": 9}
OF_TAGS = {"fit": 10, "granularity": 4, "distinctness": 7, "coverage": 3}


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_scored_with_their_theme_and_task(scripted, fields, inputs_of, records, run, language) -> None:
    cell = records.cell(language)
    questions = [records.question(language, text=text) for text in ("One?", "Two\nlines?", "Three?")]
    script = scripted(fields(reason="Alike.", scores=json.dumps(OF_QUESTIONS)))
    with script.context():
        grade = run(ScoreQuestionsStage(), cell, questions)
    assert (grade.reason, grade.scores, grade.overall) == ("Alike.", OF_QUESTIONS, 7.0)
    given = inputs_of(script.requests[0])
    assert json.loads(given["theme"]) == list(cell.path)
    assert json.loads(given["questions"]) == ["One?", "Two\nlines?", "Three?"]
    assert given["language"] == LANGUAGE_NAMES[language]
    assert given["task"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tags_are_scored_with_their_path(scripted, fields, inputs_of, run, language) -> None:
    script = scripted(fields(reason="Broad.", scores=json.dumps(OF_TAGS)))
    with script.context():
        grade = run(ScoreTagsStage(), ("Food", "Tea"), ("Green tea", "Gardens"), language)
    assert (grade.reason, grade.scores, grade.overall) == ("Broad.", OF_TAGS, 6.0)
    given = inputs_of(script.requests[0])
    assert (json.loads(given["path"]), json.loads(given["tags"])) == (["Food", "Tea"], ["Green tea", "Gardens"])
    assert given["language"] == LANGUAGE_NAMES[language]


@pytest.mark.parametrize("bad", [{"fit": 11}, {"fit": 0}, {"fit": True}, {"fit": "good"}, {"more": 1}])
def test_a_score_that_is_none_is_asked_for_again(scripted, fields, run, bad) -> None:
    wrong = fields(reason="r", scores=json.dumps(OF_TAGS | bad))
    script = scripted(wrong, fields(reason="r", scores=json.dumps(OF_TAGS)))
    with script.context():
        assert run(ScoreTagsStage(), ("Food",), ("Tea",), "en").scores == OF_TAGS
    assert len(script.requests) == 2
