"""Entering a change of a tree into its log."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from .history import LogEntry, TagMerge
from .tree import KnowledgeTree


def utc_today() -> date:
    """The day by which trees are dated."""
    return datetime.now(UTC).date()


def log_change(
    tree: KnowledgeTree,
    *,
    parent: str | None,
    made_by: str,
    on: date,
    figures: Mapping[str, int],
    merged: Sequence[TagMerge] = (),
    model: str | None = None,
) -> bool:
    """Enter a change into a tree's log, once it is made; returns whether there was any.

    Args:
        parent: the tree's version before the change, or None if there was no tree.
        made_by: the step that made it.
        on: today, in UTC.
        figures: what it did, in numbers.
        merged: the tags that became others.
        model: the name of the model that was asked, if one was.
    """
    version = tree.version
    if version == parent:
        return False
    entry = LogEntry(
        version=version,
        parent=parent,
        made_by=made_by,
        date=on,
        model=model,
        figures=dict(figures),
        merged=tuple(merged),
    )
    tree.log = (*tree.log, entry)
    return True
