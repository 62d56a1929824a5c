"""The places where a model is served: which one gets the next call, and when."""

import asyncio
import random
import textwrap
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dspy.lm15 import AuthError, BillingError, LM15Error, RateLimitError, Request, Response, UnsupportedModelError
from dspy.lm15 import TimeoutError as ReplyTimeout

from ..errors import Interrupted
from .breaker import CircuitBreaker, Streak
from .concurrency import AdaptiveLimit
from .retry import PASSING
from .stopping import StopSignal

#: By these an endpoint takes no call at all; where others serve the model, it is left out like one that is down.
_SHUTS_OUT = (AuthError, BillingError, UnsupportedModelError)
#: Statuses that say that an endpoint has too much to do.
_OVERLOADED = frozenset({429, 503, 529})
#: Characters of an endpoint's own words in a line for a person.
_LINE = 160
#: A pause that is shorter is not worth a word.
_WORTH_TELLING_S = 5.0


class AsyncEngine(Protocol):
    """One attempt at one request."""

    async def complete(self, request: Request) -> Response:
        """The reply, or an error of `dspy.lm15`."""
        ...


@dataclass(frozen=True)
class Route:
    """A way to a model: what makes one attempt, and what it is called in messages."""

    engine: AsyncEngine
    name: str = ""


@dataclass(eq=False)
class Endpoint:
    """A place where a model is served, as it has shown itself so far.

    Attributes:
        limit: calls that it gets at once.
        breaker: whether it is down.
        not_before: until when it asked to be left alone (Retry-After), on the monotonic clock.
        calls: that it was given so far.
    """

    route: Route
    limit: AdaptiveLimit
    breaker: CircuitBreaker
    not_before: float = 0.0
    calls: int = 0

    @property
    def burden(self) -> tuple[float, int, int]:
        """What the choice among several goes by: the lightest gets the next call.

        Its load first; of two that are equally loaded the one that has not just failed, then the one that was called
        less often.
        """
        return self.limit.load, self.breaker.streak.failures, self.calls

    def is_open(self, now: float) -> bool:
        """Whether a call may be sent there now."""
        return now >= self.not_before and self.breaker.lets_through(now)

    @property
    def opens_at(self) -> float:
        """The moment from which `is_open` may hold, on the monotonic clock."""
        return max(self.not_before, self.breaker.next_try if self.breaker.is_down else 0.0)


@dataclass(eq=False)
class Place:
    """The right to make one call, at one endpoint.

    Attributes:
        tries: whether the call tries an endpoint that is down.
    """

    endpoint: Endpoint
    tries: bool
    began_at: float = field(default_factory=time.monotonic)


