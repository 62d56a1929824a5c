"""The blocking counterpart of the engine, for optimizers and notebooks."""

import itertools
import random
import time
from collections.abc import Sequence
from typing import Protocol

from dspy.lm15 import LM15Error, Request, Response

from .ledger import Price, current_ledger
from .retry import PASSING, RetryPolicy


class SyncEngine(Protocol):
    """One attempt at one request, blocking."""

    def complete(self, request: Request) -> Response:
        """The reply, or an error of `dspy.lm15`."""
        ...


class BlockingEngine:
    """Retries and the ledger, one call at a time a thread; several endpoints take turns."""

    def __init__(self, inner: Sequence[SyncEngine], *, price: Price, retry: RetryPolicy, rng: random.Random) -> None:
        self._inner = itertools.cycle(inner)
        self._price = price
        self._retry = retry
        self._rng = rng

    def complete(self, request: Request) -> Response:
        """The reply to a request.

        Raises:
            LM15Error: no attempt succeeded; the last one's error.
        """
        failures = 0
        while True:
            try:
                return self._attempt(request)
            except LM15Error as exc:
                failures += 1
                if not isinstance(exc, PASSING) or failures >= self._retry.attempts:
                    raise
                time.sleep(self._retry.delay(exc, failures - 1, self._rng))

    def _attempt(self, request: Request) -> Response:
        ledger = current_ledger()
        ledger.calls += 1
        started = time.monotonic()
        try:
            response = next(self._inner).complete(request)
        finally:
            ledger.seconds += time.monotonic() - started
        ledger.add(response.usage, self._price)
        return response
