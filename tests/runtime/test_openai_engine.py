"""The engine for OpenAI-compatible endpoints, against real HTTP: what it sends, and what each answer means."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from dspy.lm15 import (
    AuthError,
    BillingError,
    ContextLengthError,
    InvalidRequestError,
    LM15Error,
    Message,
    ProviderError,
    RateLimitError,
    Request,
    Response,
    ServerError,
    TransportError,
    UnsupportedModelError,
)
from dspy.lm15 import TimeoutError as ReplyTimeout

from condor.runtime.models import ModelSpec, build_model
from condor.runtime.openai_engine import OpenAIChatEngine
from condor.runtime.retry import RetryPolicy

from support import ServerThread

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REQUEST = Request(model="openai/m", system="Be kind.", messages=(Message.user("Héllo 面包\u2028?"),))


def completion(content: Any = "Hi.", **changes: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return {"id": "x", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage} | changes


def ask(handler: Handler, request: Request = REQUEST, *, key: str | None = None) -> Response:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", handler)
    with ServerThread(app) as server:
        return ask_at(f"http://127.0.0.1:{server.port}/v1/", request, key=key)


def ask_at(base: str, request: Request = REQUEST, *, key: str | None = None) -> Response:
    async def work() -> Response:
        engine = OpenAIChatEngine(base, "m", key=key, connections=2, connect_s=2)
        try:
            return await engine.complete(request)
        finally:
            await engine.aclose()

    return asyncio.run(work())


def answering(body: Any, status: int = 200, **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=data, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


def test_the_request_holds_the_messages_the_settings_and_the_key() -> None:
    seen: dict[str, Any] = {}

    async def handler(request: web.Request) -> web.Response:
        seen.update(await request.json(), key=request.headers.get("Authorization"))
        return web.json_response(completion())

    request = Request(
        model="openai/m",
        system="Be kind.",
        messages=(Message.user("a\u2028面"), Message.assistant("b"), Message.user("c")),
    )
    from dataclasses import replace

    from dspy.lm15 import Config

    request = replace(request, config=Config(temperature=0.0, max_tokens=9, seed=4, stop=("END",)))
    ask(handler, request, key="k" * 10)
    assert seen == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "a\u2028面"},
            {"role": "assistant", "content": "b"},
            {"role": "user", "content": "c"},
        ],
        "temperature": 0.0,
        "max_tokens": 9,
        "seed": 4,
        "stop": ["END"],
        "key": "Bearer kkkkkkkkkk",
    }


def test_a_plain_reply_is_read_with_its_usage() -> None:
    response = ask(answering(completion("Hi\u2028there 😀")))
    assert response.text == "Hi\u2028there 😀"
    assert response.finish_reason == "stop"
    assert (response.usage.input_tokens, response.usage.output_tokens) == (7, 3)


def test_a_reply_that_is_cut_off_says_so() -> None:
    body = completion("Hal")
    body["choices"][0]["finish_reason"] = "length"
    assert ask(answering(body)).finish_reason == "length"


def test_a_refusal_and_a_content_filter_are_seen() -> None:
    refused = completion(None)
    refused["choices"][0]["message"]["refusal"] = "I would rather not."
    assert ask(answering(refused)).message.parts[0].type == "refusal"
    filtered = completion("")
    filtered["choices"][0]["finish_reason"] = "content_filter"
    assert ask(answering(filtered)).finish_reason == "content_filter"


def test_usage_may_be_missing_and_details_are_kept() -> None:
    assert ask(answering(completion(usage=None))).usage.input_tokens is None
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 5}}
    assert ask(answering(completion(usage=usage))).usage.cache_read_tokens == 5


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"message": "bad", "type": "invalid_request_error"}, InvalidRequestError),
        (400, {"message": "long", "code": "context_length_exceeded"}, ContextLengthError),
        (401, {"message": "who?", "code": "invalid_api_key"}, AuthError),
        (402, {"message": "pay"}, BillingError),
        (403, {"message": "no"}, AuthError),
        (404, {"message": "no such model", "code": "model_not_found"}, UnsupportedModelError),
        (429, {"message": "slow"}, RateLimitError),
        (429, {"message": "quota", "code": "insufficient_quota"}, BillingError),
        (500, {"message": "oops"}, ServerError),
        (503, "down", ServerError),
        (504, None, ReplyTimeout),
    ],
)
def test_what_a_status_means(status: int, error: Any, kind: type[LM15Error]) -> None:
    with pytest.raises(kind) as caught:
        ask(answering({"error": error}, status))
    assert type(caught.value) is kind
    said = error["message"] if isinstance(error, dict) else error or f"HTTP {status}"
    assert said in str(caught.value)


def test_retry_after_comes_in_seconds_or_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    for header, low, high in (("7", 7, 7), ("2.5", 2.5, 2.5), (later, 80, 91), ("-3", 0, 0)):
        waited = told_to_wait(Retry_After=header)
        assert waited is not None
        assert low <= waited <= high
    for header in ("soon", "inf", "nan", ""):
        assert told_to_wait(Retry_After=header) is None


def test_a_date_is_read_by_the_clock_of_the_endpoint_that_wrote_it() -> None:
    """A clock that is a year behind, there or here, must not make a wait of a year out of one of a minute."""
    last_year = datetime.now(UTC) - timedelta(days=365)
    dates = [format_datetime(last_year + timedelta(seconds=seconds), usegmt=True) for seconds in (0, 60)]
    assert told_to_wait(Date=dates[0], Retry_After=dates[1]) == 60


def told_to_wait(**headers: str) -> float | None:
    with pytest.raises(RateLimitError) as caught:
        ask(answering({"error": {}}, 429, **headers))
    return caught.value.retry_after


@pytest.mark.parametrize(
    "usage",
    [
        None,
        "many",
        [],
        {},
        {"prompt_tokens": -1, "completion_tokens": "7"},
        {"prompt_tokens": 10**12, "completion_tokens": 1.5},
        {"prompt_tokens": True, "completion_tokens": None, "prompt_tokens_details": "none"},
        {"prompt_tokens": [], "completion_tokens": {}, "completion_tokens_details": {"reasoning_tokens": "x"}},
    ],
)
def test_a_wrong_count_of_tokens_is_none_and_the_reply_is_taken(usage: Any) -> None:
    response = ask(answering(completion(usage=usage)))
    assert response.text == "Hi."
    assert not response.usage.input_tokens
    assert not response.usage.output_tokens


@pytest.mark.parametrize(
    "body",
    [
        b"<html>busy</html>",
        b"",
        b"null",
        b"[]",
        b"{",
        {"choices": []},
        {"choices": None},
        {"choices": [{}]},
        {"choices": 3},
    ],
)
def test_a_200_that_is_no_completion_is_the_servers_fault(body: Any) -> None:
    with pytest.raises(LM15Error) as caught:
        ask(answering(body))
    assert isinstance(caught.value, ProviderError)


def test_a_500_in_html_is_the_servers_fault() -> None:
    with pytest.raises(ServerError, match="HTTP 502"):
        ask(answering(b"<html>" + b"x" * 5000, 502))


def test_nobody_there_and_a_broken_connection_are_transport_errors() -> None:
    with pytest.raises(TransportError):
        ask_at("http://127.0.0.1:9/v1")

    async def reset(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(TransportError):
        ask(reset)


def test_a_reply_cut_short_is_a_transport_error() -> None:
    async def short(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"choices": [')
        assert request.transport is not None
        request.transport.abort()
        return response

    with pytest.raises(TransportError):
        ask(short)


def test_a_reply_that_trickles_for_ever_meets_the_deadline() -> None:
    async def loris(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", loris)
    with ServerThread(app) as server:
        spec = ModelSpec(name="openai/m", api_base=f"http://127.0.0.1:{server.port}/v1", timeout_s=0.3)
        model = build_model(spec, concurrency=1, retry=RetryPolicy(first_attempts=1))
        with pytest.raises(ReplyTimeout, match=r"no reply within 0\.3 s"):
            asyncio.run(model.engine.complete(REQUEST))


def test_a_reply_of_50_megabytes_is_refused_before_it_is_read() -> None:
    with pytest.raises(ProviderError, match="longer than"):
        ask(answering(b" " * 50_000_000))


def test_an_endpoint_of_ones_own_gets_this_engine_unless_litellm_is_asked_for() -> None:
    spec = ModelSpec(name="openai/m", api_base="http://127.0.0.1:9/v1")
    for changes, own in (
        ({}, True),
        ({"name": "hosted_vllm/m"}, True),
        ({"engine": "litellm"}, False),
        ({"name": "ollama/m"}, False),
    ):
        built = build_model(spec.model_copy(update=changes), concurrency=1)
        assert isinstance(built.engine._routes[0].engine, OpenAIChatEngine) == own
