"""Propose tags: broad themes for the roots of a tree, and narrower tags under a path."""

import random
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from .compose import clean
from .language import Facet, Language, TagBank, get_language
from .tag_looks import select_tags

#: Candidates that are looked at for each tag that is chosen, where it is wanted that they be chosen with care.
_CHOICE = 4


def propose_roots(
    language: str, existing: list[str], count: int, rng: random.Random, wanted: AbstractSet[str] = frozenset()
) -> list[str]:
    """Up to `count` broad themes that differ from each other and from the existing ones; see `propose_children`."""
    known = get_language(language)
    return _choose(_root_candidates(known.tags, rng), [], existing, count, known, wanted)


def propose_children(
    path: list[str],
    existing: list[str],
    count: int,
    language: str,
    rng: random.Random,
    wanted: AbstractSet[str] = frozenset(),
) -> list[str]:
    """Up to `count` tags narrower than the last tag of the path, none of them existing or in the path.

    Where it is wanted, those that overlap least and the narrow ones are chosen from among several times as many.
    """
    if not path:
        return propose_roots(language, existing, count, rng, wanted)
    known = get_language(language)
    tag = " ".join(clean(path[-1]).split())
    return _choose(_child_candidates(tag, known, rng), path, existing, count, known, wanted)


def _choose(
    candidates: Iterable[str],
    path: list[str],
    existing: list[str],
    count: int,
    language: Language,
    wanted: AbstractSet[str],
) -> list[str]:
    """The first candidates, or the best of several times as many."""
    pool = _take(candidates, [*existing, *path], count * (_CHOICE if wanted else 1), language.tags.max_length)
    if not wanted:
        return pool
    return select_tags(path, pool, count, language, narrow="granular" in wanted, distinct="distinct" in wanted)


def _take(candidates: Iterable[str], existing: Iterable[str], count: int, max_length: int) -> list[str]:
    """The first `count` candidates that are new and short enough."""
    taken = {tag.strip().casefold() for tag in existing}
    chosen: list[str] = []
    for tag in candidates:
        if len(chosen) >= count:
            break
        key = tag.casefold()
        if key not in taken and len(tag) <= max_length:
            taken.add(key)
            chosen.append(tag)
    return chosen


def _shuffled(items: Iterable[str], rng: random.Random) -> list[str]:
    pool = list(items)
    rng.shuffle(pool)
    return pool


def _root_candidates(bank: TagBank, rng: random.Random) -> Iterator[str]:
    """Written themes first; when they are used up, themes seen from a broad angle."""
    yield from _shuffled(bank.themes, rng)
    yield from _shuffled((facet.apply(theme) for facet in bank.root_facets for theme in bank.themes), rng)


def _child_candidates(tag: str, language: Language, rng: random.Random) -> Iterator[str]:
    """The written children of a known theme, then narrowed facets, then plain facets of the head.

    A tag that already is a facet ("History of Baking") is narrowed by its short form ("Baking History"),
    so that names do not nest ("History of History of Baking").
    """
    bank = language.tags
    if tag in bank.themes:
        yield from _shuffled(bank.themes[tag], rng)
    head, topic = _split(tag, bank)
    if topic:
        yield from _apply_all(bank.narrow_facets, topic, rng)
    yield from _apply_all(bank.facets, head, rng)
    short = _shorten(head, language)
    yield from _apply_all(bank.facets, short, rng)
    yield from _apply_all(bank.narrow_facets, short, rng)


def _apply_all(facets: tuple[Facet, ...], head: str, rng: random.Random) -> list[str]:
    return _shuffled((facet.apply(head) for facet in facets), rng) if head else []


def _split(tag: str, bank: TagBank) -> tuple[str, str]:
    """The head of a tag and, where the tag is a facet of that head, its short form."""
    topic = _strip(tag, bank.narrow_facets)[0]
    head, facet = _strip(topic or tag, bank.facets + bank.root_facets)
    if facet:
        return head, facet.topic.replace("{x}", head)
    return topic or tag, topic


def _strip(tag: str, facets: tuple[Facet, ...]) -> tuple[str, Facet | None]:
    """The head left by the facet with the longest wording that fits, and that facet."""
    best, best_facet = "", None
    for facet in facets:
        head = facet.head_of(tag)
        if head and (not best or len(head) < len(best)):
            best, best_facet = head, facet
    return best, best_facet


def _shorten(head: str, language: Language) -> str:
    """The leading part of a long head, cut at a joining word or else at a word that still fits."""
    limit = language.tags.short_head
    part = language.tags.head_cut.split(head)[0].strip() or head
    if len(part) <= limit:
        return part
    if not language.joiner:
        return part[:limit]
    return part[:limit].rsplit(" ", 1)[0].strip()
