"""Under which root tags has nothing come for long?"""

from datetime import date, timedelta

from .retirement import first_day
from .tree import HIDDEN_ROOT, KnowledgeTree


def stale_roots(tree: KnowledgeTree, *, today: date, horizon: timedelta) -> list[int]:
    """The root tags that are no retired topics and under which no tag came within the horizon, in their order.

    A tag that says nothing of when it came is as old as the tree; a tree whose log does not begin with its making is
    older than any horizon.
    """
    oldest = first_day(today, horizon).isoformat()
    made_here = tree.log and tree.log[0].parent is None
    undated = tree.log[0].date.isoformat() if made_here else ""
    root_of: dict[int, int] = {}
    fresh: set[int] = set()
    for parent, node in tree.edges():
        attributes = tree.graph.nodes[node]
        if "retired" in attributes or (parent != HIDDEN_ROOT and parent not in root_of):
            continue  # no topic, nor is what stands under it
        root_of[node] = root_of.get(parent, node)
        if attributes.get("added", undated) >= oldest:
            fresh.add(root_of[node])
    return [root for root in tree.living_children() if root not in fresh]
