"""The subsets of the paper's ablations: difficulties, the first tasks, shares of the tags, nested fractions.

Shares are exact, not drawn: of n records p % are the p % of n that come first in the order of their ranks, rounded to
the nearest whole number, halves upwards, and at least one where there is any. Had each record its own chance instead, a
1 % sample of a small dataset would often be empty, and two samples of one share would differ in size. So for one seed
1 % lies inside 2.5 %, 2.5 % inside 5 %, whatever the order of the input. Of a dataset that has grown, a share takes
more; what it takes of the records that were there before still begins with the same ones.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from fractions import Fraction
from math import floor
from typing import Final

from ...vocabulary import TASKS, Difficulty
from ..entries import Entry
from .ranks import Ranking, record_order

#: The paper's shares of the records, in percent.
FRACTIONS: Final = (1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0)
#: The paper's shares of the tags of a language, in percent.
TAG_SHARES: Final = tuple(12.5 * step for step in range(1, 9))


def keep_difficulties(entries: Sequence[Entry], difficulties: Collection[Difficulty]) -> list[Entry]:
    """The entries of some difficulties."""
    return [entry for entry in entries if entry.difficulty in difficulties]


def keep_first_tasks(entries: Sequence[Entry], count: int) -> list[Entry]:
    """The entries of the first so many tasks in the paper's order (section 3.2), from 1 to 7."""
    tasks = TASKS[:count]
    return [entry for entry in entries if entry.task in tasks]


def keep_tags(entries: Sequence[Entry], percent: float, seed: int) -> list[Entry]:
    """The entries under a share of the leaf tags of each language.

    Args:
        entries: what there is: a leaf tag without an entry is not counted.
        percent: above 0, up to 100; of each language's leaf tags, at least one.
        seed: another seed takes other tags. A smaller share lies inside a larger one.
    """
    ranking = Ranking("tag", seed)
    leaves: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for leaf in {entry.leaf for entry in entries}:
        leaves[leaf[0]].append(leaf)
    kept: set[tuple[str, ...]] = set()
    for of_language in leaves.values():
        of_language.sort(key=lambda leaf: (ranking.of_leaf(leaf), leaf))
        kept.update(of_language[: part_of(len(of_language), percent)])
    return [entry for entry in entries if entry.leaf in kept]


def keep_fraction(entries: Sequence[Entry], percent: float, seed: int) -> list[Entry]:
    """A random share of the entries.

    Args:
        entries: what there is.
        percent: above 0, up to 100.
        seed: another seed takes other records. A smaller share lies inside a larger one.
    """
    return keep_positions(entries, record_order(entries, seed)[: part_of(len(entries), percent)])


def keep_positions(entries: Sequence[Entry], positions: Collection[int]) -> list[Entry]:
    """The entries at some positions, in the order in which they stand."""
    return [entries[position] for position in sorted(positions)]


def part_of(count: int, percent: float) -> int:
    """So many percent of a number: rounded, halves upwards, and at least 1 of what is not 0."""
    # By way of its decimal digits 0.7 is seven tenths; the float alone is a little less, and could tip a half.
    exact = count * Fraction(str(percent)) / 100
    return min(count, max(1, floor(exact + Fraction(1, 2))))
