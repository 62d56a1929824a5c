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
        ("Yes. The feedback asked for an example: green tea.", "en"),
        ("Yes. The original answer lacked a source, so here is one.", "en"),
        ("Sure! Here's a more detailed answer that takes the critique into account.\n\nYes.", "en"),
        ("是的。反馈中提到缺少例子，这里补充：绿茶。", "zh"),
        ("是的。原回答没有例子，下面加上。", "zh"),
    ],
)
def test_preambles_and_talk_of_a_review_are_found_but_not_where_the_question_carries_a_text(
    answer: str, language: Language
) -> None:
    assert check_markup_leakage("Is tea healthy? 喝茶好吗？", answer, language) is not None
    asked = "Please rewrite this: I go to shop." if language == "en" else "请润色这句话：我去到商店。"
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


LEAK = {"en": "Sure! Here is the improved answer:\n\nIt depends.", "zh": "以下是改进后的回答：\n要看情况。"}


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What are the main criticisms of utilitarianism?", "en"),
        ("Who was the best film editor of the 1970s?", "en"),
        ("How does a feedback loop in climate work?", "en"),
        ("Give a literature review on inflation.", "en"),
        ("功利主义受到哪些批评？", "zh"),
        ("正反馈和负反馈有什么区别？", "zh"),
        ("政府修改了哪些法律？", "zh"),
    ],
)
def test_a_word_of_criticism_in_the_question_excuses_no_preamble(question: str, language: Language) -> None:
    assert check_markup_leakage(question, LEAK[language], language) is not None


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ('Make "It is nice." better, please.', "en"),
        ("Improve this paragraph:\n\nIt is nice.", "en"),
        ("Proofread what follows.\nIt is nise.", "en"),
        ("把“这很好”改得更生动。", "zh"),
        ("润色下面的话：\n这很好。", "zh"),
    ],
)
def test_a_text_that_is_to_be_made_better_comes_back_with_a_preamble(question: str, language: Language) -> None:
    assert check_markup_leakage(question, LEAK[language], language) is None


@pytest.mark.parametrize(
    ("question", "answer", "language"),
    [
        ("Which marks does Llama 2 use?", "A turn stands in [INST] and [/INST], or <|begin_of_text|> later.", "en"),
        ("What do reasoning models print?", "Thoughts between <think> and </think>, then the answer.", "en"),
        ("What is that in my terminal?", "Code between `<think>` and `</think>` is not meant for you.", "en"),
        ("推理模型输出什么？", "先在<think>和</think>之间写出思考，再作答。", "zh"),
        ("What was wrong with Ptolemy's system?", "The original answer was geocentric.", "en"),
        ("系统升级后有什么变化？", "以下是更新后的版本特点：更省电。", "zh"),
        ("如何看待原回答里的观点？", "原回答没有顾到成本。", "zh"),
        ("What did the critics' feedback change?", "The feedback asked for a shorter introduction.", "en"),
    ],
)
def test_who_speaks_of_marks_or_of_a_first_answer_leaks_nothing(question: str, answer: str, language: Language) -> None:
    assert check_markup_leakage(question, answer, language) is None


@pytest.mark.parametrize(
    "answer", ["<think>Hm.</think>It is slow.", "It is slow.<|im_end|>", "</think>\n\nIt is slow."]
)
def test_a_mark_at_either_end_leaks_also_where_models_are_the_subject(answer: str) -> None:
    assert check_markup_leakage("How do language models read?", answer, "en") is not None
