"""The level of calls in flight: up while replies come in time, down when they do not, never over the ceiling."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.runtime.concurrency import AdaptiveLimit


def use(limit: AdaptiveLimit, calls: int, seconds: float = 0.2) -> None:
    """Answer calls while every place is taken."""
    for _ in range(calls):
        limit.in_flight = int(limit.level)
        limit.answered(seconds)


def test_it_begins_at_a_small_ceiling_and_approaches_a_large_one_twofold_a_round_trip() -> None:
    assert AdaptiveLimit(16).level == 16
    limit = AdaptiveLimit(4096)
    levels = [limit.level]
    for _ in range(4):
        use(limit, int(limit.level))
        levels.append(limit.level)
    assert levels == [256, 512, 1024, 2048, 4096]
    use(limit, 100)
    assert limit.level == 4096


def test_it_is_halved_once_for_a_burst_of_refusals_and_then_grows_by_one_a_round_trip() -> None:
    limit = AdaptiveLimit(256)
    for _ in range(256):
        limit.congested(began_at=1.0, now=1.2)
    assert limit.level == 128
    use(limit, 128)
    assert limit.level == pytest.approx(129, abs=0.01)
    limit.congested(began_at=1.3, now=1.5)
    assert limit.level == pytest.approx(64.5, abs=0.01)


def test_it_never_falls_below_one_call() -> None:
    limit = AdaptiveLimit(8)
    for moment in range(1, 20):
        limit.congested(began_at=moment, now=moment + 0.5)
    assert limit.level == 1
    assert limit.has_room


def test_it_does_not_grow_while_its_places_are_not_used() -> None:
    limit = AdaptiveLimit(256)
    limit.congested(began_at=1.0, now=1.1)
    limit.in_flight = 20
    for _ in range(1000):
        limit.answered(0.2)
    assert limit.level == 128


def test_it_does_not_grow_while_replies_take_much_longer_than_they_used_to() -> None:
    limit = AdaptiveLimit(256)
    use(limit, 200, seconds=0.2)
    limit.congested(began_at=1.0, now=1.1)
    use(limit, 30, seconds=1.0)
    stuck = limit.level
    use(limit, 30, seconds=1.0)
    assert limit.level == stuck
    use(limit, 200, seconds=0.2)
    assert limit.level > stuck


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    ceiling=st.integers(1, 5000),
    events=st.lists(st.tuples(st.booleans(), st.floats(0.001, 100), st.booleans()), max_size=200),
)
def test_it_stays_between_one_and_the_ceiling(ceiling: int, events: list[tuple[bool, float, bool]]) -> None:
    limit = AdaptiveLimit(ceiling)
    now = 0.0
    for answered, seconds, full in events:
        now += seconds
        limit.in_flight = int(limit.level) if full else 0
        if answered:
            limit.answered(seconds)
        else:
            limit.congested(now - seconds, now)
        assert 1 <= limit.level <= ceiling
