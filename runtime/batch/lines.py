"""One request as a line of OpenAI's batch format."""

import json

from dspy.lm15 import Request

from ..openai_engine import request_body

#: Where every request goes, as its line and its batch say.
ENDPOINT = "/v1/chat/completions"

#: Line separators that JSON leaves as they are and that careless readers of lines split at.
_SEPARATORS = tuple((text.encode(), json.dumps(text)[1:-1].encode()) for text in ("\u0085", "\u2028", "\u2029"))


def custom_id(key: str, turn: int) -> str:
    """The id of a step's request number `turn` (from 1): the journal key itself for the first."""
    return key if turn == 1 else f"{key}.{turn}"


def step_key(custom_id: str) -> str:
    """The journal key of the step that a request belongs to."""
    return custom_id.partition(".")[0]


def request_line(custom_id: str, request: Request, model: str) -> bytes:
    """A request as one line, its body to the byte what the engine for OpenAI-compatible endpoints would send.

    (Line separators within its texts are written as escapes, which JSON reads as the same text.)
    """
    body = request_body(request, model)
    for raw, escape in _SEPARATORS:
        body = body.replace(raw, escape)
    head = json.dumps({"custom_id": custom_id, "method": "POST", "url": ENDPOINT})[:-1].encode()
    return head + b', "body": ' + body + b"}\n"
