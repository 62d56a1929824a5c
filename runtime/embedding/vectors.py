"""Reading vectors out of a reply: each is one text's, whole and finite, or the reply is refused."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import EmbeddingFault

#: As it is stored: 32 bits a component, the lowest byte first.
FLOAT32 = np.dtype("<f4")


def read_vectors(data: Any, count: int) -> list[bytes]:
    """The vectors of a reply's `data`, in the order of the texts, as 32-bit floats.

    Args:
        data: objects with an `embedding`, numbers or base64, and perhaps an `index`.
        count: texts that were sent.

    Raises:
        EmbeddingFault: there are fewer or more vectors than texts, one is missing, empty, of another length than the
            others, or holds what is no finite number.
    """
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        raise EmbeddingFault("the reply holds no list of vectors")
    if len(data) != count:
        raise EmbeddingFault(f"the reply holds {len(data)} vectors for {count} texts")
    vectors = [_read(_member(item, "embedding")) for item in _in_order(data)]
    lengths = sorted({vector.size for vector in vectors})
    if len(lengths) > 1:
        raise EmbeddingFault(f"the reply holds vectors of {lengths[0]} and of {lengths[-1]} numbers")
    return [vector.tobytes() for vector in vectors]


def _in_order(data: Sequence[Any]) -> list[Any]:
    """The items by their `index`; where none has one, as they came."""
    places = [_member(item, "index") for item in data]
    if all(place is None for place in places):
        return list(data)
    by_place = {place: item for place, item in zip(places, data, strict=True) if type(place) is int}
    if sorted(by_place) != list(range(len(data))):
        raise EmbeddingFault("the reply does not say which vector belongs to which text")
    return [by_place[place] for place in range(len(data))]


def _member(item: Any, name: str) -> Any:
    """A member of an item, which LiteLLM leaves as it came or makes an object of its own; None where it has none."""
    return item.get(name) if hasattr(item, "get") else None


def _read(value: Any) -> np.ndarray:
    vector = _decode(value) if isinstance(value, str) else _convert(value)
    if not vector.size:
        raise EmbeddingFault("the reply holds an empty vector")
    if not np.isfinite(vector).all():
        raise EmbeddingFault("the reply holds a vector with a number that is not finite")
    if not vector.any():
        raise EmbeddingFault("the reply holds a vector of nothing but zeros")
    return vector


def _decode(text: str) -> np.ndarray:
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype=FLOAT32)
    except ValueError as exc:
        raise EmbeddingFault("the reply holds a text that is no vector in base64") from exc


def _convert(value: Any) -> np.ndarray:
    # NumPy would take "1.5", True and None for numbers.
    if not isinstance(value, Sequence) or not all(type(number) in (float, int) for number in value):
        raise EmbeddingFault("the reply holds a vector that is no list of numbers")
    try:
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as that
            return np.asarray(value, dtype=FLOAT32)
    except OverflowError as exc:
        raise EmbeddingFault("the reply holds a vector with a number that is not finite") from exc
