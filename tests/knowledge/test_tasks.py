"""The seven tasks in the paper's order, each in both languages."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from condor.knowledge import Task, tasks_for
from condor.vocabulary import DIFFICULTIES, LANGUAGES, TASKS, Language

HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN_WORD = re.compile(r"[A-Za-z]+")

IN_THE_PAPERS_ORDER = [
    "role_playing",
    "daily_chat",
    "domain_knowledge_qa",
    "given_material_processing",
    "response_format_control",
    "view",
    "creation",
]


def is_chinese(text: str) -> bool:
    return len(HAN.findall(text)) > len(LATIN_WORD.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_seven_tasks_in_the_papers_order(language: Language):
    assert list(TASKS) == IN_THE_PAPERS_ORDER
    assert list(tasks_for(language)) == IN_THE_PAPERS_ORDER
    assert [task.name for task in tasks_for(language).values()] == IN_THE_PAPERS_ORDER


def test_there_are_three_difficulties_from_easy_to_hard():
    assert DIFFICULTIES == ("easy", "medium", "hard")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_five_different_examples_at_least(language: Language, name: str):
    examples = [" ".join(text.split()).casefold() for text in tasks_for(language)[name].examples]  # type: ignore[index]
    assert len(set(examples)) >= 5
    assert len(set(examples)) == len(examples)
    assert min(len(text) for text in examples) >= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_tasks_share_a_title_a_description_or_an_example(language: Language):
    tasks = tasks_for(language).values()
    examples = [example for task in tasks for example in task.examples]
    assert len({task.title for task in tasks}) == 7
    assert len({task.description for task in tasks}) == 7
    assert len(set(examples)) == len(examples)


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_descriptions_and_examples_are_in_their_language(language: Language):
    for task in tasks_for(language).values():
        for text in (task.title, task.description, *task.examples):
            assert is_chinese(text) == (language == "zh"), (task.name, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_a_task_has_white_space_around_it(language: Language):
    for task in tasks_for(language).values():
        assert [text for text in (task.title, task.description, *task.examples) if text != text.strip()] == []


def fields(**changes: Any) -> dict[str, Any]:
    return {"name": "view", "title": "View", "description": "An opinion.", "examples": tuple("abcde")} | changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"examples": tuple("abcd")}, "examples"), ({"name": "chess"}, "name"), ({"more": 1}, "more")],
)
def test_a_task_without_enough_examples_or_with_unknown_keys_is_refused(changes: dict[str, Any], field: str):
    with pytest.raises(ValidationError, match=field):
        Task(**fields(**changes))


def test_a_task_is_frozen():
    task = Task(**fields())
    with pytest.raises(ValidationError, match="frozen"):
        task.title = "other"  # type: ignore[misc]
