"""Which questions does an earlier release hold? Read from a file in any of the formats of a dataset, or its folder."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ..errors import UnreadableFile
from .near_duplicates import QuestionText
from .record_files import read_json_lines, read_parquet

_WHAT = "an earlier release"
_SUFFIXES = (".jsonl", ".parquet")
#: The formats of a release's folder, in the order in which one of them is read: all hold the same questions.
_FOLDERS = ("records", "messages", "sharegpt", "alpaca", "dpo", "critique")
#: How a format calls whoever asks.
_ASKING = frozenset({"user", "human"})


def questions_of(paths: Iterable[Path]) -> Iterator[QuestionText]:
    """The questions of earlier releases, each known by the name of its file and its line or row there.

    Args:
        paths: JSONL or Parquet files (messages, ShareGPT, Alpaca, preference pairs, records), or folders of releases.

    Raises:
        UnreadableFile: one is missing, empty or not UTF-8; a line is not JSON or holds no question: the message names
            the file and the line.
    """
    for path in paths:
        for file in _data_files(path):
            yield from _read_file(file)


def question_in(record: Any) -> str | None:
    """The question of one record, in whichever format it is; None where there is none."""
    if not isinstance(record, Mapping):
        return None
    found = (read(record[key], record) for key, read in _READERS.items() if key in record)
    return next((text for text in found if text and text.strip()), None)


def _data_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    for name in _FOLDERS:
        if files := sorted(file for file in (path / "data" / name).glob("*") if file.suffix in _SUFFIXES):
            return files
    raise UnreadableFile(f"{path}: no release here: data/ holds no {' or '.join(_SUFFIXES)} file of any format")


def _read_file(path: Path) -> Iterator[QuestionText]:
    read, unit = (read_parquet, "row") if path.suffix == ".parquet" else (read_json_lines, "line")
    number = 0
    for number, record in read(path, what=_WHAT):
        question = question_in(record)
        if question is None:
            raise UnreadableFile(
                f"{path}:{number}: no question in this {unit}; expected messages, conversations, instruction, prompt "
                "or question"
            )
        yield QuestionText(f"{path.name}:{number}", question)
    if not number:
        raise UnreadableFile(f"{path}: holds no records; name another file of {_WHAT}")


def _from_turns(turns: Any, record: Mapping[str, Any]) -> str | None:
    """The first thing that the user says."""
    del record
    if isinstance(turns, str):
        return turns
    if not isinstance(turns, list):
        return None
    asked = (turn for turn in turns if isinstance(turn, Mapping) and turn.get("role", turn.get("from")) in _ASKING)
    first = next(asked, {})
    return _text(first.get("content", first.get("value")))


def _from_instruction(instruction: Any, record: Mapping[str, Any]) -> str | None:
    parts = [part for part in (instruction, record.get("input")) if isinstance(part, str) and part.strip()]
    return "\n".join(parts)


def _from_question(question: Any, record: Mapping[str, Any]) -> str | None:
    del record
    return _text(question.get("text") if isinstance(question, Mapping) else question)


def _text(content: Any) -> str | None:
    """A text, or the texts among its parts."""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, Mapping))
        return "\n".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else None


_READERS: Final[dict[str, Callable[[Any, Mapping[str, Any]], str | None]]] = {
    "messages": _from_turns,
    "conversations": _from_turns,
    "instruction": _from_instruction,
    "prompt": _from_turns,
    "question": _from_question,
}
