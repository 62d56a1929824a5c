"""Which of many questions mean the same? By the cosine of their vectors, a block at a time."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .numbers import numbers_in

#: Questions in a block: two blocks, and what they have in common, are all that is held besides the vectors of what is
#: kept.
BLOCK = 1024
#: What a product of 32-bit floats may be off by, which differs between machines; what lies as near to the threshold is
#: worked out anew, exactly.
_SLACK = 1e-3

#: The vectors of some of the questions, by their places: a matrix of 32-bit floats, a row each.
VectorsAt = Callable[[Sequence[int]], np.ndarray]


@dataclass(frozen=True)
class _Block:
    """Questions that were taken in: their places in ascending order, their vectors, and the lengths of these."""

    places: Sequence[int]
    rows: np.ndarray
    lengths: np.ndarray

    def taking(self, places: Sequence[int]) -> "_Block":
        """Some of the questions alone."""
        at = np.searchsorted(np.asarray(self.places), places)
        return _Block(places, self.rows[at], self.lengths[at])


class Meanings:
    """Questions by their vectors; finds, among those that were added, one that means the same.

    Numbers must agree whatever the cosine says: embeddings hardly see them.

    Args:
        folded: the questions, folded, by their places.
        vectors_at: gives vectors by places.
        least: the cosine from which on two questions mean the same.
    """

    def __init__(self, folded: Sequence[str], vectors_at: VectorsAt, least: float) -> None:
        self._folded = folded
        self._vectors_at = vectors_at
        self._least = least
        self._kept: list[_Block] = []
        self._block = _Block(range(0), np.zeros((0, 0), dtype=np.float32), np.zeros(0))
        self._added: dict[int, None] = {}
        self._near: dict[int, list[tuple[int, np.ndarray]]] = {}

    def turn_to(self, places: range) -> None:
        """Take in the next block of questions: those that `find` and `add` are asked for from now on.

        Raises:
            ValueError: there is not one vector for each of them, or they have another length than those before.
        """
        if self._added:
            self._kept.append(self._block.taking(list(self._added)))
        self._added, self._near = {}, {}
        self._block = block = _read_block(places, self._vectors_at(places))
        for other in (*self._kept, block):
            close = np.argwhere(_products(block, other) >= self._least - _SLACK)
            for one, two in close.tolist():
                if (place := other.places[two]) < places[one]:
                    self._near.setdefault(places[one], []).append((place, other.rows[two]))

    def add(self, place: int) -> None:
        """Let a question of the block be found."""
        self._added[place] = None

    def find(self, place: int) -> tuple[int, float] | None:
        """The place and cosine of the nearest of those that were added before it; of equals, the first."""
        if not (near := self._near.get(place)):
            return None
        first = self._block.places[0]
        row, numbers = self._block.rows[place - first], self._numbers(place)
        matches = [
            (-cosine(row, other_row), other)
            for other, other_row in near
            if (other < first or other in self._added) and self._numbers(other) == numbers
        ]
        nearest, other = min(matches, default=(0.0, 0))
        return (other, -nearest) if -nearest >= self._least else None

    def _numbers(self, place: int) -> tuple[str, ...]:
        return numbers_in(self._folded[place])


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """The cosine of two vectors of 32-bit floats, the same on every machine: products are exact, and so are sums."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    lengths = math.sqrt(_sum(first * first)) * math.sqrt(_sum(second * second))
    return min(1.0, _sum(first * second) / lengths) if lengths else 0.0


def _sum(products: np.ndarray) -> float:
    return math.fsum(products.tolist())


def _read_block(places: range, vectors: np.ndarray) -> _Block:
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or len(rows) != len(places):
        raise ValueError(f"{len(places)} questions need as many vectors, not an array of shape {rows.shape}")
    lengths = np.linalg.norm(rows, axis=1)
    return _Block(places, rows, np.where(lengths, lengths, 1))


def _products(one: _Block, other: _Block) -> np.ndarray:
    return (one.rows @ other.rows.T) / one.lengths[:, None] / other.lengths
