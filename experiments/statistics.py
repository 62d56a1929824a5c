"""Was it better, and how sure is that? Means, differences, win rates, agreement and position bias of verdicts.

A missing value (None: no readable verdict) is left out and counted. Intervals are percentile bootstrap intervals. Their
draws are seeded and do not depend on the order of the values, so that the same values give the same interval. From one
value no interval can be told, and none is given; where all values are equal, as when one side wins every pair, the
bootstrap sees no spread and its interval has no width, however few they are.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..corpus.records import Comparison
from ..vocabulary import Winner

Floats = NDArray[np.float64]

#: Numbers drawn at once at most: what bounds the memory of a bootstrap.
_DRAWS_AT_ONCE = 2**22


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are made.

    Attributes:
        resamples: how many samples are drawn.
        level: the share of them that an interval holds, between 0 and 1.
        seed: of the draws.
    """

    resamples: int = 2000
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if self.resamples < 1:
            raise ValueError(f"resamples must be at least 1, not {self.resamples}")
        if not 0 < self.level < 1:
            raise ValueError(f"level must be between 0 and 1, not {self.level}")

    def interval(self, means: Floats) -> tuple[float, float]:
        """The middle share of resampled means."""
        tail = (1 - self.level) / 2
        low, high = np.quantile(means, [tail, 1 - tail])
        return float(low), float(high)


