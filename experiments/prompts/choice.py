"""Which prompts a run that begins asks with: the champions of the registry, or the built-in ones.

A run that goes on is not asked about: it keeps what was frozen into it when it began, whatever the champion is by now.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from ...errors import StoreFault
from ...programs import AnswerQuestion, CritiqueAnswer, ExpandTag, RefineAnswer, Stage, WriteQuestions
from ..compiled import Programs
from ..mlflow_store import Store, existing_store, present_store
from .champions import champion_programs

#: The stages of a synthesis, and of a tree's growth, that can be compiled.
SYNTHESIS_STAGES: tuple[type[Stage[Any]], ...] = (WriteQuestions, AnswerQuestion, CritiqueAnswer, RefineAnswer)
GROWTH_STAGES: tuple[type[Stage[Any]], ...] = (ExpandTag,)

PromptsName = Literal["champion", "built-in"]


def choose_programs(prompts: PromptsName, stages: Sequence[type[Stage[Any]]], store: Store | None) -> Programs:
    """What a run puts in the place of the built-in prompts.

    Args:
        prompts: which are wanted.
        stages: of the run.
        store: whose registry; None where there is none, and then nothing is put in their place.

    Raises:
        PromptFault: a champion was made for another signature than its stage has now, or is damaged.
        StoreFault: the store failed.
    """
    if store is None or prompts == "built-in":
        return Programs()
    return champion_programs(store, stages)


def find_programs(
    prompts: PromptsName,
    stages: Sequence[type[Stage[Any]]],
    *,
    uri: str | None = None,
    required: bool,
    tell: Callable[[str], None],
) -> Programs:
    """As `choose_programs`, with the store of the environment: it is not made only to look into it.

    Args:
        prompts: which are wanted.
        stages: of the run that begins.
        uri: the store's address if MLFLOW_TRACKING_URI names none.
        required: whether the champions were asked for by name; otherwise the work goes on without the store.
        tell: is told, in a line, that a store could not be reached.

    Raises:
        PromptFault: as `choose_programs`.
        StoreFault: there is no store, or it cannot be reached, and the champions were asked for by name.
    """
    if prompts == "built-in":
        return Programs()
    try:
        store = present_store(uri) if required else existing_store(uri)
        return choose_programs(prompts, stages, store)
    except StoreFault as exc:
        if required:
            raise StoreFault(f"{exc}; --prompts built-in goes on without the champions") from exc
        tell(f"{exc}; the built-in prompts are used")
        return Programs()
