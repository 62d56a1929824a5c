"""The journal of a run: what survives a crash."""

from .entries import ItemEntry, ItemOutcome, JournalTotals, StepEntry, StepOutcome
from .journal import Journal

__all__ = ["ItemEntry", "ItemOutcome", "Journal", "JournalTotals", "StepEntry", "StepOutcome"]
