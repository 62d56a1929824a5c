"""The closed sets of names that every room shares: languages, difficulties, tasks and verdicts.

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
RecordKind = Literal["cell", "question", "answer", "critique", "refinement", "verdict", "preference", "comparison"]
#: What an answer is scored for.
Criterion = Literal["helpfulness", "correctness", "depth", "clarity", "instruction_following"]
#: What a judge says of two answers that it is shown as A and B.
PairVerdict = Literal["A", "B", "tie"]
#: How a pair ends, whichever of the two was shown first.
Winner = Literal["first", "second", "tie"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DIFFICULTIES: Final[tuple[Difficulty, ...]] = get_args(Difficulty)
TASKS: Final[tuple[TaskName, ...]] = get_args(TaskName)
CRITERIA: Final[tuple[Criterion, ...]] = get_args(Criterion)

#: How a language is named to a model.
LANGUAGE_NAMES: Final[dict[Language, str]] = {"en": "English", "zh": "Simplified Chinese (简体中文)"}
