"""Does an answer decline to answer?"""

import pytest

from condor.corpus.filters.refusal import check_refusal
from condor.vocabulary import Language

ENGLISH = "I'm sorry, but I can't help with that."
CHINESE = "抱歉，我无法回答这个问题。"


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        (ENGLISH, "en"),
        ("I’m sorry, but I can’t assist with this request.", "en"),
        ("Unfortunately, I am unable to provide instructions for that.", "en"),
        ("As an AI language model, I cannot offer opinions on this.", "en"),
        ("I must respectfully decline to answer. I decline to do this.", "en"),
        (CHINESE, "zh"),
        ("对不起，我不能协助您完成这项请求。", "zh"),
        ("作为人工智能助手，我无法提供相关内容。", "zh"),
        ("您的问题违反了使用规定。", "zh"),
    ],
)
def test_an_answer_that_declines_is_rejected(answer: str, language: Language) -> None:
    rejection = check_refusal("How do pin locks work?", answer, language, most_after=100)
    assert rejection is not None
    assert rejection.rule == "refusal"


@pytest.mark.parametrize(
    ("question", "answer", "language"),
    [
        ("How do I refuse politely?", ENGLISH, "en"),
        ("怎样委婉地拒绝同事？", CHINESE, "zh"),
        ("Play a clerk.", f'"{ENGLISH}" She shut the window.', "en"),
        ("Play a clerk.", f"Clerk: {ENGLISH}\nMan: Why?", "en"),
        ("Write a letter.", f"Dear Ms Lin,\n{ENGLISH}", "en"),
        ("扮演柜员。", f"“{CHINESE}”她关上了窗。", "zh"),
        ("扮演柜员。", f"柜员：{CHINESE}", "zh"),
        ("Will it rain?", "I can't see the future, but the clouds look heavy.", "en"),
        ("What do you eat?", "As an AI I don't eat, but I like to hear about soup.", "en"),
        ("会下雨吗？", "我不能预知未来，不过云很厚。", "zh"),
        ("Play a ferryman.", "I can't do that. The tide is out, and the rope is older than you are.", "en"),
        ("Play a thief.", "I won't give it back. Finders keepers, that is the law of the river.", "en"),
        ("演一个守夜人。", "我不会继续等这个人了，天快亮了。", "zh"),
    ],
)
def test_talk_of_declining_is_no_refusal(question: str, answer: str, language: Language) -> None:
    assert check_refusal(question, answer, language, most_after=100) is None


@pytest.mark.parametrize(("refusal", "language", "letter"), [(ENGLISH, "en", "a"), (CHINESE, "zh", "知")])
@pytest.mark.parametrize(("after", "kept"), [(100, False), (101, True)])
def test_a_refusal_with_an_answer_after_it_is_an_answer(
    refusal: str, language: Language, letter: str, after: int, kept: bool
) -> None:
    rejection = check_refusal("?", f"{refusal} {letter * after}", language, most_after=100)
    assert (rejection is None) == kept
    if rejection is not None:
        assert rejection.figure == after


def test_a_refusal_in_the_middle_of_an_answer_is_a_part_of_it() -> None:
    text = "Ask the clerk early. " * 30 + ENGLISH
    assert check_refusal("How do I get a permit?", text, "en", most_after=1000) is None
