"""Do two tags mean the same? By the cosine of their embeddings, where an embedding model is configured."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from .duplicates import Match
from .likeness import Likeness
from .words import TagWords

#: Meant to keep siblings that merely belong together apart. It is a guess that no embedding model was measured for, and
#: models differ in scale: growth takes another one as an argument, and its report lists what was merged by cosine and
#: what nearly was, so that one can be chosen by what a first run shows.
MIN_COSINE = 0.93


class Embedder(Protocol):
    """Texts to vectors."""

    async def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector a text, in their order, all of the same length."""
        ...


class MeaningIndex:
    """Tags and their vectors under numbers; the nearest is found by comparing with all.

    Numbers, single letters, signs and opposites must agree whatever the cosine says: embeddings hardly see them ("World
    War I", "World War II").

    Args:
        least: the cosine from which on two tags are one topic.
    """

    def __init__(self, least: float = MIN_COSINE) -> None:
        self._least = least
        self._numbers: list[int] = []
        self._words: list[TagWords] = []
        self._rows = np.zeros((0, 0), dtype=np.float32)

    def add(self, number: int, tag: str, vector: Sequence[float]) -> None:
        """Add a tag under a number.

        Raises:
            ValueError: the vector has another length than those before.
        """
        row = _unit(vector)
        if not self._numbers:
            self._rows = np.zeros((1024, len(row)), dtype=np.float32)
        elif len(self._numbers) == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[len(self._numbers)] = row
        self._numbers.append(number)
        self._words.append(TagWords.of(tag))

    def find(self, tag: str, vector: Sequence[float]) -> Match | None:
        """The tag of the nearest meaning, or None where none is near enough."""
        if not self._numbers:
            return None
        marks = TagWords.of(tag).marks
        cosines = self._rows[: len(self._numbers)] @ _unit(vector)
        near = np.flatnonzero(cosines >= self._least)
        for place in near[np.argsort(-cosines[near], kind="stable")]:
            if self._words[place].marks == marks:
                return Match(self._numbers[place], Likeness("meaning", min(1.0, float(cosines[place]))))
        return None


def _unit(vector: Sequence[float]) -> np.ndarray:
    row = np.asarray(vector, dtype=np.float32)
    length = float(np.linalg.norm(row))
    return row / length if length else row
