"""In which order does a seed take records and leaf tags? By a hash of what each is called, never by where it stands."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, Literal

from ...hashing import canonical_json
from ..entries import Entry

#: Part of every hash: a change of the order must change it.
_SCHEME = "condor-selection-1"

#: One above the largest rank.
RANKS: Final = 1 << 64

Preference = Literal["random", "judge"]


class Ranking:
    """A rank from 0 up to `RANKS` for a name, decided by purpose, seed and name alone.

    Another purpose gives another order: which tags a subset takes says nothing of the split that they fall into.
    """

    def __init__(self, purpose: str, seed: int) -> None:
        self._keyed = blake2b(canonical_json([_SCHEME, purpose, seed]).encode(), digest_size=8)

    def of_text(self, name: str) -> int:
        """The rank of a record's id."""
        hashed = self._keyed.copy()
        hashed.update(name.encode("utf-8", "surrogatepass"))
        return int.from_bytes(hashed.digest(), "big")

    def of_leaf(self, leaf: tuple[str, ...]) -> int:
        """The rank of a leaf tag (`Entry.leaf`)."""
        return self.of_text(canonical_json(leaf))


def record_order(entries: Sequence[Entry], seed: int, prefer: Preference = "random") -> list[int]:
    """The positions of entries in the order in which they are taken; where they stand makes no difference.

    Args:
        entries: what there is.
        seed: another seed gives another order.
        prefer: `random` takes them by their ranks. `judge` takes the best-judged first, those of one score by their
            ranks, and last of all those that were not judged.
    """
    ranking = Ranking("record", seed)

    def place(position: int) -> tuple[float, int, str, str]:
        entry = entries[position]
        before = 0.0 if prefer == "random" else _behind_the_best(entry)
        return before, ranking.of_text(entry.question_id), entry.question_id, entry.record_id

    return sorted(range(len(entries)), key=place)


def _behind_the_best(entry: Entry) -> float:
    return float("inf") if entry.score is None else -entry.score
