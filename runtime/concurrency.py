"""How many calls an endpoint gets at once: it finds its own level under a ceiling."""

from dataclasses import dataclass

#: A ceiling above it is approached from here, twofold a round trip.
_START = 256
#: Replies may take this many times as long as they used to before the level stops growing.
_SLOWER = 2.0
#: Weight of a new reply in the time that replies take now, and in the time that they usually take.
_NOW, _USUALLY = 1 / 16, 1 / 512


@dataclass
class AdaptiveLimit:
    """A bound on calls in flight that grows while replies keep coming in time and is halved when they do not.

    Additive increase, multiplicative decrease, as in TCP: one more for every reply until the endpoint first says that
    it is too much, then one more a round trip; half as many after a rate limit or a time-out. Calls that were in flight
    when it was halved say nothing of the new level, so one burst of refusals halves it once. It does not grow while
    fewer calls are made than it allows, nor while replies take more than twice their usual time.

    Attributes:
        ceiling: calls in flight at most.
        level: calls in flight at most just now.
        in_flight: calls in flight.
    """

    ceiling: int
    level: float = 0.0
    in_flight: int = 0
    _steep: bool = True
    _halved_at: float = float("-inf")
    _now_s: float = 0.0
    _usual_s: float = 0.0

    def __post_init__(self) -> None:
        self.level = float(min(self.ceiling, _START))

    @property
    def has_room(self) -> bool:
        """Whether another call may begin."""
        return self.in_flight < int(self.level)

    @property
    def load(self) -> float:
        """The share of its places that is taken."""
        return self.in_flight / self.level

    def answered(self, seconds: float) -> None:
        """A call in flight was answered after some seconds."""
        if not self._usual_s:
            self._now_s = self._usual_s = seconds
        self._now_s += _NOW * (seconds - self._now_s)
        self._usual_s += _USUALLY * (seconds - self._usual_s)
        used = self.in_flight >= int(self.level)
        if used and self._now_s <= _SLOWER * self._usual_s:
            self.level = min(self.ceiling, self.level + (1.0 if self._steep else 1.0 / self.level))

    def congested(self, began_at: float, now: float) -> None:
        """A call that began at some moment of the monotonic clock was refused or ran out of time now."""
        if began_at <= self._halved_at:
            return
        self._steep = False
        self._halved_at = now
        self.level = max(1.0, self.level / 2)
