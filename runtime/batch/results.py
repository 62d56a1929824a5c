"""Reading results: one line of a results file is one request's reply, or why there is none."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from dspy.lm15 import InvalidRequestError, LM15Error, Response, ServerError

from ..openai_engine import read_refusal, read_response

#: A longer line is no reply that anybody asked for.
MAX_LINE_BYTES = 16 * 1024 * 1024
#: What is read at once of a line that is passed over.
_CHUNK = 1024 * 1024
#: Codes of a line's own `error` that say that the request itself is at fault.
_BAD_REQUEST = ("invalid_request", "context_length", "content_policy")


class BadLine(Exception):
    """A line is no result of a batch; the text says why."""


@dataclass(frozen=True)
class Result:
    """What a batch made of one request.

    Attributes:
        custom_id: the request's; not checked against anything.
        outcome: the reply, or the error that a live call would have met.
    """

    custom_id: str
    outcome: Response | LM15Error


def split_lines(file: BinaryIO, most: int = MAX_LINE_BYTES) -> Iterator[tuple[int, bytes | None]]:
    r"""(number, line) for each line of a file, None in the place of one that is longer than `most` bytes.

    Lines end at `\n` only: U+2028 and its like are text.
    """
    number = 0
    while line := file.readline(most + 1):
        number += 1
        if len(line) <= most or line.endswith(b"\n"):
            yield number, line
            continue
        while (rest := file.readline(_CHUNK)) and not rest.endswith(b"\n"):
            pass
        yield number, None


def read_result(line: bytes, model: str) -> Result:
    """One line of a results file.

    Args:
        line: as it stands in the file.
        model: named in the response where the reply does not say.

    Raises:
        BadLine: it is no result.
    """
    entry = _parse(line)
    custom_id = entry.get("custom_id")
    if not isinstance(custom_id, str):
        raise BadLine("no batch result: it has no custom_id")
    if "response" not in entry and "error" not in entry:
        kind = (
            "a request, and no batch result" if "body" in entry else "no batch result: it has no response and no error"
        )
        raise BadLine(kind)
    return Result(custom_id, _outcome(entry.get("response"), entry.get("error"), model))


def _parse(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise BadLine(f"not UTF-8 (byte 0x{line[exc.start]:02x} at offset {exc.start})") from exc
    except RecursionError as exc:
        raise BadLine("not JSON that can be read: nested too deeply") from exc
    except ValueError as exc:
        raise BadLine(f"not JSON: {exc}") from exc
    if not isinstance(entry, dict):
        raise BadLine(f"no batch result: a JSON object was expected, found {type(entry).__name__}")
    return entry


def _outcome(response: Any, error: Any, model: str) -> Response | LM15Error:
    if response is None:
        return _failure(error)
    if not isinstance(response, dict):
        raise BadLine(f"no batch result: its response is {type(response).__name__}, not an object")
    status = response.get("status_code")
    if not isinstance(status, int) or isinstance(status, bool):
        raise BadLine(f"no batch result: its status_code is {_shown(status)}, not a number")
    # Some servers say what was wrong beside the response and leave its body empty.
    body = response.get("body")
    if status != 200:
        return read_refusal(status, _dump(body if body is not None else {"error": error}))
    if error:
        return _failure(error)
    try:
        return read_response(_dump(body), model)
    except LM15Error as exc:
        return exc


def _failure(error: Any) -> LM15Error:
    """What a line's own error means: there was no reply, so it may be asked for again, unless it is the request's."""
    if error is None:
        raise BadLine("no batch result: neither a response nor an error")
    if not isinstance(error, dict):
        return ServerError(f"the batch brought no reply: {_shown(error)}")
    code, message = str(error.get("code") or error.get("type") or ""), str(error.get("message") or "")
    text = message or code or "the batch brought no reply"
    if code.lower().startswith(_BAD_REQUEST):
        return InvalidRequestError(text, provider_code=code)
    return read_refusal(500, _dump({"error": {"message": text, "code": code or None}}))


def _dump(value: Any) -> bytes:
    return json.dumps(value).encode()


def _shown(value: Any) -> str:
    """A value for a message: short, whatever it is."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
