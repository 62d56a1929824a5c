"""JSONL: an object, or a text, a line."""

import json
from typing import Any

from ...errors import UnreadableFile
from .collector import TopicCollector
from .json_entry import collect_entry, kind_of


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
            collect_entry(_value(line, f"{name}:{number}"), f"{collector.source}:{number}", collector)


def _value(line: str, where: str) -> str | dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as exc:
        raise UnreadableFile(f"{where}: not JSON: {exc.msg} at column {exc.colno}") from exc
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(f"{where}: not JSON that can be read: {type(exc).__name__}") from exc
    if not isinstance(value, str | dict):
        advice = "; --format json reads an array" if isinstance(value, list) else ""
        raise UnreadableFile(f"{where}: expected an object or a text a line, found {kind_of(value)}{advice}")
    return value
