"""What a result is worth: the judge's verdict, or nothing where it breaks a rule."""

import copy
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import dspy
import pytest

from condor.corpus.records import Answer, Cell, Critique, Origin, Question, Refinement
from condor.experiments.optimizing.metric import Metric, example_of
from condor.experiments.optimizing.tasks import TASKS_BY_STEP
from condor.knowledge.tasks import tasks_for
from condor.programs import CondorAdapter, RefineAnswer
from condor.signatures.judge import Scores

ORIGIN = Origin(tree_version="v", path=("Food", "Tea"), task="view", language="en", difficulty="easy")
QUESTION = Question(parent_id="c", origin=ORIGIN, text="Is tea better than coffee in the morning?")
ANSWER = Answer(parent_id=QUESTION.id, origin=ORIGIN, text="Tea wakes you gently and coffee at once.")
CRITIQUE = Critique(parent_id=ANSWER.id, origin=ORIGIN, strengths="Short.", weaknesses="Shallow.", suggestions="Add.")
CELL = Cell.at(("Food", "Tea"), task="view", language="en", tree_version="v")
CHINESE = "早上喝茶比喝咖啡更温和,也更容易让人清醒过来。" * 3
#: What the judge says, and the score that it comes to: 1 is worth 0 and 10 is worth 1.
VERDICT = {"helpfulness": 10, "correctness": 10, "depth": 1, "clarity": 10, "instruction_following": 1}
WORTH = (6.4 - 1) / 9


class Replies(dspy.LM):
    """A model that gives the same reply to everything, and counts."""

    def __init__(self, text: str) -> None:
        super().__init__("scripted", cache=False, engine=SimpleNamespace(complete=self._complete))
        self.calls = 0
        self._text = text

    def _complete(self, request: Any) -> Any:
        from dspy.lm15 import Message, Response, Usage

        self.calls += 1
        return Response(None, "scripted", Message.assistant(self._text), "stop", Usage())


def judging(text: str | None = None) -> Replies:
    if text is None:
        scores = Scores(**VERDICT).model_dump_json()
        text = f"[[ ## reason ## ]]\nIt stays on the surface.\n\n[[ ## scores ## ]]\n{scores}\n\n[[ ## completed ## ]]"
    return Replies(text)


def refinement(text: str) -> Refinement:
    return Refinement(parent_id=CRITIQUE.id, origin=ORIGIN, text=text, round=1)


def graded(step: Any, inputs: dict[str, Any], result: Any, judge: Replies | None = None) -> tuple[Any, Replies]:
    judge = judge or judging()
    metric = Metric(TASKS_BY_STEP[step](), {"judge": judge, "generator": judge})
    return metric.grade(inputs, result), judge


@pytest.fixture(autouse=True)
def _adapter() -> Iterator[None]:
    with dspy.context(adapter=CondorAdapter()):
        yield


GIVEN = {"question": QUESTION, "answer": ANSWER, "critique": CRITIQUE}


def test_a_result_is_worth_what_the_judge_says_and_its_reason_is_the_feedback() -> None:
    found, judge = graded("refine", GIVEN, refinement("Tea wakes you gently; coffee at once, and for less long."))
    assert found.score == pytest.approx(WORTH)
    assert found.broken is None
    assert found.feedback == (
        "A judge gave it 6.4 of 10 (helpfulness 10, correctness 10, depth 1, clarity 10, instruction following 1). "
        "It stays on the surface."
    )
    assert judge.calls == 1


