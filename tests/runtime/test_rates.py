"""Requests and tokens a minute."""

import bisect
import itertools

from dspy.lm15 import Config, Message, Request, Usage
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.runtime.rates import Pace, RateLimits

REQUEST = Request(model="m", messages=(Message.user("x" * 3000),), config=Config(max_tokens=200))


def most_in_a_minute(moments: list[float], weights: list[float]) -> float:
    """The largest sum of weights that begin within any 60 seconds."""
    sums = [0.0, *itertools.accumulate(weights)]
    return max(sums[bisect.bisect_left(moments, start + 60)] - sums[i] for i, start in enumerate(moments))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(per_minute=st.integers(1, 2000), gaps=st.lists(st.floats(0, 5), min_size=1, max_size=400))
def test_no_minute_holds_more_requests_than_allowed(per_minute: int, gaps: list[float]) -> None:
    pace = Pace(per_minute)
    begun = [max(now, pace.take(1, now)) for now in itertools.accumulate(gaps)]
    assert begun == sorted(begun)
    assert most_in_a_minute(begun, [1.0] * len(begun)) <= per_minute


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(weights=st.lists(st.floats(1, 900), min_size=1, max_size=300))
def test_no_minute_holds_more_tokens_than_allowed_but_for_the_last_call(weights: list[float]) -> None:
    pace = Pace(6000)
    begun = [max(0.0, pace.take(weight, 0.0)) for weight in weights]
    assert most_in_a_minute(begun, weights) <= 6000 + max(weights)


def test_what_is_allowed_is_used() -> None:
    pace = Pace(600)
    begun = [max(0.0, pace.take(1, 0.0)) for _ in range(1201)]
    assert 119 <= begun[-1] <= 121


def test_time_that_nobody_used_is_not_saved_up() -> None:
    pace = Pace(60)
    pace.take(1, 0.0)
    begun = [max(3600.0, pace.take(1, 3600.0)) for _ in range(3)]
    assert begun[2] - begun[0] >= 1.9


def test_a_reply_sets_right_what_was_reckoned() -> None:
    limits = RateLimits(tokens_per_minute=60_000)
    _, reckoned = limits.take(REQUEST)
    assert reckoned == 1000 + 200
    limits.settle(reckoned, Usage(input_tokens=800, output_tokens=50))
    _, second = limits.take(REQUEST)
    assert second == 1000 + 50
    wait, _ = limits.take(REQUEST)
    assert 1.6 <= wait <= 2.0  # 850 that were used and 1,050 that were reckoned, at 1,000 a second


def test_without_limits_nobody_waits() -> None:
    limits = RateLimits()
    assert [limits.take(REQUEST) for _ in range(100)] == [(0.0, 0.0)] * 100
    limits.settle(0.0, None)
