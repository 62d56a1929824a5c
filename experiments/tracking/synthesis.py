"""A synthesis in MLflow: what is told at its beginning and at its end."""

from ...knowledge import KnowledgeTree
from ...runtime.journal import Journal
from ...runtime.synthesizer import Outcome
from ..recipe import Recipe
from .artifacts import SYNTHESIS_BEGINS, SYNTHESIS_ENDS
from .facts import synthesis_facts
from .tracker import Status, Tracker


def show_beginning(tracker: Tracker, recipe: Recipe, tree: KnowledgeTree, journal: Journal) -> None:
    """Show a synthesis from now on.

    Raises:
        OutputFault: the journal cannot be written.
    """
    facts = synthesis_facts(recipe, tree, journal.path.parent)
    tracker.begin(journal, facts, files=SYNTHESIS_BEGINS, shown=recipe.tracking)


def show_outcome(tracker: Tracker, outcome: Outcome) -> None:
    """Note how a synthesis ended."""
    status, said = _ending(outcome)
    asked = {"asked": float(outcome.tally.asked)}
    tracker.end(status, outcome=said, metrics=asked, files=SYNTHESIS_ENDS)


def _ending(outcome: Outcome) -> tuple[Status, str]:
    if outcome.interrupted:
        return "KILLED", "interrupted"
    if outcome.waiting:
        return "SCHEDULED", f"{outcome.waiting} items wait for results"
    return "FINISHED", f"shortfall: {outcome.shortfall}" if outcome.shortfall else "complete"
