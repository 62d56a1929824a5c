"""Calls of DSPy's optimizers: made by the engine of a run, counted, and stored by request.

Optimizers call their models from threads and block. Such a call is handed to the event loop that the work runs in, so
that everything holds for it that holds for a run's calls: limits, retries, deadlines, the stop signal and the count of
calls. Its reply is in the journal before the optimizer sees it, under a hash of the request; an optimizer of the same
seed asks the same, and what was answered once is never paid for again. As with DSPy's own cache, the same request has
the same reply, unless its `rollout_id` asks for another one.
"""

import asyncio
import concurrent.futures
from contextvars import ContextVar
from typing import Any, Protocol

import dspy
from dspy.lm15 import FinishReason, LM15Error, RefusalPart, Request, Response

from ...corpus.text import clean_text
from ...errors import CondorError, Interrupted, ReplyFault
from ...hashing import content_hash
from ...runtime.faults import translate
from ...runtime.journal import Journal, TurnEntry
from ...runtime.ledger import Ledger, open_ledger
from ...runtime.models import Model
from ...runtime.openai_engine import request_body
from ...runtime.turns import recalled
from .roles import working_for

#: Part of every key: a change of what is hashed must change it.
_KEY_SCHEME = "condor-reply-1"

#: Which of several replies to one request is asked for. DSPy keeps it beside the request, where no engine sees it.
_rollout: ContextVar[int | None] = ContextVar("condor_rollout", default=None)


class Halted(BaseException):
    """The work ends here. No `Exception`: an optimizer takes every one of these for an example that failed.

    Attributes:
        fault: why.
    """

    def __init__(self, fault: CondorError) -> None:
        super().__init__(str(fault))
        self.fault = fault


class Account(Protocol):
    """What replies that were paid for are entered into."""

    def add(self, ledger: Ledger) -> None:
        """Count what a reply cost."""
        ...

    async def save(self) -> None:
        """Bring the figures to disk."""
        ...


class Replies:
    """The replies of one piece of work, stored in its journal.

    Attributes:
        used: what the replies have cost that were asked for in this session, whenever they were paid.
        halted: why no more calls are made, once that is so.

    Args:
        journal: where replies are stored and found.
        account: is told of every call that was made.
        used: what other replies of the same work have cost.
    """

    def __init__(self, journal: Journal, account: Account, *, used: Ledger | None = None) -> None:
        self.used = used or Ledger()
        self.halted: CondorError | None = None
        self._journal = journal
        self._account = account
        self._loop = asyncio.get_running_loop()
        self._asked: dict[str, asyncio.Task[Response]] = {}

    def halt(self, fault: CondorError) -> Halted:
        """End the work: whoever asks from now on is turned away."""
        self.halted = self.halted or fault
        return Halted(self.halted)

    def ask(self, role: str, model: Model, request: Request) -> Response:
        """The reply to a request of a role's model, from the journal or from the model; blocks.

        Raises:
            LM15Error: the endpoint refused this very request.
            Halted: no reply can be had, now or for the whole work.
        """
        if self.halted:
            raise Halted(self.halted)
        reply = asyncio.run_coroutine_threadsafe(self._shared(role, model, request, _rollout.get()), self._loop)
        try:
            return reply.result()
        except concurrent.futures.CancelledError as exc:
            raise self.halt(Interrupted("stopped; everything finished is kept: the same command goes on")) from exc
        except LM15Error as exc:
            # A refused request is the example's own fault. What got no reply says nothing of the prompt, and an
            # optimizer would take it for a bad result.
            if isinstance(fault := translate(exc, model), ReplyFault):
                raise
            raise self.halt(fault) from exc
        except CondorError as exc:
            raise self.halt(exc) from exc

    def cancel(self) -> None:
        """Give up the calls in flight."""
        self.halt(Interrupted("stopped with calls in flight; everything finished is kept: the same command goes on"))
        for task in self._asked.values():
            task.cancel()

    async def drain(self) -> None:
        """Wait for the calls in flight, so that what they bring is stored."""
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _shared(self, role: str, model: Model, request: Request, rollout: int | None) -> Response:
        """One call for all who ask the same at the same time, and for those who ask again."""
        said = request_body(request, request.model).decode()
        key = content_hash([_KEY_SCHEME, model.spec.identity["name"], said, rollout])
        if key not in self._asked:
            with working_for(role):
                self._asked[key] = asyncio.create_task(self._reply(key, model, request))
        return await asyncio.shield(self._asked[key])

    async def _reply(self, key: str, model: Model, request: Request) -> Response:
        stored = self._journal.turns(key)
        if not stored:
            if model.engine.stopping.is_set():
                raise Interrupted("stopped; everything finished is kept: the same command goes on")
            stored = [await self._call(key, model, request)]
        turn = stored[0]
        self.used.merge(turn.spent)
        return recalled(turn, request)

    async def _call(self, key: str, model: Model, request: Request) -> TurnEntry:
        with open_ledger() as ledger:
            response = await model.engine.complete(request)
        refusal = " ".join(part.text for part in response.message.parts_of(RefusalPart))
        finish: FinishReason = "content_filter" if refusal else response.finish_reason
        turn = TurnEntry(
            step_key=key,
            turn=1,
            text=model.redact(clean_text(response.text or refusal)),
            finish_reason=finish,
            reply_tokens=response.usage.output_tokens,
            spent=ledger,
        )
        self._account.add(ledger)
        # Written as one: they are in the same transaction, but where the journal's writer ends one just between them.
        await asyncio.gather(self._journal.write_turn(turn), self._account.save())
        return turn


class StoredLM(dspy.LM):
    """A model's `dspy.LM` for optimizers: its replies are stored. Make one with `stored_lm`."""

    def __call__(self, prompt: Any = None, *, messages: Any = None, **kwargs: Any) -> Any:
        """Ask; `rollout_id`, of the call or of the LM, tells this request from the same with another one."""
        token = _rollout.set(kwargs.get("rollout_id", self.kwargs.get("rollout_id")))
        try:
            return super().__call__(prompt, messages=messages, **kwargs)
        finally:
            _rollout.reset(token)


class _StoredEngine:
    def __init__(self, role: str, model: Model, replies: Replies) -> None:
        self._role = role
        self._model = model
        self._replies = replies

    def complete(self, request: Request) -> Response:
        return self._replies.ask(self._role, self._model, request)


def stored_lm(role: str, model: Model, replies: Replies) -> StoredLM:
    """A role's model for an optimizer: with the same settings, over the stored replies."""
    spec = model.spec
    return StoredLM(
        spec.name,
        engine=_StoredEngine(role, model, replies),
        cache=False,
        num_retries=0,
        temperature=spec.temperature,
        max_tokens=spec.max_tokens,
    )
