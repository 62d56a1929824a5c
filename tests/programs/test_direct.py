"""Asking a stage directly: byte for byte what DSPy would send, and the same records back."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import dspy
import pytest
from dspy.lm15 import Request, Response
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.records import Answer, Cell, Critique, Origin, Question
from condor.programs import (
    AnswerQuestion,
    CompareStage,
    CondorAdapter,
    CritiqueAnswer,
    ExpandTag,
    ProposeRoots,
    RefineAnswer,
    ScoreQuestionsStage,
    ScoreStage,
    ScoreTagsStage,
    Stage,
    WriteQuestions,
)
from condor.programs.direct import DirectStage
from condor.signatures import WriteAnswer

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ue000\ue001"), min_size=1)


def lm(**settings: Any) -> dspy.LM:
    class Unused:
        def complete(self, request: Request) -> Response:
            raise AssertionError(request)

    return dspy.LM("scripted", engine=Unused(), cache=False, num_retries=0, **settings)


def stages_with_arguments(text: str, language: str) -> list[tuple[Stage[Any], tuple[Any, ...]]]:
    origin = Origin.model_validate(
        {"tree_version": "v", "path": ("Food", text), "task": "view", "language": language, "difficulty": "easy"}
    )
    cell = Cell(origin=origin.model_copy(update={"difficulty": None}))
    question = Question(parent_id=cell.id, origin=origin, text=text)
    answer = Answer(parent_id=question.id, origin=origin, text=f"{text}!")
    critique = Critique(parent_id=answer.id, origin=origin, strengths=text, weaknesses="w", suggestions="s")
    return [
        (WriteQuestions(), (cell,)),
        (AnswerQuestion(), (question,)),
        (CritiqueAnswer(), (question, answer)),
        (RefineAnswer(), (question, answer, critique)),
        (ScoreStage(), (question, answer)),
        (ScoreQuestionsStage(), (cell, (question, question))),
        (ScoreTagsStage(), (["Food", text], [text, "b"], language)),
        (CompareStage(), (question, answer, answer.model_copy(update={"text": f"not {text}"}))),
        (ProposeRoots(), (language, [text, "b"], 3)),
        (ExpandTag(), (["Food", text], [], 4, language)),
    ]


def dspys_own(stage: Stage[Any], args: tuple[Any, ...], model: dspy.LM) -> Request:
    """The request that `dspy.Predict` through the adapter makes."""
    signature = cast("type[dspy.Signature]", stage.predict.signature)
    demos = list(stage.predict.demos)
    return CondorAdapter().request(model, dict(model.kwargs), signature, demos, stage.given(*args))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(text=TEXT, language=st.sampled_from(["en", "zh"]))
def test_messages_are_dspys_own_to_the_byte(text: str, language: str) -> None:
    if not text.strip():
        return
    model = lm(temperature=0.3, max_tokens=77)
    for stage, args in stages_with_arguments(text, language):
        assert DirectStage(stage, model, CondorAdapter()).render(*args) == dspys_own(stage, args, model)


def test_compiled_programs_go_the_same_way() -> None:
    model = lm(temperature=0.3)
    stage = AnswerQuestion()
    stage.predict.signature = WriteAnswer.with_instructions("Answer in {question} words.\n\nBe kind.")
    stage.predict.demos = [
        {"question": "demo?", "language": "English", "answer": "demo."},
        dspy.Example(question="second?", language="English", answer="yes"),
    ]
    (_, args) = stages_with_arguments("Why?", "en")[1]
    request = DirectStage(stage, model, CondorAdapter()).render(*args)
    assert request == dspys_own(stage, args, model)
    assert [message.role for message in request.messages] == ["user", "assistant"] * 2 + ["user"]
    assert "Be kind." in str(request.system)


def test_settings_of_the_model_and_of_the_predictor_reach_the_request() -> None:
    stage = AnswerQuestion()
    stage.predict.config = {"temperature": 0.9}
    (_, args) = stages_with_arguments("Why?", "en")[1]
    config = DirectStage(stage, lm(temperature=0.3, max_tokens=5), CondorAdapter()).render(*args).config
    assert (config.temperature, config.max_tokens) == (0.9, 5)


def test_stages_that_are_not_asked_in_the_plain_way_are_left_to_dspy() -> None:
    class Own(AnswerQuestion):
        async def aforward(self, *args: Any, **kwargs: Any) -> Answer:
            return await super().aforward(*args, **kwargs)

    reasoned, with_model, several = AnswerQuestion(), AnswerQuestion(), AnswerQuestion()
    reasoned.predict = dspy.ChainOfThought(WriteAnswer)  # pyright: ignore[reportAttributeAccessIssue]
    with_model.predict.lm = lm()
    several.predict.config = {"n": 2}
    assert DirectStage.fits(AnswerQuestion())
    assert not any(DirectStage.fits(stage) for stage in (Own(), reasoned, with_model, several))


def test_a_reply_that_does_not_parse_is_asked_for_again(response: Callable[..., Response]) -> None:
    replies = [response("no fields"), response("[[ ## answer ## ]]\nYes.\n[[ ## completed ## ]]")]
    asked: list[Request] = []

    async def complete(request: Request) -> Response:
        asked.append(request)
        return replies[len(asked) - 1]

    stage, args = stages_with_arguments("Why?", "en")[1]
    answer = asyncio.run(DirectStage(stage, lm(), CondorAdapter(parse_retries=1)).ask(complete, *args))
    assert answer.text == "Yes."
    assert len(asked[1].messages) == len(asked[0].messages) + 2


@pytest.mark.parametrize("number", range(6))
def test_every_stage_of_the_project_is_asked_directly(number: int) -> None:
    stage, _ = stages_with_arguments("Why?", "en")[number]
    assert DirectStage.fits(stage)
