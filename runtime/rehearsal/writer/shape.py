"""Recognise what form of answer a question asks for, from simple cues in its wording."""

import re
from dataclasses import dataclass

from .compose import clean
from .language import Language

_KINDS = (
    "json",
    "table",
    "bullets",
    "questions",
    "role",
    "poem",
    "story",
    "slogan",
    "code",
    "summary",
    "chat",
    "opinion",
)
MADE_KINDS = frozenset({"json", "table", "bullets", "questions", "poem", "story", "slogan"})
"""The forms in which the answer is a thing made to order and not a piece of advice."""

_READ_LIMIT = 6000
_NAMED_PART = re.compile(r"`([^`\n|]{1,24})`")
_NUMBER = re.compile(r"(?<![\d.])\d{1,5}(?![\d.])")
_YEARS = frozenset(range(1900, 2100))
_MIN_FIGURES = 3
_MAX_ITEMS = 8
_DEFAULT_ITEMS = 5


@dataclass(frozen=True)
class Shape:
    """The form an answer should take, and the details of the question it can take up."""

    kind: str
    parts: tuple[str, ...] = ()
    count: int = _DEFAULT_ITEMS
    role: str = ""
    detail: str = ""
    low: str = ""
    high: str = ""


def read_shape(question: str, language: Language) -> Shape:
    """The shape that the cues of a question suggest; "plain" where there is none."""
    text = clean(question[:_READ_LIMIT])
    kind = next((kind for kind in _KINDS if language.patterns[f"regex.shape.{kind}"].search(text)), "plain")
    figures = sorted({int(figure) for figure in _NUMBER.findall(text)} - _YEARS)
    spread = kind == "summary" and len(figures) >= _MIN_FIGURES
    counts = language.patterns["regex.question_count" if kind == "questions" else "regex.bullet_count"]
    return Shape(
        kind=kind,
        parts=_named_parts(text),
        count=_count(_first_group(counts, text), language),
        role=_first_group(language.patterns["regex.role_name"], text) if kind == "role" else "",
        detail="" if spread else _first_group(language.patterns["regex.detail"], text),
        low=str(figures[0]) if spread else "",
        high=str(figures[-1]) if spread else "",
    )


def _named_parts(text: str) -> tuple[str, ...]:
    """Names between backticks, which is how keys and columns are given; fences are not names."""
    return tuple(dict.fromkeys(name.strip() for name in _NAMED_PART.findall(text) if name.strip()))[:_MAX_ITEMS]


def _first_group(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return next((group for group in match.groups() if group), "") if match else ""


def _count(word: str, language: Language) -> int:
    """A number written in digits or as a word, kept within reason."""
    words = language.text["number_words"]
    number = words.index(word.lower()) if word.lower() in words else 0
    if word.isdecimal():
        number = int(word[:3])
    return min(number, _MAX_ITEMS) if number > 0 else _DEFAULT_ITEMS
