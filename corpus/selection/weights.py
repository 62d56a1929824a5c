"""So many records in all, in shares by language, root tag, task and difficulty that are as near as can be."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from ..entries import Entry
from .exchange import Margin, exchange_cells
from .names import Dimension, value_of
from .subsets import keep_positions

Weights = Mapping[Dimension, Mapping[str, float]]


def keep_weighted(entries: Sequence[Entry], weights: Weights, total: int, order: Sequence[int]) -> list[Entry]:
    """So many entries, with the shares that the weights ask for met as well as possible.

    A weight is relative to those of the other values of its dimension; a value that is not named weighs 1, one that
    weighs 0 is left out altogether. The total comes first: where one value has too few records, the others of its
    dimension make up for it in proportion to their weights.

    Several dimensions are met together. Over all their values the sum of (got - asked)^2 / asked is made small, where a
    broken number is met by the whole ones on both sides: from the first `total` entries of the order on, records of one
    cell of the grid (language x root x task x difficulty, as far as weighted) are exchanged for those of another, until
    no exchange of two cells brings the sum down. With one dimension that is the best there is; with several, shares
    that contradict each other, or what there is, are met halfway. Within a cell the first of the order are taken.

    Args:
        entries: what there is.
        weights: dimension -> value -> weight, 0 or more.
        total: how many to take; where there are fewer, all of weight above 0.
        order: the positions of the entries, in the order in which they are taken.
    """
    cell_of = {position: _cell(entries[position], weights) for position in order}
    usable = [position for position in order if _weighs(cell_of[position], weights)]
    if len(usable) <= total:
        return keep_positions(entries, usable)
    available = Counter(cell_of[position] for position in usable)
    cells = sorted(available)
    start = Counter(cell_of[position] for position in usable[:total])
    wanted = exchange_cells(
        [available[cell] for cell in cells],
        [start[cell] for cell in cells],
        _margins(entries, weights, total, cells),
    )
    return keep_positions(entries, _first_of_each(usable, cell_of, dict(zip(cells, wanted, strict=True))))


def shares_asked(entries: Iterable[Entry], weights: Weights, total: int) -> dict[Dimension, dict[str, Fraction]]:
    """How many records of each value the weights ask for; in each dimension they add up to the total.

    Values are those of the entries that no weight of 0 leaves out, and those that are named.
    """
    present: dict[Dimension, set[str]] = {dimension: set() for dimension in weights}
    for cell in {_cell(entry, weights) for entry in entries}:
        if _weighs(cell, weights):
            for dimension, value in zip(weights, cell, strict=True):
                present[dimension].add(value)
    return {
        dimension: _proportional(
            total, {value: named.get(value, 1) for value in sorted(present[dimension] | set(named))}
        )
        for dimension, named in weights.items()
    }


def _proportional(total: int, weights: Mapping[str, float]) -> dict[str, Fraction]:
    """A total in proportion to weights; where no weight is above 0, nothing."""
    exact = {value: Fraction(str(weight)) for value, weight in weights.items()}
    whole = sum(exact.values()) or Fraction(1)
    return {value: total * weight / whole for value, weight in exact.items()}


def _margins(entries: Sequence[Entry], weights: Weights, total: int, cells: Sequence[tuple[str, ...]]) -> list[Margin]:
    """What is asked of each dimension, and which of its values each cell belongs to."""
    asked = shares_asked(entries, weights, total)
    margins: list[Margin] = []
    for number, dimension in enumerate(weights):
        values = list(asked[dimension])
        place = {value: n for n, value in enumerate(values)}
        margins.append(Margin([asked[dimension][value] for value in values], [place[cell[number]] for cell in cells]))
    return margins


def _cell(entry: Entry, weights: Weights) -> tuple[str, ...]:
    return tuple(value_of(entry, dimension) for dimension in weights)


def _weighs(cell: tuple[str, ...], weights: Weights) -> bool:
    return all(weights[dimension].get(value, 1) > 0 for dimension, value in zip(weights, cell, strict=True))


def _first_of_each(
    order: Sequence[int], cell_of: Mapping[int, tuple[str, ...]], wanted: Mapping[tuple[str, ...], int]
) -> list[int]:
    """The first positions of each cell."""
    left = Counter(wanted)
    taken: list[int] = []
    for position in order:
        if left[cell_of[position]] > 0:
            left[cell_of[position]] -= 1
            taken.append(position)
    return taken
