"""An engine for OpenAI-compatible endpoints on aiohttp: one attempt at one chat completion, one connection pool.

benchmarks/throughput.py sets the pipeline on this engine beside `dspy.Predict` through LiteLLM. Every provider that is
not reached through an address of one's own goes on through LiteLLM.
"""

import asyncio
import json
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
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
    TextPart,
    TransportError,
    UnsupportedModelError,
    Usage,
    response_from_openai_chat,
)
from dspy.lm15 import TimeoutError as ReplyTimeout

from .retry import told_to_wait

#: A longer reply is no text that anybody asked for.
MAX_REPLY_BYTES = 16 * 1024 * 1024
#: No reply and no prompt of ours takes more.
_MOST_TOKENS = 100_000_000
#: Seconds that an idle connection is kept for the next call.
_KEEP_ALIVE_S = 60.0

_BY_CODE: dict[str, type[ProviderError]] = {
    "insufficient_quota": BillingError,
    "context_length_exceeded": ContextLengthError,
    "model_not_found": UnsupportedModelError,
    "invalid_api_key": AuthError,
}
_BY_STATUS: dict[int, type[ProviderError]] = {
    401: AuthError,
    402: BillingError,
    403: AuthError,
    404: UnsupportedModelError,
    408: ReplyTimeout,
    429: RateLimitError,
    504: ReplyTimeout,
}


class OversizedReplyError(ProviderError):
    """A reply that is longer than any text that was asked for."""


class OpenAIChatEngine:
    """Chat completions at one address.

    Args:
        api_base: the address up to and including `/v1`.
        model: the name that the endpoint knows.
        key: sent as bearer token; None sends none.
        connections: open at most.
        connect_s: to reach the endpoint. How long a call may take is for the caller to say.
    """

    def __init__(self, api_base: str, model: str, *, key: str | None, connections: int, connect_s: float) -> None:
        self._url = f"{api_base.rstrip('/')}/chat/completions"
        self._model = model
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_s)
        # A session belongs to one event loop; an engine may serve several, one after another.
        self._sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = WeakKeyDictionary()

    async def complete(self, request: Request) -> Response:
        """The reply to a request.

        Raises:
            LM15Error: no reply; the class and `retry_after` say whether and when to ask again.
        """
        try:
            async with self._session().post(self._url, data=request_body(request, self._model)) as reply:
                data = await _read(reply.content)
        except TimeoutError as exc:
            raise ReplyTimeout(f"no reply in time: {exc or 'timed out'}") from exc
        except aiohttp.ClientError as exc:
            raise TransportError(str(exc) or type(exc).__name__) from exc
        if len(data) > MAX_REPLY_BYTES:
            raise OversizedReplyError(f"the reply is longer than {MAX_REPLY_BYTES} bytes")
        if reply.status != 200:
            raise _refusal(reply, data)
        return read_response(data, request.model)

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_KEEP_ALIVE_S)
            session = aiohttp.ClientSession(connector=connector, headers=self._headers, timeout=self._timeout)
            self._sessions[loop] = session
        return session


async def _read(content: aiohttp.StreamReader) -> bytes:
    """A reply's bytes, or a little more than may be taken of it."""
    data = bytearray()
    while len(data) <= MAX_REPLY_BYTES and (chunk := await content.readany()):
        data += chunk
    return bytes(data)


def request_body(request: Request, model: str) -> bytes:
    """The JSON of a chat completion request, for the model by the name that its endpoint knows."""
    config = request.config
    settings = {
        "temperature": config.temperature,
        "max_tokens": config.max_tokens,
        "top_p": config.top_p,
        "seed": config.seed,
        "stop": list(config.stop) or None,
        "frequency_penalty": config.frequency_penalty,
        "presence_penalty": config.presence_penalty,
    }
    body: dict[str, Any] = {"model": model, "messages": _messages(request)}
    body |= {name: value for name, value in settings.items() if value is not None}
    return json.dumps(body | dict(config.extensions or {}), ensure_ascii=False).encode()


