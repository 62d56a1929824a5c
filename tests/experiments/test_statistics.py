"""Means, differences, win rates, kappa and position bias: against brute force, closed forms and their invariants."""

import itertools
import math
import random
import statistics
import tracemalloc
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from condor.corpus.records import Comparison, Origin
from condor.experiments.statistics import (
    Bootstrap,
    Difference,
    Estimate,
    PositionBias,
    estimate_difference,
    estimate_mean,
    measure_agreement,
    measure_position_bias,
    win_rate,
)
from condor.vocabulary import Winner

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)
QUICK = Bootstrap(resamples=200)
VALUES = st.floats(-1e6, 1e6, allow_nan=False)
SCORES = st.integers(1, 10)
LABELS = st.sampled_from(["A", "B", "tie"])
WINNERS = st.sampled_from(["first", "second", "tie"])

ORIGIN = Origin(tree_version="v", path=("Food",), task="view", language="en", difficulty="easy")


def compared(straight: Any, swapped: Any) -> Comparison:
    """A comparison with these verdicts."""
    return Comparison(parent_id="a", other_id="b", origin=ORIGIN, verdicts=(straight, swapped), reasons=("one", "two"))


# -- means -----------------------------------------------------------------------------------------------------------


def test_without_values_there_is_no_mean() -> None:
    assert estimate_mean([]) == Estimate(None, None, None, 0, 0)
    assert estimate_mean([None, None]) == Estimate(None, None, None, 0, 2)


def test_one_value_is_a_mean_without_an_interval() -> None:
    assert estimate_mean([None, 7, None]) == Estimate(7.0, None, None, 1, 2)


@FIXED
@given(value=VALUES, count=st.integers(2, 50))
def test_the_interval_of_a_constant_is_the_constant(value: float, count: int) -> None:
    assert estimate_mean([value] * count, QUICK) == Estimate(value, value, value, count, 0)


@FIXED
@given(values=st.lists(SCORES, min_size=2, max_size=60))
def test_the_mean_is_that_of_the_values_and_lies_within_its_interval_which_lies_within_them(values: list[int]) -> None:
    found = estimate_mean(values, Bootstrap(resamples=2000, level=0.99))
    assert found.mean == pytest.approx(statistics.fmean(values))
    assert found.low is not None
    assert found.high is not None
    mean = statistics.fmean(values)
    assert min(values) <= found.low <= mean + 1e-9
    assert mean - 1e-9 <= found.high <= max(values)


@FIXED
@given(values=st.lists(st.none() | VALUES, max_size=30), seed=st.integers(0, 9))
def test_the_order_of_values_and_where_they_are_missing_means_nothing(values: list[Any], seed: int) -> None:
    shuffled = random.Random(seed).sample(values, len(values))
    assert estimate_mean(shuffled, QUICK) == estimate_mean(values, QUICK)
    left = [value for value in values if value is not None]
    found, without = estimate_mean(values, QUICK), estimate_mean(left, QUICK)
    assert (found.mean, found.low, found.high, found.count) == (without.mean, without.low, without.high, len(left))
    assert found.missing == len(values) - len(left)


def test_the_interval_is_that_of_drawing_values_one_by_one() -> None:
    values = [1.0, 2.0, 4.0, 7.0]
    means = sorted(statistics.fmean(drawn) for drawn in itertools.product(values, repeat=4))  # all 256 resamples
    found = estimate_mean(values, Bootstrap(resamples=100_000, level=0.8))
    exact = (means[round(0.1 * 255)], means[round(0.9 * 255)])
    assert (found.low, found.high) == pytest.approx(exact, abs=0.26)  # steps between possible means are 0.25


