"""A step that has to ask several times: what was answered before the last request is not paid for twice."""

from collections.abc import Callable, Sequence

from dspy.lm15 import Message, Request, Response, Usage

from ..programs.direct import Complete
from .journal import Journal, TurnEntry
from .ledger import Ledger


def recalled(turn: TurnEntry, request: Request) -> Response:
    """A stored reply as the model gave it."""
    return Response(
        id=None,
        model=request.model,
        message=Message.assistant(turn.text),
        finish_reason=turn.finish_reason,
        usage=Usage(output_tokens=turn.reply_tokens),
    )


class JournaledTurns:
    """The source of replies for one step: each reply that leads to another request is on disk before that goes out.

    A reply that does not parse, or was cut off, is asked for again within the same step, and only the step's end is a
    result. Without this a kill in the middle would lose replies that were paid for on top of the calls in flight.

    Args:
        key: of the step.
        complete: makes a call.
        ledger: of the step; it is told what stored turns have cost.
        stored: the turns that an earlier session left.
        fit: makes a reply's text fit to be stored.
    """

    def __init__(
        self,
        journal: Journal,
        key: str,
        complete: Complete,
        ledger: Ledger,
        *,
        stored: Sequence[TurnEntry],
        fit: Callable[[str], str],
    ) -> None:
        self._journal = journal
        self._key = key
        self._complete = complete
        self._ledger = ledger
        self._stored = list(stored)
        self._fit = fit
        self._turn = 0
        self._before = Ledger()
        self._latest: Response | None = None

    async def __call__(self, request: Request) -> Response:
        """The reply to the step's next request."""
        self._turn += 1
        if self._stored:
            return self._recall(self._stored.pop(0), request)
        if self._latest is not None:
            await self._keep(self._latest)
        self._before = self._ledger.copy()
        self._latest = await self._complete(request)
        return self._latest

    def _recall(self, turn: TurnEntry, request: Request) -> Response:
        self._ledger.merge(turn.spent)
        return recalled(turn, request)

    async def _keep(self, response: Response) -> None:
        entry = TurnEntry(
            step_key=self._key,
            turn=self._turn - 1,
            text=self._fit(response.text or ""),
            finish_reason=response.finish_reason,
            reply_tokens=response.usage.output_tokens,
            spent=self._ledger.since(self._before),
        )
        await self._journal.write_turn(entry)
