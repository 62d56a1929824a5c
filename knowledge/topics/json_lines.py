"""JSONL: an object, or a text, a line."""

import json
from typing import Any

from ...errors import UnreadableFile
from .collector import TopicCollector
from .keys import date_key, expected_keys, topic_key


def read_json_lines(text: str, name: str, collector: TopicCollector) -> None:
    """Collect the topics of a JSONL file.

    Args:
        text: the file's.
        name: its name, for messages.
        collector: takes them.

    Raises:
        UnreadableFile: a line is neither an object nor a text.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            _collect(_value(line, f"{name}:{number}"), f"{collector.source}:{number}", collector)


def _value(line: str, where: str) -> str | dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as exc:
        raise UnreadableFile(f"{where}: not JSON: {exc.msg} at column {exc.colno}") from exc
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(f"{where}: not JSON that can be read: {type(exc).__name__}") from exc
    if not isinstance(value, str | dict):
        raise UnreadableFile(f"{where}: expected an object or a text a line, found {type(value).__name__}")
    return value


def _collect(value: str | dict[str, Any], place: str, collector: TopicCollector) -> None:
    if isinstance(value, str):
        collector.add(value, None, place)
        return
    key = topic_key(value)
    if key is None:
        found = ", ".join(repr(name[:40]) for name in list(value)[:20]) or "none"
        collector.reject(place, f"no key of a topic; found {found}; expected one of {expected_keys()}")
    elif not isinstance(value[key], str):
        collector.reject(place, f"{key} is no text, but {type(value[key]).__name__}")
    else:
        dated = date_key(value)
        published = None if dated is None else value[dated]
        collector.add(value[key], published if published is None else str(published), place)