@pytest.mark.parametrize(
    ("step", "inputs", "result", "rule"),
    [
        ("refine", GIVEN, refinement(f"  {ANSWER.text.upper()}\n"), "unchanged"),
        ("refine", GIVEN, refinement(CHINESE), "language"),
        ("refine", GIVEN, refinement("Tea is good. " * 300), "too_long"),
        ("answer", {"question": QUESTION}, ANSWER.model_copy(update={"text": CHINESE}), "language"),
        ("answer", {"question": QUESTION}, ANSWER.model_copy(update={"text": "Tea. " * 3000}), "too_long"),
        ("critique", GIVEN, CRITIQUE.model_copy(update={"suggestions": CHINESE * 3}), "language"),
        ("refine+critique", GIVEN, ((CRITIQUE, refinement(ANSWER.text)),), "unchanged"),
        ("expand", {"path": ["Food"], "count": 2, "language": "en"}, ("Tea",), "number"),
        ("expand", {"path": ["Food"], "count": 2, "language": "en"}, ("Tea", "tea "), "no_tag"),
        ("expand", {"path": ["Food"], "count": 2, "language": "en"}, ("Tea", "food"), "no_tag"),
        ("expand", {"path": ["Food"], "count": 2, "language": "en"}, ("Tea", "茶园"), "language"),
        (
            "question",
            {"cell": CELL},
            (QUESTION, QUESTION.model_copy(update={"text": tasks_for("en")["view"].examples[0]})),
            "copied_example",
        ),
        ("question", {"cell": CELL}, (QUESTION, QUESTION.model_copy(update={"text": CHINESE})), "language"),
        ("question", {"cell": CELL}, (QUESTION, QUESTION.model_copy(update={"text": "Hm?"})), "too_short"),
    ],
)
def test_what_breaks_a_rule_is_worth_nothing_and_is_not_judged(
    step: str, inputs: dict[str, Any], result: Any, rule: str
) -> None:
    found, judge = graded(step, inputs, result)
    assert (found.score, found.broken, judge.calls) == (0.0, rule, 0)
    assert found.feedback.startswith("It counts nothing")


def test_a_verdict_that_cannot_be_read_is_missing_and_moves_no_optimizer() -> None:
    result = refinement("Another text altogether, and a good one.")
    found, judge = graded("refine", GIVEN, result, judging("no verdict"))
    assert found.score is None
    assert judge.calls == 3  # twice repaired
    metric = Metric(TASKS_BY_STEP["refine"](), {"judge": judging("no verdict")})
    metric.neutral = 0.625
    shown = metric.with_feedback(example_of(GIVEN), dspy.Prediction(result=result, text=""))
    assert (shown.score, metric.as_number(example_of(GIVEN), result)) == (0.625, 0.625)
    assert "learn nothing" in shown.feedback


def test_a_critique_is_judged_by_what_the_built_in_refinement_makes_of_it() -> None:
    better = Replies("[[ ## answer ## ]]\nTea wakes gently; coffee fast.\n\n[[ ## completed ## ]]")
    judge = judging()
    metric = Metric(TASKS_BY_STEP["critique"](), {"judge": judge, "generator": better})
    assert metric.grade(GIVEN, CRITIQUE).score == pytest.approx(WORTH)
    assert (better.calls, judge.calls) == (1, 1)
    same = Replies(f"[[ ## answer ## ]]\n{ANSWER.text}\n\n[[ ## completed ## ]]")
    found = Metric(TASKS_BY_STEP["critique"](), {"judge": judge, "generator": same}).grade(GIVEN, CRITIQUE)
    assert (found.score, found.broken) == (0.0, "unchanged")


def test_a_reply_that_cannot_be_read_is_worth_nothing() -> None:
    metric = Metric(TASKS_BY_STEP["refine"](), {"judge": judging()})
    with dspy.context(lm=Replies("nothing of the kind")):
        found = metric.run(RefineAnswer(), GIVEN)
    assert (found.score, found.broken) == (0.0, "unreadable")
    assert metric.with_feedback(example_of(GIVEN), None).score == 0.0


def test_the_judge_leaves_no_trace_that_an_optimizer_could_take_for_the_programs() -> None:
    metric = Metric(TASKS_BY_STEP["refine"](), {"judge": judging()})
    program, trace = RefineAnswer(), []
    with dspy.context(trace=trace, lm=Replies("[[ ## answer ## ]]\nSomething else, and short.")):
        assert metric.run(program, GIVEN).score is not None
    assert [step[0] for step in trace] == program.predictors()


def test_an_example_gives_the_records_back_as_they_are() -> None:
    example = example_of(GIVEN)
    assert dict(example.inputs().items()) == GIVEN
    assert dict(copy.deepcopy(example).inputs().items()) == GIVEN
