"""Where do runs of given lengths stand? Hashes of them in sorted arrays, for runs of numbers of any kind."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from .shingles import mix

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse
_INVERSE = pow(_BASE, -1, 2**64)
#: Slots of the table that sorts out what is not there, for each run that is.
_SLOTS_A_RUN = 8


def hash_runs(values: np.ndarray, length: int) -> np.ndarray:
    """The hash of each run of so many uint64 values in a row, in their order."""
    if len(values) < length:
        return np.zeros(0, dtype=np.uint64)
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(values * _powers(_BASE, len(values)))])
    runs = len(values) - length + 1
    return mix((sums[length:] - sums[:runs]) * _powers(_INVERSE, runs))


class GramIndex:
    """Runs of one length, each with an item and its place in it.

    Args:
        length: values in a run.
        parts: (item, places, hashes) of the runs of each item.
    """

    def __init__(self, length: int, parts: list[tuple[int, np.ndarray, np.ndarray]]) -> None:
        self.length = length
        hashes = np.concatenate([np.zeros(0, dtype=np.uint64), *(hashes for _, _, hashes in parts)])
        items = np.repeat([item for item, _, _ in parts], [len(places) for _, places, _ in parts])
        places = np.concatenate([np.zeros(0, dtype=np.int64), *(places for _, places, _ in parts)])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._items, self._places = hashes[order], items[order].astype(np.uint32), places[order]
        bits = max(10, int(len(hashes) * _SLOTS_A_RUN).bit_length())
        self._shift = np.uint64(64 - bits)
        self._slots = np.zeros(1 << bits, dtype=bool)
        self._slots[self._hashes >> self._shift] = True

    def __len__(self) -> int:
        return len(self._hashes)

    def find(self, values: np.ndarray) -> Iterator[tuple[int, range]]:
        """(place in the values, numbers of entries) of each run that has the hash of some that are held."""
        if not len(self):
            return
        hashes = hash_runs(values, self.length)
        likely = np.flatnonzero(self._slots[hashes >> self._shift])
        first = np.searchsorted(self._hashes, hashes[likely], side="left")
        last = np.searchsorted(self._hashes, hashes[likely], side="right")
        held = last > first
        for place, start, end in zip(likely[held].tolist(), first[held].tolist(), last[held].tolist(), strict=True):
            yield place, range(start, end)

    def entry(self, number: int) -> tuple[int, int]:
        """The item of an entry, and the place in it."""
        return int(self._items[number]), int(self._places[number])


@lru_cache(maxsize=8)
def _all_powers(base: int, count: int) -> np.ndarray:
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    return np.cumprod(powers)


def _powers(base: int, count: int) -> np.ndarray:
    """The first powers of a base; lengths are rounded up, so that they are seldom worked out anew."""
    return _all_powers(base, 1 << max(10, count.bit_length()))[:count]
