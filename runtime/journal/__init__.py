"""The journal of a run: what survives a crash."""

from .entries import ItemEntry, ItemOutcome, JournalTotals, Maker, StageFigures, StepEntry, StepOutcome, TurnEntry
from .journal import Journal
from .snapshot import take_snapshot

__all__ = [
    "ItemEntry",
    "ItemOutcome",
    "Journal",
    "JournalTotals",
    "Maker",
    "StageFigures",
    "StepEntry",
    "StepOutcome",
    "TurnEntry",
    "take_snapshot",
]
