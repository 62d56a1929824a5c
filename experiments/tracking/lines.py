"""Records of a run and what they were made from, as plain JSON without secrets."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ...corpus.records import Cell, Chain, Record
from ...runtime.environment import redact, variable
from ...runtime.journal import Journal
from ...runtime.run_directory import RECIPE_FILE
from ..recipe import load_recipe


def redactor(run: Path) -> Callable[[str], str]:
    """Takes secrets out of a text: those of the environment, and the key that the run's recipe names."""
    recipe = run / RECIPE_FILE
    name = load_recipe(recipe).model.api_key_env if recipe.exists() else None
    key = (variable(name) if name else None) or ""
    return lambda text: redact(text, key)


def redacted(value: Any, clean: Callable[[str], str]) -> Any:
    """JSON with every text in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: redacted(item, clean) for key, item in value.items()}
    return [redacted(item, clean) for item in value] if isinstance(value, list | tuple) else value


def says(record: Record) -> Any:
    """What a record says: a cell's place, the text of what has but that, else its fields."""
    content = record.content()
    if isinstance(record, Cell):
        return {**content, "path": " > ".join(record.path)}
    return content["text"] if content.keys() <= {"text", "difficulty", "round"} else content


def made_from(record: Record, journals: Iterable[Journal]) -> dict[str, Any]:
    """What the ancestors of a record say, by their kind: the nearest of each, the oldest first.

    Args:
        record: whose ancestors.
        journals: where they are: a judge's are in the journal of the run that it judges.
    """
    found: dict[str, Any] = {}
    journals, parent = list(journals), record.parent_id
    while parent and (above := next((each for each in (one.record(parent) for one in journals) if each), None)):
        found.setdefault(above.kind, says(above))
        parent = above.parent_id
    return dict(reversed(found.items()))


def sample_row(chain: Chain) -> dict[str, str]:
    """A finished record side by side: what it was asked, and what was said at each stage.

    Where a gate let no refinement stand, there is no critique, and the first answer is the last one.
    """
    critique = chain.rounds[-1][0].content() if chain.rounds else {}
    said = "\n\n".join(f"{name}: {text}" for name, text in critique.items())
    origin = chain.question.origin
    return {
        "question": chain.question.text,
        "answer": chain.answer.text,
        "critique": said,
        "refinement": chain.final.text,
        "tags": " > ".join(origin.path),
        "task": origin.task,
        "difficulty": str(origin.difficulty),
        "language": origin.language,
        "question_id": chain.question.id,
        "answer_id": chain.answer.id,
        "record_id": chain.final.id,
    }
