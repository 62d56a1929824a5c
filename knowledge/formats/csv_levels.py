"""CSV with a column a level: `language,level_1,level_2,...`, one row a leaf.

Rows end at their last tag: a tree with one deep path would else be mostly commas. Quoting is RFC 4180's. A tag such as
`=1+1` is written as it is, being text: a spreadsheet that takes it for a formula must be told to import text.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from ...errors import UnreadableFile
from ...files import read_text, write_atomically
from ...vocabulary import LANGUAGES, Language
from ..tree import KnowledgeTree
from .report import ImportReport, PathCollector


def read_csv(path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    """A tree from CSV; the column `language` may be missing.

    Args:
        path: the file.
        language: of rows that name none.

    Raises:
        UnreadableFile: no such CSV; the message holds the line.
        TreeFault: a root tag stands in a language and without one.
    """
    rows = _rows(path)
    _, header = next(rows, (1, []))
    has_language = header[:1] == ["language"]
    levels = header[has_language:]
    if not levels or levels != [f"level_{n}" for n in range(1, len(levels) + 1)]:
        raise UnreadableFile(f"{path}:1: expected the columns level_1, level_2, ..., after language where there is one")
    collector = PathCollector(path)
    for line, row in rows:
        if len(row) > len(header):
            raise UnreadableFile(f"{path}:{line}: {len(row)} fields, and {len(header)} columns")
        named = row[0] if has_language else ""
        tags = _without_empty_end(row[has_language:])
        if tags:
            collector.add(tags, line, _language(named, path, line) or language)
    return collector.finish()


def write_csv(tree: KnowledgeTree, path: Path) -> None:
    """Write one row a leaf, with the language of its root tag.

    Raises:
        OutputFault: the file cannot be written.
    """
    depth = max((len(tree.path(leaf)) for leaf in tree.leaves()), default=1)
    with write_atomically(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["language", *(f"level_{n}" for n in range(1, depth + 1))])
        for leaf in tree.leaves():
            writer.writerow([tree.language(leaf) or "", *tree.path(leaf)])


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line on which it ends, fields) of each row that is not empty."""
    reader = csv.reader(io.StringIO(read_text(path, what="a tree"), newline=""), strict=True)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as exc:
        raise UnreadableFile(f"{path}:{reader.line_num}: not CSV: {exc}") from exc


def _without_empty_end(fields: list[str]) -> list[str]:
    end = len(fields)
    while end and not fields[end - 1].strip():
        end -= 1
    return fields[:end]


def _language(name: str, path: Path, line: int) -> Language | None:
    if not name:
        return None
    for language in LANGUAGES:
        if language == name:
            return language
    raise UnreadableFile(f"{path}:{line}: language must be one of {', '.join(LANGUAGES)}, found {name!r}")
