"""A hard limit on what a run may cost: the worst case is set aside before a call, so that it can never be passed."""

import asyncio
from dataclasses import dataclass, field

from dspy.lm15 import Request, Usage

from ..errors import BudgetReached
from .ledger import Price

#: Tokens that an endpoint's chat template adds to a message, at the most.
_TEMPLATE_TOKENS = 32


@dataclass
class Budget:
    """What a run may spend, has spent, and has set aside for calls in flight.

    Attributes:
        limit_usd: spent and set aside never sum to more.
        price: of a reply; it must know every usage.
        max_tokens: of one reply, as it is sent.
        spent_usd: in all sessions of the run.
        reached: whether a call was refused for want of money.
    """

    limit_usd: float
    price: Price
    max_tokens: int
    spent_usd: float = 0.0
    reached: bool = False
    _set_aside: float = 0.0
    _open: int = 0
    _waiting: set["asyncio.Future[None]"] = field(default_factory=set)

    async def reserve(self, request: Request) -> float:
        """Set aside what a call may cost at worst; wait for calls in flight where only their worst case is in the way.

        Returns:
            What was set aside, in USD; give it to `settle`.

        Raises:
            BudgetReached: the call could pass the limit whatever the calls in flight turn out to cost.
        """
        worst = self._worst_case(request)
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
        return worst

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

    def _worst_case(self, request: Request) -> float:
        """The price of a full-length reply to a prompt of one token a byte: no tokenizer makes more of it."""
        texts = [str(request.system or ""), *(message.text or "" for message in request.messages)]
        tokens = sum(len(text.encode("utf-8", "replace")) + _TEMPLATE_TOKENS for text in texts)
        return self.price(Usage(input_tokens=tokens, output_tokens=self.max_tokens)) or 0.0
