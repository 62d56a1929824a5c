"""The trees that a recipe names, as one forest."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from ..errors import EmptyTree, RecipeFault
from ..knowledge import KnowledgeTree, load_tree, seed_tree
from ..vocabulary import LANGUAGES, Language


def load_trees(names: Sequence[str]) -> KnowledgeTree:
    """One forest of all named trees.

    Args:
        names: files, or `seed:en`, `seed:zh`.

    Raises:
        RecipeFault: no seed tree of that name.
        UnreadableFile, TreeFault: a file is no tree.
        EmptyTree: there is not one tag.
    """
    forest = KnowledgeTree()
    for name in names:
        forest.merge(_load(name))
    if not len(forest):
        raise EmptyTree(f"{', '.join(names)}: the tree is empty; import or grow one first")
    return forest


def _load(name: str) -> KnowledgeTree:
    prefix, _, language = name.partition(":")
    if prefix != "seed":
        return load_tree(Path(name))
    if language not in LANGUAGES:
        raise RecipeFault(f"no seed tree {name!r}; there are {', '.join(f'seed:{lang}' for lang in LANGUAGES)}")
    return seed_tree(cast("Language", language))
