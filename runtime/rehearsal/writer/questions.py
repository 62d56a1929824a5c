"""Compose the questions: three difficulties for one theme and one kind of task."""

import random
from collections.abc import Set as AbstractSet

from ....vocabulary import DIFFICULTIES, TASKS
from .compose import Composer, clean
from .language import Language, get_language

_MAX_REDRAWS = 5
_POLITE_SHARE = {"easy": 0.25, "medium": 0.4, "hard": 0.4}
_STRICT_TASKS = frozenset({"response_format_control", "creation"})
"""Tasks whose questions state their own demands, which a general wish at the end might contradict."""


def write_questions(
    theme: list[str],
    task: str,
    examples: list[str],
    language: str,
    rng: random.Random,
    wanted: AbstractSet[str] = frozenset(),
) -> dict[str, str]:
    """One easy, one medium and one hard question on the leaf of the theme, none of them among the examples.

    Where it is wanted, each brings its context and shows its task, and the hard one has further demands.
    """
    if task not in TASKS:
        raise ValueError(f"unknown task {task!r}; the tasks are {', '.join(TASKS)}")
    known = get_language(language)
    values = _theme_values(theme, known)
    avoid = {example.strip() for example in examples}
    questions = {difficulty: _write_one(task, difficulty, values, avoid, known, rng) for difficulty in DIFFICULTIES}
    return _enrich(questions, task, wanted, Composer(known.text, values, rng), known) if wanted else questions


def _enrich(
    questions: dict[str, str], task: str, wanted: AbstractSet[str], composer: Composer, language: Language
) -> dict[str, str]:
    """The questions with what is wanted of them and was not there."""
    richer = dict(questions)
    for difficulty, text in questions.items():
        if "task" in wanted and not shows_task(text, task, language):
            richer[difficulty] = _append(richer[difficulty], composer.write(f"more.task.{task}"), language)
        if "context" in wanted and not shows_context(text, language):
            richer[difficulty] = f"{composer.write('more.context')}{language.joiner}{richer[difficulty]}"
    if "spread" in wanted:
        richer["hard"] = f"{richer['hard']}\n\n{composer.write('more.demand')}"
    return richer


def shows_context(question: str, language: Language) -> bool:
    """Whether a question brings the situation or the material that it comes from."""
    return language.patterns["regex.question.context"].search(question) is not None


def shows_task(question: str, task: str, language: Language) -> bool:
    """Whether the wording of a question is usual for its task."""
    return language.patterns[f"regex.task.{task}"].search(question) is not None


def count_demands(question: str, language: Language) -> int:
    """How much a question asks for: its sentences, list lines and conditions."""
    return len(language.patterns["regex.question.demand"].findall(question))


def _write_one(
    task: str, difficulty: str, values: dict[str, str], avoid: set[str], language: Language, rng: random.Random
) -> str:
    """One question, composed anew a few times if it happens to repeat an example."""
    text = ""
    for _ in range(_MAX_REDRAWS):
        composer = Composer(language.text, values, rng)
        text = composer.write(f"{task}.{difficulty}")
        if task not in _STRICT_TASKS and rng.random() < _POLITE_SHARE[difficulty]:
            text = _append(text, composer.write("polite"), language)
        if text not in avoid:
            break
    return text


def _append(text: str, sentence: str, language: Language) -> str:
    """Add a sentence, in a paragraph of its own after a list, a table or any other block."""
    if sentence in text:
        return text
    return f"{text}\n\n{sentence}" if "\n" in text else f"{text}{language.joiner}{sentence}"


def _theme_values(theme: list[str], language: Language) -> dict[str, str]:
    """The leaf as it is written and its parent as it reads within a sentence."""
    tags = [" ".join(clean(tag).split()) for tag in theme]
    tags = [tag for tag in tags if tag]
    leaf = tags[-1] if tags else language.text["default_leaf"][0]
    parent = tags[-2] if len(tags) > 1 else language.text["default_parent"][0]
    return {"leaf": _mention(leaf, language), "parent": _in_sentence(parent, language)}


def _mention(leaf: str, language: Language) -> str:
    """The leaf as it stands in a question, quoted where capitals would not set it off from the sentence."""
    if not language.joiner:
        return leaf
    return leaf if leaf[0].isupper() or leaf[0].isdigit() else f'"{leaf}"'


def _in_sentence(tag: str, language: Language) -> str:
    """A tag in small letters, except for abbreviations and names."""
    proper = language.text["proper_words"]
    return " ".join(
        word.lower() if word[:1].isupper() and word[1:].islower() and word not in proper else word
        for word in tag.split(" ")
    )
