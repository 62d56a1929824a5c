"""When a failed call is made again."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from dspy.lm15 import LM15Error, RateLimitError, ServerError, TransportError
from dspy.lm15 import TimeoutError as ReplyTimeout

#: What may pass by itself; every other error would come again.
PASSING = (RateLimitError, ServerError, ReplyTimeout, TransportError)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long to wait before a failed call is repeated.

    Attributes:
        attempts: failures after which a call is given up. A failure that is part of an endpoint's outage, or a rate
            limit, is none of the call's own and does not count.
        first_attempts: the same for the first call of a session, where every failure counts: a wrong address should be
            told soon.
        base_s, cap_s: the wait after failure k is drawn evenly from 0 to min(cap_s, base_s * 2**k) seconds, and is
            never shorter than the endpoint's Retry-After.
        patience_s: how long a call waits in all for an endpoint that is down or limits it, before it is given up.
    """

    attempts: int = 6
    first_attempts: int = 3
    base_s: float = 1.0
    cap_s: float = 60.0
    patience_s: float = 86_400.0

    def jitter(self, failures: int, rng: random.Random) -> float:
        """Seconds to wait after a failure, were it not for a Retry-After.

        Args:
            failures: of this call before that one.
        """
        # Beyond 2**30 the cap holds anyway, and a float ends at 2**1023.
        return rng.uniform(0, min(self.cap_s, self.base_s * 2 ** min(failures, 30)))

    def delay(self, error: LM15Error, failures: int, rng: random.Random) -> float:
        """Seconds to wait after a failure, its Retry-After heeded."""
        return max(self.jitter(failures, rng), error.retry_after or 0.0)


def told_to_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds that a reply's Retry-After asks for, as a number or an HTTP date; None where it asks for none."""
    found = {name.lower(): value.strip() for name, value in headers.items() if name.lower() in ("retry-after", "date")}
    text = found.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        until = _date(text)
        if until is None:
            return None
        # By the endpoint's own clock where it says what that shows: this machine's may be wrong by hours.
        now = _date(found.get("date", "")) or datetime.now(UTC)
        seconds = (until - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _date(text: str) -> datetime | None:
    """A date of HTTP, in UTC."""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
