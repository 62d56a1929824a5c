"""JSON: an array of objects and texts; what is called JSON and is JSONL is read as such."""

import json
from typing import Any

from ...errors import UnreadableFile
from .collector import TopicCollector
from .json_entry import collect_entry, kind_of, shown_keys
from .json_lines import read_json_lines

_EXPECTED = "expected an array of objects or texts, or JSONL"


def read_json(text: str, name: str, collector: TopicCollector) -> None:
    """Collect the topics of a JSON file.

    Args:
        text: the file's.
        name: its name, for messages.
        collector: takes them.

    Raises:
        UnreadableFile: no JSON, an object or another single value, or an array with an entry that is neither an object
            nor a text.
    """
    if not text.strip():
        return
    if _is_lines(text):
        read_json_lines(text, name, collector)
        return
    entries = _array(text, name)
    if not entries:
        collector.report(f"{name}: the array is empty")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, str | dict):
            raise UnreadableFile(f"{name}: entry {number}: expected an object or a text, found {kind_of(entry)}")
        collect_entry(entry, f"{collector.source}: entry {number}", collector)


def _is_lines(text: str) -> bool:
    """Whether more follows a first line that is a value of its own."""
    first, _, rest = text.strip().partition("\n")
    try:
        return bool(rest) and not isinstance(json.loads(first), list)
    except (ValueError, RecursionError):
        return False


def _array(text: str, name: str) -> list[Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as exc:
        where = f"{name}:{exc.lineno}: not JSON: {exc.msg} at column {exc.colno}"
        raise UnreadableFile(f"{where}; {_EXPECTED}; --format text reads a topic a line") from exc
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(f"{name}: not JSON that can be read: {type(exc).__name__}") from exc
    if not isinstance(value, list):
        keys = f" with {shown_keys(value)}" if isinstance(value, dict) else ""
        raise UnreadableFile(f"{name}: {_EXPECTED}; found {kind_of(value)}{keys}")
    return value
