"""Which of many texts may be alike? MinHash sketches of their shingles, compared band by band."""

from collections.abc import Iterator, Sequence

import numpy as np
from rensa import RMinHash  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without stubs

from .shingles import hash_shingles, mix

#: Values in a sketch.
_VALUES = 256
#: What a pair that is just alike enough may be missed with, by the choice of bands and rows; a likelier pair is missed
#: far less.
_MOST_MISSED = 0.01
#: A sketch tells how alike two texts are to within 0.03 (one standard deviation, at a likeness of 0.7). What seems less
#: alike than the threshold by more than this is not compared in full.
_DOUBT = 0.1
_SEED = 1
#: Characters that are sketched at a time, about 50 bytes each; a longer text is sketched by itself.
_CHARACTERS_AT_A_TIME = 1_000_000


class Sketches:
    """The sketches of texts, which are known by their places.

    Args:
        folded: the texts, folded.
        threshold: the share of shingles from which on two texts are alike.
        kinds: a number for each text; those of different kinds are never proposed for one another.
    """

    def __init__(self, folded: Sequence[str], threshold: float, kinds: Sequence[int]) -> None:
        self._least = threshold - _DOUBT
        self._rows = choose_rows(threshold)
        self._bands = _VALUES // self._rows
        # The low half of each value is kept: one pair of different values in 65,536 is taken for equal.
        self._values = np.empty((len(folded), _VALUES), dtype=np.uint16)
        for part in _parts(folded):
            self._values[part] = _sketch(folded[part])
        self._kinds = np.array(kinds, dtype=np.uint64)
        self._buckets = np.stack([self._number_buckets(band) for band in range(self._bands)], axis=1)
        self._held: dict[int, list[int]] = {}

    def add(self, place: int) -> None:
        """Let the text at a place be found."""
        for bucket in self._shared(place):
            self._held.setdefault(bucket, []).append(place)

    def candidates(self, place: int) -> list[int]:
        """The places of added texts that may be like the one at a place: the likest by its sketch comes first."""
        held = self._held
        near = set().union(*(held[bucket] for bucket in self._shared(place) if bucket in held))
        if not near:
            return []
        places = np.fromiter(near, dtype=np.int64, count=len(near))
        agreeing = (self._values[places] == self._values[place]).mean(axis=1)
        likely = agreeing >= self._least
        places, agreeing = places[likely], agreeing[likely]
        return places[np.lexsort((places, -agreeing))].tolist()

    def _shared(self, place: int) -> Iterator[int]:
        return (bucket for bucket in self._buckets[place].tolist() if bucket >= 0)

    def _number_buckets(self, band: int) -> np.ndarray:
        """For each text the number of its bucket in a band, or -1 where it is alone in it."""
        keys = self._kinds
        for column in range(band * self._rows, (band + 1) * self._rows):
            keys = mix(keys ^ self._values[:, column])
        _, numbers, counts = np.unique(keys, return_inverse=True, return_counts=True)
        return np.where(counts[numbers] > 1, numbers.astype(np.int64) * self._bands + band, -1)


def choose_rows(threshold: float) -> int:
    """The most rows that a band may have for a pair that is just alike enough to be found."""
    fitting = (rows for rows in range(16, 0, -1) if (1 - threshold**rows) ** (_VALUES // rows) <= _MOST_MISSED)
    return next(fitting, 1)


def _parts(texts: Sequence[str]) -> Iterator[slice]:
    """Texts in a row that are sketched together."""
    start, size = 0, 0
    for place, text in enumerate(texts):
        if place > start and size + len(text) > _CHARACTERS_AT_A_TIME:
            yield slice(start, place)
            start, size = place, 0
        size += len(text)
    if start < len(texts):
        yield slice(start, len(texts))


def _sketch(folded: Sequence[str]) -> np.ndarray:
    hashed = hash_shingles(folded)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashed.hashes, hashed.offsets, _VALUES, _SEED)
    return np.array(matrix.to_rows(), dtype=np.uint32).astype(np.uint16)
