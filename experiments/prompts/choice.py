"""Which prompts a synthesis that begins asks with: the champions of the registry, or the built-in ones.

A run that goes on is not asked about: it keeps what was frozen into it when it began, whatever the champion is by now.
"""

from collections.abc import Callable

from ...errors import StoreFault
from ...programs import AnswerQuestion, CritiqueAnswer, RefineAnswer, WriteQuestions
from ..compiled import Programs
from ..recipe import Recipe
from ..tracking.existing import existing_store
from ..tracking.store import Store
from .champions import champion_programs

#: The stages of a synthesis.
SYNTHESIS_STAGES = (WriteQuestions, AnswerQuestion, CritiqueAnswer, RefineAnswer)


def programs_for_synthesis(recipe: Recipe, store: Store | None) -> Programs:
    """What a synthesis puts in the place of the built-in prompts.

    Args:
        recipe: with `prompts: champion` or `built-in`.
        store: whose registry; None where there is none, and then nothing is put in their place.

    Raises:
        PromptFault: a champion was made for another signature than its stage has now, or is damaged.
        StoreFault: the store failed.
    """
    if store is None or recipe.prompts == "built-in":
        return Programs()
    return champion_programs(store, SYNTHESIS_STAGES)


def find_programs(recipe: Recipe, *, uri: str | None = None, required: bool, tell: Callable[[str], None]) -> Programs:
    """As `programs_for_synthesis`, with the store of the environment: it is not made only to look into it.

    Args:
        recipe: of the run that begins.
        uri: the store's address if MLFLOW_TRACKING_URI names none.
        required: whether the champions were asked for by name; otherwise the work goes on without the store.
        tell: is told, in a line, that a store could not be reached.

    Raises:
        PromptFault: as `programs_for_synthesis`.
        StoreFault: the store cannot be reached, and the champions were asked for by name.
    """
    if recipe.prompts == "built-in":
        return Programs()
    try:
        return programs_for_synthesis(recipe, existing_store(uri))
    except StoreFault as exc:
        if required:
            raise StoreFault(f"{exc}; --prompts built-in goes on without the champions") from exc
        tell(f"{exc}; the built-in prompts are used")
        return Programs()
