"""The two ways in which a text is compared with a benchmark: word by word, and character by character."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import repeat
from typing import Literal, Protocol

import numpy as np

from .folding import HAN, WORD, fold_words
from .shingles import code_points, is_han, mix

UnitName = Literal["words", "characters"]


class Reading(Protocol):
    """A way to read a text as units in a row.

    Attributes:
        unit: what the units are called.
        run: units in a row that two texts do not share by chance.
        whole: units of an item that is shorter than that, from which on it is compared as a whole.
    """

    unit: UnitName
    run: int
    whole: int

    def split(self, text: str) -> Sequence[str]:
        """The units of a text; none of a text that is not to be read in this way."""
        ...

    def learn(self, units: Sequence[str]) -> np.ndarray:
        """The values of a benchmark's units, uint64."""
        ...

    def values(self, units: Sequence[str]) -> np.ndarray:
        """The values of any units; 0 for one that no benchmark holds, where that is known."""
        ...

    def telling(self, units: Sequence[str], length: int) -> np.ndarray:
        """Which of the runs of so many units say enough to be compared in this way."""
        ...


class Words:
    """Word by word: 13 in a row, as Brown et al. (2020, appendix C) compare them, and no fewer than 8.

    A Chinese character counts as a word, so that one within English is no gap; where they are most of a run, it is left
    to the other reading. Of a run of numbers and single letters nothing is to be learned: four real words are in it.
    """

    unit: UnitName = "words"
    run = 13
    whole = 8
    _LEAST_REAL = 4

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(lambda: len(self._numbers) + 1)

    def split(self, text: str) -> Sequence[str]:
        """The words."""
        folded = fold_words(text)
        return folded.split() if folded.isascii() else WORD.findall(folded)

    def learn(self, units: Sequence[str]) -> np.ndarray:
        """The values of words, new ones included."""
        return mix(np.array([self._numbers[word] for word in units], dtype=np.uint64))

    def values(self, units: Sequence[str]) -> np.ndarray:
        """The values of words; all unknown ones have the same."""
        return mix(np.fromiter(map(self._numbers.get, units, repeat(0)), np.uint64, len(units)))

    def telling(self, units: Sequence[str], length: int) -> np.ndarray:
        """Runs of words for the most part, four of which are real ones."""
        han = _sums(np.array([HAN.match(word) is not None for word in units], dtype=bool), length)
        real = _sums(np.array([len(word) > 1 and word.isalpha() for word in units], dtype=bool), length)
        return (2 * han < length) & (real >= self._LEAST_REAL)


class Characters:
    """Character by character, where Chinese stands: 50 in a row, without spaces, and no fewer than 20.

    Ten of them are Chinese: with the other forty, some eight words, they say as much as thirteen words.
    """

    unit: UnitName = "characters"
    run = 50
    whole = 20
    _LEAST_HAN = 10

    def split(self, text: str) -> Sequence[str]:
        """The characters but for spaces and punctuation, of a text that holds Chinese."""
        folded = "" if text.isascii() else fold_words(text)
        return folded.replace(" ", "") if HAN.search(folded) else ""

    def learn(self, units: Sequence[str]) -> np.ndarray:
        """The values of characters."""
        return self.values(units)

    def values(self, units: Sequence[str]) -> np.ndarray:
        """The values of characters."""
        return mix(code_points("".join(units)))

    def telling(self, units: Sequence[str], length: int) -> np.ndarray:
        """Runs with ten Chinese characters."""
        return _sums(is_han(code_points("".join(units))), length) >= self._LEAST_HAN


def _sums(flags: np.ndarray, length: int) -> np.ndarray:
    """How many of each run of so many are true."""
    sums = np.concatenate([[0], np.cumsum(flags)])
    return sums[length:] - sums[: max(0, len(sums) - length)]