DEFAULT = Bootstrap()


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval.

    Attributes:
        mean: None where there is no value.
        low, high: bounds of the interval; None below two values.
        count, missing: values that it rests on, and values that are missing.
    """

    mean: float | None
    low: float | None
    high: float | None
    count: int
    missing: int


@dataclass(frozen=True)
class Difference(Estimate):
    """The mean of `after - before` over pairs.

    Attributes:
        p_value: two-sided, by inverting the bootstrap: where it is below 0.05, a 95 % interval excludes 0, but for
            rounding. Never 0: at least 2 / (resamples + 1), and at least 2 ** (1 - n) with n the pairs that differ,
            which is what a sign test gives where they all point one way. None below two pairs.
    """

    p_value: float | None


@dataclass(frozen=True)
class WinRate(Estimate):
    """How often one side of a pair won, a tie being half a win: `mean` is the rate, from 0 to 1."""

    wins: int
    losses: int
    ties: int


@dataclass(frozen=True)
class Agreement:
    """How two raters agree on the same items.

    Attributes:
        share: of items on which they agree; None without items.
        kappa: Cohen's: 1 for full agreement, 0 for what chance alone would bring. None where it is undefined: without
            items, and where both raters only ever say one and the same thing.
        count, missing: items that both rated, and items that either did not.
    """

    share: float | None
    kappa: float | None
    count: int
    missing: int


@dataclass(frozen=True)
class PositionBias:
    """How often the order of a pair decided its verdict.

    Attributes:
        count, missing: pairs with both verdicts, and pairs without.
        favours_first, favours_second: flipped pairs whose two verdicts prefer the answer shown first, or second.
    """

    count: int
    missing: int
    favours_first: int
    favours_second: int

    @property
    def flips(self) -> int:
        """Pairs whose verdict changed with the order."""
        return self.favours_first + self.favours_second

    @property
    def share(self) -> float | None:
        """The share of pairs that flipped; None without pairs."""
        return self.flips / self.count if self.count else None

    @property
    def tilt(self) -> float | None:
        """From -1 (every pair flips towards the place shown second) to 1 (towards the first); None without pairs."""
        return (self.favours_first - self.favours_second) / self.count if self.count else None


def estimate_mean(values: Iterable[float | None], bootstrap: Bootstrap = DEFAULT) -> Estimate:
    """The mean of values, with its interval.

    Raises:
        ValueError: a value is NaN or infinite.
    """
    known, missing = _known(values)
    if not known:
        return Estimate(None, None, None, 0, missing)
    mean, means = _resample(known, bootstrap)
    low, high = bootstrap.interval(means) if len(known) > 1 else (None, None)
    return Estimate(mean, low, high, len(known), missing)


def estimate_difference(
    before: Sequence[float | None], after: Sequence[float | None], bootstrap: Bootstrap = DEFAULT
) -> Difference:
    """The mean of `after - before` by a paired bootstrap; a pair of which either is missing counts as missing.

    The other way round it gives the same with the opposite signs.

    Raises:
        ValueError: the sequences are not of one length, or a value is NaN or infinite.
    """
    pairs = zip(before, after, strict=True)
    known, missing = _known(None if a is None or b is None else b - a for a, b in pairs)
    if len(known) < 2:
        return Difference(known[0] if known else None, None, None, len(known), missing, None)
    # Drawn for one sign and mirrored for the other, so that the draws favour neither direction.
    mirrored = [-value for value in reversed(known)]
    sign = 1 if known >= mirrored else -1
    mean, means = _resample(known if sign == 1 else mirrored, bootstrap)
    low, high = bootstrap.interval(means)
    low, high = (low, high) if sign == 1 else (-high, -low)
    # A few pairs that all point one way look certain to the bootstrap. Chance alone points n of them one way with a
    # probability of 2 to the power of 1 - n: no difference is surer than that. Pairs that do not differ point nowhere.
    differing = sum(value != 0 for value in known)
    p_value = max(_two_sided(means), min(1.0, 2.0 ** (1 - differing)))
    return Difference(sign * mean, low, high, len(known), missing, p_value)


def estimate_gap(
    before: Sequence[float | None], after: Sequence[float | None], bootstrap: Bootstrap = DEFAULT
) -> Difference:
    """How far the mean of one sample lies above that of another, where nothing pairs their values.

    Both samples are drawn anew for the interval. The p value is the largest of three: that of the bootstrap; that of
    a permutation test, since a bootstrap of a handful of values sees too little of their spread; and the least that a
    permutation of so many values can give. `count` is that of the smaller sample, `missing` of both together. The other
    way round it gives the same with the opposite signs.

    Raises:
        ValueError: a value is NaN or infinite.
    """
    (one, lost), (other, lost_too) = _known(before), _known(after)
    sign = 1 if other >= one else -1
    lower, upper = (one, other) if sign == 1 else (other, one)
    count, missing = min(len(one), len(other)), lost + lost_too
    if not count:
        return Difference(None, None, None, 0, missing, None)
    (mean, means), (upper_mean, upper_means) = _resample(lower, bootstrap, 1), _resample(upper, bootstrap, 2)
    gap, gaps = upper_mean - mean, upper_means - means
    if count < 2:
        return Difference(sign * gap, None, None, count, missing, None)
    low, high = bootstrap.interval(gaps)
    if lower == upper:  # either could be called the upper one
        low, high = -max(-low, high), max(-low, high)
    low, high = (low, high) if sign == 1 else (-high, -low)
    least = 2 / math.comb(len(one) + len(other), count)
    p_value = min(1.0, max(_two_sided(gaps), _by_permutation(lower, upper, bootstrap), least))
    return Difference(sign * gap, low, high, count, missing, p_value)


def adjust_holm(p_values: Sequence[float | None]) -> list[float | None]:
    """P values of several tests, raised by Holm's method: who calls those below 0.05 differences errs in any of them
    with a probability of 5 % at most. One that is None was no test.
    """
    tests = sorted((value, place) for place, value in enumerate(p_values) if value is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    least = 0.0
    for rank, (value, place) in enumerate(tests):
        least = max(least, min(1.0, value * (len(tests) - rank)))
        adjusted[place] = least
    return adjusted


def win_rate(
    winners: Iterable[Winner | None], *, of: Literal["first", "second"], bootstrap: Bootstrap = DEFAULT
) -> WinRate:
    """How often one side of the pairs won.

    Args:
        winners: how each pair ended; None where that is missing.
        of: the side that is counted.
    """
    points = [None if winner is None else 0.5 if winner == "tie" else float(winner == of) for winner in winners]
    rate = estimate_mean(points, bootstrap)
    counts = Counter(points)
    return WinRate(
        rate.mean, rate.low, rate.high, rate.count, rate.missing, wins=counts[1.0], losses=counts[0.0], ties=counts[0.5]
    )


def measure_agreement(one: Sequence[Hashable | None], other: Sequence[Hashable | None]) -> Agreement:
    """The agreement of two raters, item by item; an item that either did not rate is missing.

    Raises:
        ValueError: the sequences are not of one length.
    """
    rated = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    count, missing = len(rated), len(one) - len(rated)
    if not count:
        return Agreement(None, None, 0, missing)
    agreed = sum(a == b for a, b in rated)
    of_one, of_other = Counter(a for a, _ in rated), Counter(b for _, b in rated)
    by_chance = sum(of_one[label] * of_other[label] for label in of_one)  # times count squared
    left = count * count - by_chance
    return Agreement(agreed / count, (count * agreed - by_chance) / left if left else None, count, missing)


def measure_position_bias(comparisons: Iterable[Comparison | None]) -> PositionBias:
    """How often, and towards which place, the verdicts of pairs flipped."""
    places = [("missing" if pair is None else pair.favours) for pair in comparisons]
    counts = Counter(places)
    return PositionBias(
        count=len(places) - counts["missing"],
        missing=counts["missing"],
        favours_first=counts["A"],
        favours_second=counts["B"],
    )


def _known(values: Iterable[float | None]) -> tuple[list[float], int]:
    """The values that are not missing, in ascending order, and how many are."""
    everything = list(values)
    known = [float(value) for value in everything if value is not None]
    if not all(map(math.isfinite, known)):
        raise ValueError("a value is not finite; a missing one is None")
    return sorted(known), len(everything) - len(known)


def _resample(known: list[float], bootstrap: Bootstrap, stream: int = 0) -> tuple[float, Floats]:
    """The mean of values, and the means of resamples of them; draws of different streams are independent.

    How often each different value is drawn is one multinomial draw, which is the same as drawing values one by one, and
    takes no more memory for many scores than there are steps on their scale.
    """
    different, counts = np.unique(np.asarray(known, dtype=np.float64), return_counts=True)
    count, lowest = len(known), different[0]
    above = different - lowest  # constants stay exact: nothing is added to them
    rng = np.random.default_rng([bootstrap.seed, stream] if stream else bootstrap.seed)
    sizes = _portions(bootstrap.resamples, len(different))
    sums = [rng.multinomial(count, counts / count, size=size) @ above for size in sizes]
    return float(lowest + counts @ above / count), lowest + np.concatenate(sums) / count


def _portions(resamples: int, different: int) -> list[int]:
    """How many resamples are drawn at once, where each takes a number for every different value."""
    rows = max(1, _DRAWS_AT_ONCE // different)
    return [min(rows, resamples - start) for start in range(0, resamples, rows)]


def _by_permutation(lower: list[float], upper: list[float], bootstrap: Bootstrap) -> float:
    """The share of random divisions of all values into two such samples whose means lie as far apart as theirs; the
    division at hand counts as one.
    """
    pooled = np.asarray([*lower, *upper], dtype=np.float64)
    different, counts = np.unique(pooled, return_counts=True)
    above = different - different[0]
    rng = np.random.default_rng([bootstrap.seed, 3])
    draws = (
        rng.multivariate_hypergeometric(counts, len(lower), size=size, method="marginals") @ above
        for size in _portions(bootstrap.resamples, len(different))
    )
    sums, total = np.concatenate(list(draws)), float(counts @ above)

    def apart(of_lower: Floats) -> Floats:
        return np.abs((total - of_lower) / len(upper) - of_lower / len(lower))

    at_hand = apart(np.asarray([float((np.asarray(lower) - different[0]).sum())]))[0]
    as_far = int((apart(sums) >= at_hand * (1 - 1e-9)).sum())
    return (as_far + 1) / (bootstrap.resamples + 1)


def _two_sided(means: Floats) -> float:
    """Twice the smaller share of resampled means on either side of 0, at most 1; the sample itself counts as one."""
    fewer = min(int((means <= 0).sum()), int((means >= 0).sum()))
    return min(1.0, 2 * (fewer + 1) / (len(means) + 1))
