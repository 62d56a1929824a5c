"""Does a question copy one of the examples that it was inspired by?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.filters import check_copied_example

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=100)

EXAMPLES = [
    "You are the night porter of an old hotel; a guest insists that room 313 exists. Talk to him.",
    "假如你是故宫屋脊上的一只走兽，蹲了六百年，请说说你见过的最热闹的一天。",
    "Summarise the notes below in three bullet points:\n- rain\n- wind\n- more rain, and then some sun",
]


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize(
    "change",
    [
        str,
        str.upper,
        str.swapcase,
        lambda text: f"  {text}\n",
        lambda text: "\n".join(text.split()),
        lambda text: text.replace(" ", "\u3000"),
        lambda text: text + " Now.",
    ],
    ids=["as it is", "capitals", "swapped case", "padded", "broken lines", "wide spaces", "two words more"],
)
def test_an_example_is_rejected_in_any_case_and_spacing(example: str, change: object):
    assert callable(change)
    rejection = check_copied_example(str(change(example)), EXAMPLES)
    assert rejection is not None
    assert rejection.rule == "copied_example"
    assert rejection.figure > 0.5
    assert f"{rejection.figure:.2f}" in rejection.detail


@pytest.mark.parametrize(
    "question",
    [
        "You are a lighthouse keeper in 1890. A ship signals at dusk; write the log entry.",
        "假如你是一座灯塔，请写下你最孤独的一夜。",
        "Which three books would you take to an island, and why those?",
        "Summarise the minutes that follow for somebody who was ill that day.",
    ],
)
def test_a_question_of_its_own_is_kept(question: str):
    assert check_copied_example(question, EXAMPLES) is None


def test_the_figure_is_the_share_of_the_questions_own_runs():
    # 24 different letters hold 17 runs of 8; the first 16 letters hold 9 of them.
    alphabet = "abcdefghijklmnopqrstuvwx"
    rejection = check_copied_example(alphabet, [alphabet[:16]])
    assert rejection is not None
    assert rejection.figure == pytest.approx(9 / 17)
    assert "0.53" in rejection.detail
    assert "0.5" in rejection.detail


@pytest.mark.parametrize(("shared", "kept"), [(15, True), (16, False)])
def test_more_than_half_of_the_runs_is_too_much(shared: int, kept: bool):
    alphabet = "abcdefghijklmnopqrstuvwx"
    assert (check_copied_example(alphabet, [alphabet[:shared]]) is None) == kept


def test_exactly_half_of_the_runs_is_kept():
    # 21 different letters hold 14 runs of 8; the first 14 letters hold 7 of them.
    alphabet = "abcdefghijklmnopqrstu"
    assert check_copied_example(alphabet, [alphabet[:14]]) is None
    assert check_copied_example(alphabet, [alphabet[:15]]) is not None


def test_what_is_taken_from_several_examples_is_not_added_up():
    alphabet = "abcdefghijklmnopqrstuvwx"
    halves = [alphabet[:15], alphabet[9:]]
    assert check_copied_example(alphabet, halves) is None
    rejection = check_copied_example(alphabet, [*halves, alphabet])
    assert rejection is not None
    assert rejection.figure == 1.0


def test_a_long_question_may_quote_a_short_example():
    question = (
        EXAMPLES[1]
        + "这是一道题目里引用的话。请你先解释它为什么动人，再换成城市里的一座老钟楼，从它的角度另写一段，不少于三百字。"
    )
    assert check_copied_example(question, EXAMPLES) is None


def test_without_examples_nothing_is_copied():
    assert check_copied_example("Anything at all.", []) is None


@pytest.mark.parametrize("question", ["", "Why?", "为什么？"])
def test_short_questions_are_compared_as_a_whole(question: str):
    assert check_copied_example(question, EXAMPLES) is None
    assert check_copied_example(question, [*EXAMPLES, question]) is not None


@FIXED
@given(example=st.text(max_size=80), others=st.lists(st.text(max_size=40), max_size=3))
def test_an_example_itself_is_always_rejected(example: str, others: list[str]):
    for examples in ([example, *others], [*others, example]):
        rejection = check_copied_example(example, examples)
        assert rejection is not None
        assert rejection.figure == 1.0


@FIXED
@given(question=st.text(max_size=60), examples=st.lists(st.text(max_size=60), max_size=4))
def test_the_order_of_the_examples_does_not_matter_and_more_of_them_reject_no_less(question: str, examples: list[str]):
    rejection = check_copied_example(question, examples)
    assert check_copied_example(question, examples[::-1]) == rejection
    if rejection is None:
        assert all(check_copied_example(question, [example]) is None for example in examples)
    else:
        assert 0.5 < rejection.figure <= 1.0
        more = check_copied_example(question, [*examples, "an example more"])
        assert more is not None
        assert more.figure >= rejection.figure


@FIXED
@given(question=st.text("abcdefg 知识", max_size=60), example=st.text("abcdefg 知识", max_size=60))
def test_case_and_white_space_do_not_matter(question: str, example: str):
    plain = check_copied_example(question, [example])
    assert check_copied_example(question.upper(), [f" {example}\n"]) == plain
    assert check_copied_example("\n".join(question), [example]) == plain
