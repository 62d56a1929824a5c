"""What a format that holds no language does with a tree that has some."""

from pathlib import Path

from ...errors import TreeFault
from ..tags import fold_tag
from ..tree import KnowledgeTree


def refuse_shared_roots(tree: KnowledgeTree, path: Path, format_: str) -> None:
    """Refuse a tree in which root tags of two languages share a name: without the language they would become one.

    Raises:
        TreeFault: it does.
    """
    seen: set[str] = set()
    for root in tree.children():
        folded = fold_tag(tree.name(root))
        if folded in seen:
            name = tree.name(root)
            raise TreeFault(f"{path}: {name!r} is a root tag in two languages; {format_} holds none, csv does")
        seen.add(folded)
