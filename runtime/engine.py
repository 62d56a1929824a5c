"""Between DSPy and a model: a bound on calls in flight, retries that honour Retry-After, and the ledger."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

from dspy.lm15 import (
    InvalidRequestError,
    LM15Error,
    RateLimitError,
    Request,
    Response,
    ServerError,
    TransportError,
    UnsupportedModelError,
)
from dspy.lm15 import (
    TimeoutError as ReplyTimeout,
)

from ..errors import Interrupted
from .budget import Budget
from .ledger import Price, current_ledger
from .stopping import StopSignal

_RETRYABLE = (RateLimitError, ServerError, ReplyTimeout, TransportError)


class AsyncEngine(Protocol):
    """One attempt at one request."""

    async def complete(self, request: Request) -> Response:
        """The reply, or an error of `dspy.lm15`."""
        ...


class SyncEngine(Protocol):
    """One attempt at one request, blocking."""

    def complete(self, request: Request) -> Response:
        """The reply, or an error of `dspy.lm15`."""
        ...


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long to wait before a failed call is repeated.

    Attributes:
        attempts: calls in all, the first included.
        first_attempts: the same for the first call of a session: a wrong address should be told soon.
        base_s, cap_s: the wait before attempt k is drawn evenly from 0 to min(cap_s, base_s * 2**k) seconds, and is
            never shorter than the endpoint's Retry-After.
    """

    attempts: int = 6
    first_attempts: int = 3
    base_s: float = 1.0
    cap_s: float = 60.0

    def delay(self, error: LM15Error, attempt: int, rng: random.Random) -> float:
        """Seconds to wait after the failure of attempt `attempt` (0 for the first)."""
        jittered = rng.uniform(0, min(self.cap_s, self.base_s * 2**attempt))
        return max(jittered, error.retry_after or 0.0)


