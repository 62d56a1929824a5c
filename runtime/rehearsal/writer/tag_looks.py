"""What can be seen of tags from their wording alone: whether they are narrow, and whether they differ."""

from collections.abc import Sequence
from itertools import islice

from .language import Language

#: Words in English, characters in Chinese, from which on a tag counts as narrow.
_NARROW_WORDS, _NARROW_HAN = 2, 5


def narrow_share(path: Sequence[str], tags: Sequence[str], language: Language) -> float:
    """The share of tags that are longer than one word, and not the tag above them in other letters."""
    above = {_fold(tag) for tag in path}
    return sum(_is_narrow(tag, language) and _fold(tag) not in above for tag in tags) / len(tags) if tags else 0.0


def distinct_share(path: Sequence[str], tags: Sequence[str]) -> float:
    """How little the tags share with their nearest sibling, from 0 to 1, beyond the words of the path."""
    pairs = [_own_pairs(path, tag) for tag in tags]
    nearest = [
        max((_overlap(own, other) for at, other in enumerate(pairs) if at != number), default=0.0)
        for number, own in enumerate(pairs)
    ]
    return 1 - sum(nearest) / len(nearest) if nearest else 0.0


def fit_share(path: Sequence[str], tags: Sequence[str], language: Language) -> float:
    """The share of tags that are known to stand under the last tag of the path, or share wording with the path."""
    known = set(language.tags.themes.get(path[-1], ())) if path else set(language.tags.themes)
    wanted = {pair for tag in path for pair in _pairs(tag)}
    fitting = (tag in known or len(_pairs(tag) & wanted) > 1 for tag in tags)
    return sum(fitting) / len(tags) if tags and path else float(bool(tags))


def select_tags(
    path: Sequence[str], pool: Sequence[str], count: int, language: Language, *, narrow: bool, distinct: bool
) -> list[str]:
    """The first tags of a pool, but the narrow ones before the others, and those that overlap least, if it is so."""
    ordered = sorted(pool, key=lambda tag: not _is_narrow(tag, language)) if narrow else list(pool)
    if not distinct:
        return list(islice(ordered, count))
    chosen: list[str] = []
    left = {tag: _own_pairs(path, tag) for tag in ordered}
    while left and len(chosen) < count:
        taken = [_own_pairs(path, tag) for tag in chosen]
        best = min(left, key=lambda tag: max((_overlap(left[tag], pairs) for pairs in taken), default=0.0))
        chosen.append(best)
        del left[best]
    return chosen


def _is_narrow(tag: str, language: Language) -> bool:
    return len(tag.split()) >= _NARROW_WORDS if language.joiner else len(tag) >= _NARROW_HAN


def _overlap(pairs: set[str], other: set[str]) -> float:
    """The share of their character pairs that two tags have in common."""
    together = pairs | other
    return len(pairs & other) / len(together) if together else 1.0


def _own_pairs(path: Sequence[str], tag: str) -> set[str]:
    return _pairs(tag) - {pair for above in path[-1:] for pair in _pairs(above)}


def _pairs(tag: str) -> set[str]:
    return {word[at : at + 2] for word in _fold(tag).split() for at in range(len(word) - 1)}


def _fold(tag: str) -> str:
    return " ".join(tag.casefold().split())
