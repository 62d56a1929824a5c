"""What spares a rule its search: wherever the search would find something, the text is searched."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from condor.corpus.filters import markup_leakage, personal_data, refusal
from condor.corpus.filters.copied_example import _MAX_SHARE, _runs, check_copied_example
from condor.corpus.filters.hints import holds_any
from condor.corpus.filters.leaked_phrases import IN_MENTIONS, IN_PREAMBLES, IN_TALK, MENTIONS, PREAMBLES, TALK
from condor.corpus.filters.repetition import RepetitionLimits, _units, check_repetition
from condor.vocabulary import LANGUAGES, Language

some = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

WORDS: dict[str, tuple[re.Pattern[str], Sequence[str]]] = {
    **{f"preambles {language}": (PREAMBLES[language], IN_PREAMBLES[language]) for language in LANGUAGES},
    **{f"talk {language}": (TALK[language], IN_TALK[language]) for language in LANGUAGES},
    **{f"mentions {language}": (MENTIONS[language], IN_MENTIONS[language]) for language in LANGUAGES},
    "reserved en": (refusal._ENGLISH_RESERVED, refusal._IN_REFUSALS["en"]),
    "reserved zh": (refusal._CHINESE_RESERVED, refusal._IN_REFUSALS["zh"]),
    "template marks": (markup_leakage._TEMPLATE_MARKS, markup_leakage._IN_MARKS),
    "refusals en": (refusal._ENGLISH, refusal._IN_REFUSALS["en"]),
    "refusals zh": (refusal._CHINESE, refusal._IN_REFUSALS["zh"]),
    "marks": (markup_leakage._MARKS, markup_leakage._IN_MARKS),
    "e-mail": (personal_data._EMAIL, ("@",)),
}


@pytest.mark.parametrize("name", WORDS)
@given(data=st.data())
@some
def test_every_match_holds_one_of_the_words(name: str, data: st.DataObject) -> None:
    pattern, words = WORDS[name]
    found = pattern.search(data.draw(st.from_regex(pattern)))
    assume(found is not None)
    assert found is not None
    assert holds_any(found[0], words)


@pytest.mark.parametrize(
    "text", ["Here İs the ımproved verſion", "TAKING THE CRITIQUE, ſuggeſtions", "RefuſE, \u212aeep"]
)
@pytest.mark.parametrize("word", ["improved", "suggestion", "refuse", "keep", "is the", "version"])
def test_letters_that_differ_in_case_alone_are_seen_as_an_expression_sees_them(text: str, word: str) -> None:
    assert holds_any(text, [word]) == (re.search(word, text, re.IGNORECASE) is not None)


NUMBERS = {
    "north american": personal_data._NORTH_AMERICAN,
    "mobile": personal_data._CHINESE_MOBILE,
    "trunk": personal_data._TRUNK,
    "dialled": personal_data._DIALLED,
    "international": personal_data._INTERNATIONAL,
}


@pytest.mark.parametrize("name", NUMBERS)
@given(data=st.data())
@some
def test_every_number_that_counts_has_eight_digits_close_together(name: str, data: st.DataObject) -> None:
    found = NUMBERS[name].search(data.draw(st.from_regex(NUMBERS[name])))
    assume(found is not None)
    assert found is not None
    assume(name != "international" or len(personal_data._bare(found[0])) >= 8)
    assert personal_data._EIGHT_DIGITS.search(found[0])


def plain_repetition(text: str, language: Language, limits: RepetitionLimits) -> float | None:
    """The rule by its definition, one walk over every text: the figure, or None."""
    units, length = _units(text, language), 5 if language == "en" else 8
    grams = [tuple(units[at : at + length]) for at in range(len(units) - length + 1)]
    last: dict[tuple[str, ...], int] = {}
    again = covered = rounds = run = gap = 0
    for at, gram in enumerate(grams):
        distance = at - last.get(gram, at)
        last[gram] = at
        again += distance > 0
        run = run + 1 if distance and distance == gap else int(distance > 0)
        gap = distance
        if run and run + length - 1 >= gap and run + length - 1 + gap > covered:
            covered = run + length - 1 + gap
            rounds = covered // gap
    if rounds > limits.rounds and covered >= limits.loop:
        return rounds
    share = again / len(grams) if grams else 0.0
    return share if len(grams) >= limits.least and share > limits.share else None


@st.composite
def circles(draw: st.DrawFn) -> str:
    """Passages, some of which follow upon themselves."""
    passage = st.lists(st.sampled_from("abcdefgh啊波吃的"), min_size=1, max_size=12).map(" ".join)
    parts = draw(st.lists(st.tuples(passage, st.integers(1, 9)), min_size=1, max_size=6))
    return " ".join(" ".join([text] * times) for text, times in parts)


@pytest.mark.parametrize("language", LANGUAGES)
@given(
    text=circles(),
    limits=st.builds(
        RepetitionLimits,
        share=st.sampled_from([0.1, 0.5, 1.0]),
        least=st.integers(1, 60),
        rounds=st.integers(2, 6),
        loop=st.integers(2, 40),
    ),
)
@settings(max_examples=400, deadline=None)
def test_a_text_goes_round_in_circles_by_the_count_as_by_the_walk(
    language: Language, text: str, limits: RepetitionLimits
) -> None:
    found = check_repetition(text, language, limits)
    assert (None if found is None else found.figure) == plain_repetition(text, language, limits)


@given(st.text("abc啊", max_size=40), st.lists(st.text("abc啊", max_size=40), max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_question_copies_an_example_by_all_of_them_as_by_each(question: str, examples: list[str]) -> None:
    runs = _runs(question)
    share = max((len(runs & _runs(example)) / len(runs) for example in examples), default=0.0)
    found = check_copied_example(question, examples)
    assert (None if found is None else found.figure) == (share if share > _MAX_SHARE else None)
