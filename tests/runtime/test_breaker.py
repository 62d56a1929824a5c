"""When an endpoint counts as down, and how it is tried."""

import random

import pytest
from dspy.lm15 import LM15Error, ServerError, TransportError
from dspy.lm15 import TimeoutError as ReplyTimeout

from condor.runtime.breaker import CircuitBreaker

GONE = TransportError("refused")
ODD = ServerError("oops", status=500)


def failing(breaker: CircuitBreaker, error: LM15Error, askers: list[int], now: float = 0.0) -> None:
    for asker in askers:
        breaker.failed(error, asker, now, tried=breaker.begin())


@pytest.mark.parametrize("error", [GONE, ServerError("bad gateway", status=502), ServerError("busy", status=503)])
def test_an_endpoint_that_is_not_there_is_down_even_for_one_asker(error: LM15Error) -> None:
    breaker = CircuitBreaker(random.Random(0))
    failing(breaker, error, [1] * 4)
    assert not breaker.is_down
    failing(breaker, error, [1])
    assert breaker.is_down


@pytest.mark.parametrize("error", [ODD, ReplyTimeout("late"), ServerError("no completion")])
def test_two_requests_that_are_never_answered_are_no_outage(error: LM15Error) -> None:
    breaker = CircuitBreaker(random.Random(0))
    failing(breaker, error, [1, 2] * 50)
    assert not breaker.is_down
    failing(breaker, error, [3])
    assert breaker.is_down


def test_a_reply_in_between_makes_it_no_outage() -> None:
    breaker = CircuitBreaker(random.Random(0))
    for asker in range(100):
        failing(breaker, GONE, [asker] * 4)
        breaker.answered()
    assert not breaker.is_down


def test_failures_before_it_was_known_belong_to_the_outage() -> None:
    breaker = CircuitBreaker(random.Random(0))
    failing(breaker, GONE, [1])
    early = breaker.streak
    failing(breaker, GONE, [2, 3, 4, 5])
    assert early.outage
    assert breaker.answered()
    failing(breaker, GONE, [1])
    assert early.outage
    assert not breaker.streak.outage


def test_while_it_is_down_one_call_at_a_time_tries_ever_more_seldom() -> None:
    breaker = CircuitBreaker(random.Random(0))
    now = 0.0
    failing(breaker, GONE, [1, 2, 3, 4, 5], now)
    pauses = []
    for _ in range(12):
        assert not breaker.lets_through(breaker.next_try - 0.01)
        pauses.append(breaker.next_try - now)
        now = breaker.next_try
        assert breaker.lets_through(now)
        tried = breaker.begin()
        assert tried
        assert not breaker.lets_through(now + 1000)
        # What was under way before it was known to be down says nothing new.
        breaker.failed(GONE, 7, now, tried=False)
        assert not breaker.lets_through(now + 1000)
        breaker.failed(GONE, 8, now, tried=True)
    assert all(0.5 * 2**n <= pause <= 2**n for n, pause in enumerate(pauses[:6]))
    assert all(30 <= pause <= 60 for pause in pauses[6:])
    assert breaker.lets_through(breaker.next_try)
    breaker.begin()
    assert breaker.answered()
    assert breaker.lets_through(now)
    assert not breaker.begin()


def test_a_try_that_was_cancelled_lets_another_one_through() -> None:
    breaker = CircuitBreaker(random.Random(0))
    failing(breaker, GONE, [1, 2, 3, 4, 5])
    tried = breaker.begin()
    breaker.dropped(tried=tried)
    assert breaker.lets_through(breaker.next_try)
