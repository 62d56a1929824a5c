"""Does an answer repeat the question in the place of answering it?"""

import pytest

from condor.corpus.filters.repeated_question import check_repeated_question

QUESTION = "What are the main differences between a loan and a mortgage?"
QUESTION_ZH = "公积金贷款和商业贷款有什么主要区别，年轻人应该怎么选？"


@pytest.mark.parametrize("question", [QUESTION, QUESTION_ZH])
@pytest.mark.parametrize("change", ["{}", "  {}\n", "So: {}", "{} 好问题！"])
def test_the_question_said_back_is_rejected(question: str, change: str) -> None:
    rejection = check_repeated_question(question, change.format(question), most=0.5)
    assert rejection is not None
    assert rejection.rule == "repeated_question"
    assert rejection.figure > 0.5


@pytest.mark.parametrize("question", [QUESTION, QUESTION_ZH])
def test_a_question_as_a_title_is_kept(question: str) -> None:
    answer = "".join(f"Point {number}: a mortgage is secured by the house itself, 而贷款不是. " for number in range(9))
    assert check_repeated_question(question, f"# {question}\n\n{answer}", most=0.5) is None


def test_material_that_is_given_back_corrected_is_kept() -> None:
    material = "The commitee recieved three seperate aplications before the dead line, and was not ready for them. " * 3
    for question in (f"Correct the spelling:\n{material}", f"{material}\nCorrect the spelling of this text."):
        assert check_repeated_question(question, material.replace("commitee", "committee"), most=0.5) is None


def test_a_question_that_asks_to_be_repeated_may_be() -> None:
    for question in ("Repeat this word for word: the tide is out.", "请一字不差地照抄：潮水退了，船还在。"):
        assert check_repeated_question(question, question, most=0.5) is None