def _messages(request: Request) -> list[dict[str, str]]:
    system = request.system
    if isinstance(system, tuple):
        system = "".join(getattr(part, "text", "") for part in system)
    head = [{"role": "system", "content": system}] if system is not None else []
    return [*head, *({"role": message.role, "content": _text(message)} for message in request.messages)]


def _text(message: Message) -> str:
    """A message's text; that of a message of one part, as all of ours are, without looking for more."""
    part = message.parts[0]
    return part.text if len(message.parts) == 1 and isinstance(part, TextPart) else message.text or ""


def read_response(data: bytes, model: str) -> Response:
    """The response that a chat completion's JSON says.

    Raises:
        LM15Error: it says no completion.
    """
    try:
        body = json.loads(data)
        if not isinstance(body, dict) or not body.get("choices"):
            raise ServerError("the endpoint's reply holds no choice")
        body["usage"] = _sound_usage(body.get("usage"))
        return _plain_response(body, model) or response_from_openai_chat(body, model=model)
    except LM15Error:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as exc:
        raise ServerError(f"the endpoint's reply is no chat completion: {exc}") from exc


def _plain_response(body: dict[str, Any], model: str) -> Response | None:
    """The response where a reply is one plain text, which is the rule; None where it takes the whole dialect."""
    choices, usage = body["choices"], body["usage"]
    choice = choices[0]
    message = choice["message"]
    finish_reason = choice.get("finish_reason")
    text = message.get("content")
    special = {"tool_calls", "refusal", "reasoning_content", "reasoning", "annotations", "audio", "function_call"}
    plain = len(choices) == 1 and finish_reason in ("stop", "length") and isinstance(text, str) and text
    if not plain or any(message.get(name) for name in special) or choice.get("logprobs"):
        return None
    details = usage.get("prompt_tokens_details") or usage.get("completion_tokens_details")
    if details:
        return None
    return Response(
        id=None,
        model=body.get("model") or model,
        message=Message.assistant(text),
        finish_reason=finish_reason,
        usage=Usage(input_tokens=usage.get("prompt_tokens"), output_tokens=usage.get("completion_tokens")),
    )


def _sound_usage(usage: object) -> dict[str, Any]:
    """What an endpoint says of tokens, without what cannot be: a reply is not lost for a wrong count."""
    if not isinstance(usage, dict):
        return {}
    counts = {name: value for name, value in usage.items() if _is_sound(value)}
    return {name: value for name, value in counts.items() if isinstance(value, dict) == name.endswith("_details")}


def _is_sound(value: object) -> bool:
    """Whether something is a count of tokens, or counts of their kinds."""
    if isinstance(value, dict):
        return bool(value) and all(part is None or _is_sound(part) for part in value.values())
    return type(value) is int and 0 <= value <= _MOST_TOKENS


def _refusal(reply: aiohttp.ClientResponse, data: bytes) -> LM15Error:
    """The error that an endpoint's status, body and headers mean."""
    return read_refusal(reply.status, data, reason=reply.reason or "", retry_after=told_to_wait(reply.headers))


def read_refusal(status: int, data: bytes, *, reason: str = "", retry_after: float | None = None) -> LM15Error:
    """The error that a status and a body mean."""
    message, code = _said(data)
    kind = _BY_CODE.get(code or "") or _BY_STATUS.get(status)
    if kind is None:
        kind = ServerError if status >= 500 else InvalidRequestError
    text = message or f"HTTP {status} {reason}".strip()
    return kind(text, status=status, provider_code=code, retry_after=retry_after)


def _said(data: bytes) -> tuple[str, str | None]:
    """(message, code) of OpenAI's error body; of any other body only that it is one."""
    try:
        error = json.loads(data)["error"]
        if isinstance(error, str):
            return error, None
        code = error.get("code") or error.get("type")
        return str(error.get("message") or ""), None if code is None else str(code)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "", None
