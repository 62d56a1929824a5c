"""Content hashes: one text and one digest for one value, everywhere and for ever."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.hashing import canonical_json, content_hash

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=80)

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def _reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed_keys(value[key]) for key in reversed(list(value))}
    if isinstance(value, list):
        return [_reversed_keys(item) for item in value]
    return value


def test_canonical_json_sorts_keys_drops_white_space_and_leaves_text_unescaped():
    value = {"b": [1, 2.5, None, True], "a": {"知识": 'say "hi"\n\u2028'}}
    assert canonical_json(value) == '{"a":{"知识":"say \\"hi\\"\\n\u2028"},"b":[1,2.5,null,true]}'


@FIXED
@given(value=JSON_VALUES)
def test_canonical_json_reads_back_as_the_same_value(value: Any):
    assert json.loads(canonical_json(value)) == value


@FIXED
@given(value=JSON_VALUES)
def test_the_order_of_keys_does_not_change_text_or_hash(value: Any):
    other = _reversed_keys(value)
    assert canonical_json(other) == canonical_json(value)
    assert content_hash(other) == content_hash(value)


def test_a_tuple_hashes_like_the_list_that_json_makes_of_it():
    assert content_hash(("a", ("b",))) == content_hash(["a", ["b"]])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {"a": [math.nan]}])
def test_numbers_that_json_has_no_word_for_are_refused(value: Any):
    with pytest.raises(ValueError, match=r"JSON|Out of range"):
        canonical_json(value)
    with pytest.raises(ValueError, match=r"JSON|Out of range"):
        content_hash(value)


@pytest.mark.parametrize("value", [{"a"}, b"bytes", object(), {"a": 1j}])
def test_what_is_not_json_is_refused(value: Any):
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "941dffce4e4308ceb33e87326003257d"),
        ({"path": ["AI", "人工智能"], "round": 1}, "8feb0f6a8643c8258cb754d473791820"),
        ("\ud800", "de7f560cec9d1cdfd5eba9fc8e589004"),
    ],
)
def test_hashes_are_pinned(value: Any, expected: str):
    assert content_hash(value) == expected


@pytest.mark.parametrize("size", [4, 16, 32])
def test_the_size_is_in_bytes_and_written_as_two_digits_each(size: int):
    digest = content_hash("a", size=size)
    assert len(digest) == 2 * size
    assert int(digest, 16) >= 0


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, "1"), (1, 1.0), (None, "null"), ([], {}), (["ab"], ["a", "b"]), ("a", "A"), ("é", "e\u0301"), (0, False)],
)
def test_different_values_have_different_hashes(one: Any, other: Any):
    assert content_hash(one) != content_hash(other)
