"""Does a text go round in circles?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.filters.repetition import RepetitionLimits, check_repetition, is_asked_for
from condor.vocabulary import Language

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)
LIMITS = RepetitionLimits()


@pytest.mark.parametrize(
    ("passage", "language"),
    [
        ("and it is good for the mind ", "en"),
        ("very ", "en"),
        ("对睡眠也有好处，", "zh"),
        ("啊", "zh"),
    ],
)
def test_a_passage_that_follows_upon_itself_is_a_loop_with_its_rounds(passage: str, language: Language) -> None:
    rounds = 60
    rejection = check_repetition(passage * rounds, language, LIMITS)
    assert rejection is not None
    assert rejection.rule == "repetition"
    assert rejection.figure == rounds


@pytest.mark.parametrize(("rounds", "kept"), [(4, True), (5, False)])
def test_more_rounds_than_allowed_are_too_many(rounds: int, kept: bool) -> None:
    passage = "the guard walked down the aisle and asked "
    assert (check_repetition(f"Once {passage * rounds}", "en", LIMITS) is None) == kept


@pytest.mark.parametrize(
    ("question", "text", "language", "asked"),
    [
        ("Write 'I will not talk in class' ten times.", "I will not talk in class.\n" * 10, "en", True),
        ("Explain inflation ten times.", "Prices rise, and money buys less. " * 10, "en", False),
        ("What is patience?", "patience " * 40, "en", False),
        ("把“哈”写三十遍。", "哈" * 30, "zh", True),
        ("把通货膨胀讲三遍。", "物价一路上涨，钱越来越不值钱。" * 10, "zh", False),
    ],
)
def test_what_the_question_names_may_come_as_often_as_it_asks(
    question: str, text: str, language: Language, asked: bool
) -> None:
    assert check_repetition(text, language, LIMITS) is not None
    assert is_asked_for(question, text, language) == asked


def test_laughter_is_no_loop() -> None:
    assert check_repetition("哈" * 29, "zh", LIMITS) is None
    assert check_repetition("ha " * 29, "en", LIMITS) is None
    assert check_repetition("哈" * 30, "zh", LIMITS) is not None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_comes_back_with_something_between_counts_by_its_share(language: Language) -> None:
    units = [f"word{number} " for number in range(40)] if language == "en" else [chr(0x4E00 + n) for n in range(40)]
    passage = "".join(units)
    between = ["Indeed. ", "In short. ", "So. "] if language == "en" else ["总之，", "可见，", "其实，"]
    text = "".join(f"{each}{passage}" for each in between)
    rejection = check_repetition(text, language, LIMITS)
    assert rejection is not None
    assert 0.5 < rejection.figure < 0.7
    assert check_repetition(text, language, RepetitionLimits(share=0.7)) is None


@FIXED
@given(st.integers(1, 400))
def test_a_text_of_different_words_is_kept(count: int) -> None:
    assert check_repetition(" ".join(f"w{number}" for number in range(count)), "en", LIMITS) is None
    assert check_repetition("".join(chr(0x4E00 + number) for number in range(count)), "zh", LIMITS) is None
