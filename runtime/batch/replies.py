"""Where a session on batch files has its replies from: results, and for what they lack it writes requests."""

from dspy.lm15 import LM15Error, Request, Response

from ...errors import BudgetReached, Pending
from ...programs.direct import Complete
from ..ledger import current_ledger
from ..models import Model
from .lines import custom_id, request_line
from .model import sent_name
from .results import read_result
from .shards import ShardWriter
from .store import BatchStore, KnownRequest


class BatchReplies:
    """Gives each step a source of replies: its turns are replayed from results, up to the first that is missing.

    That one is written into a shard, unless it awaits its result already. A step that asks several times (a reply that
    does not parse, one that was cut off) so takes as many sessions as it has turns.

    Args:
        store: of results and of what is pending.
        writer: writes what is asked for.
        model: whose replies they are; its budget counts what is written at its worst.
    """

    def __init__(self, store: BatchStore, writer: ShardWriter, model: Model) -> None:
        self._store = store
        self._writer = writer
        self._model = model
        self._name = sent_name(model.spec)

    def __call__(self, key: str) -> Complete:
        """The source of replies for the step of a key."""
        turn = 0

        async def complete(request: Request) -> Response:
            nonlocal turn
            turn += 1
            return self._reply(custom_id(key, turn), request)

        return complete

    def _reply(self, name: str, request: Request) -> Response:
        """The reply to a request.

        Raises:
            LM15Error: the endpoint refused this very request.
            RefusedRequest: it is too long for a batch file.
            Pending: the reply is still to come.
        """
        known = self._store.find(name)
        if known is not None and known.line is not None:
            return self._replay(known, known.line, request)
        if known is None or known.state != "pending":
            self._write(name, request)
        raise Pending(f"{name}: the reply is still to come")

    def _replay(self, known: KnownRequest, line: bytes, request: Request) -> Response:
        """What a result says, counted as the call that it was, with those before it that failed."""
        ledger = current_ledger()
        ledger.calls += 1 + known.failures
        outcome = read_result(line, request.model).outcome
        if isinstance(outcome, LM15Error):
            raise outcome
        ledger.add(outcome.usage, self._model.engine.price)
        return outcome

    def _write(self, name: str, request: Request) -> None:
        line = request_line(name, request, self._name)
        self._writer.check(name, line)
        budget = self._model.engine.budget
        if budget is None:
            worst = 0.0
        elif budget.reached:
            raise Pending(f"{name}: not written, the budget is reached")
        else:
            try:
                worst = budget.set_aside(request)
            except BudgetReached as exc:
                raise Pending(f"{name}: not written: {exc}") from exc
        self._writer.add(name, line, worst)
