"""A hard limit on what a run may cost: the worst case is set aside before a call, so that it can never be passed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from dspy.lm15 import Request, Usage

from ..errors import BudgetReached
from .ledger import Price, believable

#: The share of a limit by which the bound on disk runs ahead of what is spent and set aside.
_AHEAD = 0.01
#: Tokens that an endpoint's chat template adds to a message, at the most.
_TEMPLATE_TOKENS = 32


@dataclass(frozen=True)
class Tariff:
    """At what price a model's calls draw on a budget.

    Attributes:
        price: of a reply; it must know every usage.
        max_tokens: of one reply, where a request does not say it itself.
    """

    price: Price
    max_tokens: int

    def cost(self, usage: Usage, reserved: float) -> float:
        """What a reply cost, in USD: what was set aside where the endpoint does not say what it used."""
        usage = believable(usage)
        if usage.input_tokens is None or usage.output_tokens is None:
            return reserved
        return self.price(usage) or 0.0

    def worst_case(self, request: Request) -> float:
        """The price of a full-length reply to a prompt of one token a byte: no tokenizer makes more of it."""
        texts = [str(request.system or ""), *(message.text or "" for message in request.messages)]
        tokens = sum(len(text.encode("utf-8", "replace")) + _TEMPLATE_TOKENS for text in texts)
        reply = request.config.max_tokens or self.max_tokens
        return self.price(Usage(input_tokens=tokens, output_tokens=reply)) or 0.0


@dataclass
class Budget:
    """What a run may spend, has spent, and has set aside for calls in flight, of one model or of several.

    Attributes:
        limit_usd: spent and set aside never sum to more.
        price, max_tokens: as in a tariff: that of calls which name none of their own.
        spent_usd: in all sessions of the run.
        reached: whether a call was refused for want of money.
        store_bound: writes to disk what has at most been spent; a call is not made before it covers that call. So a
            session that is killed leaves behind a figure that holds, whatever became of the calls in flight.
    """

    limit_usd: float
    price: Price
    max_tokens: int
    spent_usd: float = 0.0
    reached: bool = False
    store_bound: Callable[[float], Awaitable[None]] | None = None
    _bound: float = 0.0
    _written: float = 0.0
    _set_aside: float = 0.0
    _open: int = 0
    _waiting: set["asyncio.Future[None]"] = field(default_factory=set)

    async def reserve(self, request: Request, tariff: Tariff | None = None) -> float:
        """Set aside what a call may cost at worst; wait for calls in flight where only their worst case is in the way.

        Args:
            request: of the call.
            tariff: of a model that is not the budget's own.

        Returns:
            What was set aside, in USD; give it to `settle`.

        Raises:
            BudgetReached: the call could pass the limit whatever the calls in flight turn out to cost.
        """
        worst = self._worst_case(request, tariff)
        while self.spent_usd + self._set_aside + worst > self.limit_usd:
            if not self._open:
                self.reached = True
                raise BudgetReached(f"the budget of ${self.limit_usd:g} is reached")
            freed = asyncio.get_running_loop().create_future()
            self._waiting.add(freed)
            try:
                await freed
            finally:
                self._waiting.discard(freed)
        self._set_aside += worst
        self._open += 1
        try:
            await self._cover()
        except BaseException:
            self.settle(worst, 0.0)
            raise
        return worst

    def cost(self, usage: Usage, reserved: float, tariff: Tariff | None = None) -> float:
        """What a reply cost, in USD: what was set aside where the endpoint does not say what it used."""
        return (tariff or self._own).cost(usage, reserved)

    def set_aside(self, request: Request) -> float:
        """Set aside what a request may cost at worst whose reply comes in a later session; returns it, in USD.

        Raises:
            BudgetReached: the request could pass the limit.
        """
        worst = self._worst_case(request)
        if self.spent_usd + self._set_aside + worst > self.limit_usd:
            self.reached = True
            raise BudgetReached(f"the budget of ${self.limit_usd:g} is reached")
        self.hold(worst)
        return worst

    def hold(self, worst_usd: float) -> None:
        """Keep aside what was set aside in an earlier session, for requests that may still be answered."""
        self._set_aside += worst_usd

    def settle(self, reserved: float, cost_usd: float) -> None:
        """Give back what was set aside and count what the call cost."""
        self._open -= 1
        # Sums of floats keep crumbs: what is set aside for no call at all is nothing, and not almost nothing.
        self._set_aside = self._set_aside - reserved if self._open else 0.0
        self.spent_usd += cost_usd
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def _cover(self) -> None:
        """See that what is on disk is no less than what is spent and set aside."""
        if self.store_bound is None or self.spent_usd + self._set_aside <= self._bound:
            return
        wanted = min(self.limit_usd, self.spent_usd + self._set_aside + _AHEAD * self.limit_usd)
        # Never less than another call is writing just now: the last to be written is what stands.
        self._written = bound = max(wanted, self._written)
        await self.store_bound(bound)
        self._bound = max(self._bound, bound)

    @property
    def _own(self) -> Tariff:
        return Tariff(self.price, self.max_tokens)

    def _worst_case(self, request: Request, tariff: Tariff | None = None) -> float:
        return (tariff or self._own).worst_case(request)
