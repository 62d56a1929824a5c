"""Reading a reply: its fields by their markers, and JSON as models write it."""

import ast
import json
import re
from collections.abc import Collection, Sequence
from typing import Any

_MARKER = re.compile(r"\s*\[\[ ## (\w+) ## \]\][ \t]*(.*)", re.DOTALL)
_END = re.compile(r"\[\[ ## completed ## \]\]\s*\Z")
_THINKING = re.compile(r"\A\s*<(think(?:ing)?)>.*?(?:</\1>|\Z)", re.DOTALL)
_FENCE = re.compile(r"\A```\w*[ \t]*\n(.*)\n[ \t]*```\s*\Z", re.DOTALL)
# LaTeX commands that begin like a JSON escape and whose rest is no word: \times, \theta, \nabla, ...
# What may be either (\to, \ne, C:\temp) is what JSON says it is.
_COMMAND = (
    r"(?:times|theta|text(?:bf|it|rm|tt|sf)?(?=\s*\{)|textstyle|triangle|tfrac|tau|nabla|neq|notin|nmid|not|rho"
    r"|right(?:arrow)?|rangle|rceil|rfloor|raise|rm)(?![A-Za-z])"
)
# A backslash that starts no JSON escape: LaTeX such as \( or \alpha, written into a JSON string without doubling it.
# \b and \f are valid escapes, but \beta and \frac are what is meant: no text means a backspace or a form feed.
_STRAY_BACKSLASH = re.compile(rf'\\(?:(?!{_COMMAND})(["\\/nrt]|u[0-9a-fA-F]{{4}})|)')


def split_fields(reply: str, names: Sequence[str], *, json_fields: Collection[str] = ()) -> dict[str, str]:
    r"""The text under each `[[ ## name ## ]]` marker.

    A field starts at its marker and ends where another of the wanted fields starts, at a `[[ ## completed ## ]]` that
    ends its line, or with the reply. Every other marker is part of the text, so that a question about this very format
    survives; what follows the end marker is no part of it. Lines are split by `\n` only, so that U+2028 and its like
    survive too. A `<think>` block at the head of the reply or of a field is taken off.

    Args:
        reply: the model's text.
        names: the wanted fields.
        json_fields: those that hold JSON, which says itself where it ends: for them the last end marker counts.

    Returns:
        The fields found, trimmed of white space at both ends.

    Raises:
        ValueError: the end marker stands more than once in or after the last text: whether the model quotes the marker
            or goes on talking to itself cannot be told.
    """
    lines = _without_thinking(reply, names).split("\n")
    starts = _starts(lines, names)
    if not starts:
        return {}
    in_order = sorted(starts.items(), key=lambda start: start[1])
    last_name, last_start = in_order[-1]
    ends = [number for number in range(last_start, len(lines)) if _END.search(lines[number])]
    if len(ends) > 1 and last_name not in json_fields:
        raise ValueError("is followed by more than one end marker")
    if ends:
        lines = [*lines[: ends[-1]], _END.sub("", lines[ends[-1]])]
    bounds = [start for _, start in in_order[1:]] + [len(lines)]
    fields: dict[str, str] = {}
    for (name, first), after in zip(in_order, bounds, strict=True):
        opening = _MARKER.match(lines[first])
        text = "\n".join([opening.group(2) if opening else "", *lines[first + 1 : after]])
        fields[name] = _THINKING.sub("", text).strip()
    return fields


def _starts(lines: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """The line at which each wanted field starts: the first of all where it first appears, the others preferably where
    their marker stands alone, for a field before them may begin a line with a marker that it quotes.
    """
    first: dict[str, int] = {}
    alone: dict[str, int] = {}
    for number, line in enumerate(lines):
        match = _MARKER.match(line)
        if match is None or match.group(1) not in names:
            continue
        if not match.group(2).strip() or not first:
            alone.setdefault(match.group(1), number)
        first.setdefault(match.group(1), number)
    return first | alone


def _without_thinking(reply: str, names: Sequence[str]) -> str:
    """A reply without its leading `<think>` block.

    Some chat templates open the block themselves, so that only its end is in the reply: what stands before a `</think>`
    is dropped where the wanted fields follow it. A reply that begins with a field has no such block: there it is text.
    """
    body = _THINKING.sub("", reply)
    begins = _MARKER.match(body)
    if begins is not None and begins.group(1) in names:
        return body
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
        return _python_literal(body[start:], exc)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc
    return value


def _python_literal(text: str, not_json: json.JSONDecodeError) -> Any:
    """A list or dictionary as Python writes it: DSPy's own prompt asks for "a valid Python list[str]"."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        where = f"line {not_json.lineno}, column {not_json.colno}"
        raise ValueError(f"not JSON: {not_json.msg} at {where}; escape quotes and line breaks") from not_json


def _double_stray(match: re.Match[str]) -> str:
    return match.group(0) if match.group(1) else "\\\\"
