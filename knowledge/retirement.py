"""Which harvested tags are past their horizon, and are no topics any more."""

from datetime import date, timedelta

from .tree import KnowledgeTree


def retire_stale(tree: KnowledgeTree, *, today: date, horizon: timedelta) -> list[int]:
    """Retire harvested tags that were added longer than `horizon` ago; returns them, each before what stands under it.

    A tag is harvested where it has a source and a date. One stays while a harvested tag that is not past the horizon
    stands under it. What was grown under a tag, and has no source, goes with it.
    """
    oldest = first_day(today, horizon).isoformat()
    edges = list(tree.edges())
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


def first_day(today: date, horizon: timedelta) -> date:
    """The first day within a horizon, which may reach back further than the calendar does."""
    return today - min(horizon, today - date.min)


def _harvested(attributes: dict[str, str]) -> bool:
    return "source" in attributes and "added" in attributes
