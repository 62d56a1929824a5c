"""File a topic under a theme: the one that shares most of its wording."""

import unicodedata

#: What is answered where no theme shares more than chance would have it.
NONE = "none"
#: Words of one alphabet share some pairs by chance: "Health" has half of those of "Weather".
_BY_CHANCE = 0.5


def place_topic(topic: str, themes: list[str]) -> str:
    """The theme that shares the largest part of its character pairs with the topic, the first of equals, or `none`.

    Pairs within words serve English and Chinese alike.
    """
    wanted = _pairs(topic)
    scores = [len(pairs & wanted) / len(pairs) if (pairs := _pairs(theme)) else 0.0 for theme in themes]
    best = max(scores, default=0.0)
    return themes[scores.index(best)] if best > _BY_CHANCE else NONE


def _pairs(text: str) -> set[str]:
    words = unicodedata.normalize("NFKC", text).casefold().split()
    return {word[at : at + 2] for word in words for at in range(len(word) - 1)}
