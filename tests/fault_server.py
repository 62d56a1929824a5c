"""An OpenAI-compatible endpoint over real HTTP that misbehaves by a schedule and keeps count of what it saw.

Its good replies are the rehearsal model's. A schedule sees the call's number, how often this very request has come, the
stage that asks and the request's content, so that a row of the fault matrix is the same in every run. Every answer that
is no good reply echoes the caller's key in its body, its headers and, with an error, its reason phrase.
"""

import asyncio
import json
import socket
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any

from aiohttp import web

from condor.runtime.rehearsal.composer import Reply, compose
from condor.runtime.rehearsal.prompt import read_prompt
from condor.runtime.rehearsal.settings import RehearsalSettings

#: Fields that a signature wants -> the stage that asks.
_STAGES = {("questions",): "questions", ("strengths", "weaknesses", "suggestions"): "critique", ("tags",): "tags"}


@dataclass(frozen=True)
class Call:
    """One request for a chat completion.

    Attributes:
        number: in the order of arrival, from 1.
        attempt: how often a request with these messages has come, this one included.
        stage: which record is asked for; `repair` where an earlier reply is handed back with its error.
        key: hash of the messages.
        bearer: the key that was sent.
        max_tokens: as it was sent.
        arrived: seconds on the monotonic clock.
    """

    number: int
    attempt: int
    stage: str
    key: str
    bearer: str
    max_tokens: int | None
    arrived: float

    @property
    def request(self) -> tuple[str, int | None]:
        """What a provider would bill as one: the messages, and the limit of the reply."""
        return self.key, self.max_tokens


@dataclass
class CallLog:
    """What the endpoint saw and did.

    Attributes:
        calls: in the order of arrival.
        hit: those that it misbehaved to.
        delivered: whole replies handed over, by request: what a provider would bill.
        limits: (when, how many seconds to stay away, which call was told so).
        in_flight, most_in_flight: calls that have no answer yet.
    """

    calls: list[Call] = field(default_factory=list)
    hit: list[Call] = field(default_factory=list)
    delivered: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    limits: list[tuple[float, float, Call]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    @property
    def requests(self) -> Counter[str]:
        """How often each distinct request came."""
        return Counter(call.key for call in self.calls)

    @property
    def paid_twice(self) -> int:
        """Whole replies handed over to requests that had one already; a higher limit makes another request."""
        return self.delivered.total() - len(self.delivered)

    def early(self, seconds: float, call: Call) -> list[Call]:
        """The calls that came between being told to stay away and the end of that time."""
        told = next(when for when, _, told_call in self.limits if told_call is call)
        return [other for other in self.calls if told < other.arrived < told + seconds]


@dataclass(frozen=True)
class Exchange:
    """A call that is to be misbehaved to, and the good completion that it would have got."""

    request: web.Request
    call: Call
    completion: dict[str, Any]
    log: CallLog


Fault = Callable[[Exchange], Awaitable[web.StreamResponse]]
Schedule = Callable[[Call], bool]


class FaultServer:
    """Serves `POST /v1/chat/completions`.

    Args:
        fault: how it misbehaves.
        when: to which calls.
        latency: seconds that a good reply takes.
    """

    def __init__(self, fault: Fault | None = None, when: Schedule = lambda _: True, *, latency: float = 0.0) -> None:
        self.log = CallLog()
        self._fault = fault
        self._when = when
        self._latency = latency

    def heal(self) -> None:
        """Misbehave no more, and begin a new log."""
        self._fault = None
        self.log = CallLog()

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._complete)
        return app

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        log, body = self.log, await request.json()
        messages = [(message["role"], message["content"]) for message in body["messages"]]
        call = _enter(log, request, body, messages)
        try:
            reply = compose(messages, RehearsalSettings())
            await asyncio.sleep(self._latency)
            completion = _completion(body["model"], reply)
            if self._fault is not None and self._when(call):
                log.hit.append(call)
                return await self._fault(Exchange(request, call, completion, log))
            log.delivered[call.request] += 1
            return web.json_response(completion)
        finally:
            log.in_flight -= 1


