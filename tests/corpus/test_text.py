"""Text that every store and format can hold."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus import clean_text
from condor.corpus.text import clean_strings

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=200)

#: A lone surrogate stands for text that no UTF-8 can hold.
HIGH, LOW = chr(0xD83D), chr(0xDE00)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()) | st.sampled_from(["\x00", HIGH, LOW]), max_size=30)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " spaces ",
        "a\tb\r\nc\n",
        "a\u2028b\u2029c\u0085d",
        "人工智能",
        "👩\u200d🚀",
        "\ufeffmark",
        "\x01\x1b",
        "\ufffd",
    ],
)
def test_text_that_can_be_stored_is_left_as_it_is(text: str):
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x00", "ab"),
        ("\x00", ""),
        (f"a{HIGH}b", "a\ufffdb"),
        (f"a{LOW}b", "a\ufffdb"),
        (f"{LOW}{HIGH}", "\ufffd\ufffd"),
        (f"\x00{HIGH}\x00", "\ufffd"),
    ],
)
def test_nul_is_dropped_and_each_lone_surrogate_replaced(text: str, expected: str):
    assert clean_text(text) == expected


@FIXED
@given(text=ANY_TEXT)
def test_clean_text_can_be_written_as_utf8_and_stays_clean(text: str):
    cleaned = clean_text(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert "\x00" not in cleaned
    assert clean_text(cleaned) == cleaned
    assert len(cleaned) == len(text) - text.count("\x00")


@FIXED
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_clean_text_changes_nothing_that_it_need_not(text: str):
    assert clean_text(text) == text


def test_every_string_of_a_json_value_is_cleaned_keys_included():
    value: dict[str, Any] = {"a\x00": ["b\x00", {HIGH: LOW}, 1, 2.5, None, True], "c": "d"}
    assert clean_strings(value) == {"a": ["b", {"\ufffd": "\ufffd"}, 1, 2.5, None, True], "c": "d"}
    assert "a\x00" in value
