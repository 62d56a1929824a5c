"""Rules that a result must keep: one that breaks any counts nothing, however well it is written."""

from collections.abc import Sequence

from ...corpus.filters import Rejection, check_answer_language, check_copied_example, check_language
from ...corpus.records import Cell, Critique, Question
from ...knowledge.cleaning import TagRejection, clean_proposal
from ...knowledge.tasks import tasks_for
from ...vocabulary import Language

#: In characters. A judge that takes length for depth would lead an optimizer to ever longer texts.
_MOST_OF_ANSWER = 12_000
_MOST_OF_QUESTION = 6_000
_LEAST_OF_QUESTION = 4
#: A refinement may be so much longer than its draft, and as long as this in any case.
_MOST_GROWTH = 4
_ALWAYS_ALLOWED = 3_000


def check_answer(text: str, question: Question) -> Rejection | None:
    """An answer: its language and its length."""
    return check_answer_language(text, question.text, question.origin.language) or _at_most(text, _MOST_OF_ANSWER)


def check_refinement(text: str, draft: str, question: Question) -> Rejection | None:
    """A refined answer: as an answer, not much longer than its draft, and not the same."""
    if _folded(text) == _folded(draft):
        return Rejection("unchanged", 1.0, "every word of it is the draft's")
    return check_answer(text, question) or _at_most(text, max(_MOST_GROWTH * len(draft), _ALWAYS_ALLOWED))


def check_critique(critique: Critique) -> Rejection | None:
    """A critique: its language and its length."""
    text = "\n".join((critique.strengths, critique.weaknesses, critique.suggestions))
    return check_language(text, critique.origin.language) or _at_most(text, _MOST_OF_ANSWER)


def check_questions(cell: Cell, questions: Sequence[Question]) -> Rejection | None:
    """The questions of a cell: their language and length, and that none copies an example of its task."""
    language = cell.origin.language
    examples = tasks_for(language)[cell.origin.task].examples
    for question in questions:
        text = question.text
        if len(text) < _LEAST_OF_QUESTION:
            return Rejection("too_short", len(text), f"{len(text)} characters")
        broken = check_language(text, language) or check_copied_example(text, examples)
        if found := broken or _at_most(text, _MOST_OF_QUESTION):
            return found
    return None


def check_tags(tags: Sequence[str], path: Sequence[str], count: int, language: Language) -> Rejection | None:
    """The tags of a split: as many as asked for, each a tag in the language, none twice and none of the path."""
    if len(tags) != count:
        return Rejection("number", len(tags), f"{len(tags)} tags, {count} were asked for")
    for tag in tags:
        if isinstance(found := clean_proposal(tag, path, language), TagRejection):
            rule = "language" if found.rule == "language" else "no_tag"
            return Rejection(rule, found.figure, f"{tag!r}: {found.detail}")
    if len({_folded(tag) for tag in tags}) < len(tags):
        return Rejection("no_tag", len(tags), "a tag stands twice")
    return None


def _at_most(text: str, limit: int) -> Rejection | None:
    return Rejection("too_long", len(text), f"{len(text)} characters, more than {limit}") if len(text) > limit else None


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
