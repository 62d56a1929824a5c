"""Which prompts there are, and what each is called in the registry: one for every stage."""

from typing import Any

from ... import programs
from ...errors import PromptFault
from ...programs import Stage

#: Before the stage's name.
_PREFIX = "condor."


def stages() -> dict[str, type[Stage[Any]]]:
    """Prompt name -> the stage whose prompt it is: every stage that `condor.programs` has."""
    found = (getattr(programs, name) for name in programs.__all__)
    kinds = [kind for kind in found if isinstance(kind, type) and issubclass(kind, Stage) and hasattr(kind, "name")]
    return {prompt_name(kind.name): kind for kind in kinds}


def prompt_name(stage: str) -> str:
    """What the prompt of a stage is called in the registry."""
    return f"{_PREFIX}{stage}"


def stage_of(name: str) -> Stage[Any]:
    """The stage with its built-in prompt.

    Raises:
        PromptFault: no stage has a prompt of that name.
    """
    kind = stages().get(name)
    if kind is None:
        raise PromptFault(f"{name}: no prompt of Condor's; there are {', '.join(sorted(stages()))}")
    return kind()
