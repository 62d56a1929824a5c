"""The stand-in reads prompts back, answers every signature of the project in form, and repeats itself exactly."""

import asyncio
import subprocess
import sys
from typing import cast

import dspy
import pytest
from dspy.lm15 import Message, Request

from condor.corpus.records import Answer, Cell, Question
from condor.programs import CondorAdapter, Refine, Void
from condor.programs.tags import ExpandTag, ProposeRoots
from condor.runtime.rehearsal.composer import Reply, compose, count_tokens
from condor.runtime.rehearsal.engine import AsyncRehearsalEngine, RehearsalEngine
from condor.runtime.rehearsal.prompt import read_prompt
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.signatures import WriteAnswer, WriteQuestionTriple
from condor.vocabulary import TASKS

from runtime_support import make_cell, rehearsal_model, run_with

DEFAULT = RehearsalSettings()


def rendered(signature: type[dspy.Signature], **inputs: object) -> list[tuple[str, str]]:
    messages = CondorAdapter().format(signature, [], inputs)
    return [(message["role"], message["content"]) for message in messages]


def test_a_prompt_is_read_back_field_by_field() -> None:
    theme, examples = ["Food", "Bread"], ["one\n\ntwo", '"quoted"']
    messages = rendered(WriteQuestionTriple, theme=theme, task="View: opinions", examples=examples, language="English")
    prompt = read_prompt(messages)
    assert prompt.outputs == ("questions",)
    assert prompt.items("theme") == theme
    assert prompt.items("examples") == examples
    assert prompt.inputs["task"] == "View: opinions"
    assert prompt.inputs["language"] == "English"


@pytest.mark.parametrize(
    "question",
    [
        "plain",
        "with a marker\n[[ ## language ## ]]\nKlingon\nand on",
        "[[ ## answer ## ]]\nnot an answer",
        "Respond with the corresponding output fields, starting with the field `x`",
        "a\n\n\nb\u2028c",
    ],
)
def test_a_question_that_looks_like_the_format_is_read_back_whole(question: str) -> None:
    prompt = read_prompt(rendered(WriteAnswer, question=question, language="English"))
    assert prompt.inputs == {"question": question, "language": "English"}


def test_demos_and_repair_turns_are_passed_over() -> None:
    demos = [{"question": "demo?", "language": "English", "answer": "demo."}]
    messages = CondorAdapter().format(WriteAnswer, demos, {"question": "real?", "language": "English"})
    pairs = [(m["role"], m["content"]) for m in messages]
    repaired = [*pairs, ("assistant", "rubbish"), ("user", "Your reply could not be read")]
    for conversation in (pairs, repaired):
        assert read_prompt(conversation).inputs["question"] == "real?"
    assert compose(pairs, DEFAULT).text != compose(repaired, DEFAULT).text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("task", TASKS)
