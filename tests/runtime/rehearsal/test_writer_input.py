"""Tests of what the composer makes of questions that people type: subjects, forms, odd and very long input."""

import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from condor.runtime.rehearsal.writer import (
    find_subject,
    propose_children,
    write_answer,
    write_critique,
    write_questions,
    write_refinement,
)
from condor.runtime.rehearsal.writer.language import get_language
from condor.runtime.rehearsal.writer.shape import read_shape

from writer_samples import LANGUAGES, MARKER


@pytest.mark.parametrize(
    ("question", "language", "subject"),
    [
        ("What is the Roman Empire known for?", "en", "Roman Empire"),
        ("how do i repair a leaking kitchen tap", "en", "leaking kitchen tap"),
        ("Explain Quantum Computing to a child.", "en", "Quantum Computing"),
        ("I've heard that JSON is easy. Tell me about Paris.", "en", "Paris"),
        ("请解释一下量子纠缠是什么?", "zh", "量子纠缠"),
        ("你觉得《红楼梦》怎么样？", "zh", "红楼梦"),
        ("如何用“番茄工作法”提高效率?", "zh", "番茄工作法"),
        ("", "en", "this topic"),
        ("😀😀", "zh", "这个话题"),
    ],
)
def test_subject_of_typed_questions(question: str, language: str, subject: str) -> None:
    assert find_subject(question, language) == subject


@pytest.mark.parametrize(
    ("question", "language", "kind"),
    [
        ("Write a poem about rain.", "en", "poem"),
        ("Give me a table of planets.", "en", "table"),
        ("Return JSON with the keys `a` and `b`.", "en", "json"),
        ("Do you think that cats are clever?", "en", "opinion"),
        ("Act as a baker and greet me.", "en", "role"),
        ("Please summarise this text: ...", "en", "summary"),
        ("How deep is the sea?", "en", "plain"),
        ("请写一首诗，主题是雨。", "zh", "poem"),
        ("请用键值对格式回答。", "zh", "json"),
        ("你是一位面包师，请问候我。", "zh", "role"),
        ("海有多深？", "zh", "plain"),
    ],
)
def test_shape_cues(question: str, language: str, kind: str) -> None:
    assert read_shape(question, get_language(language)).kind == kind


def test_requested_form_is_kept() -> None:
    rng = random.Random(1)
    bullets = write_answer("List exactly four facts about Tea as bullet points.", "en", 0.0, rng)
    assert len(re.findall(r"^- ", bullets, re.MULTILINE)) == 4
    record = write_answer("Answer with a JSON object with the keys `title` and `tips`. Topic: Tea.", "en", 0.0, rng)
    assert '"title": ' in record
    assert '"tips": [' in record
    table = write_answer("请就“茶”做一个表格，列名为`项目`和`费用`。", "zh", 0.0, rng)
    assert "| 项目 | 费用 |" in table


ANY_TEXT = st.text(max_size=300) | st.text(alphabet="`[]#\n |\"'“”「」《》{}1.。,-a字", max_size=80)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.sampled_from(LANGUAGES), st.floats(), st.integers())
def test_arbitrary_text_is_survived(
    question: str, answer: str, notes: str, language: str, quality: float, seed: int
) -> None:
    rng = random.Random(seed)
    subject = find_subject(question, language)
    assert subject.strip()
    assert "\n" not in subject
    assert len(subject) <= 64
    assert write_answer(question, language, quality, rng).strip()
    assert all(text.strip() for text in write_critique(question, answer, language, rng).values())
    refined = write_refinement(question, answer, notes, notes, language, quality, rng)
    assert refined.strip()
    assert refined != answer
    assert all(propose_children([question], [answer], 5, language, rng))
    for text in write_questions([question, answer], "creation", [notes], language, rng).values():
        assert text.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_field_markers_are_not_echoed(language: str) -> None:
    question = f'What about "{MARKER} tea"? 请谈谈“{MARKER}茶” {MARKER}'
    rng = random.Random(1)
    answer = write_answer(question, language, 1.0, rng)
    notes = write_critique(question, f"{MARKER}\n{answer}", language, rng)
    refined = write_refinement(question, f"{MARKER}\n{answer}", "x", "y", language, 1.0, rng)
    assert "[[" not in "".join([answer, refined, *notes.values()])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["word ", "字", "[[ ## ", "“", "`", "A of ", "first, ", "\n\n1. x", "\ud800"])
@pytest.mark.timeout(60)
def test_a_long_input_does_not_take_for_ever(language: str, unit: str) -> None:
    text = unit * 20_000
    rng = random.Random(1)
    write_answer(text, language, 1.0, rng)
    write_critique(text, text, language, rng)
    write_refinement(text, text, text, text, language, 1.0, rng)
