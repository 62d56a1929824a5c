"""Requests and tokens a minute: calls are spread over the minute instead of refused at its end."""

import time
from dataclasses import dataclass

from dspy.lm15 import Request, Usage

#: A call that comes this late for its turn does not lose it; so much longer than a minute a minute's worth is spread.
_LATE_S = 0.1
#: Tokens of a reply, until one has come.
_FIRST_GUESS = 500
#: Weight of a new reply in what a reply is expected to take.
_NEW = 1 / 16


@dataclass
class Pace:
    """Hands out turns so that no minute holds more than a number of units, evenly spread.

    Attributes:
        per_minute: units in any 60 seconds at most, give or take the one that is larger than its share.
    """

    per_minute: int
    _next: float = float("-inf")

    def take(self, units: float, now: float) -> float:
        """Take a turn that weighs some units; returns the moment from which it may begin."""
        turn = max(self._next, now - _LATE_S)
        self._next = turn + units * (60 + _LATE_S) / self.per_minute
        return turn

    def correct(self, units: float) -> None:
        """A turn turned out to weigh so many units more (or, below 0, less) than was thought."""
        self._next += units * (60 + _LATE_S) / self.per_minute


class RateLimits:
    """The pace of requests and of tokens of one model.

    Args:
        requests_per_minute, tokens_per_minute: None for no limit.
    """

    def __init__(self, requests_per_minute: int | None = None, tokens_per_minute: int | None = None) -> None:
        self._requests = Pace(requests_per_minute) if requests_per_minute else None
        self._tokens = Pace(tokens_per_minute) if tokens_per_minute else None
        self._reply_tokens: float | None = None

    def take(self, request: Request) -> tuple[float, float]:
        """Take a request's turn.

        Returns:
            The seconds to wait for it, and the tokens that were reckoned; give them to `settle`.
        """
        now = time.monotonic()
        begin = self._requests.take(1, now) if self._requests else now
        if self._tokens is None:
            return max(0.0, begin - now), 0.0
        tokens = self._reckon(request)
        return max(0.0, begin - now, self._tokens.take(tokens, now) - now), tokens

    def settle(self, reckoned: float, usage: Usage | None) -> None:
        """Set right what a call took: its usage, or nothing known, then what was reckoned stands."""
        if self._tokens is None or usage is None or usage.output_tokens is None:
            return
        self._tokens.correct((usage.input_tokens or 0) + usage.output_tokens - reckoned)
        before = self._reply_tokens
        self._reply_tokens = usage.output_tokens if before is None else before + _NEW * (usage.output_tokens - before)

    def _reckon(self, request: Request) -> float:
        """Tokens that a call will take: about one for 3 bytes in either language, and a reply like those before."""
        texts = [str(request.system or ""), *(message.text or "" for message in request.messages)]
        limit = request.config.max_tokens or _FIRST_GUESS
        reply = min(_FIRST_GUESS, limit) if self._reply_tokens is None else self._reply_tokens
        return sum(len(text.encode("utf-8", "replace")) for text in texts) / 3 + reply
