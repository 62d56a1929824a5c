"""Which of our texts share a passage with a benchmark? Runs of words, and of characters where Chinese stands."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from .benchmark_files import BenchmarkFile, BenchmarkItem
from .filters.rejection import Rejection
from .passages import PassageIndex
from .readings import Characters, UnitName, Words

#: Characters of our texts that are looked up at a time: numpy is quick with many, and memory is bounded.
_CHARACTERS_AT_A_TIME = 1_000_000
#: Characters of a passage that a verdict shows.
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A text of ours.

    Attributes:
        question_id: of the chain that it belongs to.
        part: which of its texts it is.
        text: as it is released.
    """

    question_id: str
    part: Literal["question", "answer"]
    text: str


@dataclass(frozen=True, slots=True)
class Contamination:
    """A passage that stands in a text of ours and in a benchmark.

    Attributes:
        file: the name of the benchmark's file.
        record: the number of the record there, from 1.
        passage: all that stands in both around what was found, folded: caseless, without punctuation.
        length: units in the passage.
        unit: what they are.
        part: which of our texts it stands in, where that is known.
    """

    file: str
    record: int
    passage: str
    length: int
    unit: UnitName
    part: Literal["question", "answer"] | None = None

    @property
    def rejection(self) -> Rejection:
        """The verdict of the rule `contaminated`."""
        shown = self.passage if len(self.passage) <= _SHOWN else f"{self.passage[:_SHOWN]}…"
        where = f"{self.part}: " if self.part else ""
        detail = f"{where}{self.length} {self.unit} in a row stand in {self.file}, record {self.record}: {shown}"
        return Rejection("contaminated", self.length, detail)


@dataclass(frozen=True)
class BenchmarkFigures:
    """What was read of one file.

    Attributes:
        file: its name.
        records: that hold text to compare.
        too_short: of these, those that nothing of could be compared: too short, or nothing but numbers.
    """

    file: str
    records: int
    too_short: int


class Benchmarks:
    """The passages of benchmarks, to be looked for in texts of ours.

    Args:
        items: the records of all benchmarks; where a passage stands in several, the first one is named.
    """

    def __init__(self, items: Iterable[BenchmarkItem]) -> None:
        indexes = (PassageIndex(Words()), PassageIndex(Characters()))
        self._sources: list[BenchmarkItem] = []
        counts: dict[str, list[int]] = {}
        for number, item in enumerate(items):
            self._sources.append(replace(item, texts=()))
            taken = [index.take(number, text) for text in item.texts for index in indexes]
            count = counts.setdefault(item.file, [0, 0])
            count[0] += 1
            count[1] += not any(taken)
        self._finders = tuple(index.build() for index in indexes)
        self.figures = tuple(BenchmarkFigures(file, *count) for file, count in counts.items())

    @classmethod
    def load(cls, files: Iterable[BenchmarkFile | str]) -> "Benchmarks":
        """Read the benchmarks that the user names, as `BenchmarkFile.parse` reads a name.

        Raises:
            UnreadableFile: one is missing, empty, holds no text, or is not in its format.
        """
        named = [BenchmarkFile.parse(file) if isinstance(file, str) else file for file in files]
        labels = _labels([file.path for file in named])
        labelled = zip(named, labels, strict=True)
        return cls(replace(item, file=label) for file, label in labelled for item in file.items())

    def find(self, text: str) -> Contamination | None:
        """The first passage that a text shares with a benchmark; `find_all` is quicker with many."""
        return self._find([text])[0]

    def find_all(self, texts: Iterable[CheckedText]) -> Iterator[tuple[CheckedText, Contamination]]:
        """(text, its first shared passage) of each text that has one, in their order."""
        for chunk in _chunks(texts):
            for checked, found in zip(chunk, self._find([checked.text for checked in chunk]), strict=True):
                if found:
                    yield checked, replace(found, part=checked.part)

    def _find(self, texts: Sequence[str]) -> list[Contamination | None]:
        found: list[Contamination | None] = [None] * len(texts)
        for finder in self._finders:
            for place, passage in finder.find(texts).items():
                source = self._sources[passage.item]
                found[place] = found[place] or Contamination(
                    source.file, source.record, passage.text, passage.length, finder.unit
                )
        return found


def _chunks(texts: Iterable[CheckedText]) -> Iterator[list[CheckedText]]:
    chunk, size = list[CheckedText](), 0
    for text in texts:
        chunk.append(text)
        size += len(text.text)
        if size >= _CHARACTERS_AT_A_TIME:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _labels(paths: Sequence[Path]) -> list[str]:
    """As much of each path, from its end, as tells it from the others: most often the name alone."""
    labels = {path: path.name for path in paths}
    for parts in range(2, max((len(path.parts) for path in labels), default=0) + 1):
        times = Counter(labels.values())
        labels = {path: "/".join(path.parts[-parts:]) if times[old] > 1 else old for path, old in labels.items()}
    return [labels[path] for path in paths]
