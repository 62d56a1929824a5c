"""The topic-tree files of DeepFabric: JSONL of {"path": [root, ..., leaf]}. Read only."""

from pathlib import Path
from typing import Any

from ...errors import UnreadableFile
from ...files import read_text
from ...vocabulary import Language
from ..tree import KnowledgeTree
from .json_text import parse_json
from .report import ImportReport, PathCollector


def read_deepfabric(path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    """A tree from such a file; the prompt that it grew from becomes the root tag, where it is a tag.

    Raises:
        UnreadableFile: a line is no such object; the message holds the line.
    """
    collector = PathCollector(path)
    for number, line in enumerate(read_text(path, what="a tree").split("\n"), start=1):
        if line.strip():
            collector.add(_path(parse_json(line, path, first_line=number), path, number), number, language)
    return collector.finish()


def _path(value: Any, path: Path, line: int) -> list[str]:
    names = value.get("path") if isinstance(value, dict) else None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise UnreadableFile(f'{path}:{line}: expected {{"path": [root, ..., leaf]}}, a list of texts')
    return names
