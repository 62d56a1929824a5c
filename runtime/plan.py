"""What is asked for, in order: the walk of cells and difficulties, without those that have ended."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..corpus.records import Cell
from ..knowledge.sampler import SampledCell
from ..vocabulary import Difficulty


@dataclass(frozen=True)
class Item:
    """One asked-for record.

    Attributes:
        position: its place in the walk: a run's kept records are those with the lowest positions that succeeded.
    """

    position: int
    cell: Cell
    difficulty: Difficulty


class Plan:
    """Hands out items of the walk, a cell at a time.

    Within a cell the difficulties come in an order that turns with every cell, so that a last cell that is only partly
    needed favours none of them.

    Args:
        cells: the walk, as the sampler gives it; it is consumed lazily.
        difficulties: those that are wanted.
        tree_version: for the records' origin.
        ended: positions of items that have ended for good, in rising order.
    """

    def __init__(
        self, cells: Iterable[SampledCell], difficulties: Sequence[Difficulty], tree_version: str, ended: Iterable[int]
    ) -> None:
        self._open = self._walk(cells, tuple(difficulties), tree_version, iter(ended))
        self._left: list[Item] = []

    def take(self, most: int) -> list[Item]:
        """The next items, at most `most` and all of one cell; empty when the walk has come to its end."""
        if not self._left:
            self._left = next(self._open, [])
        taken, self._left = self._left[:most], self._left[most:]
        return taken

    def _walk(
        self,
        cells: Iterable[SampledCell],
        difficulties: tuple[Difficulty, ...],
        tree_version: str,
        ended: Iterator[int],
    ) -> Iterator[list[Item]]:
        position = 0
        next_ended = next(ended, None)
        for number, sampled in enumerate(cells):
            turn = number % len(difficulties)
            items: list[Item] = []
            cell = Cell.at(sampled.path, task=sampled.task, language=sampled.language, tree_version=tree_version)
            for difficulty in (*difficulties[turn:], *difficulties[:turn]):
                if position == next_ended:
                    next_ended = next(ended, None)
                else:
                    items.append(Item(position, cell, difficulty))
                position += 1
            if items:
                yield items