def test_a_large_sample_has_the_interval_of_the_normal_law() -> None:
    values = [random.Random(n).gauss(5, 2) for n in range(2000)]
    found = estimate_mean(values)
    half = 1.96 * statistics.pstdev(values) / math.sqrt(len(values))
    mean = statistics.fmean(values)
    assert found.low == pytest.approx(mean - half, abs=half / 10)
    assert found.high == pytest.approx(mean + half, abs=half / 10)


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(300):
        rng = random.Random(seed)
        found = estimate_mean([rng.gauss(3, 1) for _ in range(40)], Bootstrap(resamples=400, seed=seed))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 3 <= found.high
    assert 0.89 <= held / 300 <= 0.98


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    values = [float(value) for value in range(37)]
    assert estimate_mean(values) == estimate_mean(values)
    assert estimate_mean(values) != estimate_mean(values, Bootstrap(seed=1))


def test_a_higher_level_is_a_wider_interval() -> None:
    values = [float(value * value) for value in range(30)]
    found = [estimate_mean(values, Bootstrap(level=level)) for level in (0.5, 0.9, 0.99)]
    widths = [(one.high or 0) - (one.low or 0) for one in found]
    assert widths == sorted(widths)
    assert widths[0] < widths[2]


def test_the_memory_of_many_scores_is_that_of_their_scale() -> None:
    rng = random.Random(0)
    values = [rng.randint(5, 50) / 5 for _ in range(200_000)]
    tracemalloc.start()
    try:
        found = estimate_mean(values)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.count == 200_000
    assert peak < 2**26  # one number for each value of each resample would be 3 GB


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        estimate_mean([1.0, value])
    with pytest.raises(ValueError, match="not finite"):
        estimate_difference([1.0, 2.0], [1.0, value])


@pytest.mark.parametrize("settings_", [{"resamples": 0}, {"level": 0.0}, {"level": 1.0}, {"level": 95.0}])
def test_a_bootstrap_that_cannot_be_is_refused(settings_: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings_))):
        Bootstrap(**settings_)


# -- differences -----------------------------------------------------------------------------------------------------

PAIRS = st.lists(st.tuples(st.none() | SCORES, st.none() | SCORES), max_size=40)


@FIXED
@given(pairs=PAIRS)
def test_the_difference_the_other_way_round_is_the_same_with_the_opposite_signs(pairs: list[Any]) -> None:
    before, after = [one for one, _ in pairs], [other for _, other in pairs]
    there, back = estimate_difference(before, after, QUICK), estimate_difference(after, before, QUICK)
    assert (there.count, there.missing, there.p_value) == (back.count, back.missing, back.p_value)
    for one, other in ((there.mean, back.mean), (there.low, back.high), (there.high, back.low)):
        assert (one is None and other is None) or one == -(other or 0.0)


@FIXED
@given(pairs=PAIRS, seed=st.integers(0, 9))
def test_the_order_of_pairs_means_nothing(pairs: list[Any], seed: int) -> None:
    shuffled = random.Random(seed).sample(pairs, len(pairs))
    found = [
        estimate_difference([one for one, _ in some], [other for _, other in some], QUICK) for some in (pairs, shuffled)
    ]
    assert found[0] == found[1]


@FIXED
@given(values=st.lists(SCORES, min_size=2, max_size=20), gain=st.integers(1, 5))
def test_a_gain_that_every_pair_has_is_as_certain_as_so_many_pairs_can_make_it(values: list[int], gain: int) -> None:
    found = estimate_difference(values, [value + gain for value in values])
    assert found == Difference(gain, gain, gain, len(values), 0, max(2 / 2001, 2 ** (1 - len(values))))


@pytest.mark.parametrize(("equal", "higher"), [(16, 4), (96, 4), (8, 4), (0, 4)])
def test_pairs_that_do_not_differ_make_nothing_surer(equal: int, higher: int) -> None:
    found = estimate_difference([5.0] * (equal + higher), [5.0] * equal + [6.0] * higher)
    assert found.p_value == 2 ** (1 - higher)


def test_three_pairs_that_point_one_way_prove_nothing() -> None:
    assert estimate_difference([1, 2, 3], [4, 6, 9]).p_value == 0.25


