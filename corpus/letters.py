"""Which of many questions are alike in letters? Sketches propose, the shingles themselves decide."""

from collections.abc import Sequence
from functools import lru_cache

from .numbers import numbers_in
from .shingles import jaccard, shingles
from .sketches import Sketches

#: Characters of texts whose shingles are held, about 90 bytes each, for they are compared again and again.
_CHARACTERS_HELD = 2_000_000


class Letters:
    """Questions by their letters; finds, among those that were added, one that is alike.

    Numbers must agree however alike the letters are: an exercise with another number is another exercise.

    Args:
        folded: the questions, folded, by their places.
        least: the share of shingles from which on two are alike.
    """

    def __init__(self, folded: Sequence[str], least: float) -> None:
        numbered: dict[tuple[str, ...], int] = {}
        self._numbers = [numbered.setdefault(numbers_in(text), len(numbered)) for text in folded]
        self._sketches = Sketches(folded, least, self._numbers)
        self._least = least

        longest = max(map(len, folded), default=0)

        @lru_cache(maxsize=_CHARACTERS_HELD // max(1, longest) + 2)
        def shingles_at(place: int) -> set[str]:
            return shingles(folded[place])

        self._shingles = shingles_at

    def add(self, place: int) -> None:
        """Let a question be found."""
        self._sketches.add(place)

    def find(self, place: int) -> tuple[int, float] | None:
        """The place of an alike question and the share of shingles in both; the likest one, as sketches see it."""
        for other in self._sketches.candidates(place):
            if self._numbers[other] == self._numbers[place]:
                share = jaccard(self._shingles(place), self._shingles(other))
                if share >= self._least:
                    return other, share
        return None
