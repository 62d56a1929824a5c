"""Reading a reply: its fields by their markers, and JSON as models write it."""

import json
import re
from collections.abc import Sequence
from typing import Any

_END_OF_TEXT = re.compile(r"\s*\[\[ ## completed ## \]\]\s*\Z")
_MARKER = re.compile(r"\s*\[\[ ## (\w+) ## \]\]")
_THINKING = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_FENCE = re.compile(r"\A```\w*[ \t]*\n(.*)\n[ \t]*```\s*\Z", re.DOTALL)
# LaTeX commands that begin like a JSON escape and whose rest is no word: \times, \theta, \nabla, \rho, \right, ...
_COMMAND = (
    r"(?:times|theta|text(?:bf|it|rm|tt|sf)?(?=\s*\{)|textstyle|triangle|tfrac|nabla|neq|notin|nmid|rho"
    r"|right(?:arrow)?|rangle|rceil|rfloor)(?![A-Za-z])"
)
# A backslash that starts no JSON escape: LaTeX such as \( or \alpha, written into a JSON string without doubling it.
# \b and \f are valid escapes, but \beta and \frac are what is meant: no text means a backspace or a form feed.
_STRAY_BACKSLASH = re.compile(rf'\\(?:(?!{_COMMAND})(["\\/nrt]|u[0-9a-fA-F]{{4}})|)')


def split_fields(reply: str, names: Sequence[str]) -> dict[str, str]:
    r"""The text under each `[[ ## name ## ]]` marker.

    A field starts at the first line that begins with its marker and ends where another of the wanted fields starts,
    at the last `[[ ## completed ## ]]` line, or with the reply. Every other marker is part of the text: so a question
    about this very format survives. Lines are split by `\n` only, so that U+2028 and its like survive too. A leading
    `<think>` block is no part of the reply.

    Args:
        reply: the model's text.
        names: the wanted fields.

    Returns:
        The fields found, trimmed of white space at both ends.
    """
    lines = _without_thinking(reply, names).split("\n")
    starts: dict[str, tuple[int, int]] = {}
    end = len(lines)
    for number, line in enumerate(lines):
        match = _MARKER.match(line)
        if match is None:
            continue
        name = match.group(1)
        if name in names and name not in starts:
            starts[name] = (number, match.end())
            end = len(lines)
        elif name == "completed" and starts:
            end = number
    fields: dict[str, str] = {}
    for name, (first, column) in starts.items():
        last = min((number for number, _ in starts.values() if number > first), default=end)
        text = "\n".join([lines[first][column:], *lines[first + 1 : last]])
        fields[name] = (_END_OF_TEXT.sub("", text) if last == len(lines) else text).strip()
    return fields


def _without_thinking(reply: str, names: Sequence[str]) -> str:
    """A reply without its leading `<think>` block.

    Some chat templates open the block themselves, so that only its end is in the reply: what stands before a `</think>`
    is dropped where the wanted fields follow it.
    """
    body = _THINKING.sub("", reply)
    _, closed, rest = body.partition("</think>")
    opened = [match.group(1) for match in map(_MARKER.match, rest.split("\n")) if match]
    return rest if closed and set(names) <= set(opened) else body


def read_json(text: str) -> Any:
    """JSON as models write it: perhaps fenced, perhaps with words around it, with raw line breaks inside strings and
    with LaTeX that was not escaped. Nothing else is repaired: a guess at what a broken string meant would be stored
    as if the model had said it.

    Raises:
        ValueError: there is no JSON object or array in the text.
    """
    body = text.strip()
    if fenced := _FENCE.match(body):
        body = fenced.group(1).strip()
    start = min((at for at in (body.find("{"), body.find("[")) if at >= 0), default=-1)
    if start < 0:
        raise ValueError("no JSON object or array found")
    source = _STRAY_BACKSLASH.sub(_double_stray, body[start:])
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(source)
    except json.JSONDecodeError as exc:
        raise ValueError(f"not JSON: {exc.msg} at line {exc.lineno}, column {exc.colno}") from exc
    return value


def _double_stray(match: re.Match[str]) -> str:
    return match.group(0) if match.group(1) else "\\\\"
