"""Several endpoints, outages and limits, through the whole engine."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from dspy.lm15 import AuthError, LM15Error, Message, RateLimitError, Request, Response, ServerError, TransportError

from condor.errors import Interrupted, ModelFault
from condor.runtime.endpoints import Route
from condor.runtime.engine import LimitedEngine
from condor.runtime.rates import RateLimits
from condor.runtime.retry import RetryPolicy
from condor.runtime.stopping import StopSignal

from runtime_support import reply

QUICK = RetryPolicy(attempts=3, first_attempts=2, base_s=0.001, cap_s=0.01)


class Served:
    """An endpoint that can be switched off and on, and counts.

    Attributes:
        error: what it answers with while it is set.
        latency_s: of its replies.
    """

    def __init__(self, latency_s: float = 0.0) -> None:
        self.error: LM15Error | None = None
        self.latency_s = latency_s
        self.begun: list[float] = []
        self.in_flight = 0
        self.most_in_flight = 0

    async def complete(self, request: Request) -> Response:
        self.begun.append(time.monotonic())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.latency_s)
        finally:
            self.in_flight -= 1
        if self.error is not None:
            raise self.error
        return reply("yes")


def ask_number(number: int) -> Request:
    return Request(model="m", messages=(Message.user(f"question {number}"),))


def make_engine(
    *endpoints: Served, concurrency: int = 8, retry: RetryPolicy = QUICK, rates: RateLimits | None = None
) -> LimitedEngine:
    return LimitedEngine(
        [Route(endpoint, f"endpoint {number}") for number, endpoint in enumerate(endpoints)],
        concurrency=concurrency,
        timeout_s=5,
        price=lambda _: 0.0,
        retry=retry,
        rng=random.Random(0),
        stopping=StopSignal(),
        rates=rates,
    )


async def ask_all(engine: LimitedEngine, numbers: range) -> list[Response | BaseException]:
    calls = (engine.complete(ask_number(number)) for number in numbers)
    return await asyncio.gather(*calls, return_exceptions=True)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def test_the_least_loaded_endpoint_gets_the_next_call() -> None:
    fast, slow = Served(0.005), Served(0.05)
    engine = make_engine(fast, slow, concurrency=8)

    async def work() -> None:
        assert all(isinstance(result, Response) for result in await ask_all(engine, range(300)))

    run(work())
    assert len(slow.begun) > 10
    assert len(fast.begun) > 3 * len(slow.begun)
    assert fast.most_in_flight + slow.most_in_flight <= 8 + 4


def test_all_endpoints_together_stay_under_the_ceiling() -> None:
    together = Served(0.002)
    engine = make_engine(together, together, together, concurrency=5)

    async def work() -> None:
        await ask_all(engine, range(100))

    run(work())
    assert together.most_in_flight == 5


def test_a_dead_endpoint_is_left_out_and_taken_in_again_when_it_is_back() -> None:
    steady, shaky = Served(0.002), Served(0.002)
    engine = make_engine(steady, shaky)
    told: list[str] = []
    engine.tell = told.append

    async def work() -> None:
        await ask_all(engine, range(20))
        shaky.error = TransportError("refused")
        before = len(shaky.begun)
        for start in range(0, 200, 20):
            results = await ask_all(engine, range(start, start + 20))
            assert all(isinstance(result, Response) for result in results)
        # What was in flight when it went down, the failures that showed it, and few tries.
        assert len(shaky.begun) - before < 20
        shaky.error = None
        until = time.monotonic() + 20
        while "endpoint 1 is back" not in told:
            assert time.monotonic() < until
            await ask_all(engine, range(10))
            await asyncio.sleep(0.02)
        before = len(shaky.begun)
        await ask_all(engine, range(100))
        assert len(shaky.begun) - before > 20

    run(work())
    assert told == ["endpoint 1 is down (refused): waiting for it to come back", "endpoint 1 is back"]


def test_a_dead_first_endpoint_does_not_keep_a_run_from_beginning() -> None:
    dead, alive = Served(), Served()
    dead.error = TransportError("refused")
    engine = make_engine(dead, alive)

    async def work() -> None:
        assert all(isinstance(result, Response) for result in await ask_all(engine, range(50)))

    run(work())


def test_endpoints_that_never_answered_are_told_at_once_however_many_calls_wait() -> None:
    endpoints = Served(), Served()
    for endpoint in endpoints:
        endpoint.error = TransportError("refused")
    engine = make_engine(*endpoints, concurrency=64, retry=RetryPolicy(base_s=0.5))

    async def work() -> None:
        with pytest.raises(TransportError):
            await asyncio.wait_for(asyncio.gather(*(engine.complete(ask_number(number)) for number in range(64))), 10)

    run(work())
    assert not engine.proven


@pytest.mark.parametrize("error", [TransportError("refused"), ServerError("bad gateway", status=502)])
def test_an_outage_pauses_the_run_and_burns_no_attempt(error: LM15Error) -> None:
    """Every request meets the outage and is answered after it, though each had but 3 attempts."""
    endpoint = Served(0.001)
    engine = make_engine(endpoint, concurrency=4)

    async def work() -> None:
        await ask_all(engine, range(5))
        endpoint.error = error
        before = len(endpoint.begun)
        calls = asyncio.ensure_future(ask_all(engine, range(40)))
        await asyncio.sleep(2.5)
        during = len(endpoint.begun) - before
        endpoint.error = None
        assert all(isinstance(result, Response) for result in await calls)
        # 5 show that it is down, up to 3 more were under way, and at 1 s and 3 s (or sooner) one tried.
        assert during <= 5 + 3 + 4

    run(work())


def test_an_outage_of_unclear_errors_is_known_by_several_requests_failing() -> None:
    endpoint = Served(0.001)
    engine = make_engine(endpoint, concurrency=4)

    async def work() -> None:
        await ask_all(engine, range(5))
        endpoint.error = ServerError("oops", status=500)
        calls = asyncio.ensure_future(ask_all(engine, range(40)))
        await asyncio.sleep(0.5)
        endpoint.error = None
        assert all(isinstance(result, Response) for result in await calls)

    run(work())


def test_requests_that_are_never_answered_fail_and_do_not_pause_the_run_for_ever() -> None:
    """Five in a row look like an outage; each of them fails in the end all the same, and all others are answered."""
    endpoint = Served(0.001)
    poisonous = {f"question {number}" for number in range(10, 15)}

    class Poisoned:
        async def complete(self, request: Request) -> Response:
            response = await endpoint.complete(request)
            if (request.messages[-1].text or "") in poisonous:
                raise ServerError("oops", status=500)
            return response

    engine = LimitedEngine(
        [Route(Poisoned())],
        concurrency=2,
        timeout_s=5,
        price=lambda _: 0.0,
        retry=RetryPolicy(attempts=2, base_s=0.0),
        rng=random.Random(0),
        stopping=StopSignal(),
    )

    async def work() -> None:
        results = await ask_all(engine, range(30))
        failed = [number for number, result in enumerate(results) if isinstance(result, ServerError)]
        assert failed == [*range(10, 15)]

    run(work())


def test_a_run_does_not_wait_longer_than_its_patience() -> None:
    endpoint = Served(0.001)
    retry = RetryPolicy(attempts=3, base_s=0.001, patience_s=1.0)
    engine = make_engine(endpoint, retry=retry)

    async def work() -> None:
        await ask_all(engine, range(5))
        endpoint.error = TransportError("refused")
        with pytest.raises(ModelFault, match="down for 1 s"):
            await asyncio.gather(*(engine.complete(ask_number(number)) for number in range(4)))

    run(work())


def test_rate_limits_burn_no_attempt_within_the_patience() -> None:
    limited = Served()
    engine = make_engine(limited, concurrency=2)
    refusals = 0

    async def complete(request: Request) -> Response:
        nonlocal refusals
        if len(limited.begun) % 8:
            refusals += 1
            limited.begun.append(0.0)
            raise RateLimitError("slow", status=429)
        return await Served.complete(limited, request)

    limited.complete = complete  # pyright: ignore[reportAttributeAccessIssue]

    async def work() -> None:
        results = await ask_all(engine, range(10))
        assert all(isinstance(result, Response) for result in results)

    run(work())
    assert refusals > 3 * 10


def test_an_endpoint_that_refuses_the_key_is_left_out_where_another_is_left() -> None:
    good, bad = Served(0.001), Served(0.001)
    engine = make_engine(good, bad)

    async def work() -> None:
        await ask_all(engine, range(10))
        bad.error = AuthError("who are you?", status=401)
        assert all(isinstance(result, Response) for result in await ask_all(engine, range(50)))
        good.error = AuthError("who are you?", status=401)
        results = await ask_all(engine, range(10))
        assert any(isinstance(result, AuthError) for result in results)

    run(work())


def test_a_rate_limit_halves_the_calls_in_flight_and_success_brings_them_back() -> None:
    endpoint = Served(0.005)
    engine = make_engine(endpoint, concurrency=16)

    async def work() -> None:
        await ask_all(engine, range(32))
        limit = engine.pool().endpoints[0].limit
        assert limit.level == 16
        endpoint.error = RateLimitError("slow", status=429)
        calls = asyncio.ensure_future(ask_all(engine, range(16)))
        await asyncio.sleep(0.007)
        endpoint.error = None
        assert limit.level <= 8
        await calls
        await ask_all(engine, range(500))
        assert limit.level == 16

    run(work())


def test_a_pace_holds_for_calls_that_are_made_again_too() -> None:
    endpoint = Served()
    engine = make_engine(endpoint, concurrency=8, rates=RateLimits(requests_per_minute=6000))

    async def work() -> None:
        await ask_all(engine, range(60))

    run(work())
    # 100 a second, evenly: 60 calls take at least 0.5 s whatever the concurrency.
    assert endpoint.begun[-1] - endpoint.begun[0] >= 0.45


@pytest.mark.parametrize("waits_for", ["place", "pace", "outage", "retry_after"])
def test_a_stop_ends_every_kind_of_waiting(waits_for: str) -> None:
    endpoint = Served(0.001)
    rates = RateLimits(requests_per_minute=1) if waits_for == "pace" else None
    engine = make_engine(endpoint, concurrency=1, rates=rates)
    errors: dict[str, Callable[[], LM15Error | None]] = {
        "outage": lambda: TransportError("refused"),
        "retry_after": lambda: RateLimitError("slow", status=429, retry_after=3600.0),
    }

    async def work() -> None:
        await engine.complete(ask_number(0))
        endpoint.error = errors.get(waits_for, lambda: None)()
        if waits_for == "place":
            endpoint.latency_s = 0.5
        calls = asyncio.ensure_future(ask_all(engine, range(4)))
        await asyncio.sleep(0.1)
        engine.stopping.set()
        results = await asyncio.wait_for(calls, 5)
        assert sum(isinstance(result, Interrupted) for result in results) >= 3
        # Whoever waited gave back what it held.
        pool = engine.pool()
        assert pool.endpoints[0].limit.in_flight == 0

    run(work())
    assert len(endpoint.begun) <= 8


def test_a_call_that_is_cancelled_while_it_waits_takes_no_place_with_it() -> None:
    endpoint = Served(0.01)
    engine = make_engine(endpoint, concurrency=2)

    async def work() -> None:
        await engine.complete(ask_number(0))
        rng = random.Random(1)
        for _ in range(30):
            calls = [asyncio.ensure_future(engine.complete(ask_number(number))) for number in range(8)]
            await asyncio.sleep(rng.uniform(0, 0.02))
            for call in rng.sample(calls, 6):
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        assert engine.pool().endpoints[0].limit.in_flight == 0
        assert all(isinstance(result, Response) for result in await ask_all(engine, range(6)))

    run(work())
