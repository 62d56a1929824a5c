"""What the calls of one step cost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from dspy.lm15 import Usage

#: What a reply's usage costs in USD, or None where the model's price is unknown.
Price = Callable[[Usage], float | None]

#: No reply has more; a journal could not hold what some endpoints have claimed.
_MOST_TOKENS = 10**9


@dataclass
class Ledger:
    """Calls and what they used.

    Attributes:
        calls: requests that were sent, answered or not.
        input_tokens, output_tokens: as the endpoint counted them; what it does not say, or what cannot be, counts as 0.
        cost_usd: None from the first call on whose price is unknown.
        seconds: time spent waiting for replies, not for a free slot or between retries.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0

    def add(self, usage: Usage, price: Price | None = None) -> None:
        """Count what one reply used, and what it cost unless that is entered apart."""
        usage = believable(usage)
        self.input_tokens += usage.input_tokens or 0
        self.output_tokens += usage.output_tokens or 0
        if price is not None:
            self.charge(price(usage))

    def charge(self, cost_usd: float | None) -> None:
        """Count a cost, or None for one that nobody knows."""
        self.cost_usd = None if cost_usd is None or self.cost_usd is None else self.cost_usd + cost_usd

    def copy(self) -> "Ledger":
        """Its figures of this moment."""
        return replace(self)

    def merge(self, other: "Ledger") -> None:
        """Count what another one holds."""
        self.calls += other.calls
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.seconds += other.seconds
        self.charge(other.cost_usd)

    def since(self, before: "Ledger") -> "Ledger":
        """What was entered after an earlier moment."""
        known = self.cost_usd is not None and before.cost_usd is not None
        return Ledger(
            calls=self.calls - before.calls,
            input_tokens=self.input_tokens - before.input_tokens,
            output_tokens=self.output_tokens - before.output_tokens,
            cost_usd=(self.cost_usd or 0.0) - (before.cost_usd or 0.0) if known else None,
            seconds=self.seconds - before.seconds,
        )


def believable(usage: Usage) -> Usage:
    """A reply's usage without counts that no reply can have."""
    if max(usage.input_tokens or 0, usage.output_tokens or 0) <= _MOST_TOKENS:
        return usage
    counts = {name: getattr(usage, name) for name in ("input_tokens", "output_tokens")}
    possible = {name: count if (count or 0) <= _MOST_TOKENS else None for name, count in counts.items()}
    return replace(usage, **possible, total_tokens=None)


# Engines stand below DSPy and cannot be handed the step that they work for; the context can.
_current: ContextVar[Ledger | None] = ContextVar("condor_ledger", default=None)


@contextmanager
def open_ledger() -> Iterator[Ledger]:
    """A ledger into which every call made inside the block, and in tasks started there, is entered."""
    ledger = Ledger()
    token = _current.set(ledger)
    try:
        yield ledger
    finally:
        _current.reset(token)


def current_ledger() -> Ledger:
    """The innermost open ledger; outside of any, one that nobody reads."""
    return _current.get() or Ledger()
