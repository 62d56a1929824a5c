"""The stand-in as a DSPy engine."""

import asyncio
import time

from dspy.lm15 import Message, Request, Response, TextPart, Usage

from .composer import compose
from .optimizer import Turns
from .prompt import Messages
from .settings import RehearsalSettings


class RehearsalEngine:
    """Replies to a request in this thread."""

    def __init__(self, settings: RehearsalSettings) -> None:
        self._settings = settings
        self._turns = Turns()

    def complete(self, request: Request) -> Response:
        """The reply, after the set latency."""
        if self._settings.latency:
            time.sleep(self._settings.latency)
        return _respond(request, self._settings, self._turns)


class AsyncRehearsalEngine:
    """Replies to a request without blocking the event loop while it pretends to think."""

    def __init__(self, settings: RehearsalSettings) -> None:
        self._settings = settings
        self._turns = Turns()

    async def complete(self, request: Request) -> Response:
        """The reply, after the set latency; without one, other tasks still get their turn."""
        await asyncio.sleep(self._settings.latency)
        return _respond(request, self._settings, self._turns)


def _respond(request: Request, settings: RehearsalSettings, turns: Turns) -> Response:
    messages = _messages(request)
    reply = compose(messages, settings, turns.take(messages))
    return Response(
        id=None,
        model=request.model,
        message=Message.assistant(reply.text),
        finish_reason=reply.finish_reason,
        usage=Usage(input_tokens=reply.input_tokens, output_tokens=reply.output_tokens),
    )


def _messages(request: Request) -> Messages:
    system = request.system
    if isinstance(system, tuple):
        system = "".join(part.text for part in system if isinstance(part, TextPart))
    head = [("system", system)] if system is not None else []
    return [*head, *((message.role, message.text or "") for message in request.messages)]
