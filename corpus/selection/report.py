"""What a selection left out, by which step, and what it could not meet."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..entries import Entry
from .names import Dimension, did_you_mean, value_of
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
        available: how many there were to choose from: of weights and the total what the quotas left.
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
        unmatched: a line for each tag or split that was asked for and no record has.
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
    shares = shares_asked(within, settings.weights, settings.total or 0)
    quotas, weights = _targets("quota", settings.quotas, there, kept), _targets("weight", shares, within, kept)
    total = () if settings.total is None else (Target("total", "", "", settings.total, len(within), len(kept)),)
    return (*quotas, *weights, *total)


def _targets(
    kind: TargetKind, asked: Mapping[Dimension, Mapping[str, Any]], there: Sequence[Entry], kept: Sequence[Entry]
) -> Iterator[Target]:
    """A target for each value; a share that is a whole number is written as one."""
    for dimension, values in asked.items():
        available, got = (Counter(value_of(entry, dimension) for entry in part) for part in (there, kept))
        for value, number in values.items():
            exact = int(number) if number == int(number) else float(number)
            yield Target(kind, dimension, value, exact, available[value], got[value])


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
