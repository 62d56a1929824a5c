"""The engine between DSPy and a model: bounds, retries, the first call, deadlines, the ledger."""

import asyncio
import random
import time

import pytest
from dspy.lm15 import (
    AuthError,
    LM15Error,
    Message,
    RateLimitError,
    Request,
    Response,
    ServerError,
    UnsupportedModelError,
)
from dspy.lm15 import TimeoutError as ReplyTimeout

from condor.errors import Interrupted
from condor.runtime.endpoints import Route
from condor.runtime.engine import LimitedEngine
from condor.runtime.ledger import open_ledger
from condor.runtime.retry import RetryPolicy
from condor.runtime.stopping import StopSignal

from runtime_support import AT_ONCE, reply, scripted_model

REQUEST = Request(model="scripted", messages=(Message.user("hello"),))


def test_no_more_calls_are_in_flight_than_allowed() -> None:
    model, inner = scripted_model(lambda *_: reply("yes"), concurrency=3)

    async def ask() -> list[Response]:
        await model.engine.complete(REQUEST)
        return await asyncio.gather(*(model.engine.complete(REQUEST) for _ in range(40)))

    assert len(asyncio.run(ask())) == 40
    assert inner.most_in_flight == 3


@pytest.mark.parametrize("error", [AuthError("no"), ServerError("down"), UnsupportedModelError("who?")])
def test_the_first_call_goes_alone_and_those_that_wait_share_its_failure(error: LM15Error) -> None:
    model, inner = scripted_model(lambda *_: error, concurrency=10)

    async def ask() -> list[object]:
        return await asyncio.gather(*(model.engine.complete(REQUEST) for _ in range(8)), return_exceptions=True)

    results = asyncio.run(ask())
    assert all(result is error for result in results)
    assert len(inner.requests) == (AT_ONCE.first_attempts if isinstance(error, ServerError) else 1)
    assert not model.engine.proven


def test_after_a_failed_first_call_a_later_one_may_try_again() -> None:
    model, _ = scripted_model(lambda n, _: AuthError("no") if n == 0 else reply("yes"))

    async def ask() -> str | None:
        with pytest.raises(AuthError):
            await model.engine.complete(REQUEST)
        return (await model.engine.complete(REQUEST)).text

    assert asyncio.run(ask()) == "yes"
    assert model.engine.proven


def test_one_model_serves_one_event_loop_after_another() -> None:
    model, _ = scripted_model(lambda n, _: ServerError("down") if n % 7 == 3 else reply("yes"), concurrency=2)

    async def ask() -> list[Response]:
        return await asyncio.gather(*(model.engine.complete(REQUEST) for _ in range(10)))

    for _ in range(3):
        assert len(asyncio.run(ask())) == 10


@pytest.mark.parametrize("error", [RateLimitError("slow"), ServerError("oops"), ReplyTimeout("late")])
def test_a_passing_failure_is_repeated_and_every_call_is_counted(error: LM15Error) -> None:
    model, inner = scripted_model(lambda n, _: error if n in (1, 2) else reply("yes"))

    async def ask() -> None:
        await model.engine.complete(REQUEST)
        await model.engine.complete(REQUEST)

    with open_ledger() as ledger:
        asyncio.run(ask())
    assert len(inner.requests) == 4
    assert (ledger.calls, ledger.input_tokens, ledger.output_tokens) == (4, 20, 10)
    assert ledger.cost_usd == pytest.approx(0.02)


def test_the_number_of_tries_is_bounded_and_smaller_for_the_first_call() -> None:
    model, inner = scripted_model(lambda *_: ServerError("down"))

    async def ask() -> None:
        with pytest.raises(ServerError):
            await model.engine.complete(REQUEST)
        assert len(inner.requests) == AT_ONCE.first_attempts
        model.engine.proven = True
        with pytest.raises(ServerError):
            await model.engine.complete(REQUEST)

    asyncio.run(ask())
    assert len(inner.requests) == AT_ONCE.first_attempts + AT_ONCE.attempts