class EndpointPool:
    """Gives out places in the order in which they are asked for, at the least loaded endpoint that takes calls.

    A pool belongs to one event loop.

    Args:
        routes: the endpoints of one model.
        ceiling: calls in flight at most, at all of them together.
        stopping: once it is set, nobody gets a place.
        rng: for the moments at which an endpoint that is down is tried, and after which one is called again.
        tell: is told, in a line, of what makes a run wait.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        *,
        ceiling: int,
        stopping: StopSignal,
        rng: random.Random,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.endpoints = [Endpoint(route, AdaptiveLimit(ceiling), CircuitBreaker(rng)) for route in routes]
        self._ceiling = ceiling
        self._in_flight = 0
        self._stopping = stopping
        self._rng = rng
        self._tell = tell
        self._waiting: deque[asyncio.Future[Place | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_for = 0.0

    @property
    def all_down(self) -> bool:
        """Whether no endpoint is left that counts as alive."""
        return all(endpoint.breaker.is_down for endpoint in self.endpoints)

    async def acquire(self) -> Place:
        """A place, once there is one.

        Raises:
            Interrupted: the run is being stopped.
        """
        if self._stopping.is_set():
            raise _stopped()
        if not self._waiting and (place := self._take()) is not None:
            return place
        future: asyncio.Future[Place | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._set_timer()
        try:
            with self._stopping.waking(future):
                place = await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and (unused := future.result()) is not None:
                self.drop(unused)
            raise
        if place is None:
            raise _stopped()
        return place

    def answered(self, place: Place) -> None:
        """A call was answered: give its place back."""
        place.endpoint.limit.answered(time.monotonic() - place.began_at)
        self._alive(place.endpoint)
        self._give_back(place)

    def failed(self, place: Place, error: LM15Error, asker: int) -> Streak | None:
        """A call failed: give its place back.

        Args:
            asker: tells requests apart.

        Returns:
            The endpoint's failures in a row that this one belongs to, or None where the endpoint did answer.
        """
        endpoint, now = place.endpoint, time.monotonic()
        if error.status in _OVERLOADED or isinstance(error, RateLimitError | ReplyTimeout):
            endpoint.limit.congested(place.began_at, now)
        if error.retry_after:
            self._keep_away(endpoint, error.retry_after, now)
        streak = None
        if isinstance(error, RateLimitError) or not isinstance(error, PASSING):
            self._alive(endpoint)
        else:
            if endpoint.breaker.failed(error, asker, now, tried=place.tries):
                self._tell(f"{self._name(endpoint)} is down ({_brief(error)}): waiting for it to come back")
            streak = endpoint.breaker.streak
        self._give_back(place)
        return streak

    def drop(self, place: Place) -> None:
        """A call was not made, or its end is not known: give its place back."""
        place.endpoint.breaker.dropped(tried=place.tries)
        self._give_back(place)

    def leave_out(self, endpoint: Endpoint, error: LM15Error) -> bool:
        """Leave an endpoint out for a while that takes no call at all, where another one is left.

        Returns:
            Whether that was done; else the error stands.
        """
        others = [other for other in self.endpoints if other is not endpoint and not other.breaker.is_down]
        if not others or not isinstance(error, _SHUTS_OUT):
            return False
        endpoint.breaker.trip(time.monotonic())
        self._tell(f"{self._name(endpoint)} is left out for now: {_brief(error)}")
        return True

    def _take(self) -> Place | None:
        now = time.monotonic()
        if self._in_flight >= self._ceiling:
            return None
        fit = [endpoint for endpoint in self.endpoints if endpoint.limit.has_room and endpoint.is_open(now)]
        if not fit:
            return None
        endpoint = min(fit, key=lambda e: e.burden) if len(fit) > 1 else fit[0]
        endpoint.calls += 1
        endpoint.limit.in_flight += 1
        self._in_flight += 1
        return Place(endpoint, endpoint.breaker.begin(), now)

    def _give_back(self, place: Place) -> None:
        place.endpoint.limit.in_flight -= 1
        self._in_flight -= 1
        self._serve()

    def _serve(self) -> None:
        """Give places to those that wait longest."""
        while self._waiting:
            if self._waiting[0].done():
                self._waiting.popleft()
                continue
            place = self._take()
            if place is None:
                self._set_timer()
                return
            self._waiting.popleft().set_result(place)

    def _set_timer(self) -> None:
        """Look again when the first endpoint that is shut may open."""
        now = time.monotonic()
        first = min((e.opens_at for e in self.endpoints if e.opens_at > now), default=None)
        if first is None or (self._timer is not None and self._timer_for <= first):
            return
        if self._timer is not None:
            self._timer.cancel()
        # A little later, so that several runs that were told the same moment do not all come at it.
        wait = first - now + self._rng.uniform(0, min(1.0, 0.1 * (first - now)))
        self._timer_for = first
        self._timer = asyncio.get_running_loop().call_later(wait, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._serve()

    def _alive(self, endpoint: Endpoint) -> None:
        if endpoint.breaker.answered():
            self._tell(f"{self._name(endpoint)} is back")

    def _keep_away(self, endpoint: Endpoint, seconds: float, now: float) -> None:
        if seconds >= _WORTH_TELLING_S and now + seconds > endpoint.not_before + _WORTH_TELLING_S:
            self._tell(f"{self._name(endpoint)} asked to be left alone for {seconds:.0f} s")
        endpoint.not_before = max(endpoint.not_before, now + seconds)

    def _name(self, endpoint: Endpoint) -> str:
        return endpoint.route.name or "the endpoint"


def _brief(error: LM15Error) -> str:
    """An endpoint's words in one line, cut where they become long."""
    return textwrap.shorten(str(error), _LINE, placeholder=" ...") or type(error).__name__


def _stopped() -> Interrupted:
    return Interrupted("stopped; everything finished is kept: the same command goes on")
