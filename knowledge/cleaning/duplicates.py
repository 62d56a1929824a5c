"""Which of many tags is the same topic as a new one? By text, by words, then by MinHash over character shingles."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rensa import RMinHash, RMinHashLSH  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without stubs

from ..tags import fold_tag
from .likeness import MIN_SHINGLE_SHARE, Likeness, likeness
from .words import TagWords

#: Bands of the sketch and rows in each: two tags that share 0.8 of their character pairs meet in a band with a
#: probability of 0.95, tags that share 0.9 with 0.9999, and such that share half of them, in vain, with 0.06.
_BANDS, _ROWS = 16, 8
_SEED = 1


@dataclass(frozen=True)
class Match:
    """What an index knows to be the same topic.

    Attributes:
        number: of the tag, as `DuplicateIndex.add` was given it.
        likeness: in what, and how much.
    """

    number: int
    likeness: Likeness


class DuplicateIndex:
    """Tags under numbers; finds one that is the same topic as another text, in the time of a few comparisons.

    Which tag is found does not depend on anything but the tags and their numbers: the likest, and of equals the one
    with the lowest number.
    """

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._same_words: dict[tuple[str, ...], int] = {}
        self._same_bag: dict[tuple[str, ...], int] = {}
        self._words: dict[int, TagWords] = {}
        # Bands and rows alone decide what is found; the threshold is that of the library's own comparisons.
        self._sketches = RMinHashLSH(MIN_SHINGLE_SHARE, _BANDS * _ROWS, _BANDS)

    def __len__(self) -> int:
        return len(self._words)

    def words(self, number: int) -> TagWords:
        """A tag that was added, as it is compared."""
        return self._words[number]

    def add(self, number: int, tag: str) -> None:
        """Add a tag under a number that is new here."""
        words = TagWords.of(tag)
        self._exact.setdefault(fold_tag(tag), number)
        self._words[number] = words
        known = self._same_words.setdefault(words.words, number)
        if known != number:
            return  # whatever is like this one is like the first of these words
        if words.may_be_reordered:
            self._same_bag.setdefault(tuple(sorted(words.words)), number)
        self._sketches.insert(number, _sketch(words))

    def find(self, tag: str) -> Match | None:
        """The tag that is the same topic, or None."""
        if (number := self._exact.get(fold_tag(tag))) is not None:
            return Match(number, Likeness("exact", 1.0))
        words = TagWords.of(tag)
        if (number := self._same_words.get(words.words)) is not None:
            return Match(number, Likeness("words", 1.0))
        if words.may_be_reordered and (number := self._same_bag.get(tuple(sorted(words.words)))) is not None:
            return Match(number, Likeness("order", 1.0))
        return self._find_alike(words)

    def _find_alike(self, words: TagWords) -> Match | None:
        candidates = self._sketches.query(_sketch(words))
        found = ((number, likeness(words, self._words[number])) for number in candidates)
        matches = [Match(number, alike) for number, alike in found if alike is not None]
        return min(matches, key=lambda match: (-match.likeness.score, match.number), default=None)


def _sketch(words: TagWords) -> RMinHash:
    sketch = RMinHash(_BANDS * _ROWS, _SEED)
    sketch.update(list(words.shingles))
    return sketch


def find_duplicates(tags: Iterable[str]) -> Iterator[tuple[int, Match]]:
    """(position, match) for each of the tags that is the same topic as one before it; positions count from 0."""
    index = DuplicateIndex()
    for position, tag in enumerate(tags):
        match = index.find(tag)
        if match is None:
            index.add(position, tag)
        else:
            yield position, match
