"""How fast calls have come back of late."""

from math import exp

#: Seconds ago that weigh 1/e of now, at least.
_HORIZON_S = 15.0
#: The same in calls, for endpoints that take long over each.
_HORIZON_CALLS = 30
#: Calls and seconds before there is a rate.
_ENOUGH_CALLS = 10
_ENOUGH_S = 1.0


class RecentRate:
    """Calls a second, the more recent the weightier.

    A pause, however long, counts as one horizon: what came before it keeps some weight, and the rate is soon itself
    again.

    Args:
        now: the time at the start, in seconds, as in all methods.
    """

    def __init__(self, now: float) -> None:
        self._started = self._last = now
        self._all_calls = 0
        self._busy_s = 0.0
        self._calls = 0.0
        self._seconds = 0.0

    def add(self, calls: int, now: float) -> None:
        """Count calls that came back."""
        if not calls:
            return
        aged_calls, aged_seconds = self._aged(now)
        self._busy_s += self._counted(now)
        self._all_calls += calls
        self._calls, self._seconds, self._last = aged_calls + calls, aged_seconds, now

    def at(self, now: float) -> float | None:
        """Calls a second, or None until there is enough to go on."""
        if self._all_calls < _ENOUGH_CALLS or now - self._started < _ENOUGH_S:
            return None
        calls, seconds = self._aged(now)
        return calls / seconds if seconds else None

    def _aged(self, now: float) -> tuple[float, float]:
        """Calls and seconds, by their weight."""
        if not self._all_calls:
            return 0.0, self._counted(now)
        kept = exp(-self._counted(now) / self._horizon)
        return self._calls * kept, self._seconds * kept + self._horizon * (1 - kept)

    def _counted(self, now: float) -> float:
        """Seconds since the last call, a pause as one horizon; before the first call there is no pause."""
        passed = max(0.0, now - self._last)
        return min(passed, self._horizon) if self._all_calls else passed

    @property
    def _horizon(self) -> float:
        return max(_HORIZON_S, _HORIZON_CALLS * self._busy_s / max(1, self._all_calls))
