"""The seed trees that ship with the package, one a language."""

import json
from importlib.resources import files

from ..vocabulary import LANGUAGES, Language
from .tree import KnowledgeTree


def seed_tree(language: Language) -> KnowledgeTree:
    """The bundled tree of a language, three levels deep."""
    if language not in LANGUAGES:
        raise ValueError(f"no seed tree for {language!r}; there is one for each of {', '.join(LANGUAGES)}")
    text = files("condor.knowledge").joinpath(f"data/seed_{language}.json").read_text(encoding="utf-8")
    tree = KnowledgeTree()
    for root, branches in json.loads(text).items():
        top = tree.add(root, language=language)
        for branch, leaves in branches.items():
            middle = tree.add(branch, parent=top)
            for leaf in leaves:
                tree.add(leaf, parent=middle)
    return tree