def test_what_cannot_pass_is_not_repeated() -> None:
    model, inner = scripted_model(lambda *_: AuthError("no"))
    with pytest.raises(AuthError):
        asyncio.run(model.engine.complete(REQUEST))
    assert len(inner.requests) == 1


def test_retry_after_is_never_undercut_and_the_jitter_stays_in_its_bounds() -> None:
    policy = RetryPolicy(base_s=1.0, cap_s=8.0)
    rng = random.Random(0)
    assert all(policy.delay(RateLimitError("", retry_after=30.0), n, rng) >= 30.0 for n in range(6))
    for attempt in range(8):
        delays = [policy.delay(ServerError(""), attempt, rng) for _ in range(200)]
        assert 0 <= min(delays) <= max(delays) <= min(8.0, 2.0**attempt)
        assert len(set(delays)) > 100


def test_no_call_at_all_begins_before_a_retry_after_is_over() -> None:
    """The endpoint spoke to one call; the others, new and repeated, heed it too."""
    begun: list[float] = []
    limited: list[float] = []

    def script(number: int, request: Request) -> Response | Exception:
        begun.append(time.monotonic())
        if number in (4, 9):
            limited.append(time.monotonic())
            return RateLimitError("slow", retry_after=0.2, status=429)
        return reply("yes")

    model, _ = scripted_model(script, concurrency=2)

    async def ask() -> list[Response]:
        return await asyncio.gather(*(model.engine.complete(REQUEST) for _ in range(12)))

    assert len(asyncio.run(ask())) == 12
    in_flight_already = 1
    for start in limited:
        early = [moment for moment in begun if start < moment < start + 0.19]
        assert len(early) <= in_flight_already


def test_a_stop_ends_the_wait_for_a_retry_after() -> None:
    model, inner = scripted_model(
        lambda n, _: RateLimitError("slow", retry_after=3600.0, status=429) if n == 1 else reply("yes"), concurrency=1
    )

    async def ask() -> list[object]:
        await model.engine.complete(REQUEST)
        calls = [asyncio.ensure_future(model.engine.complete(REQUEST)) for _ in range(3)]
        await asyncio.wait(calls, timeout=0.05)
        model.engine.stopping.set()
        return await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 5)

    results = asyncio.run(ask())
    assert all(isinstance(result, RateLimitError | Interrupted) for result in results)
    assert len(inner.requests) == 2


def test_a_call_that_never_ends_meets_its_deadline() -> None:
    class Hanging:
        async def complete(self, request: Request) -> Response:
            await asyncio.sleep(3600)
            raise AssertionError(request)

    engine = LimitedEngine(
        [Route(Hanging())],
        concurrency=1,
        timeout_s=0.01,
        price=lambda _: None,
        retry=RetryPolicy(attempts=1, first_attempts=1),
        rng=random.Random(0),
        stopping=StopSignal(),
    )
    with pytest.raises(ReplyTimeout, match=r"no reply within 0\.01 s"):
        asyncio.run(engine.complete(REQUEST))


def test_a_stop_ends_the_waiting_between_tries() -> None:
    model, inner = scripted_model(lambda *_: RateLimitError("slow", retry_after=3600.0))

    async def ask() -> None:
        call = asyncio.ensure_future(model.engine.complete(REQUEST))
        await asyncio.wait({call}, timeout=0.05)
        assert len(inner.requests) == 1
        model.engine.stopping.set()
        await call

    with pytest.raises(Interrupted):
        asyncio.run(asyncio.wait_for(ask(), 5))


def test_an_unknown_price_makes_the_ledger_unknown() -> None:
    with open_ledger() as ledger:
        ledger.add(reply("x").usage, lambda _: 0.5)
        ledger.add(reply("x").usage, lambda _: None)
        ledger.add(reply("x").usage, lambda _: 0.5)
    assert ledger.cost_usd is None
    assert ledger.output_tokens == 15
