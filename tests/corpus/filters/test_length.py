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


def test_limits_that_leave_no_room_are_refused() -> None:
    with pytest.raises(ValidationError, match="must not be above the most"):
        LengthLimits(question_least=5, question_most=4, answer_least=1, answer_most=1)