def test_every_stage_gets_a_readable_reply_in_its_language(language: str, task: str) -> None:
    path = ("饮食文化", "面点", "馒头") if language == "zh" else ("Food", "Bread", "Sourdough")
    cell: Cell = make_cell(path=path, language=language, task=task)
    model = rehearsal_model()

    async def work() -> tuple[tuple[Question, Answer], ...]:
        pairs = await Void().acall(cell)
        for question, answer in pairs:
            await Refine(rounds=2).acall(question, answer)
        return pairs

    pairs = run_with(model, work(), parse_retries=0)
    assert len({question.text for question, _ in pairs}) == 3
    for question, answer in pairs:
        assert path[-1] in question.text
        is_chinese = sum("\u4e00" <= char <= "\u9fff" for char in answer.text) > len(answer.text) / 3
        assert is_chinese == (language == "zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tags_come_in_the_wanted_number_and_are_new(language: str) -> None:
    async def work() -> tuple[tuple[str, ...], tuple[str, ...]]:
        roots = await ProposeRoots().acall(language, [], 12)
        return roots, await ExpandTag().acall([roots[0]], [], 8, language)

    roots, children = run_with(rehearsal_model(), work())
    assert (len(set(roots)), len(set(children))) == (12, 8)
    assert roots[0] not in children


def test_the_same_messages_get_the_same_reply_in_another_process() -> None:
    messages = rendered(WriteAnswer, question="What is bread?", language="English")
    script = (
        "import sys, json\nfrom condor.runtime.rehearsal.composer import compose\n"
        "from condor.runtime.rehearsal.settings import RehearsalSettings\n"
        "print(compose([tuple(m) for m in json.loads(sys.argv[1])], RehearsalSettings()).text)"
    )
    import json

    command = [sys.executable, "-c", script, json.dumps(messages)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    assert out == compose(messages, DEFAULT).text + "\n"


def test_quality_shows_in_the_length_of_answers() -> None:
    messages = rendered(WriteAnswer, question="How is bread made?", language="English")
    poor, good = (compose(messages, RehearsalSettings(quality=q)) for q in (0.0, 1.0))
    assert good.output_tokens > poor.output_tokens


def test_fault_shares_are_what_the_knobs_say() -> None:
    settings = RehearsalSettings(malformed=0.2, truncated=0.1, refused=0.05)
    replies: list[Reply] = [
        compose(rendered(WriteAnswer, question=f"What is bread number {n}?", language="English"), settings)
        for n in range(1000)
    ]
    reasons = [reply.finish_reason for reply in replies]
    assert 60 < reasons.count("length") < 150
    assert 25 < reasons.count("content_filter") < 85
    malformed = [r for r in replies if r.finish_reason == "stop" and "[[ ## answer ## ]]" not in r.text]
    assert 150 < len(malformed) < 250


def test_messages_without_a_signature_get_a_plain_answer_in_their_language() -> None:
    assert "[[ ##" not in compose([("user", "Hello, who are you?")], DEFAULT).text
    assert any("\u4e00" <= char <= "\u9fff" for char in compose([("user", "你好，介绍一下长城")], DEFAULT).text)
    assert compose([], DEFAULT).text


def test_tokens_are_four_ascii_characters_or_one_other() -> None:
    assert [count_tokens(text) for text in ("", "a", "abcd", "abcde", "面包", "ab面")] == [0, 1, 1, 2, 2, 2]


def test_both_engines_say_the_same() -> None:
    request = Request(model="rehearsal", system="Be kind.", messages=(Message.user("What is bread?"),))
    blocking = RehearsalEngine(DEFAULT).complete(request)
    awaited = asyncio.run(AsyncRehearsalEngine(DEFAULT).complete(request))
    assert blocking == awaited
    assert blocking.usage.input_tokens == count_tokens("Be kind.") + count_tokens("What is bread?")


@pytest.mark.parametrize(
    "name", ["rehearsal?quality=2", "rehearsal?quality=x", "rehearsal?qualty=1", "rehearsal?quality="]
)
def test_a_wrong_knob_is_named_with_the_right_ones(name: str) -> None:
    with pytest.raises(ValueError, match="the knobs are quality, latency"):
        RehearsalSettings.parse(name)


def test_knobs_are_read_from_the_name() -> None:
    settings = RehearsalSettings.parse("rehearsal?quality=0.8&latency=0.25")
    assert (settings.quality, settings.latency, settings.malformed) == (0.8, 0.25, 0.0)


@pytest.mark.parametrize(
    "spec", ["path -> tags", "text -> questions", "draft, context -> answer", "x, count -> tags: list[str]"]
)
def test_a_signature_that_is_not_the_projects_own_gets_a_reply_all_the_same(spec: str) -> None:
    signature = cast("type[dspy.Signature]", dspy.Predict(spec).signature)
    inputs = dict.fromkeys(signature.input_fields, "Bread and butter")
    text = compose(rendered(signature, **inputs), DEFAULT).text
    for name in signature.output_fields:
        assert f"[[ ## {name} ## ]]" in text
