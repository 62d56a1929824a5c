"""The seven tasks (paper section 3.2), described and exemplified in each language."""

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field

from ..vocabulary import TASKS, Language, TaskName


class Task(BaseModel):
    """One kind of question.

    Attributes:
        name: its identifier, the same in every language.
        title: what a person calls it.
        description: what questions of this kind look like.
        examples: questions of this kind, shown to the model as inspiration and never to be copied.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: TaskName
    title: str
    description: str
    examples: tuple[str, ...] = Field(min_length=5)


@cache
def tasks_for(language: Language) -> dict[TaskName, Task]:
    """The tasks in a language, by name, in the paper's order."""
    text = files("condor.knowledge").joinpath(f"data/tasks_{language}.yaml").read_text(encoding="utf-8")
    tasks = {task.name: task for task in (Task(**entry) for entry in yaml.safe_load(text))}
    return {name: tasks[name] for name in TASKS}
