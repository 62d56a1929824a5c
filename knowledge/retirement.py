"""Which harvested tags are past their horizon, and are no topics any more."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from ..vocabulary import LANGUAGES, Language
from .tree import HIDDEN_ROOT, KnowledgeTree


def retire_stale(
    tree: KnowledgeTree,
    *,
    today: date,
    horizon: timedelta,
    languages: Collection[Language | None] = (None, *LANGUAGES),
) -> list[int]:
    """Retire harvested tags that were added longer than `horizon` ago; returns them, each before what stands under it.

    A tag is harvested where it has a source and a date. One stays while a harvested tag that is not past the horizon
    stands under it. What was grown under a tag, and has no source, goes with it.

    Args:
        tree: the tree; it is changed in place.
        today: in UTC.
        horizon: how long a tag stays.
        languages: only under root tags of these; None stands for those that serve every language.
    """
    oldest = first_day(today, horizon).isoformat()
    edges = list(_edges_in(tree, languages))
    fresh: set[int] = set()
    for parent, child in reversed(edges):
        attributes = tree.graph.nodes[child]
        if child in fresh or ("retired" not in attributes and _harvested(attributes) and attributes["added"] >= oldest):
            fresh |= {child, parent}
    stale = [
        child
        for _, child in edges
        if child not in fresh and _harvested(tree.graph.nodes[child]) and "retired" not in tree.graph.nodes[child]
    ]
    for node in stale:
        tree.retire(node, today)
    return stale


def _edges_in(tree: KnowledgeTree, languages: Collection[Language | None]) -> Iterator[tuple[int, int]]:
    within: set[int] = set()
    for parent, child in tree.edges():
        if parent in within or (parent == HIDDEN_ROOT and tree.graph.nodes[child].get("language") in languages):
            within.add(child)
            yield parent, child


def first_day(today: date, horizon: timedelta) -> date:
    """The first day within a horizon, which may reach back further than the calendar does."""
    return today - min(horizon, today - date.min)


def _harvested(attributes: dict[str, str]) -> bool:
    return "source" in attributes and "added" in attributes
