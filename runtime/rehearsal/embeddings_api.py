"""OpenAI's `POST /v1/embeddings` as the served stand-in answers it: the request read, and the answer's JSON."""

import base64
import struct
from dataclasses import dataclass
from typing import Any

from .composer import count_tokens
from .embeddings import DIMENSIONS, embed

#: As OpenAI's own endpoint has it.
_MOST_TEXTS = 2048
_MOST_DIMENSIONS = 8192


class BadRequest(Exception):
    """A body that is no request of the endpoint's kind; the text says why."""


@dataclass(frozen=True)
class EmbeddingsRequest:
    """A request for embeddings.

    Attributes:
        texts: what to embed.
        dimensions: components of each vector.
        base64: whether vectors are wanted as base64 of 32-bit floats, and not as numbers.
    """

    texts: tuple[str, ...]
    dimensions: int
    base64: bool

    @classmethod
    def read(cls, body: dict[str, Any]) -> "EmbeddingsRequest":
        """The request that a body says.

        Raises:
            BadRequest: it says none.
        """
        given = body.get("input")
        texts = [given] if isinstance(given, str) else given
        if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
            raise BadRequest("'input' must be a text or a list of texts, none of them empty")
        if not 0 < len(texts) <= _MOST_TEXTS:
            raise BadRequest(f"'input' must hold 1 to {_MOST_TEXTS} texts, not {len(texts)}")
        dimensions = body.get("dimensions") or DIMENSIONS
        if type(dimensions) is not int or not 0 < dimensions <= _MOST_DIMENSIONS:
            raise BadRequest(f"'dimensions' must be a whole number from 1 to {_MOST_DIMENSIONS}")
        encoding = body.get("encoding_format") or "float"
        if encoding not in ("float", "base64"):
            raise BadRequest("'encoding_format' must be float or base64")
        return cls(tuple(texts), dimensions, encoding == "base64")

    def answer(self, model: str) -> dict[str, Any]:
        """The JSON of the answer."""
        tokens = sum(count_tokens(text) for text in self.texts)
        data = [
            {"object": "embedding", "index": index, "embedding": self._encode(embed(text, self.dimensions))}
            for index, text in enumerate(self.texts)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data, "model": model, "usage": usage}

    def _encode(self, vector: list[float]) -> list[float] | str:
        if not self.base64:
            return vector
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