def _enter(log: CallLog, request: web.Request, body: dict[str, Any], messages: list[tuple[str, str]]) -> Call:
    key = blake2b(json.dumps(messages).encode(), digest_size=16).hexdigest()
    outputs = read_prompt(messages).outputs
    answer = "refinement" if "`draft`" in messages[0][1] else "answer"
    call = Call(
        number=len(log.calls) + 1,
        attempt=log.requests[key] + 1,
        stage="repair" if len(messages) > 2 else _STAGES.get(outputs, answer),
        key=key,
        bearer=request.headers.get("Authorization", "").removeprefix("Bearer "),
        max_tokens=body.get("max_tokens"),
        arrived=time.monotonic(),
    )
    log.calls.append(call)
    log.in_flight += 1
    log.most_in_flight = max(log.most_in_flight, log.in_flight)
    return call


def _completion(model: str, reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text}
    usage = {"prompt_tokens": reply.input_tokens, "completion_tokens": reply.output_tokens}
    return {
        "id": "chatcmpl-fault",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason}],
        "usage": usage | {"total_tokens": sum(usage.values())},
    }


# -- schedules ---------------------------------------------------------------------------------------------------------


def calls(*numbers: int) -> Schedule:
    """Calls of these numbers."""
    return lambda call: call.number in numbers


def after(number: int) -> Schedule:
    """Every call after so many."""
    return lambda call: call.number > number


def every(number: int) -> Schedule:
    """Every n-th call."""
    return lambda call: call.number % number == 0


def share(part: float, *, stages: tuple[str, ...] = ("questions", "answer", "critique", "refinement")) -> Schedule:
    """A share of the requests of some stages, chosen by their content: the same in every run."""
    return lambda call: call.stage in stages and int(call.key[:8], 16) / 2**32 < part


def first_tries(schedule: Schedule, count: int = 1) -> Schedule:
    """The first times only that a request of a schedule comes."""
    return lambda call: call.attempt <= count and schedule(call)


def outage(number: int, seconds: float) -> Schedule:
    """Everything for some time from call number `number` on."""
    begun: list[float] = []

    def during(call: Call) -> bool:
        if call.number >= number and not begun:
            begun.append(call.arrived)
        return bool(begun) and call.arrived < begun[0] + seconds

    return during


# -- faults ------------------------------------------------------------------------------------------------------------


def refuses(status: int, *, code: str | None = None, **headers: str) -> Fault:
    """An error in OpenAI's form."""

    async def answer(exchange: Exchange) -> web.Response:
        said = f"no: your key is {exchange.call.bearer}"
        body = {"error": {"message": said, "type": "some_error", "param": exchange.call.bearer, "code": code}}
        return _echoing(exchange, status, json.dumps(body).encode(), "application/json", headers)

    return answer


def says_in_html(status: int) -> Fault:
    """A page of some proxy in between."""

    async def answer(exchange: Exchange) -> web.Response:
        page = f"<html><h1>Busy</h1><pre>Authorization: Bearer {exchange.call.bearer}</pre></html>"
        return _echoing(exchange, status, page.encode(), "text/html", {})

    return answer


def limits_rate(seconds: float, *, as_date: bool = False) -> Fault:
    """429 with a Retry-After."""

    async def answer(exchange: Exchange) -> web.StreamResponse:
        now = datetime.now(UTC)
        until = (now + timedelta(seconds=seconds)).replace(microsecond=0)  # a date in a header knows no fractions
        asked_for = (until - now).total_seconds() if as_date else seconds
        fault = refuses(429, Retry_After=format_datetime(until, usegmt=True) if as_date else f"{seconds:g}")
        exchange.log.limits.append((time.monotonic(), asked_for, exchange.call))
        return await fault(exchange)

    return answer


