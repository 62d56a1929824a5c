"""The recent rate of calls: steady where they are, quick to follow, and itself again after a pause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.cli.rate import RecentRate


def steady(rate: RecentRate, calls: int, gap: float, begin: float) -> float:
    """So many calls, `gap` seconds apart; returns the time of the last."""
    for number in range(1, calls + 1):
        rate.add(1, begin + number * gap)
    return begin + calls * gap


@pytest.mark.parametrize("gap", [0.001, 0.1, 2.0, 100.0])
def test_a_steady_rate_is_told_from_slow_and_fast_endpoints(gap: float) -> None:
    rate = RecentRate(50.0)
    now = steady(rate, max(30, int(60 / gap)), gap, 50.0)
    assert rate.at(now) == pytest.approx(1 / gap, rel=0.1)


def test_there_is_none_until_there_is_enough_to_go_on() -> None:
    rate = RecentRate(0.0)
    assert rate.at(100.0) is None
    steady(rate, 9, 1.0, 100.0)
    assert rate.at(109.0) is None
    rate.add(1, 110.0)
    assert rate.at(110.0) is not None
    fast = RecentRate(0.0)
    fast.add(50, 0.5)
    assert fast.at(0.6) is None
    assert fast.at(1.0) is not None


def test_it_follows_the_recent_past_and_not_the_mean() -> None:
    rate = RecentRate(0.0)
    now = steady(rate, 600, 0.1, 0.0)
    now = steady(rate, 1200, 0.025, now)
    assert rate.at(now) == pytest.approx(40, rel=0.2)


@pytest.mark.parametrize("pause", [60.0, 3600.0, 1e6])
def test_after_a_pause_however_long_it_is_soon_itself_again(pause: float) -> None:
    rate = RecentRate(0.0)
    now = steady(rate, 1000, 0.1, 0.0)
    falling = [rate.at(now + seconds) for seconds in (0.0, 5.0, 10.0, pause)]
    assert falling == sorted(falling, reverse=True)  # pyright: ignore[reportArgumentType]
    at_its_lowest = rate.at(now + pause)
    assert at_its_lowest is not None
    assert at_its_lowest > 3
    now = steady(rate, 300, 0.1, now + pause)
    assert rate.at(now) == pytest.approx(10, rel=0.1)


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 1e4)), max_size=60), st.floats(0, 1e4))
def test_it_is_none_or_a_number_above_zero_whatever_the_times(steps: list[tuple[int, float]], later: float) -> None:
    now, rate = 7.0, RecentRate(7.0)
    for calls, gap in steps:
        now += gap
        rate.add(calls, now)
    found = rate.at(now + later)
    assert found is None or 0 < found < float("inf")
    assert (found is None) == (sum(calls for calls, _ in steps) < 10 or now + later - 7.0 < 1.0)