def test_pairs_without_a_difference_have_none() -> None:
    assert estimate_difference([3, 4, 5], [3, 4, 5]) == Difference(0.0, 0.0, 0.0, 3, 0, 1.0)


def test_too_few_pairs_have_no_interval_and_no_p_value() -> None:
    assert estimate_difference([], []) == Difference(None, None, None, 0, 0, None)
    assert estimate_difference([1, None, 2], [3, 4, None]) == Difference(2.0, None, None, 1, 2, None)


def test_pairs_and_not_sides_are_drawn() -> None:
    before = [float(value) for value in range(100)]
    after = [value + 1 + (-1) ** n * 0.5 for n, value in enumerate(before)]
    found = estimate_difference(before, after)
    assert found.low is not None
    assert found.high is not None
    assert found.mean == 1.0
    assert 0.85 < found.low < 1 < found.high < 1.15  # each side alone spreads over a hundred


@FIXED
@given(differences=st.lists(st.integers(-9, 9), min_size=5, max_size=40))
def test_the_p_value_and_the_interval_say_the_same(differences: list[int]) -> None:
    found = estimate_difference([0] * len(differences), differences)
    assert found.low is not None
    assert found.high is not None
    assert found.p_value is not None
    assume(abs(found.p_value - 0.05) > 0.005)
    assert (found.p_value < 0.05) == (found.low > 0 or found.high < 0)


def test_without_a_true_difference_p_values_below_5_percent_are_about_as_frequent_as_that() -> None:
    small = 0
    for seed in range(300):
        rng = random.Random(seed)
        before, after = ([rng.gauss(0, 1) for _ in range(40)] for _ in range(2))
        found = estimate_difference(before, after, Bootstrap(resamples=400, seed=seed))
        assert found.p_value is not None
        small += found.p_value < 0.05
    assert 0.02 <= small / 300 <= 0.11


def test_sides_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        estimate_difference([1, 2], [1])


# -- win rates -------------------------------------------------------------------------------------------------------


def test_a_tie_is_half_a_win() -> None:
    found = win_rate(["first", "second", "tie", None, "second"], of="second")
    assert (found.mean, found.count, found.missing) == (0.625, 4, 1)
    assert (found.wins, found.losses, found.ties) == (2, 1, 1)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low < 0.625 < found.high <= 1


def test_all_ties_are_an_even_rate() -> None:
    winners: list[Winner | None] = ["tie"] * 5
    found = win_rate(winners, of="first")
    assert (found.mean, found.low, found.high, found.ties) == (0.5, 0.5, 0.5, 5)


def test_no_pair_has_no_rate_and_one_pair_no_interval() -> None:
    none, one = win_rate([None], of="first"), win_rate(["first"], of="first")
    assert (none.mean, none.low, none.high, none.count, none.missing) == (None, None, None, 0, 1)
    assert (one.mean, one.low, one.high, one.wins) == (1.0, None, None, 1)


@FIXED
@given(winners=st.lists(st.none() | WINNERS, max_size=40))
def test_the_rates_of_both_sides_add_up_to_one(winners: list[Any]) -> None:
    first, second = (win_rate(winners, of=side, bootstrap=QUICK) for side in ("first", "second"))
    assert (first.wins, first.losses, first.ties) == (second.losses, second.wins, second.ties)
    assert first.wins + first.losses + first.ties + first.missing == len(winners)
    if first.count:
        assert (first.mean or 0) + (second.mean or 0) == pytest.approx(1)


def test_the_rate_of_many_decided_pairs_has_the_interval_of_the_binomial_law() -> None:
    wins: list[Winner] = ["first"] * 600
    losses: list[Winner] = ["second"] * 400
    found = win_rate(wins + losses, of="first")
    half = 1.96 * math.sqrt(0.6 * 0.4 / 1000)
    assert (found.low, found.high) == pytest.approx((0.6 - half, 0.6 + half), abs=0.004)


# -- agreement -------------------------------------------------------------------------------------------------------


