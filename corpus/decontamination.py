"""Which of our texts share a passage with a benchmark? Runs of words, and of characters where Chinese stands.

A text that is too short for a run, or says too little, stands in many others by chance: it is looked for as a whole
question alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from .benchmark_files import BenchmarkFile, BenchmarkItem
from .filters.rejection import Rejection
from .folding import HAN, fold_question
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
        whole: whether it is all of our question and all of a text of the record.
    """

    file: str
    record: int
    passage: str
    length: int
    unit: UnitName
    part: Literal["question", "answer"] | None = None
    whole: bool = False

    @property
    def rejection(self) -> Rejection:
        """The verdict of the rule `contaminated`."""
        shown = self.passage if len(self.passage) <= _SHOWN else f"{self.passage[:_SHOWN]}…"
        where = f"{self.part}: " if self.part else ""
        what = (
            f"all of its {self.length} {self.unit} are"
            if self.whole
            else f"{self.length} {self.unit} in a row stand in"
        )
        detail = f"{where}{what} {self.file}, record {self.record}: {shown}"
        return Rejection("contaminated", self.length, detail)


@dataclass(frozen=True)
class BenchmarkFigures:
    """What was read of one file.

    Attributes:
        file: its name.
        records: that hold text to compare.
        too_short: of these, those that no passage of could be compared, for they are too short, or nothing but numbers:
            their texts are compared with whole questions.
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
        self._wholes: dict[str, int] = {}
        counts: dict[str, list[int]] = {}
        for number, item in enumerate(items):
            self._sources.append(replace(item, texts=()))
            short = [text for text in item.texts if not sum(index.take(number, text) for index in indexes)]
            for text in short:
                self._wholes.setdefault(fold_question(text), number)
            count = counts.setdefault(item.file, [0, 0])
            count[0] += 1
            count[1] += len(short) == len(item.texts)
        self._finders = tuple(index.build() for index in indexes)
        self.figures = tuple(BenchmarkFigures(file, *count) for file, count in counts.items())

    @classmethod
    def load(cls, files: Iterable[BenchmarkFile | str]) -> "Benchmarks":
        """Read the benchmarks that the user names, as `BenchmarkFile.parse` reads a name.

        Raises:
            UnreadableFile: one is missing, empty, holds no text, or is not in its format.
        """
        named = [BenchmarkFile.parse(file) if isinstance(file, str) else file for file in files]
        labels = label_files([file.path for file in named])
        labelled = zip(named, labels, strict=True)
        return cls(replace(item, file=label) for file, label in labelled for item in file.items())

    def find(self, text: str) -> Contamination | None:
        """The first passage that a question shares with a benchmark; `find_all` is quicker with many."""
        return self._find([CheckedText("", "question", text)])[0]

    def find_all(self, texts: Iterable[CheckedText]) -> Iterator[tuple[CheckedText, Contamination]]:
        """(text, its first shared passage) of each text that has one, in their order."""
        for chunk in _chunks(texts):
            for checked, found in zip(chunk, self._find(chunk), strict=True):
                if found:
                    yield checked, replace(found, part=checked.part)

    def _find(self, texts: Sequence[CheckedText]) -> list[Contamination | None]:
        found = [self._find_whole(checked) for checked in texts]
        for finder in self._finders:
            for place, passage in finder.find([checked.text for checked in texts]).items():
                source = self._sources[passage.item]
                found[place] = found[place] or Contamination(
                    source.file, source.record, passage.text, passage.length, finder.unit
                )
        return found

    def _find_whole(self, checked: CheckedText) -> Contamination | None:
        """The short text that a question is."""
        if checked.part != "question" or not self._wholes:
            return None
        folded = fold_question(checked.text)
        if (number := self._wholes.get(folded)) is None:
            return None
        source, is_chinese = self._sources[number], HAN.search(folded) is not None
        length = len(folded) if is_chinese else len(folded.split())
        return Contamination(
            source.file, source.record, folded, length, "characters" if is_chinese else "words", whole=True
        )


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


def label_files(paths: Sequence[Path]) -> list[str]:
    """As much of each path, from its end, as tells it from the others: most often the name alone."""
    labels = {path: path.name for path in paths}
    for parts in range(2, max((len(path.parts) for path in labels), default=0) + 1):
        times = Counter(labels.values())
        labels = {path: "/".join(path.parts[-parts:]) if times[old] > 1 else old for path, old in labels.items()}
    return [labels[path] for path in paths]
