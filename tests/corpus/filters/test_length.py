"""Is a text as long as a question or an answer can be?"""

import pytest
from pydantic import ValidationError

from condor.corpus.filters.length import CHINESE, ENGLISH, LengthLimits, check_length

QUESTION = "How does a heat pump work in winter?"
LIMITS = LengthLimits(question_least=3, question_most=10, answer_least=4, answer_most=8)


@pytest.mark.parametrize(
    ("question", "answer", "figure"),
    [
        ("abc", "abcd", None),
        ("a b c d e f g h i j", "a b c d e f g h", None),
        ("ab", "abcd", 2),
        ("abcdefghijk", "abcd", 11),
        ("abc", "a b c", 3),
        ("abc", "abcdefghi", 9),
        ("ab", "abc", 2),
    ],
)
def test_both_ends_are_allowed_and_white_space_does_not_count(question: str, answer: str, figure: float | None) -> None:
    rejection = check_length(question, answer, LIMITS)
    assert (None if rejection is None else rejection.figure) == figure
    if rejection is not None:
        assert rejection.rule == "length"


@pytest.mark.parametrize(
    ("question", "answer", "limits"),
    [
        ("Is a tomato a fruit, yes or no?", "Yes", ENGLISH),
        ("What is 17 times 23? The number only.", "391", ENGLISH),
        ("Name the capital of Peru in one word.", "Lima", ENGLISH),
        ("秘鲁的首都是哪里？只回答城市名。", "利马", CHINESE),
        ("这句话是对还是错，用一个字回答。", "对", CHINESE),
    ],
)
def test_a_question_that_asks_for_a_short_answer_gets_one(question: str, answer: str, limits: LengthLimits) -> None:
    assert check_length(question, answer, limits) is None
    assert check_length(QUESTION, answer, limits) is not None


@pytest.mark.parametrize(
    ("question", "answer", "limits"),
    [
        ("What's the capital of Peru?", "Lima.", ENGLISH),
        ("Who painted the Mona Lisa?", "Leonardo.", ENGLISH),
        ("Compute 17*23.", "17*23 = 391", ENGLISH),
        ("What does 你好 mean in Mandarin?", "Hello.", ENGLISH),
        ("Good night, talk tomorrow!", "Sleep well!", ENGLISH),
        ("中国的首都是哪里？", "北京。", CHINESE),
        ("《静夜思》的作者是谁？", "李白。", CHINESE),
        ("求x^2-5x+6=0的根，等于多少？", "2 或 3", CHINESE),
    ],
)
def test_a_fact_may_be_the_whole_of_an_answer_but_signs_are_none(
    question: str, answer: str, limits: LengthLimits
) -> None:
    assert check_length(question, answer, limits) is None
    assert check_length(question, "...", limits) is not None


@pytest.mark.parametrize(
    ("question", "answer", "limits"),
    [
        ("Explain how a heat pump works and when it pays off.", "It depends.", ENGLISH),
        ("What do you think of four-day weeks?", "Great idea!", ENGLISH),
        ("What is your opinion of open offices?", "Great!", ENGLISH),
        ("请介绍一下热泵的原理和适用场景。", "好的。", CHINESE),
        ("你怎么看四天工作制在小公司的前景？", "看情况吧", CHINESE),
    ],
)
def test_an_open_question_needs_more(question: str, answer: str, limits: LengthLimits) -> None:
    assert check_length(question, answer, limits) is not None


def test_limits_that_leave_no_room_are_refused() -> None:
    with pytest.raises(ValidationError, match="must not be above the most"):
        LengthLimits(question_least=5, question_most=4, answer_least=1, answer_most=1)