def brute_kappa(one: list[str], other: list[str]) -> float | None:
    """Cohen's kappa, with chance agreement over all pairings of the two raters' labels."""
    observed = statistics.fmean(a == b for a, b in zip(one, other, strict=True))
    chance = statistics.fmean(a == b for a in one for b in other)
    return None if chance == 1 else (observed - chance) / (1 - chance)


@FIXED
@given(rated=st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=30), seed=st.integers(0, 9))
def test_kappa_is_that_of_brute_force_and_knows_neither_order_nor_side(rated: list[Any], seed: int) -> None:
    one, other = [a for a, _ in rated], [b for _, b in rated]
    found = measure_agreement(one, other)
    expected = brute_kappa(one, other)
    assert found.kappa == (None if expected is None else pytest.approx(expected))
    assert found.share == pytest.approx(statistics.fmean(a == b for a, b in rated))
    assert measure_agreement(other, one) == found
    shuffled = random.Random(seed).sample(rated, len(rated))
    assert measure_agreement([a for a, _ in shuffled], [b for _, b in shuffled]) == found


@FIXED
@given(labels=st.lists(LABELS, min_size=2, max_size=30))
def test_full_agreement_is_a_kappa_of_one_where_there_is_a_choice(labels: list[str]) -> None:
    found = measure_agreement(labels, labels)
    assert found.share == 1.0
    assert found.kappa == (1.0 if len(set(labels)) > 1 else None)


def test_kappa_of_a_table_from_the_books() -> None:
    table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    rated = list(Counter(table).elements())
    found = measure_agreement([a for a, _ in rated], [b for _, b in rated])
    assert (found.share, found.kappa, found.count) == (0.7, pytest.approx(0.4), 50)


def test_items_that_either_did_not_rate_are_missing() -> None:
    found = measure_agreement(["A", None, "B", "tie"], ["A", "B", None, "B"])
    assert (found.share, found.count, found.missing) == (0.5, 2, 2)
    assert measure_agreement([None], ["A"]).kappa is None
    nothing = measure_agreement([], [])
    assert (nothing.share, nothing.kappa, nothing.count, nothing.missing) == (None, None, 0, 0)


def test_raters_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        measure_agreement(["A", "B"], ["A"])


# -- position bias ---------------------------------------------------------------------------------------------------


def test_flips_are_counted_by_the_place_that_they_favour() -> None:
    pairs = [
        compared("A", "B"),  # agreed
        compared("tie", "tie"),  # agreed
        compared("A", "A"),
        compared("tie", "A"),
        compared("A", "tie"),
        compared("B", "B"),
        None,
    ]
    found = measure_position_bias(pairs)
    assert found == PositionBias(count=6, missing=1, favours_first=3, favours_second=1)
    assert (found.flips, found.share, found.tilt) == (4, pytest.approx(4 / 6), pytest.approx(2 / 6))


@pytest.mark.parametrize("place", ["A", "B"])
def test_a_judge_who_looks_at_the_place_alone_always_flips(place: str) -> None:
    found = measure_position_bias([compared(place, place)] * 9)
    assert (found.share, found.tilt) == (1.0, 1.0 if place == "A" else -1.0)


def test_a_judge_who_always_says_tie_has_no_bias() -> None:
    found = measure_position_bias([compared("tie", "tie")] * 4)
    assert (found.flips, found.share, found.tilt) == (0, 0.0, 0.0)


def test_without_pairs_there_is_no_share() -> None:
    for pairs in ([], [None]):
        found = measure_position_bias(pairs)
        assert (found.flips, found.share, found.tilt, found.missing) == (0, None, None, len(pairs))


@FIXED
@given(pairs=st.lists(st.none() | st.builds(compared, LABELS, LABELS), max_size=30))
def test_flips_are_the_pairs_whose_orders_disagree(pairs: list[Any]) -> None:
    found = measure_position_bias(pairs)
    assert found.flips == sum(pair.flipped for pair in pairs if pair)
    assert found.count + found.missing == len(pairs)
