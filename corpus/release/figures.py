"""What a release's card counts: records by language, task, difficulty and root tag, and lengths."""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ...vocabulary import DIFFICULTIES, LANGUAGES, TASKS
from ..records import Chain

_ORDERS: Final[Mapping[str, tuple[str, ...]]] = {"language": LANGUAGES, "task": TASKS, "difficulty": DIFFICULTIES}


@dataclass(frozen=True)
class Lengths:
    """How long texts are, in characters (Unicode code points), whatever the language."""

    mean: float
    median: int
    p95: int
    longest: int


@dataclass
class Figures:
    """Counts and lengths, gathered one record at a time."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in _ORDERS})
    roots: Counter[tuple[str, str]] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)
    _leaves: set[tuple[str, ...]] = field(default_factory=set)
    _lengths: "dict[tuple[str, str], array[int]]" = field(default_factory=dict)

    def add(self, chain: Chain) -> None:
        """Count a record."""
        origin = chain.question.origin
        for name, counter in self.counts.items():
            counter[getattr(origin, name)] += 1
        self.roots[origin.language, origin.path[0]] += 1
        self.rounds[len(chain.rounds)] += 1
        self._leaves.add((origin.language, *origin.path))
        for what, text in (("question", chain.question.text), ("answer", chain.final.text)):
            self._lengths.setdefault((origin.language, what), array("L")).append(len(text))

    @property
    def leaves(self) -> int:
        """Leaf tags with a record."""
        return len(self._leaves)

    def counted(self, name: str) -> list[tuple[str, int]]:
        """(value, records) in the vocabulary's order, of `language`, `task` or `difficulty`."""
        return [(value, self.counts[name][value]) for value in _ORDERS[name] if self.counts[name][value]]

    def top_roots(self, most: int) -> list[tuple[str, str, int]]:
        """(language, root tag, records) of the root tags with the most."""
        ranked = sorted(self.roots.items(), key=lambda item: (-item[1], item[0]))
        return [(language, root, count) for (language, root), count in ranked[:most]]

    def lengths(self) -> list[tuple[str, str, Lengths]]:
        """(language, question or answer, lengths)."""
        return [(language, what, _summed(values)) for (language, what), values in sorted(self._lengths.items())]


def _summed(values: "array[int]") -> Lengths:
    ranked = sorted(values)
    last = len(ranked) - 1
    return Lengths(sum(ranked) / len(ranked), ranked[last // 2], ranked[round(last * 0.95)], ranked[last])
