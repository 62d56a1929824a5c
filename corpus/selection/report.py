"""What a selection left out, by which step, and what it could not meet."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Literal

from ..entries import Entry
from .names import DIMENSIONS, Dimension, did_you_mean, value_of
from .rules import NameRule
from .settings import SelectionSettings
from .weights import shares_asked

TargetKind = Literal["quota", "weight", "total"]


@dataclass(frozen=True)
class Step:
    """One step of a selection.

    Attributes:
        name: `include RULE`, `difficulty`, `tasks`, `tags`, `fraction`, `quotas`, `weights` or `total`.
        left_out: how many records it left out of those that came to it.
    """

    name: str
    left_out: int


@dataclass(frozen=True)
class Target:
    """What was asked of one value, and what came of it.

    Attributes:
        kind: `quota` asks for at most so many, `weight` and `total` for so many.
        dimension: language, root, task or difficulty; empty for the total.
        value: of the dimension; empty for the total.
        asked: how many records; of a weight the exact share, which is met by the whole numbers on both sides.
        available: how many there were before quotas and weights.
        got: how many the selection holds.
    """

    kind: TargetKind
    dimension: str
    value: str
    asked: float
    available: int
    got: int

    @property
    def missed(self) -> bool:
        """Whether there are not as many as were asked for; at most so many is met by any number up to it."""
        return self.kind != "quota" and abs(self.got - self.asked) >= 1

    def __str__(self) -> str:
        name = f"{self.kind} {self.dimension}={self.value}" if self.dimension else self.kind
        return f"{name}: asked {round(self.asked, 2):.12g}, got {self.got} of {self.available}"


@dataclass(frozen=True)
class SelectionReport:
    """What a selection did: `given` is `kept` and all that the steps left out.

    Attributes:
        given: how many records there were.
        kept: how many it holds.
        steps: in the order in which they were taken.
        targets: of quotas, weights and the total.
        unmatched: a line for each tag that a rule, quota or weight names and no record has.
    """

    given: int
    kept: int
    steps: tuple[Step, ...]
    targets: tuple[Target, ...]
    unmatched: tuple[str, ...]

    @property
    def missed(self) -> tuple[Target, ...]:
        """The targets that could not be met."""
        return tuple(target for target in self.targets if target.missed)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return asdict(self)


def targets_of(
    there: Sequence[Entry], within: Sequence[Entry], kept: Sequence[Entry], settings: SelectionSettings
) -> tuple[Target, ...]:
    """What was asked and got, value by value.

    Args:
        there: what came to the quotas.
        within: what came to the weights.
        kept: what the selection holds.
        settings: what was asked.
    """
    dimensions: list[Dimension] = [
        dimension for dimension in DIMENSIONS if dimension in {*settings.quotas, *settings.weights}
    ]
    available, got = _counts(there, dimensions), _counts(kept, dimensions)
    shares = shares_asked(within, settings.weights, settings.total or 0)

    def targets(kind: TargetKind, dimension: str, values: Mapping[str, int | Fraction]) -> Iterator[Target]:
        for value, asked in values.items():
            number = int(asked) if asked == int(asked) else float(asked)
            yield Target(kind, dimension, value, number, available[dimension, value], got[dimension, value])

    quotas = (target for dimension, values in settings.quotas.items() for target in targets("quota", dimension, values))
    weights = (target for dimension, values in shares.items() for target in targets("weight", dimension, values))
    total = () if settings.total is None else (Target("total", "", "", settings.total, len(there), len(kept)),)
    return (*quotas, *weights, *total)


def unmatched_names(entries: Iterable[Entry], settings: SelectionSettings) -> tuple[str, ...]:
    """A line for each root tag or tag that is named and that no record has, with the nearest that one has."""
    paths = {entry.path for entry in entries}
    known = {"root": {path[0] for path in paths}, "tag": {tag for path in paths for tag in path}}
    named = [
        (str(rule), rule.field, value) for rule in settings.rules if isinstance(rule, NameRule) for value in rule.values
    ]
    for what, by_dimension in (("quotas", settings.quotas), ("weights", settings.weights)):
        named += [(f"{what}.root", "root", value) for value in by_dimension.get("root", {})]
    return tuple(
        f"{where}: no record has the {field} {value!r}{did_you_mean(value, tuple(sorted(known[field])))}"
        for where, field, value in named
        if field in known and value not in known[field]
    )


def _counts(entries: Sequence[Entry], dimensions: Sequence[Dimension]) -> Counter[tuple[str, str]]:
    """How many entries each value of some dimensions has."""
    counts: Counter[tuple[str, str]] = Counter()
    for dimension in dimensions:
        counts.update((dimension, value_of(entry, dimension)) for entry in entries)
    return counts
