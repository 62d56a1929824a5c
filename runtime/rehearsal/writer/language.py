"""The two languages as data: one frozen record of banks for each, and one mechanism that reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import (
    bank_en_answers,
    bank_en_asks,
    bank_en_critique,
    bank_en_cues,
    bank_en_fields,
    bank_en_judge,
    bank_en_materials,
    bank_en_questions,
    bank_en_tags,
    bank_en_words,
    bank_zh_answers,
    bank_zh_asks,
    bank_zh_critique,
    bank_zh_cues,
    bank_zh_fields,
    bank_zh_judge,
    bank_zh_materials,
    bank_zh_questions,
    bank_zh_tags,
    bank_zh_words,
)
from .compose import Banks, parse_banks


@dataclass(frozen=True)
class Facet:
    """A way of narrowing a tag: how the new tag is written, and its short form for narrowing it once more."""

    prefix: str
    suffix: str
    topic: str

    def apply(self, head: str) -> str:
        """The tag that this facet makes of a head."""
        return f"{self.prefix}{head}{self.suffix}"

    def head_of(self, tag: str) -> str:
        """The head that this facet was applied to, or an empty text where it was not."""
        if not (tag.startswith(self.prefix) and tag.endswith(self.suffix)):
            return ""
        return tag[len(self.prefix) : len(tag) - len(self.suffix)]


@dataclass(frozen=True)
class TagBank:
    """What tags are made of: themes with their own narrower tags, and facets for every other tag."""

    themes: Mapping[str, tuple[str, ...]]
    root_facets: tuple[Facet, ...]
    facets: tuple[Facet, ...]
    narrow_facets: tuple[Facet, ...]
    max_length: int
    short_head: int
    head_cut: re.Pattern[str]


@dataclass(frozen=True)
class Language:
    """Everything that differs between the languages."""

    code: str
    joiner: str
    text: Banks
    tags: TagBank
    patterns: Mapping[str, re.Pattern[str]]
    min_units: int
    max_units: int
    subject_length: int
    opening_zone: int
    closing_zone: int

    def units(self, text: str) -> int:
        """The length of a text as its readers count it: words in English, characters in Chinese."""
        words = text.split()
        return len(words) if self.joiner else sum(map(len, words))


def _facets(entries: tuple[str, ...]) -> tuple[Facet, ...]:
    """Read entries such as "History of {x} => {x} History"; the short form may be left out."""
    found = []
    for entry in entries:
        name, _, topic = entry.partition(" => ")
        prefix, _, suffix = name.partition("{x}")
        found.append(Facet(prefix, suffix, topic or name))
    return tuple(found)


def _tag_bank(banks: Banks, max_length: int, short_head: int, head_cut: str) -> TagBank:
    themes = {}
    for entry in banks["themes"]:
        theme, _, children = entry.partition(": ")
        themes[theme] = tuple(child.strip() for child in children.split(";"))
    return TagBank(
        themes=themes,
        root_facets=_facets(banks["root_facets"]),
        facets=_facets(banks["facets"]),
        narrow_facets=_facets(banks["narrow_facets"]),
        max_length=max_length,
        short_head=short_head,
        head_cut=re.compile(head_cut),
    )


def _patterns(banks: Banks, whole_words: bool) -> dict[str, re.Pattern[str]]:
    """One compiled alternation for every section of marker phrases or of regular expressions."""
    patterns = {}
    for name, phrases in banks.items():
        if name.startswith("marker."):
            options = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
            edge = r"\b" if whole_words else ""
            patterns[name] = re.compile(f"{edge}(?:{options})", re.IGNORECASE)
        elif name.startswith("regex."):
            patterns[name] = re.compile("|".join(phrases), re.IGNORECASE | re.MULTILINE)
    return patterns


def _english() -> Language:
    modules = (
        bank_en_words,
        bank_en_questions,
        bank_en_materials,
        bank_en_answers,
        bank_en_fields,
        bank_en_cues,
        bank_en_critique,
        bank_en_judge,
        bank_en_asks,
    )
    banks = parse_banks("\n".join(module.TEXT for module in modules), " ")
    tags = parse_banks(bank_en_tags.TEXT, " ")
    return Language(
        code="en",
        joiner=" ",
        text=banks,
        tags=_tag_bank(tags, max_length=59, short_head=26, head_cut=r" and |, | of | for | in | with "),
        patterns=_patterns(banks, whole_words=True),
        min_units=80,
        max_units=350,
        subject_length=64,
        opening_zone=240,
        closing_zone=420,
    )


def _chinese() -> Language:
    modules = (
        bank_zh_words,
        bank_zh_questions,
        bank_zh_materials,
        bank_zh_answers,
        bank_zh_fields,
        bank_zh_cues,
        bank_zh_critique,
        bank_zh_judge,
        bank_zh_asks,
    )
    banks = parse_banks("\n".join(module.TEXT for module in modules), "")
    tags = parse_banks(bank_zh_tags.TEXT, "")
    return Language(
        code="zh",
        joiner="",
        text=banks,
        tags=_tag_bank(tags, max_length=19, short_head=8, head_cut="[与和及、,]"),
        patterns=_patterns(banks, whole_words=False),
        min_units=150,
        max_units=600,
        subject_length=30,
        opening_zone=100,
        closing_zone=160,
    )


_LANGUAGES = {language.code: language for language in (_english(), _chinese())}


def get_language(code: str) -> Language:
    """The record of a language, or ValueError for a code there are no banks for."""
    if code not in _LANGUAGES:
        raise ValueError(f"no banks for language {code!r}; there are {', '.join(_LANGUAGES)}")
    return _LANGUAGES[code]
