"""Does an answer decline to answer?"""

import pytest

from condor.corpus.filters.refusal import check_refusal
from condor.vocabulary import Language

ENGLISH = "I'm sorry, but I can't help with that."
CHINESE = "抱歉，我无法回答这个问题。"
MORE = "Say that first, and then offer what you can do in its place, so that nobody bargains."
MORE_ZH = "先把这句话说在前头，再说自己能帮上什么别的忙，对方就不会再讨价还价了。"


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
        ("Unfortunately, I cannot provide medical advice. Please see a doctor.", "en"),
        ("As an AI developed by OpenAI, I don't have personal opinions on political matters.", "en"),
        ("I'd rather not write jokes about professions.", "en"),
        ("Sorry, I can't do that.", "en"),
        ("对不起，我不能提供撬锁的方法。", "zh"),
        ("抱歉，这个问题我没法回答。", "zh"),
        ("作为一个人工智能语言模型，我还没学习如何回答这个问题，您可以问我其它的东西。", "zh"),
        ("作为AI助手，我没有个人观点。", "zh"),
    ],
)
def test_an_answer_that_declines_is_rejected(answer: str, language: Language) -> None:
    rejection = check_refusal("How do pin locks work?", answer, language, most_after=100)
    assert rejection is not None
    assert rejection.rule == "refusal"


@pytest.mark.parametrize(
    ("question", "answer", "language"),
    [
        ("How do I refuse politely?", f"{ENGLISH} {MORE}", "en"),
        ("怎样委婉地拒绝同事？", f"{CHINESE}{MORE_ZH}", "zh"),
        ("Why do chatbots decline so often?", f"{ENGLISH} {MORE}", "en"),
        ("为什么它老说“抱歉，我无法回答这个问题”？", f"{CHINESE}{MORE_ZH}", "zh"),
        (
            "What did Kant say of lies?",
            "I cannot answer this question in full, but he held that no lie is right.",
            "en",
        ),
        ("Can we eat grass?", "We lack the enzyme. I can't provide that information to a stomach.", "en"),
        ("人能吃草吗？", "人没有那种酶。我无法提供这种信息给胃。", "zh"),
        ("Any tips for a cold?", f"I cannot give medical advice, but rest and tea help most people. {MORE}", "en"),
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


@pytest.mark.parametrize(
    ("question", "refusal", "language"),
    [
        ("Why is the bee population declining?", ENGLISH, "en"),
        ("How does organ rejection after a transplant work?", ENGLISH, "en"),
        ("Which AI models are the best for coding?", ENGLISH, "en"),
        ("Write a letter that declines an invitation.", ENGLISH, "en"),
        ("我最近说不清为什么总是失眠，该怎么办？", "很抱歉，我无法帮助您完成这个请求。", "zh"),
        ("客服行业的前景如何？", "很抱歉，我无法帮助您完成这个请求。", "zh"),
        ("替我写一封婉拒邀请的信。", CHINESE, "zh"),
    ],
)
def test_a_bare_refusal_is_one_whatever_was_asked(question: str, refusal: str, language: Language) -> None:
    assert check_refusal(question, refusal, language, most_after=100) is not None


def test_a_word_of_declining_in_the_question_does_not_excuse_a_longer_refusal() -> None:
    text = f"{ENGLISH} Please ask somebody who knows about such things, for I do not."
    assert check_refusal("Why is the bee population declining?", text, "en", most_after=100) is not None
    assert check_refusal("How do I decline an invitation?", text, "en", most_after=100) is None


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
