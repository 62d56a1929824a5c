"""A hard limit on how many calls are made, to whichever model: each is on disk before it goes out."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from ..errors import BudgetReached


class Calls(Protocol):
    """Counts the calls of one model."""

    async def begin(self) -> None:
        """Count a call that is about to be made.

        Raises:
            BudgetReached: it may not be made.
        """
        ...


class CallLimit:
    """How many calls may be made in all, and how many were made for what.

    Retries and repairs are calls like any other. A call is counted on disk before it is made, so that one whose reply
    was lost in a crash still counts.

    Attributes:
        made: role -> calls, in all sessions.

    Args:
        limit: of all roles together.
        made: in earlier sessions.
        store: writes `made`, as JSON, to disk.
    """

    def __init__(self, limit: int, *, made: Mapping[str, int], store: Callable[[str], Awaitable[None]]) -> None:
        self.limit = limit
        self.made = dict(made)
        self._kept = 0
        self._store = store

    @property
    def total(self) -> int:
        """Calls made, for all roles."""
        return sum(self.made.values())

    def keep(self, calls: int) -> None:
        """Keep some calls for later: until this is called again, the limit is lower by so many."""
        self._kept = calls

    def of(self, role: str) -> Calls:
        """Counts the calls that are made for a role."""
        return _RoleCalls(self, role)

    async def begin(self, role: str) -> None:
        """Count a call that is about to be made.

        Raises:
            BudgetReached: the limit is reached, or what it has left is kept for later.
        """
        if self.total >= self.limit - self._kept:
            kept = f" ({self._kept} are kept to score the hold-out)" if self._kept else ""
            raise BudgetReached(f"the budget of {self.limit} calls is used up{kept}")
        self.made[role] = self.made.get(role, 0) + 1
        await self._store(json.dumps(self.made))


class _RoleCalls:
    def __init__(self, limit: CallLimit, role: str) -> None:
        self._limit = limit
        self._role = role

    async def begin(self) -> None:
        await self._limit.begin(self._role)
