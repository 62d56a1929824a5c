"""The closed sets of names that every room shares: languages, difficulties and tasks.

The order of `DIFFICULTIES` is the order in which the paper writes its three questions, and the order of `TASKS`
is the paper's own (section 3.2): the task-count ablation takes the first k of them.
"""

from typing import Final, Literal, get_args

Language = Literal["en", "zh"]
Difficulty = Literal["easy", "medium", "hard"]
TaskName = Literal[
    "role_playing",
    "daily_chat",
    "domain_knowledge_qa",
    "given_material_processing",
    "response_format_control",
    "view",
    "creation",
]
RecordKind = Literal["cell", "question", "answer", "critique", "refinement", "verdict"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DIFFICULTIES: Final[tuple[Difficulty, ...]] = get_args(Difficulty)
TASKS: Final[tuple[TaskName, ...]] = get_args(TaskName)

#: How a language is named to a model.
LANGUAGE_NAMES: Final[dict[Language, str]] = {"en": "English", "zh": "Simplified Chinese (简体中文)"}
