"""One attempt at one embedding call, through LiteLLM or by the stand-in.

Texts and vectors travel in the shapes of `dspy.lm15`, so that what spreads chat completions over endpoints, bounds,
paces, retries and counts them (`LimitedEngine`) does the same for embeddings.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dspy.clients.engines.litellm_errors import litellm_errors
from dspy.lm15 import LM15Error, Message, Request, Response, TextPart, Usage

from ...corpus.text import clean_text
from ..litellm_engine import heed
from ..litellm_models import load_litellm
from ..rehearsal.composer import count_tokens
from ..rehearsal.embeddings import DIMENSIONS, embed


@dataclass(frozen=True, slots=True, repr=False)
class EmbeddingResponse(Response):
    """A reply to a request for embeddings.

    Attributes:
        data: what stands where the vectors should, as it came.
    """

    data: Any = field(kw_only=True)


def embedding_request(model: str, texts: Sequence[str]) -> Request:
    """A request for the vectors of some texts: each is a part of the one message."""
    return Request(model=model, messages=(Message.user([TextPart(clean_text(text)) for text in texts]),))


class LiteLLMEmbeddingEngine:
    """Embeddings of any provider that LiteLLM knows.

    Args:
        dimensions: components of a vector to ask for; None asks for none.
        client: LiteLLM's arguments that say where a call goes.
    """

    def __init__(self, *, dimensions: int | None, client: dict[str, Any]) -> None:
        self._litellm = load_litellm()
        self._litellm.telemetry = False
        # Where LiteLLM passes embeddings on to OpenAI's client it takes "no retries" for nothing said, and falls back
        # to this: a call would be made three times, its Retry-After unheeded and uncounted.
        self._litellm.DEFAULT_MAX_RETRIES = 0
        self._arguments = client | {"num_retries": 0, "max_retries": 0, "caching": False}
        if dimensions is not None:
            # What a model of one's own takes is for the endpoint to say and not for LiteLLM's list of OpenAI's models.
            self._arguments |= {"dimensions": dimensions, "allowed_openai_params": ["dimensions"]}

    async def complete(self, request: Request) -> EmbeddingResponse:
        """The reply to a request.

        Raises:
            LM15Error: no reply; the class and `retry_after` say whether and when to ask again.
        """
        try:
            with litellm_errors(model=request.model):
                raw = await self._litellm.aembedding(model=request.model, input=_texts(request), **self._arguments)
        except LM15Error as exc:
            heed(exc)
            raise
        return _response(request, getattr(raw, "data", None), getattr(raw, "usage", None))


class RehearsalEmbeddingEngine:
    """The stand-in's embeddings, after a set latency."""

    def __init__(self, *, dimensions: int | None, latency: float) -> None:
        self._dimensions = dimensions or DIMENSIONS
        self._latency = latency

    async def complete(self, request: Request) -> EmbeddingResponse:
        """The reply to a request."""
        await asyncio.sleep(self._latency)
        texts = _texts(request)
        data = [{"index": index, "embedding": embed(text, self._dimensions)} for index, text in enumerate(texts)]
        return _response(request, data, {"prompt_tokens": sum(map(count_tokens, texts))})


def _texts(request: Request) -> list[str]:
    return [part.text for part in request.messages[0].parts if isinstance(part, TextPart)]


def _response(request: Request, data: Any, usage: Any) -> EmbeddingResponse:
    tokens = usage.get("prompt_tokens") if hasattr(usage, "get") else None
    return EmbeddingResponse(
        id=None,
        model=request.model,
        message=Message.assistant(""),
        finish_reason="stop",
        # LiteLLM says 0 where the endpoint says nothing, and a text takes one token at least.
        usage=Usage(input_tokens=tokens if type(tokens) is int and tokens > 0 else None, output_tokens=0),
        data=data,
    )
