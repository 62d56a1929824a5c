"""What is no topic is refused with a reason and a figure; a wrong prefix alone is taken off."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.knowledge import normalise_tag
from condor.knowledge.cleaning import MAX_CHARS, MAX_WORDS_EN, TagRejection, clean_proposal
from condor.vocabulary import LANGUAGES, Language

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=300)


@pytest.mark.parametrize(
    ("text", "language", "tag"),
    [
        ("Tea", "en", "Tea"),
        ("1. Tea", "en", "Tea"),
        ("12) Tea", "en", "Tea"),
        ("(3) Tea", "en", "Tea"),
        ("- Tea", "en", "Tea"),
        ("• 2. Tea,", "en", "Tea"),
        ('"Tea"', "en", "Tea"),
        ("**Tea**", "en", "Tea"),
        ("一、茶", "zh", "茶"),
        ("（二）茶。", "zh", "茶"),
        ("1、茶", "zh", "茶"),
        ("Rome, Italy", "en", "Rome, Italy"),
        ("Bread and Butter", "en", "Bread and Butter"),
        ("1,000 Islands", "en", "1,000 Islands"),
        ("3.5 mm Jacks", "en", "3.5 mm Jacks"),
        ("3D Printing", "en", "3D Printing"),
        ("-ed and -ing Endings", "en", "-ed and -ing Endings"),
        ("茶与咖啡", "zh", "茶与咖啡"),
        ("Python", "zh", "Python"),
        ("C++", "zh", "C++"),
        ("1984", "zh", "1984"),
        ("Tai Chi (太极)", "en", "Tai Chi (太极)"),
        ("U.S.", "en", "U.S."),
    ],
)
def test_a_topic_is_kept_without_the_marks_of_a_list(text: str, language: Language, tag: str):
    assert clean_proposal(text, ("Food",), language) == tag


@pytest.mark.parametrize(
    ("text", "language", "rule", "figure"),
    [
        ("", "en", "no_tag", 0),
        (" 1. ", "en", "no_tag", 0),
        ("a\x07b", "en", "no_tag", 3),
        ("1. A, B and C", "en", "list", 3),
        ("Tea, Coffee, Cocoa", "en", "list", 3),
        ("A; B; C", "en", "list", 3),
        ("Tea; Coffee", "en", "list", 2),
        ("Tea\nCoffee", "en", "list", 2),
        ("Tea / Coffee / Cocoa", "en", "list", 3),
        ("茶、咖啡和酒", "zh", "list", 3),
        ("茶；咖啡", "zh", "list", 2),
        ("x" * (MAX_CHARS["en"] + 1), "en", "too_long", MAX_CHARS["en"] + 1),
        ("a b " * 7, "en", "too_long", 14),
        ("茶" * (MAX_CHARS["zh"] + 1), "zh", "too_long", MAX_CHARS["zh"] + 1),
        ("机器学习", "en", "language", 0),
        ("Машинное обучение", "en", "language", 0),
        ("Machine Learning", "zh", "language", 0),
        ("機械たち", "en", "language", 0),
        ("ひらがな", "zh", "language", 0),
        ("FOOD", "en", "repetition", 1),
    ],
)
def test_what_is_no_topic_is_refused(text: str, language: Language, rule: str, figure: float):
    refused = clean_proposal(text, ("Home", "Food"), language)
    assert isinstance(refused, TagRejection)
    assert (refused.rule, refused.figure) == (rule, figure)
    assert refused.detail


def test_the_longest_topics_are_taken():
    assert clean_proposal("茶" * MAX_CHARS["zh"], (), "zh") == "茶" * MAX_CHARS["zh"]
    words = " ".join(["a"] * MAX_WORDS_EN)
    assert clean_proposal(words, (), "en") == words


def test_a_repetition_counts_the_levels_up():
    refused = clean_proposal("home", ("Home", "Food"), "en")
    assert isinstance(refused, TagRejection)
    assert (refused.rule, refused.figure) == ("repetition", 2)


@FIXED
@given(text=st.text(st.characters(codec=None), max_size=40), language=st.sampled_from(LANGUAGES))
def test_any_text_is_a_tag_or_refused(text: str, language: Language):
    tag = clean_proposal(text, ("Food",), language)
    if isinstance(tag, str):
        assert normalise_tag(tag) == tag
