"""Reading what people write about a prompt's work: what instructions ask for, and what feedback finds missing.

An aspect is one thing that a text may show: of an answer its six features, of three questions and of tags what their
judges look at. Wording alone is looked at, in English and in Chinese, whichever language the work itself is in.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Literal

from .features import FEATURES
from .language import Language, get_language

Work = Literal["answer", "refinement", "critique", "questions", "tags"]

#: What can be asked of each kind of work.
ASPECTS: Mapping[Work, tuple[str, ...]] = MappingProxyType(
    {
        "answer": FEATURES,
        "refinement": FEATURES,
        "critique": (*FEATURES, "thorough"),
        "questions": ("context", "spread", "task"),
        "tags": ("distinct", "granular"),
    }
)
_ALL = tuple(dict.fromkeys(aspect for aspects in ASPECTS.values() for aspect in aspects))
_SENTENCE = re.compile(r"[^.;!?。；！？\n]+[.;!?。；！？]*")
#: Characters before a cue in which a "do not" is looked for.
_REACH = 48
_SLOT = re.compile(r"\{[^{}]*\}")


@lru_cache(maxsize=1024)
def asked_aspects(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The aspects that instructions ask for, and those that they forbid, each at least once."""
    asked, forbidden = set(), set()
    for language in (get_language("en"), get_language("zh")):
        for aspect in _ALL:
            for match in language.patterns[f"regex.asked.{aspect}"].finditer(text):
                (forbidden if _is_negated(text, match.start(), language) else asked).add(aspect)
    return frozenset(asked), frozenset(forbidden)


def complaints(feedback: str, aspects: tuple[str, ...]) -> Counter[str]:
    """How often feedback finds each aspect missing: in how many of its sentences, good words being passed over."""
    found: Counter[str] = Counter()
    for match in _SENTENCE.finditer(feedback):
        sentence = match.group()
        language = get_language(language_of(sentence))
        if language.patterns["regex.complaint"].search(sentence) and not _praise(language.code).search(sentence):
            found.update(aspect for aspect in aspects if language.patterns[f"regex.named.{aspect}"].search(sentence))
    return found


def language_of(text: str) -> Literal["en", "zh"]:
    """Chinese where a good part of the letters is."""
    letters = sum(char.isalpha() for char in text)
    return "zh" if 3 * sum("\u4e00" <= char <= "\u9fff" for char in text) > letters else "en"


def _is_negated(text: str, start: int, language: Language) -> bool:
    return language.patterns["regex.forbidden"].search(text[max(0, start - _REACH) : start]) is not None


@cache
def _praise(code: str) -> re.Pattern[str]:
    """The sentences that say what is good: some of them have a "without" or a "not" of their own."""
    banks = get_language(code).text
    entries = [entry for name, found in banks.items() if name.startswith("strength.") for entry in found]
    return re.compile("|".join(".*".join(map(re.escape, _SLOT.split(entry))) for entry in entries))
