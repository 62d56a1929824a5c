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
) -> bool:
    """Enter a change into a tree's log, once it is made; returns whether there was any.

    Args:
        parent: the tree's version before the change, or None if there was no tree.
        on: today, in UTC.
    """
    version = tree.version
    if version == parent:
        return False
    entry = LogEntry(
        version=version, parent=parent, made_by=made_by, date=on, figures=dict(figures), merged=tuple(merged)
    )
    tree.log = (*tree.log, entry)
    return True
