"""What an import took and what it left, and the collecting of paths into a tree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import TagFault, TreeFault
from ...vocabulary import Language
from ..tags import fold_tag, normalise_tag
from ..tree import KnowledgeTree


@dataclass
class ImportReport:
    """What an import took and what it left.

    Attributes:
        roots, branches, leaves: entries read, by their place in the file; a leaf under two branches counts twice.
        merged: paths whose tag stands beside a sibling of the same name already; they became that one.
        rejected: (path, reason) of entries that are no tags.
        repeated: leaf tags that stand under more than one branch, with the number of places.
    """

    roots: int = 0
    branches: int = 0
    leaves: int = 0
    merged: list[str] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    repeated: dict[str, int] = field(default_factory=dict)

    @property
    def figures(self) -> dict[str, int]:
        """The counts, as a tree's log holds them."""
        return {
            "roots": self.roots,
            "branches": self.branches,
            "leaves": self.leaves,
            "merged": len(self.merged),
            "rejected": len(self.rejected),
        }


def count_tree(tree: KnowledgeTree, report: ImportReport) -> None:
    """Fill in the counts of a file that tells every tag once: those of the tree that it became."""
    places: dict[str, list[str]] = {}
    for leaf in tree.leaves():
        report.leaves += 1
        places.setdefault(fold_tag(tree.name(leaf)), []).append(tree.name(leaf))
    report.roots = len(tree.children())
    report.branches = len(tree) - report.leaves - sum(1 for root in tree.children() if not tree.is_leaf(root))
    report.repeated = {names[0]: len(names) for names in places.values() if len(names) > 1}


class PathCollector:
    """A tree from a file of one root-to-leaf path a line.

    A path that holds what is no tag is left out as a whole; one that adds nothing is told as merged.
    """

    def __init__(self, file: Path) -> None:
        self.tree = KnowledgeTree()
        self.report = ImportReport()
        self._file = file

    def add(self, path: Sequence[str], line: int, language: Language | None) -> None:
        """Add the path of one line.

        Raises:
            TreeFault: a root tag stands in a language and without one.
        """
        try:
            tags = [normalise_tag(name) for name in path]
        except TagFault as exc:
            self.report.rejected.append((" > ".join(path), f"{self._file}:{line}: {exc}"))
            return
        before = len(self.tree)
        try:
            self.tree.add_path(tags, language=language)
        except TreeFault as exc:
            raise type(exc)(f"{self._file}:{line}: {exc}") from exc
        if len(self.tree) == before:
            self.report.merged.append(" > ".join(tags))

    def finish(self) -> tuple[KnowledgeTree, ImportReport]:
        """The tree and the report, with its counts."""
        count_tree(self.tree, self.report)
        return self.tree, self.report
