"""JSON out of a file, with the line of what is wrong."""

import json
from pathlib import Path
from typing import Any

from ...errors import UnreadableFile
from ...files import read_text


def read_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises:
        UnreadableFile: not UTF-8, with a byte-order mark, not JSON, a key twice, or nested too deeply.
    """
    return parse_json(read_text(path, what="a tree"), path)


def parse_json(text: str, path: Path, *, first_line: int = 1) -> Any:
    """The value of a JSON text.

    Args:
        text: the text.
        path: the file that it is from, for messages.
        first_line: the line of the file on which the text begins.

    Raises:
        UnreadableFile: not JSON, a key twice, or nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique_keys)
    except json.JSONDecodeError as exc:
        line = first_line + exc.lineno - 1
        raise UnreadableFile(f"{path}:{line}: not JSON: {exc.msg} at column {exc.colno}") from exc
    except ValueError as exc:
        raise UnreadableFile(f"{path}: not JSON that can be read: {exc}") from exc
    except RecursionError as exc:
        raise UnreadableFile(f"{path}: nested too deeply for JSON; use Condor's own tree format") from exc


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = next(k for n, (k, _) in enumerate(pairs) if k in dict(pairs[:n]))
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return value
