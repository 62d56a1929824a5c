"""The text of one tag: how it is normalised, and when two tags are the same."""

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from condor.errors import BadInput, TagFault, TreeFault
from condor.knowledge import MAX_TAG_CHARS, fold_tag, normalise_tag

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=300)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)


def tag_or_none(text: str) -> str | None:
    try:
        return normalise_tag(text)
    except TagFault:
        return None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Marriage", "Marriage"),
        ("  Marriage  ", "Marriage"),
        ("Family\t &\n\n Friends", "Family & Friends"),
        ("a\u00a0b\u3000c\u2028d\u0085e\u2009f", "a b c d e f"),
        ("ＡＩ", "AI"),
        ("ﬁnance", "finance"),
        ("e\u0301tude", "étude"),
        ("①", "1"),
        ("人工智能", "人工智能"),
        ("ﾃﾞｰﾀ", "データ"),
        ("Ω Ohm", "Ω Ohm"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("MiXeD", "MiXeD"),
    ],
)
def test_a_tag_is_nfkc_with_single_spaces_and_keeps_its_case(text: str, expected: str):
    assert normalise_tag(text) == expected


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u3000\u00a0", "\u2028\u2029", "\u0085"])
def test_an_empty_tag_is_refused(text: str):
    with pytest.raises(TagFault, match="empty"):
        normalise_tag(text)


def test_the_longest_tag_is_taken_and_one_character_more_is_not():
    assert normalise_tag("知" * MAX_TAG_CHARS) == "知" * MAX_TAG_CHARS
    with pytest.raises(TagFault, match=f"{MAX_TAG_CHARS + 1} characters"):
        normalise_tag("知" * (MAX_TAG_CHARS + 1))


def test_the_length_is_that_of_the_normalised_tag():
    assert normalise_tag("a" + " " * 500 + "b") == "a b"
    with pytest.raises(TagFault, match="characters"):
        normalise_tag("\ufdfa" * 20)  # one character that NFKC writes as eighteen


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\x80", "\x9f"])
def test_control_characters_are_refused_and_named(char: str):
    with pytest.raises(TagFault, match=rf"U\+{ord(char):04X}"):
        normalise_tag(f"a{char}b")


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_lone_surrogates_are_refused_in_a_message_that_can_be_printed(code: int):
    with pytest.raises(TagFault, match=rf"U\+{code:04X}") as caught:
        normalise_tag(f"a{chr(code)}b")
    assert str(caught.value).encode("utf-8")


@pytest.mark.parametrize("char", ["\uffff", "\ufdd0", "\U0010ffff"])
def test_code_points_that_are_no_characters_are_refused(char: str):
    with pytest.raises(TagFault, match=rf"U\+{ord(char):04X}"):
        normalise_tag(f"a{char}b")


def test_what_is_not_assigned_yet_is_kept_so_that_a_tag_is_one_in_every_python_version():
    assert normalise_tag("a\u0378b") == "a\u0378b"


def test_a_tag_fault_is_a_tree_fault_and_bad_input():
    assert issubclass(TagFault, TreeFault)
    assert issubclass(TagFault, BadInput)


@FIXED
@given(text=ANY_TEXT)
def test_any_text_is_either_normalised_or_refused_with_a_typed_error(text: str):
    tag = tag_or_none(text)
    if tag is None:
        with pytest.raises(TagFault) as caught:
            normalise_tag(text)
        assert str(caught.value).encode("utf-8")
        return
    assert unicodedata.is_normalized("NFKC", tag)
    assert tag == " ".join(tag.split())
    assert 0 < len(tag) <= MAX_TAG_CHARS
    assert not {unicodedata.category(char) for char in tag} & {"Cc", "Cs"}
    assert normalise_tag(tag) == tag


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AI", "ai"),
        ("Family Life", "FAMILY LIFE"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ＡＩ", "ai"),
        ("ÉTUDE", "e\u0301tude"),
        ("Ж", "ж"),
        ("ﬁNANCE", "Finance"),
    ],
)
def test_tags_that_differ_in_case_or_form_count_as_one(one: str, other: str):
    assert fold_tag(normalise_tag(one)) == fold_tag(normalise_tag(other))


@pytest.mark.parametrize(("one", "other"), [("AI", "A I"), ("resume", "résumé"), ("智能", "智慧"), ("C", "C++")])
def test_tags_that_differ_in_more_than_case_are_two(one: str, other: str):
    assert fold_tag(normalise_tag(one)) != fold_tag(normalise_tag(other))


@FIXED
@given(text=ANY_TEXT)
def test_folding_twice_is_folding_once(text: str):
    tag = tag_or_none(text)
    assume(tag is not None)
    assert tag is not None
    assert fold_tag(fold_tag(tag)) == fold_tag(tag)