class LimitedEngine:
    """An async engine around one attempt: at most `concurrency` calls in flight, retries, and the ledger.

    The first call goes alone. Only when it has been answered may others follow, and those that wait share its failure:
    so a wrong key, a wrong model or a dead address costs one call and not `concurrency` of them.

    Attributes:
        proven: whether a first call was answered.
        budget: what calls may cost in all; None for no limit.

    Args:
        inner: makes one attempt.
        concurrency: calls in flight at most.
        timeout_s: a call's deadline on the wall clock, whatever the endpoint trickles.
        price: what a reply's usage costs in USD, or None where that is unknown.
        retry: when to repeat a failed call.
        rng: for the jitter.
        stopping: once it is set, no call is begun and none repeated.
        close: closes what `inner` keeps open in the running event loop.
    """

    def __init__(
        self,
        inner: AsyncEngine,
        *,
        concurrency: int,
        timeout_s: float,
        price: Price,
        retry: RetryPolicy,
        rng: random.Random,
        stopping: StopSignal,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.proven = False
        self.stopping = stopping
        self.concurrency = concurrency
        self.budget: Budget | None = None
        self._inner = inner
        self._close = close
        # A semaphore belongs to one event loop; a model may serve several, one after another.
        self._slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
        self._first: asyncio.Future[None] | None = None
        self._not_before = 0.0
        self._timeout_s = timeout_s
        self.price = price
        self._retry = retry
        self._rng = rng

    async def complete(self, request: Request) -> Response:
        """The reply to a request.

        Raises:
            LM15Error: no attempt succeeded; the last one's error.
            Interrupted: the run is being stopped and the call had not begun.
        """
        while not self.proven:
            if self._first is None or self._first.get_loop().is_closed():
                return await self._go_first(request)
            await asyncio.shield(self._first)
        return await self._persist(request, self._retry.attempts)

    async def aclose(self) -> None:
        """Close the connections of this event loop; a later call opens others."""
        if self._close is not None:
            await self._close()

    async def _go_first(self, request: Request) -> Response:
        """Make the first call, and let those that wait share its failure."""
        self._first = first = asyncio.get_running_loop().create_future()
        try:
            response = await self._persist(request, self._retry.first_attempts)
        except InvalidRequestError as exc:
            # It refuses this very request; so it is there, and the key is right.
            self.proven = not isinstance(exc, UnsupportedModelError)
            _settle(first, None if self.proven else exc)
            raise
        except BaseException as exc:
            _settle(first, exc)
            raise
        finally:
            self._first = None
        self.proven = True
        _settle(first, None)
        return response

    async def _persist(self, request: Request, attempts: int) -> Response:
        attempt = 0
        while True:
            try:
                return await self._attempt(request)
            except _RETRYABLE as exc:
                attempt += 1
                if attempt >= attempts:
                    raise
                if await self._stopped_within(self._retry.delay(exc, attempt - 1, self._rng)):
                    raise

    async def _attempt(self, request: Request) -> Response:
        loop = asyncio.get_running_loop()
        async with self._slots.setdefault(loop, asyncio.Semaphore(self.concurrency)):
            await self._wait_for_leave()
            reserved = await self.budget.reserve(request) if self.budget else 0.0
            # Until a reply or a refusal says otherwise, a call that was sent may have been billed in full.
            cost = reserved
            ledger = current_ledger()
            ledger.calls += 1
            started = time.monotonic()
            try:
                async with asyncio.timeout(self._timeout_s):
                    response = await self._inner.complete(request)
                cost = self.price(response.usage) or 0.0
            except TimeoutError as exc:
                if isinstance(exc, LM15Error):
                    raise
                raise ReplyTimeout(f"no reply within {self._timeout_s:g} s") from exc
            except LM15Error as exc:
                cost = 0.0 if exc.status is not None else reserved
                if exc.retry_after:
                    self._not_before = max(self._not_before, time.monotonic() + exc.retry_after)
                raise
            finally:
                ledger.seconds += time.monotonic() - started
                if self.budget:
                    self.budget.settle(reserved, cost)
        ledger.add(response.usage, self.price)
        return response

    async def _wait_for_leave(self) -> None:
        """Wait until the endpoint takes calls again: a Retry-After is meant for whoever would call it next."""
        while not self.stopping.is_set():
            wait = self._not_before - time.monotonic()
            if wait <= 0:
                return
            # A little apart, so that those that waited do not all come at the same moment.
            await self._stopped_within(wait + self._rng.uniform(0, min(1.0, 0.1 * wait)))
        raise Interrupted("stopped; everything finished is kept: the same command goes on")

    async def _stopped_within(self, seconds: float) -> bool:
        """Wait, but not once the run is being stopped; returns whether it is."""
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return False
        return True


def _settle(future: "asyncio.Future[None]", error: BaseException | None) -> None:
    """Give whoever waits a result; without anybody, an error left there is nobody's."""
    if isinstance(error, Exception):
        future.set_exception(error)
        future.exception()
    elif error is not None:
        future.cancel()
    else:
        future.set_result(None)


class BlockingEngine:
    """The blocking counterpart, for optimizers and notebooks: retries and the ledger, one call at a time a thread."""

    def __init__(self, inner: SyncEngine, *, price: Price, retry: RetryPolicy, rng: random.Random) -> None:
        self._inner = inner
        self._price = price
        self._retry = retry
        self._rng = rng

    def complete(self, request: Request) -> Response:
        """The reply to a request.

        Raises:
            LM15Error: no attempt succeeded; the last one's error.
        """
        attempt = 0
        while True:
            try:
                return self._attempt(request)
            except _RETRYABLE as exc:
                attempt += 1
                if attempt >= self._retry.attempts:
                    raise
                time.sleep(self._retry.delay(exc, attempt - 1, self._rng))

    def _attempt(self, request: Request) -> Response:
        ledger = current_ledger()
        ledger.calls += 1
        started = time.monotonic()
        try:
            response = self._inner.complete(request)
        finally:
            ledger.seconds += time.monotonic() - started
        ledger.add(response.usage, self._price)
        return response
