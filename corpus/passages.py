"""Which passage does a text share with one of many items? Hashes propose, the texts themselves decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .grams import GramIndex, hash_runs
from .readings import Reading, UnitName

#: Items whose units are held while they are compared.
_HELD = 4096


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands in a text and in an item.

    Attributes:
        item: the number of the item.
        text: the units that stand in both, as many as there are around what was found.
        length: their number.
    """

    item: int
    text: str
    length: int


class PassageIndex:
    """Takes in the texts of items, then gives what finds them.

    Args:
        reading: how texts are compared.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._texts: list[tuple[int, str]] = []
        self._parts: dict[int, list[tuple[int, np.ndarray, np.ndarray]]] = {}

    def take(self, item: int, text: str) -> bool:
        """Take in a text of an item; False where nothing of it can be compared.

        A text that is too short for a run is compared as a whole.
        """
        reading, units = self._reading, self._reading.split(text)
        length = min(len(units), reading.run)
        if length < reading.whole:
            return False
        places = np.flatnonzero(reading.telling(units, length))
        if not places.size:
            return False
        hashes = hash_runs(reading.learn(units), length)[places]
        self._parts.setdefault(length, []).append((len(self._texts), places, hashes))
        self._texts.append((item, text))
        return True

    def build(self) -> "PassageFinder":
        """What finds the passages that were taken in."""
        indexes = [GramIndex(length, self._parts.pop(length)) for length in sorted(self._parts, reverse=True)]
        return PassageFinder(self._reading, self._texts, indexes)


class PassageFinder:
    """Finds passages of items in other texts.

    Args:
        reading: how texts are compared.
        texts: of the items, each with its item's number.
        indexes: of their runs, the longest first.
    """

    def __init__(self, reading: Reading, texts: Sequence[tuple[int, str]], indexes: Sequence[GramIndex]) -> None:
        self._reading = reading
        self._texts = texts
        self._indexes = indexes

        @lru_cache(maxsize=_HELD)
        def units_of(number: int) -> Sequence[str]:
            return reading.split(texts[number][1])

        self._units_of = units_of

    @property
    def unit(self) -> UnitName:
        """What passages are counted in."""
        return self._reading.unit

    def find(self, texts: Sequence[str]) -> dict[int, Passage]:
        """The first passage of each text that has one, by the text's place: longer runs before shorter ones."""
        found: dict[int, Passage] = {}
        if not self._indexes:
            return found
        split = [self._reading.split(text) for text in texts]
        starts = np.cumsum([0, *(len(units) + 1 for units in split)])
        values = np.zeros(starts[-1], dtype=np.uint64)  # one that matches nothing parts the texts
        for start, units in zip(starts.tolist(), split, strict=False):
            values[start : start + len(units)] = self._reading.values(units)
        text_at = np.repeat(np.arange(len(split)), np.diff(starts))
        for index in self._indexes:
            for place, entries in index.find(values):
                text = int(text_at[place])
                if text not in found:
                    at = place - int(starts[text])
                    passages = (self._verify(split[text], at, index, entry) for entry in entries)
                    if passage := next(filter(None, passages), None):
                        found[text] = passage
        return found

    def _verify(self, ours: Sequence[str], at: int, index: GramIndex, entry: int) -> Passage | None:
        """What stands in both where two hashes are equal; None where it is not what the hashes promise."""
        number, start = index.entry(entry)
        theirs = self._units_of(number)
        needed = index.length
        if ours[at : at + needed] != theirs[start : start + needed]:
            return None
        before = _common(ours[:at][::-1], theirs[:start][::-1])
        after = _common(ours[at + needed :], theirs[start + needed :])
        units = ours[at - before : at + needed + after]
        item = self._texts[number][0]
        return Passage(item, (" " if self.unit == "words" else "").join(units), len(units))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many units two sequences begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((count for count, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
