"""Which prompts a run that begins asks with: the champions of the registry, or the built-in ones.

A run that goes on is not asked about: it keeps what was frozen into it when it began, whatever the champion is by now.
"""

from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any, Literal

from ...errors import BadInput, StoreFault
from ...programs import AnswerQuestion, CritiqueAnswer, ExpandTag, RefineAnswer, Stage, WriteQuestions
from ..compiled import Programs
from ..mlflow_store import Store, existing_store, import_mlflow, present_store, shown, store_address
from .champions import champion_programs

#: The stages of a synthesis, and of a tree's growth, that can be compiled.
SYNTHESIS_STAGES: tuple[type[Stage[Any]], ...] = (WriteQuestions, AnswerQuestion, CritiqueAnswer, RefineAnswer)
GROWTH_STAGES: tuple[type[Stage[Any]], ...] = (ExpandTag,)

#: Seconds for looking the champions up, in all: a run waits for it before it begins.
_DEADLINE_S = 10.0

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
        StoreFault: there is no store, or it cannot be reached in time, and the champions were asked for by name.
    """
    if prompts == "built-in":
        return Programs()
    try:
        import_mlflow(uri)
        return _Lookup(stages, uri, required=required).outcome()
    except StoreFault as exc:
        if required:
            raise StoreFault(f"{exc}; --prompts built-in goes on without the champions") from exc
        tell(f"{exc}; the built-in prompts are used")
        return Programs()


class _Lookup(Thread):
    """Looks the champions up, for a limited time: MLflow itself limits each of its waits, but not their sum.

    What is not done in time is left behind. It only reads, and as a daemon it keeps no process from ending.
    """

    def __init__(self, stages: Sequence[type[Stage[Any]]], uri: str | None, *, required: bool) -> None:
        super().__init__(name="champions", daemon=True)
        self._stages, self._uri, self._required = stages, uri, required
        self._found: Programs | BadInput | None = None

    def run(self) -> None:
        try:
            store = present_store(self._uri) if self._required else existing_store(self._uri)
            self._found = choose_programs("champion", self._stages, store)
        except BadInput as exc:
            self._found = exc

    def outcome(self) -> Programs:
        """What was found.

        Raises:
            PromptFault: as `choose_programs`.
            StoreFault: there is no store though it is required, it failed, or it was too slow.
        """
        self.start()
        self.join(_DEADLINE_S)
        if isinstance(self._found, BadInput):
            raise self._found
        if self._found is None:
            why = f"no champions within {_DEADLINE_S:g} s" if self.is_alive() else "looking the champions up broke off"
            raise StoreFault(f"MLflow's store {shown(store_address(self._uri))}: {why}")
        return self._found
