"""Does a text show what it was made with?"""

import pytest

from condor.corpus.filters.markup_leakage import check_markup_leakage
from condor.vocabulary import Language

MARKS = [
    "[[ ## answer ## ]]",
    "[Improved Answer Start]",
    "[改进回答结束]",
    "<|im_end|>",
    "[/INST]",
    "</think>",
    "<end_of_turn>",
]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_found_anywhere_unless_the_question_holds_it(mark: str) -> None:
    text = f"Keep the room cool.\n{mark}\nAnd dark."
    rejection = check_markup_leakage("How do I sleep?", text, "en")
    assert rejection is not None
    assert rejection.rule == "markup_leakage"
    assert rejection.figure == text.index(mark[:4])
    assert check_markup_leakage(f"What is {mark}?", text, "en") is None


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        ("Sure! Here is the improved answer:\n\nYes.", "en"),
        ("Here's a revised and more detailed version of the response.\n\nYes.", "en"),
        ("Improved Answer:\nYes.", "en"),
        ("Yes. Based on the feedback, I have added an example.", "en"),
        ("Yes. I've addressed the weaknesses noted in the critique.", "en"),
        ("As the reviewer points out, it depends.", "en"),
        ("好的，以下是改进后的回答：\n是的。", "zh"),
        ("修改后的版本：\n是的。", "zh"),
        ("是的。根据反馈意见，我对例子进行了完善。", "zh"),
        ("正如评审意见所指出的，要看情况。", "zh"),
    ],
)
def test_preambles_and_talk_of_a_review_are_found_but_not_where_the_question_is_about_that(
    answer: str, language: Language
) -> None:
    assert check_markup_leakage("Is tea healthy? 喝茶好吗？", answer, language) is not None
    asked = "Please rewrite my draft." if language == "en" else "请润色我的草稿。"
    assert check_markup_leakage(asked, answer, language) is None


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        ("Teams act on the feedback of customers and add what is missing.", "en"),
        ("Based on the reviews, the hotel added a lift.", "en"),
        ("The answer is simple: sleep more.", "en"),
        ("This version of the recipe needs no eggs.", "en"),
        ("团队根据用户反馈调整产品。", "zh"),
        ("医生的建议是多喝水。", "zh"),
        ("以下是三种更好的办法：早睡、少糖、多走路。", "zh"),
    ],
)
def test_the_same_words_in_a_text_about_something_else_are_kept(answer: str, language: Language) -> None:
    assert check_markup_leakage("How do good teams work? 怎样做好？", answer, language) is None
