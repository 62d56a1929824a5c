"""Vectors are read whole and to the bit, or not at all."""

import base64
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.errors import EmbeddingFault
from condor.runtime.embedding.vectors import read_vectors

components = st.floats(width=32, allow_nan=False, allow_infinity=False)
vectors = st.integers(1, 8).flatmap(
    lambda length: st.lists(st.lists(components, min_size=length, max_size=length).filter(any), min_size=1, max_size=6)
)


@given(vectors, st.randoms(use_true_random=False), st.booleans())
def test_each_text_gets_its_vector_whatever_the_order_and_the_encoding(
    wanted: list[list[float]], rng: Any, encoded: bool
) -> None:
    packed = [struct.pack(f"<{len(vector)}f", *vector) for vector in wanted]
    sent: list[Any] = [base64.b64encode(data).decode() for data in packed] if encoded else list(wanted)
    data = [{"index": index, "embedding": vector} for index, vector in enumerate(sent)]
    rng.shuffle(data)
    assert read_vectors(data, len(wanted)) == packed


def test_without_an_index_the_order_is_that_of_the_reply() -> None:
    data = [{"embedding": [1.0]}, {"embedding": [2]}]
    assert read_vectors(data, 2) == [struct.pack("<f", 1), struct.pack("<f", 2)]


@pytest.mark.parametrize(
    "vector",
    [
        [1.0, True],
        [1.0, None],
        [1.0, "2"],
        [[1.0]],
        {"0": 1.0},
        1.0,
        None,
        [],
        "",
        [0, 0.0],
        [10**400],
        [-1e39],
        [float("inf")],
        base64.b64encode(struct.pack("<f", float("nan"))).decode(),
        base64.b64encode(b"12345").decode(),
        "ÄÖ",
    ],
)
def test_what_is_no_vector_is_refused(vector: Any) -> None:
    with pytest.raises(EmbeddingFault):
        read_vectors([{"index": 0, "embedding": vector}], 1)


@pytest.mark.parametrize(
    "data", [None, {}, "text", [1.0], ["a"], [None], [{"index": 0}], [{"index": True, "embedding": [1.0]}]]
)
def test_what_holds_no_vectors_is_refused(data: Any) -> None:
    with pytest.raises(EmbeddingFault):
        read_vectors(data, 1)


def test_places_that_are_only_partly_told_are_refused() -> None:
    with pytest.raises(EmbeddingFault, match="which vector"):
        read_vectors([{"index": 0, "embedding": [1.0]}, {"embedding": [2.0]}], 2)
