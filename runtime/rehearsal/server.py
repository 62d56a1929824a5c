"""The stand-in as an OpenAI-compatible endpoint, so that the real client path can be exercised on one machine."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ...hashing import content_hash
from .composer import Reply, compose
from .embeddings_api import BadRequest, EmbeddingsRequest
from .optimizer import Turns
from .prompt import Messages
from .settings import REHEARSAL, RehearsalSettings

_MAX_BODY_BYTES = 32 * 1024 * 1024


@dataclass
class EndpointCount:
    """What the endpoint was asked.

    Attributes:
        received: chat completions asked for in due form; those not yet answered are in flight.
        calls: chat completions answered.
        asked: how often each distinct request came, by its hash.
        embeddings: requests for embeddings answered.
        embedded: how often each text was embedded.
    """

    received: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    embeddings: int = 0
    embedded: Counter[str] = field(default_factory=Counter)

    def summary(self) -> dict[str, int]:
        """The figures that `GET /stats` shows; `repeated` counts calls whose request had come before."""
        return {
            "received": self.received,
            "calls": self.calls,
            "distinct": len(self.asked),
            "repeated": self.calls - len(self.asked),
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "embeddings": self.embeddings,
            "embedded": self.embedded.total(),
        }


class RehearsalServer:
    """Serves `POST /v1/chat/completions`, `POST /v1/embeddings`, `GET /v1/models` and `GET /stats`.

    Args:
        settings: how the stand-in behaves.
        models: the model names that it answers to; any other is 404.
    """

    def __init__(self, settings: RehearsalSettings, models: tuple[str, ...] = (REHEARSAL,)) -> None:
        self.count = EndpointCount()
        self._settings = settings
        self._turns = Turns()
        self._models = models

    def application(self) -> web.Application:
        """The aiohttp application, to be run by whoever owns the socket."""
        app = web.Application(client_max_size=_MAX_BODY_BYTES)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_post("/v1/embeddings", self._embed)
        app.router.add_get("/v1/models", self._list_models)
        app.router.add_get("/stats", self._stats)
        return app

    async def _complete(self, request: web.Request) -> web.Response:
        try:
            body = await _read_json(request)
            messages = _read_body(body)
        except BadRequest as exc:
            return _error(400, str(exc), "invalid_request_error")
        model = body.get("model")
        if model not in self._models:
            return _unknown(model)
        self.count.received += 1
        if self._settings.latency:
            await asyncio.sleep(self._settings.latency)
        reply = compose(messages, self._settings, self._turns.take(messages))
        self._enter(body, reply)
        return web.json_response(_completion(model, reply, self.count.calls))

    async def _embed(self, request: web.Request) -> web.Response:
        try:
            body = await _read_json(request)
            wanted = EmbeddingsRequest.read(body)
        except BadRequest as exc:
            return _error(400, str(exc), "invalid_request_error")
        model = body.get("model")
        if model not in self._models:
            return _unknown(model)
        if self._settings.latency:
            await asyncio.sleep(self._settings.latency)
        self.count.embeddings += 1
        self.count.embedded.update(wanted.texts)
        return web.json_response(wanted.answer(model))

    async def _list_models(self, request: web.Request) -> web.Response:
        del request
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "condor"} for name in self._models]
        return web.json_response({"object": "list", "data": models})

    async def _stats(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(self.count.summary())

    def _enter(self, body: dict[str, Any], reply: Reply) -> None:
        self.count.calls += 1
        self.count.input_tokens += reply.input_tokens
        self.count.output_tokens += reply.output_tokens
        self.count.asked[content_hash(body["messages"])] += 1


async def _read_json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as exc:
        raise BadRequest(f"the body is not JSON: {exc}") from exc
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def _read_body(body: dict[str, Any]) -> Messages:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("'messages' must be a list of at least one message")
    if body.get("stream"):
        raise BadRequest("streaming is not served")
    if body.get("n", 1) not in (1, None):
        raise BadRequest("'n' must be 1")
    return [_read_message(message) for message in messages]


def _read_message(message: Any) -> tuple[str, str]:
    if not isinstance(message, dict) or message.get("role") not in ("system", "developer", "user", "assistant"):
        raise BadRequest("each message must be an object with a role: system, developer, user or assistant")
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") if isinstance(part, dict) else None for part in content]
        texts = [text for text in parts if isinstance(text, str)]
        content = "".join(texts) if len(texts) == len(parts) else None
    if not isinstance(content, str):
        raise BadRequest("each message's content must be text")
    return "system" if message["role"] == "developer" else message["role"], content


def _completion(model: str, reply: Reply, number: int) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-rehearsal-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": reply.text},
                "finish_reason": reply.finish_reason,
            }
        ],
        "usage": {
            "prompt_tokens": reply.input_tokens,
            "completion_tokens": reply.output_tokens,
            "total_tokens": reply.input_tokens + reply.output_tokens,
        },
    }


def _unknown(model: object) -> web.Response:
    return _error(404, f"The model `{model}` does not exist", "invalid_request_error", code="model_not_found")


def _error(status: int, message: str, kind: str, *, code: str | None = None) -> web.Response:
    return web.json_response({"error": {"message": message, "type": kind, "param": None, "code": code}}, status=status)
