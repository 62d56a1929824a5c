"""The runs of characters that a text is made of, as a set of strings or, of many texts at once, as 64-bit hashes."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import numpy as np

from .folding import HAN

#: Characters in a run that begins with a Chinese character, and in any other: about a word of each language.
HAN_RUN, OTHER_RUN = 2, 5
#: Odd, so that no product of two of them loses what was multiplied.
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
_HAN_RANGES: Final = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


class _Widths(dict[str, int]):
    """How long a run is that begins with a character, worked out where it is first met."""

    def __missing__(self, char: str) -> int:
        self[char] = width = HAN_RUN if HAN.match(char) else OTHER_RUN
        return width


_WIDTHS: Final = _Widths()


def shingles(folded: str) -> set[str]:
    """The runs of a folded text; those at its end are shorter, so that even one character is a run."""
    if folded.isascii():
        return {folded[at : at + OTHER_RUN] for at in range(len(folded))}
    return {folded[at : at + width] for at, width in enumerate(map(_WIDTHS.__getitem__, folded))}


def jaccard(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    """The share of what two sets hold together that stands in both; two empty sets share all."""
    shared = len(one & other)
    union = len(one) + len(other) - shared
    return shared / union if union else 1.0


@dataclass(frozen=True)
class HashedShingles:
    """The runs of several texts, hashed, one text after the other.

    Attributes:
        hashes: uint64, one a run; a run that a text repeats is repeated.
        offsets: uint64, where each text begins, and the end.
    """

    hashes: np.ndarray
    offsets: np.ndarray


def hash_shingles(texts: Sequence[str]) -> HashedShingles:
    """The hashed runs of some folded texts: the same numbers on every machine."""
    # What follows a text is no part of its last runs.
    points = code_points("".join(text + "\0" * (OTHER_RUN - 1) for text in texts))
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    ends = np.cumsum(lengths + (OTHER_RUN - 1))
    real = np.ones(len(points), dtype=bool)
    for back in range(1, OTHER_RUN):
        real[ends - back] = False
    hashes = np.where(is_han(points), _runs(points, HAN_RUN), _runs(points, OTHER_RUN))[real]
    return HashedShingles(hashes, np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint64))


def code_points(text: str) -> np.ndarray:
    """The code points of a text, uint64."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)


def is_han(points: np.ndarray) -> np.ndarray:
    """Which code points are Chinese characters: those of `HAN`."""
    found = np.zeros(len(points), dtype=bool)
    for first, last in _HAN_RANGES:
        found |= (points >= first) & (points <= last)
    return found


def mix(values: np.ndarray) -> np.ndarray:
    """Spread what tells uint64 values apart over all their bits."""
    values = (values ^ (values >> np.uint64(30))) * _MIX
    return values ^ (values >> np.uint64(31))


def _runs(points: np.ndarray, width: int) -> np.ndarray:
    padded = np.concatenate([points, np.zeros(width, dtype=np.uint64)])
    sums = np.zeros(len(points), dtype=np.uint64)
    for place in range(width):
        sums = sums * _STEP + padded[place : place + len(points)] + np.uint64(1)
    return mix(sums)
