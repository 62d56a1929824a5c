"""Between DSPy and a model: who may call when, retries, deadlines, the budget and the ledger."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from dspy.lm15 import InvalidRequestError, LM15Error, Request, Response, UnsupportedModelError
from dspy.lm15 import TimeoutError as ReplyTimeout

from ..errors import Interrupted, ModelFault
from .breaker import Streak, is_endpoints_own
from .budget import Budget, Tariff
from .endpoints import Endpoint, EndpointPool, Place, Route
from .ledger import Price, current_ledger
from .rates import RateLimits
from .retry import PASSING, RetryPolicy
from .stopping import StopSignal

#: Seconds that the first call of a session is alone. A wrong key or a dead address is mostly known by then.
_HEAD_START_S = 0.1


@dataclass
class _Failures:
    """What one call has met so far.

    Attributes:
        begun: when the call began, on the monotonic clock.
        count: failures of every kind.
        in_outage: whether the last one was part of an outage.
    """

    begun: float = field(default_factory=time.monotonic)
    count: int = 0
    _streaks: list[Streak] = field(default_factory=list)
    _own: int = 0

    @property
    def own(self) -> int:
        """Those that count against the call: no rate limit, and no part of an outage.

        A call that tried an endpoint that is down and met what may be its own fault is the exception: it would else
        be asked for ever.
        """
        return self._own + sum(not streak.outage for streak in self._streaks)

    @property
    def outage(self) -> Streak | None:
        """The outage that the last failure was part of, if any."""
        return self._streaks[-1] if self._streaks and self._streaks[-1].outage else None

    def add(self, error: LM15Error, streak: Streak | None, *, tried: bool) -> None:
        """Count a failure; `streak` is what it belongs to, if the endpoint gave no answer."""
        self.count += 1
        if streak is not None:
            self._streaks.append(streak)
            self._own += tried and not is_endpoints_own(error)


class LimitedEngine:
    """An async engine around single attempts: bounds, pace, retries, deadline, budget and ledger.

    The first call of a session has a head start, and its failure ends those that follow it: so a wrong key, a wrong
    model or a dead address mostly costs one call and not `concurrency` of them.

    Attributes:
        proven: whether a first call was answered.
        budget: what calls may cost in all; None for no limit.
        tariff: at what its calls draw on a budget that is another engine's; None where it is its own.
        tell: is told, in a line, of what makes a run wait: an endpoint that is down, a long Retry-After.

    Args:
        routes: the endpoints of the model.
        concurrency: calls in flight at most, at all of them together.
        timeout_s: a call's deadline on the wall clock, whatever the endpoint trickles.
        price: what a reply's usage costs in USD, or None where that is unknown.
        retry: when to repeat a failed call.
        rng: for the jitter.
        stopping: once it is set, no call is begun and none repeated.
        rates: requests and tokens a minute.
        close: closes what the routes keep open in the running event loop.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        *,
        concurrency: int,
        timeout_s: float,
        price: Price,
        retry: RetryPolicy,
        rng: random.Random,
        stopping: StopSignal,
        rates: RateLimits | None = None,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.proven = False
        self.stopping = stopping
        self.concurrency = concurrency
        self.budget: Budget | None = None
        self.tariff: Tariff | None = None
        self.price = price
        self.tell: Callable[[str], None] = lambda _: None
        self._routes = routes
        self._close = close
        # A pool belongs to one event loop; a model may serve several, one after another.
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, EndpointPool] = WeakKeyDictionary()
        self._first: asyncio.Future[None] | None = None
        self._timeout_s = timeout_s
        self._retry = retry
        self._rates = rates or RateLimits()
        self._rng = rng

    async def complete(self, request: Request) -> Response:
        """The reply to a request.

        Raises:
            LM15Error: no attempt succeeded; the last one's error.
            Interrupted: the run is being stopped and the call had not begun.
        """
        if not self.proven:
            if self._first is None or self._first.get_loop().is_closed():
                return await self._go_first(request)
            await self._give_head_start(self._first)
        return await self._persist(request)

    async def aclose(self) -> None:
        """Close the connections of this event loop; a later call opens others."""
        if self._close is not None:
            await self._close()

    def pool(self) -> EndpointPool:
        """The endpoints, as they have shown themselves in this event loop."""
        loop = asyncio.get_running_loop()
        if (pool := self._pools.get(loop)) is None:
            pool = self._pools[loop] = EndpointPool(
                self._routes,
                ceiling=self.concurrency,
                stopping=self.stopping,
                rng=self._rng,
                tell=lambda line: self.tell(line),
            )
        return pool

    async def _go_first(self, request: Request) -> Response:
        """Make the first call, and let those that wait share its failure."""
        self._first = first = asyncio.get_running_loop().create_future()
        try:
            response = await self._persist(request)
        except BaseException as exc:
            _settle(first, None if self.proven else exc)
            raise
        finally:
            self._first = None
        _settle(first, None)
        return response

    async def _give_head_start(self, first: "asyncio.Future[None]") -> None:
        await asyncio.wait({first}, timeout=_HEAD_START_S)
        if first.done() and not first.cancelled():
            first.result()

    async def _persist(self, request: Request) -> Response:
        failures = _Failures()
        while True:
            place = await self.pool().acquire()
            try:
                return await self._attempt(request, place, failures)
            except LM15Error as exc:
                if self.pool().leave_out(place.endpoint, exc):
                    continue
                if not self._goes_on(exc, failures):
                    raise
                # While an endpoint is down the pool says when it may be tried; a wait on top of it would help nobody.
                pause = 0.0 if failures.outage else self._retry.jitter(failures.count - 1, self._rng)
                if pause and await self._stopped_within(pause):
                    raise

    def _goes_on(self, error: LM15Error, failures: _Failures) -> bool:
        """Whether a call that failed is to be made again.

        Raises:
            ModelFault: the endpoint has been down for longer than anybody waits.
        """
        if not isinstance(error, PASSING):
            return False
        if not self.proven:
            # An endpoint that never answered is no outage to sit out: its address is wrong, as far as anybody knows.
            return failures.count < self._retry.first_attempts * len(self._routes) and not self.pool().all_down
        now, patience_s = time.monotonic(), self._retry.patience_s
        if failures.outage and now - failures.outage.since > patience_s:
            raise ModelFault(f"down for {patience_s:g} s: {error}; the same command goes on") from error
        waits_until = now + (error.retry_after or 0.0)
        return failures.own < self._retry.attempts and waits_until - failures.begun <= patience_s

    async def _attempt(self, request: Request, place: Place, failures: _Failures) -> Response:
        """Make one call in a place, and give the place back with what it said of the endpoint."""
        pool = self.pool()
        try:
            reckoned = await self._await_turn(request, place.endpoint)
            reserved = await self.budget.reserve(request, self.tariff) if self.budget is not None else 0.0
            place.began_at = time.monotonic()
            response = await self._call(request, place.endpoint, reserved)
        except LM15Error as exc:
            self.proven = self.proven or _shows_that_it_serves(exc)
            failures.add(exc, pool.failed(place, exc, asker=id(request)), tried=place.tries)
            raise
        except BaseException:
            pool.drop(place)
            raise
        self.proven = True
        pool.answered(place)
        self._rates.settle(reckoned, response.usage)
        return response

    async def _call(self, request: Request, endpoint: Endpoint, reserved: float) -> Response:
        """One call within its deadline, entered into the ledger and the budget."""
        ledger = current_ledger()
        ledger.calls += 1
        # Until a reply or a refusal says otherwise, a call that was sent may have been billed in full.
        cost = reserved
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await endpoint.route.engine.complete(request)
            if self.budget is None:
                ledger.add(response.usage, self.price)
            else:
                ledger.add(response.usage)
                cost = self.budget.cost(response.usage, reserved, self.tariff)
        except TimeoutError as exc:
            if isinstance(exc, LM15Error):
                raise
            raise ReplyTimeout(f"no reply within {self._timeout_s:g} s") from exc
        except LM15Error as exc:
            cost = 0.0 if exc.status is not None else reserved
            raise
        finally:
            ledger.seconds += time.monotonic() - started
            if self.budget is not None:
                self.budget.settle(reserved, cost)
                ledger.charge(cost)
        return response

    async def _await_turn(self, request: Request, endpoint: Endpoint) -> float:
        """Wait for the pace, and until the endpoint may be called; returns the tokens that were reckoned."""
        wait, reckoned = self._rates.take(request)
        while wait > 0:
            if await self._stopped_within(wait):
                raise Interrupted("stopped; everything finished is kept: the same command goes on")
            # Somebody else may have been told to stay away meanwhile.
            wait = endpoint.not_before - time.monotonic()
        return reckoned

    async def _stopped_within(self, seconds: float) -> bool:
        """Wait, but not once the run is being stopped; returns whether it is."""
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return False
        return True


def _shows_that_it_serves(error: LM15Error) -> bool:
    """Whether an endpoint refused this very request: then it is there, and the key and the model are right."""
    return isinstance(error, InvalidRequestError) and not isinstance(error, UnsupportedModelError)


def _settle(future: "asyncio.Future[None]", error: BaseException | None) -> None:
    """Give whoever waits a result; without anybody, an error left there is nobody's."""
    if isinstance(error, Exception):
        future.set_exception(error)
        future.exception()
    elif error is not None:
        future.cancel()
    else:
        future.set_result(None)
