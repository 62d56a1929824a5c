"""What differs between a run and what it would be made with now: recipe, tree and prompts."""

from typing import Any

from ..knowledge import KnowledgeTree, load_tree
from ..programs import AnswerQuestion, CompareStage, CritiqueAnswer, RefineAnswer, Stage, WriteQuestions
from ..runtime.journal import Journal
from ..runtime.run_directory import RunDirectory
from .recipe import Recipe, differences, load_recipe


def changes_since(directory: RunDirectory, journal: Journal, recipe: Recipe, tree: KnowledgeTree) -> tuple[str, ...]:
    """What of a run is no longer as it was when it was made, a line each.

    Args:
        directory: the run's.
        journal: its journal, or a copy of that.
        recipe, tree: what it would be made with now.

    Raises:
        BadInput: the run's recipe or tree cannot be read.
    """
    changed = differences(load_recipe(directory.recipe), recipe)
    standing = load_tree(directory.tree).version
    if standing != tree.version:
        changed.append(f"tree: {standing} -> {tree.version}")
    return (*changed, *_changed_prompts(journal))


def _changed_prompts(journal: Journal) -> list[str]:
    """The stages whose prompt is not the one that the run has used. A stage that it has not reached has none."""
    used: dict[str, list[str]] = {}
    for stage, version in journal.used_prompts():
        used.setdefault(stage, []).append(version)
    changed = []
    for kind in (WriteQuestions, AnswerQuestion, CritiqueAnswer, RefineAnswer, CompareStage):
        stage = kind()
        before, now = used.get(stage.name, []), stage.prompt_version()
        # Several versions were possible before a changed prompt was refused; going on with one of them adds no other.
        if before and now not in before:
            where = _changed_parts(journal.prompt(before[-1]) or [], stage)
            changed.append(f"prompt of {stage.name}: {before[-1]} -> {now} ({where})")
    return changed


def _changed_parts(before: list[dict[str, Any]], stage: Stage[Any]) -> str:
    """The names of the parts of a prompt that are not as they were."""
    old, new = _parts(before), _parts(stage.prompt())
    return ", ".join(name for name in new if old[name] != new[name])


def _parts(messages: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """A prompt by its parts: what is said of the task, the examples, and the form of the question."""
    contents = [(message["role"], message["content"]) for message in messages]
    system = [content for content in contents if content[0] == "system"]
    turns = contents[len(system) :]
    return {"system message": system, "demos": turns[:-1], "input template": turns[-1:]}
