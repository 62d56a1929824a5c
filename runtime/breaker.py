"""Whether an endpoint is down: then no call goes there but one now and then that tries."""

import random
from dataclasses import dataclass, field

from dspy.lm15 import LM15Error, TransportError

#: Failures in a row, without a reply in between, from which an endpoint counts as down, where it is clear that they are
#: its own.
_CLEAR = 5
#: The same where a request may be what breaks the replies, and of how many requests they must be.
_UNCLEAR, _ASKERS = 8, 3
#: Statuses by which a gateway says that there is nobody behind it.
_NOBODY_THERE = frozenset({502, 503, 504})
#: Seconds until the first try, and at most between two.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0


@dataclass
class Streak:
    """Failures in a row of one endpoint.

    Attributes:
        failures: how many.
        since: when the first of them came, on the monotonic clock.
        outage: whether they turned out to be one.
    """

    failures: int = 0
    since: float = 0.0
    outage: bool = False
    _askers: set[int] = field(default_factory=set)
    _clear: bool = True

    def add(self, error: LM15Error, asker: int, now: float) -> None:
        """Count a failure of a call."""
        if not self.failures:
            self.since = now
        self.failures += 1
        self._clear = self._clear and is_endpoints_own(error)
        if len(self._askers) < _ASKERS:
            self._askers.add(asker)
        # Few requests that break every reply are no outage, however often they are asked again.
        unclear = self.failures >= _UNCLEAR and len(self._askers) >= _ASKERS
        self.outage = self.outage or unclear or (self._clear and self.failures >= _CLEAR)


def is_endpoints_own(error: LM15Error) -> bool:
    """Whether a failure cannot be the fault of the request that met it."""
    return error.status in _NOBODY_THERE or (error.status is None and isinstance(error, TransportError))


@dataclass
class CircuitBreaker:
    """Lets calls through while an endpoint answers, and one at a time, ever more seldom, while it is down.

    Attributes:
        streak: of failures since the last reply; what a call keeps of its own failures, so that those which belong to
            an outage count as none of its own.
        next_try: when a call may try an endpoint that is down, on the monotonic clock.
    """

    rng: random.Random
    streak: Streak = field(default_factory=Streak)
    next_try: float = 0.0
    _pause_s: float = _FIRST_PAUSE_S
    _trying: bool = False

    @property
    def is_down(self) -> bool:
        """Whether the endpoint counts as down."""
        return self.streak.outage

    def lets_through(self, now: float) -> bool:
        """Whether a call may begin now."""
        return not self.is_down or (not self._trying and now >= self.next_try)

    def begin(self) -> bool:
        """A call begins; returns whether it is one that tries an endpoint that is down."""
        self._trying = self.is_down
        return self._trying

    def answered(self) -> bool:
        """The endpoint gave an answer, be it a refusal; returns whether that ended an outage."""
        ended = self.is_down
        if self.streak.failures:
            self.streak = Streak()
        self._pause_s, self._trying = _FIRST_PAUSE_S, False
        return ended

    def failed(self, error: LM15Error, asker: int, now: float, *, tried: bool) -> bool:
        """A call got no answer; returns whether that began an outage.

        Args:
            asker: tells requests apart.
            tried: whether the call was let through to try.
        """
        was_down = self.is_down
        self.streak.add(error, asker, now)
        if self.is_down and (tried or not was_down):
            self._shut(now)
        return self.is_down and not was_down

    def trip(self, now: float) -> None:
        """Take the endpoint to be down whatever the failure was."""
        if not self.streak.failures:
            self.streak.since = now
        self.streak.outage = True
        self._shut(now)

    def dropped(self, *, tried: bool) -> None:
        """A call ended without saying anything of the endpoint: it was cancelled."""
        if tried:
            self._trying = False

    def _shut(self, now: float) -> None:
        self._trying = False
        # Between half and the whole of the pause: several runs must not knock at the same moments.
        self.next_try = now + self._pause_s * self.rng.uniform(0.5, 1.0)
        self._pause_s = min(_LONGEST_PAUSE_S, 2 * self._pause_s)
