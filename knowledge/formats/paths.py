"""Path lines: one path from a root tag to a leaf a line, its tags apart by a TAB.

A tag can hold no TAB (`normalise_tag` makes a space of it), so nothing needs an escape. Lines end at a line feed only;
an empty line is none. Languages are not held.
"""

from pathlib import Path

from ...files import read_text, write_atomically
from ...vocabulary import Language
from ..tree import KnowledgeTree
from .languages import refuse_shared_roots
from .report import ImportReport, PathCollector

_BETWEEN = "\t"


def read_paths(path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    """A tree from path lines.

    Raises:
        UnreadableFile: not UTF-8, or with a byte-order mark.
    """
    collector = PathCollector(path)
    for number, line in enumerate(read_text(path, what="a tree").split("\n"), start=1):
        if line.strip():
            collector.add(line.split(_BETWEEN), number, language)
    return collector.finish()


def write_paths(tree: KnowledgeTree, path: Path) -> None:
    """Write one line a leaf.

    Raises:
        TreeFault: two root tags share a name in two languages.
        OutputFault: the file cannot be written.
    """
    refuse_shared_roots(tree, path, "a file of path lines")
    names = [tree.name(root) for root in tree.children()]
    with write_atomically(path) as file:
        if names and names[0].startswith("\ufeff"):
            file.write("\n")  # as the first character of a file it would be taken for a byte-order mark
        for leaf in tree.leaves():
            file.write(_BETWEEN.join(tree.path(leaf)) + "\n")
