"""How many of each cell of a grid, so that its margins come as near as possible to what is asked of them?

In whole numbers throughout: sums of floats could differ between two machines, and with them what is released.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int64]

#: What a share weighs against others is kept as a whole number of so many parts.
_SCALE = 1 << 32
#: A price that is never paid: above all prices of less than 2^24 records, and three of them can be added.
_NEVER = np.int64(1 << 61)


@dataclass(frozen=True)
class Margin:
    """One dimension of a grid.

    Attributes:
        asked: how many records of each of its values; either whole number beside a broken one will do.
        of_cell: the number of the value that each cell belongs to.
    """

    asked: Sequence[Fraction]
    of_cell: Sequence[int]


def exchange_cells(available: Sequence[int], start: Sequence[int], margins: Sequence[Margin]) -> list[int]:
    """Counts of the cells, with the sum of the start, from which no exchange of two cells comes nearer to the margins.

    Near is the sum of (got - asked)^2 / asked over all values of all margins. What is asked counts as 1 at least where
    it divides; a broken number counts as met by the whole numbers on both sides.

    Args:
        available: how many records each cell has.
        start: how many of them are taken at first.
        margins: what is asked; with none, the start is the answer.
    """
    if not margins:
        return list(start)
    grid = _Grid(np.array(available, np.int64), np.array(start, np.int64), margins)
    while grid.improve():
        pass
    return grid.count.tolist()


class _Grid:
    """The cells with their counts, and the values of all margins in one list.

    Attributes:
        count: how many records of each cell are taken.
    """

    def __init__(self, available: _Ints, count: _Ints, margins: Sequence[Margin]) -> None:
        firsts = np.cumsum([0, *(len(margin.asked) for margin in margins)])
        asked = [share for margin in margins for share in margin.asked]
        self.count = count
        self._available = available
        self._values = np.array([margin.of_cell for margin in margins], np.int64).T + firsts[:-1]
        self._low = np.array([floor(share) for share in asked], np.int64)
        self._high = np.array([ceil(share) for share in asked], np.int64)
        self._weight = _SCALE // np.maximum(self._low, 1)
        self._got = np.zeros_like(self._low)
        np.add.at(self._got, self._values, count[:, None])

    def improve(self) -> bool:
        """Exchange records of two cells for the better; False where no two cells can."""
        more, less = self._step(+1), self._step(-1)
        take = np.where(self.count < self._available, more[self._values].sum(axis=1), _NEVER)
        give = np.where(self.count > 0, less[self._values].sum(axis=1), _NEVER)
        both = (more + less)[self._values]
        for target in self._targets(take, int(give.min()), both.sum(axis=1)):
            # A value that both cells have is left as it is.
            shared = np.where(self._values == self._values[target], both[target], 0).sum(axis=1)
            price = give + take[target] - shared
            source = int(price.argmin())
            if price[source] < 0:
                self._move(source, target)
                return True
        return False

    def _step(self, number: int) -> _Ints:
        """What it changes in the sum to have so many records more of each value."""
        before, after = self._off(self._got), self._off(self._got + number)
        # The difference of two squares, as a product: the squares themselves would not fit into 64 bits.
        return self._weight * (after - before) * (after + before)

    def _off(self, got: _Ints, of: _Ints | slice = slice(None)) -> _Ints:
        """How far values are off."""
        return np.maximum(np.maximum(self._low[of] - got, got - self._high[of]), 0)

    def _targets(self, take: _Ints, cheapest: int, both: _Ints) -> Iterator[int]:
        """Cells that might take a record for the better, the likeliest first."""
        for target in np.argsort(take, kind="stable"):
            if take[target] < _NEVER and take[target] + cheapest - both[target] < 0:
                yield int(target)

    def _move(self, source: int, target: int) -> None:
        """Move as many records as bring the sum down most."""
        differ = self._values[source] != self._values[target]
        values = np.concatenate([self._values[source][differ], self._values[target][differ]])
        signs = np.repeat(np.array([-1, 1]), differ.sum())
        weights = self._weight[values].tolist()

        def total(number: int) -> int:
            off = self._off(self._got[values] + signs * number, values).tolist()
            return sum(weight * far * far for weight, far in zip(weights, off, strict=True))

        most = min(int(self.count[source]), int(self._available[target] - self.count[target]))
        number = _lowest(total, 1, most)
        self.count[[source, target]] += np.array([-number, number])
        self._got[values] += signs * number


def _lowest(curve: Callable[[int], int], first: int, last: int) -> int:
    """Where a convex curve is lowest, the leftmost of such places."""
    while first < last:
        middle = (first + last) // 2
        if curve(middle + 1) < curve(middle):
            first = middle + 1
        else:
            last = middle
    return first
