"""Is a text in the language that was asked for?"""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.filters import check_answer_language, check_language
from condor.vocabulary import LANGUAGES, Language

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=100)

ENGLISH = "Heat leaves the chip through the copper plate above it."
CHINESE = "热量通过芯片上方的铜板散出，再由风扇吹走。"


def mixed(han: int, words: int) -> str:
    """A text of so many Han characters and so many Latin words."""
    return " ".join(["知"] * han + ["word"] * words)


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (CHINESE, "zh")])
def test_a_text_in_its_language_is_kept(text: str, language: Language):
    assert check_language(text, language) is None


@pytest.mark.parametrize(("text", "language", "figure"), [(CHINESE, "en", 1.0), (ENGLISH, "zh", 0.0)])
def test_a_text_in_the_other_language_is_rejected_with_its_figure(text: str, language: Language, figure: float):
    rejection = check_language(text, language)
    assert rejection is not None
    assert rejection.rule == "language"
    assert rejection.figure == figure
    assert f"{figure:.2f}" in rejection.detail


@pytest.mark.parametrize(
    ("language", "han", "words", "kept"),
    [
        ("zh", 20, 80, True),
        ("zh", 19, 81, False),
        ("zh", 1, 0, True),
        ("zh", 0, 1, False),
        ("en", 50, 50, True),
        ("en", 51, 49, False),
        ("en", 0, 1, True),
        ("en", 1, 0, False),
    ],
)
def test_the_limits_are_a_fifth_and_a_half(language: Language, han: int, words: int, kept: bool):
    rejection = check_language(mixed(han, words), language)
    assert (rejection is None) == kept
    if rejection is not None:
        assert rejection.figure == pytest.approx(han / (han + words))
        assert ("0.2" if language == "zh" else "0.5") in rejection.detail


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("请解释 Transformer 里的 self-attention 是怎么算出来的，并给出公式。", "zh"),
        ("用 Python 写一个 HTTP server。", "zh"),
        ('What does the idiom "画蛇添足" mean, and when would a teacher use it in class?', "en"),
        ("Naïve café owners résumé their façade.", "en"),
        ("Compare 北京 and 上海 as places to live for a young family.", "en"),
    ],
)
def test_terms_of_the_other_language_are_allowed(text: str, language: Language):
    assert check_language(text, language) is None


CODE = "```python\ndef main(argument):\n    return print(argument, other, third, fourth, fifth)\n```"


@pytest.mark.parametrize("code", [CODE, CODE * 3, CODE.removesuffix("```"), "```\n" + ENGLISH * 5 + "\n```"])
def test_code_blocks_do_not_count_in_chinese(code: str):
    assert check_language(f"这段代码做了什么？\n{code}", "zh") is None


def test_code_blocks_do_not_count_in_english():
    text = f"What does this print?\n```python\n# {CHINESE}\nprint('{CHINESE}')\n```\n"
    assert check_language(text, "en") is None


def test_the_text_between_two_code_blocks_counts():
    rejection = check_language(f"{CODE}\n{CHINESE}\n{CODE}", "en")
    assert rejection is not None
    assert rejection.figure == 1.0


def test_code_blocks_do_not_save_a_text_in_the_other_language():
    assert check_language(f"{ENGLISH}\n```\n{CHINESE}\n```", "zh") is not None
    assert check_language(f"{CHINESE}\n```\n{ENGLISH}\n```", "en") is not None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["", " \n", "42", "3.14 + 2 = 5.14", "🙂", "？！。", CODE])
def test_a_text_without_words_is_kept(text: str, language: Language):
    assert check_language(text, language) is None


@pytest.mark.parametrize("char", ["一", "鿿", "㐀", "豈", "𠀀", "𰀀"])
def test_han_characters_outside_the_common_block_are_chinese(char: str):
    assert check_language(char * 5, "zh") is None
    assert check_language(char * 5, "en") is not None


@FIXED
@given(han=st.integers(0, 30), words=st.integers(0, 30))
def test_the_figure_is_the_share_of_han_characters_and_no_text_is_refused_in_both_languages(han: int, words: int):
    rejections = [check_language(mixed(han, words), language) for language in LANGUAGES]
    assert None in rejections
    assert {rejection.figure for rejection in rejections if rejection} <= {han / max(1, han + words)}


@FIXED
@given(text=st.text(max_size=60), language=st.sampled_from(LANGUAGES))
def test_any_text_is_kept_or_rejected_beyond_its_limit(text: str, language: Language):
    rejection = check_language(text, language)
    if rejection is None:
        assert language == "zh" or not re.fullmatch(r"[一-鿿]+", text)
    else:
        assert 0.0 <= rejection.figure <= 1.0
        assert rejection.figure < 0.2 if language == "zh" else rejection.figure > 0.5
        assert len(rejection.detail.splitlines()) == 1


@pytest.mark.parametrize(
    ("question", "answer", "language", "kept"),
    [
        ("Translate this into Chinese: good morning", "早上好，很高兴见到你", "en", True),
        ("How do I bake bread?", "先把面粉和水混合，然后发酵一小时。", "en", False),
        ("请把这段话翻译成英文", "Good morning, nice to meet you all.", "zh", True),
        ("怎样做馒头？", "Mix the flour with water and let it rise for an hour.", "zh", False),
        ("怎样做馒头？", "先把面粉和水混合。", "zh", True),
    ],
)
def test_an_answer_may_be_in_another_language_where_the_question_asks_for_it(
    question: str, answer: str, language: Language, kept: bool
) -> None:
    assert (check_answer_language(answer, question, language) is None) == kept