async def resets(exchange: Exchange) -> web.StreamResponse:
    """The connection is reset without a word."""
    transport = exchange.request.transport
    assert transport is not None
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    return web.Response()


async def stops_short(exchange: Exchange) -> web.StreamResponse:
    """Half the body that Content-Length promises, and the end of the connection."""
    body = json.dumps(exchange.completion).encode()
    response = await _begin(exchange, {"Content-Length": str(len(body))})
    await response.write(body[: len(body) // 2])
    assert exchange.request.transport is not None
    exchange.request.transport.close()
    return response


async def trickles(exchange: Exchange) -> web.StreamResponse:
    """A byte every so often, for ever: no single read takes long."""
    response = await _begin(exchange, {})
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.05)


async def hangs(exchange: Exchange) -> web.StreamResponse:
    """No answer at all."""
    del exchange
    await asyncio.sleep(3600)
    return web.Response()


def floods(megabytes: int) -> Fault:
    """A completion of that size, with one endless word for a text."""

    async def answer(exchange: Exchange) -> web.StreamResponse:
        exchange.completion["choices"][0]["message"]["content"] = "@"
        head, _, tail = json.dumps(exchange.completion).encode().partition(b"@")
        return _echoing(exchange, 200, head + b"x" * (megabytes * 1_000_000) + tail, "application/json", {})

    return answer


def answers(body: bytes) -> Fault:
    """200 with a body that is no completion."""

    async def answer(exchange: Exchange) -> web.Response:
        return _echoing(exchange, 200, body, "application/json", {})

    return answer


async def breaks_off_json(exchange: Exchange) -> web.StreamResponse:
    """A body that ends in the middle of its JSON, with a Content-Length that says so."""
    body = json.dumps(exchange.completion).encode()
    return _echoing(exchange, 200, body[: len(body) // 2], "application/json", {})


def rewrites(change: Callable[[dict[str, Any]], None]) -> Fault:
    """A completion of which something was changed; it counts as a reply that was handed over."""

    async def answer(exchange: Exchange) -> web.StreamResponse:
        change(exchange.completion)
        exchange.log.delivered[exchange.call.request] += 1
        return _echoing(exchange, 200, json.dumps(exchange.completion).encode(), "application/json", {})

    return answer


def ends_with(reason: str) -> Fault:
    """Half the text, and this finish reason."""

    def change(completion: dict[str, Any]) -> None:
        choice = completion["choices"][0]
        choice["finish_reason"] = reason
        choice["message"]["content"] = choice["message"]["content"][: len(choice["message"]["content"]) // 2]

    return rewrites(change)


def says(content: str | None, **message: Any) -> Fault:
    """A message with this content, and with more fields."""
    return rewrites(lambda completion: completion["choices"][0]["message"].update(content=content, **message))


def mixes_in(text: str) -> Fault:
    """The good reply, with some characters before every full stop and question mark."""

    def change(completion: dict[str, Any]) -> None:
        message = completion["choices"][0]["message"]
        message["content"] = message["content"].replace(".", f"{text}.").replace("?", f"{text}?")

    return rewrites(change)


def counts(usage: object) -> Fault:
    """The good reply, with this for its usage."""
    return rewrites(lambda completion: completion.update(usage=usage))


async def _begin(exchange: Exchange, headers: dict[str, str]) -> web.StreamResponse:
    response = web.StreamResponse(headers=headers)
    await response.prepare(exchange.request)
    return response


def _echoing(exchange: Exchange, status: int, body: bytes, content_type: str, headers: dict[str, str]) -> web.Response:
    """An answer that shows the caller's own key in a header and, with an error, in its reason phrase."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reason = f"Trouble with {exchange.call.bearer}" if status >= 400 else None
    return web.Response(
        body=body,
        status=status,
        reason=reason,
        content_type=content_type,
        headers={"X-Authorization": exchange.call.bearer} | named,
    )
