"""Two samples without pairs, and several tests at once: invariants, closed forms, and how often they err."""

import itertools
import math
import random
import statistics
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.experiments.statistics import Bootstrap, Difference, adjust_holm, estimate_difference, estimate_gap

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)
QUICK = Bootstrap(resamples=200)
SCORES = st.integers(1, 10)
SAMPLES = st.lists(st.none() | SCORES, max_size=25)
P_VALUES = st.lists(st.none() | st.floats(0.0005, 1), max_size=12)


@FIXED
@given(before=SAMPLES, after=SAMPLES)
def test_the_gap_the_other_way_round_is_the_same_with_the_opposite_signs(before: list[Any], after: list[Any]) -> None:
    there, back = estimate_gap(before, after, QUICK), estimate_gap(after, before, QUICK)
    assert (there.count, there.missing, there.p_value) == (back.count, back.missing, back.p_value)
    for one, other in ((there.mean, back.mean), (there.low, back.high), (there.high, back.low)):
        assert (one is None and other is None) or one == -(other or 0.0)


@FIXED
@given(before=SAMPLES, after=SAMPLES, seed=st.integers(0, 9))
def test_order_and_missing_values_mean_nothing(before: list[Any], after: list[Any], seed: int) -> None:
    shuffled = random.Random(seed).sample(after, len(after))
    assert estimate_gap(before, shuffled, QUICK) == estimate_gap(before, after, QUICK)
    known, left = [[value for value in some if value is not None] for some in (before, after)]
    found, without = estimate_gap(before, after, QUICK), estimate_gap(known, left, QUICK)
    assert (found.mean, found.low, found.high, found.p_value) == (
        without.mean,
        without.low,
        without.high,
        without.p_value,
    )
    assert found.missing == before.count(None) + after.count(None)


@FIXED
@given(values=st.lists(SCORES, min_size=2, max_size=40))
def test_a_sample_does_not_differ_from_itself(values: list[int]) -> None:
    for found in (estimate_gap(values, values, QUICK), estimate_difference(values, values, QUICK)):
        assert (found.mean, found.p_value, found.count) == (0.0, 1.0, len(values))
        assert found.low is not None
        assert found.high is not None
        assert found.low == -found.high


@FIXED
@given(
    before=st.lists(SCORES, min_size=2, max_size=20),
    after=st.lists(SCORES, min_size=2, max_size=20),
    high=st.booleans(),
)
def test_no_gap_is_surer_than_a_permutation_can_make_it(before: list[int], after: list[int], high: bool) -> None:
    apart = [value + 100 if high else value - 100 for value in after]
    found = estimate_gap(before, apart, QUICK)
    least = 2 / math.comb(len(before) + len(after), len(before))
    assert found.mean == pytest.approx(statistics.fmean(apart) - statistics.fmean(before))
    assert found.p_value is not None
    assert found.p_value >= max(2 / 201, least)


def test_too_few_values_have_no_interval_and_no_p_value() -> None:
    assert estimate_gap([], [1, 2]) == Difference(None, None, None, 0, 0, None)
    assert estimate_gap([None], [1, 2]) == Difference(None, None, None, 0, 1, None)
    assert estimate_gap([3], [4, 6, None]) == Difference(2.0, None, None, 1, 1, None)


def test_two_equal_values_prove_nothing_however_many_stand_on_the_other_side() -> None:
    rng = random.Random(4)
    many = [rng.gauss(5, 2) for _ in range(500)]
    found = estimate_gap([6.0, 6.0], many)
    assert found.p_value is not None
    assert found.p_value > 0.3  # the bootstrap alone sees no spread in the two, and would be certain


def test_the_p_value_of_a_small_table_is_that_of_all_permutations() -> None:
    before, after = [1.0, 2.0, 4.0, 5.0], [3.0, 7.0, 8.0, 9.0]
    everything = [*before, *after]
    at_hand = abs(statistics.fmean(after) - statistics.fmean(before))
    splits = list(itertools.combinations(range(8), 4))
    as_far = sum(
        abs(
            statistics.fmean(everything[i] for i in chosen)
            - statistics.fmean(everything[i] for i in range(8) if i not in chosen)
        )
        >= at_hand - 1e-9
        for chosen in splits
    )
    found = estimate_gap(before, after, Bootstrap(resamples=20_000))
    assert found.p_value == pytest.approx(as_far / len(splits), abs=0.01)


def test_large_samples_have_the_interval_of_the_normal_law() -> None:
    rng = random.Random(1)
    before, after = [rng.gauss(5, 2) for _ in range(900)], [rng.gauss(6, 1) for _ in range(1600)]
    found = estimate_gap(before, after)
    half = 1.96 * math.sqrt(statistics.pvariance(before) / 900 + statistics.pvariance(after) / 1600)
    gap = statistics.fmean(after) - statistics.fmean(before)
    assert found.mean == pytest.approx(gap)
    assert (found.low, found.high) == pytest.approx((gap - half, gap + half), abs=half / 8)


def test_an_interval_holds_the_truth_about_as_often_as_it_says_and_p_values_err_about_as_seldom() -> None:
    held = small = 0
    for seed in range(300):
        rng = random.Random(seed)
        before, after = [rng.gauss(0, 1) for _ in range(30)], [rng.gauss(0, 2) for _ in range(50)]
        found = estimate_gap(before, after, Bootstrap(resamples=400, seed=seed))
        assert found.low is not None
        assert found.high is not None
        assert found.p_value is not None
        held += found.low <= 0 <= found.high
        small += found.p_value < 0.05
    assert 0.89 <= held / 300 <= 0.98
    assert small / 300 <= 0.09


def test_pairs_tell_what_two_samples_cannot() -> None:
    before = [float(value) for value in range(50)]
    after = [value + 1 + (-1) ** n * 0.5 for n, value in enumerate(before)]
    paired, unpaired = estimate_difference(before, after), estimate_gap(before, after)
    assert paired.mean == pytest.approx(unpaired.mean)
    assert (paired.p_value or 1) < 0.01 < 0.5 < (unpaired.p_value or 0)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        estimate_gap([1.0, 2.0], [1.0, value])


# -- several tests -----------------------------------------------------------------------------------------------------


def test_holms_own_example() -> None:
    assert adjust_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_one_test_stays_as_it_is_and_none_is_none() -> None:
    assert adjust_holm([None, 0.02, None]) == [None, 0.02, None]
    assert adjust_holm([]) == []


@FIXED
@given(p_values=P_VALUES, seed=st.integers(0, 9))
def test_adjusted_values_keep_their_order_and_never_fall(p_values: list[Any], seed: int) -> None:
    found = adjust_holm(p_values)
    known = [(before, after or 0.0) for before, after in zip(p_values, found, strict=True) if before is not None]
    assert [after for before, after in zip(p_values, found, strict=True) if before is None] == [None] * (
        len(p_values) - len(known)
    )
    assert all(before <= after <= min(1.0, before * len(known) + 1e-12) for before, after in known)
    assert [after for _, after in sorted(known)] == sorted(after for _, after in known)
    places = random.Random(seed).sample(range(len(p_values)), len(p_values))
    assert adjust_holm([p_values[place] for place in places]) == [found[place] for place in places]
