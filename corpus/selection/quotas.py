"""At most so many records of a language, root tag, task or difficulty."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ..entries import Entry
from .names import Dimension, value_of
from .subsets import keep_positions

Quotas = Mapping[Dimension, Mapping[str, int]]


def keep_quotas(entries: Sequence[Entry], quotas: Quotas, order: Sequence[int]) -> list[Entry]:
    """The entries that are within every quota.

    They are taken in the given order, each one where none of its quotas is full. So no quota is ever exceeded and no
    entry that is left out could be added. Of one dimension each value gives all it may; with quotas over several, a
    cleverer choice might hold a few more.

    Args:
        entries: what there is.
        quotas: dimension -> value -> at most so many; what it does not name is not limited.
        order: the positions of the entries, in the order in which they are taken.
    """
    left: Counter[tuple[Dimension, str]] = Counter()
    for dimension, values in quotas.items():
        left.update({(dimension, value): most for value, most in values.items()})
    taken: list[int] = []
    for position in order:
        limits = _limits(entries[position], quotas)
        if all(left[limit] > 0 for limit in limits):
            left.subtract(limits)
            taken.append(position)
    return keep_positions(entries, taken)


def _limits(entry: Entry, quotas: Quotas) -> list[tuple[Dimension, str]]:
    """The quotas that an entry falls under."""
    return [(dimension, value) for dimension, most in quotas.items() if (value := value_of(entry, dimension)) in most]
