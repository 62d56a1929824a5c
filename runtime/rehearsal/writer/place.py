"""File a topic under a theme, the one that shares most of its wording, and name it as a tag."""

import re
import unicodedata

#: What is answered where no theme shares more than chance would have it.
NONE = "none"
#: Of the character pairs in a theme's word, the share that a topic must hold. Words of one alphabet have some in common
#: by chance ("Health" has 3 of its 5 in "Weather"); two Chinese characters in a row hardly ever are.
_LEAST_LATIN, _LEAST_HAN = 0.75, 0.3
#: Shorter words ("and", "of") say nothing of what a theme is about.
_TELLING = 4
_HAN = re.compile(r"[一-鿿]")
#: What stands before these is the subject of a headline.
_END_OF_SUBJECT = re.compile(r"\s[-–—|]\s|[:：,，;；。?？!！]|\.\s")
_MOST_WORDS, _MOST_HAN = 8, 18


def place_topic(topic: str, themes: list[str]) -> str:
    """The theme with the word of which the topic has the largest part, the first of equals, or `none`."""
    wanted = _pairs(_fold(topic))
    scores = [max((_share(word, wanted) for word in _fold(theme).split()), default=0.0) for theme in themes]
    best = max(scores, default=0.0)
    return themes[scores.index(best)] if best else NONE


def name_topic(topic: str) -> str:
    """The beginning of a topic up to its first break, no longer than a tag."""
    subject = next((part.strip() for part in _END_OF_SUBJECT.split(topic) if part.strip()), topic.strip())
    return subject[:_MOST_HAN] if _HAN.search(subject) else " ".join(subject.split()[:_MOST_WORDS])


def _share(word: str, wanted: set[str]) -> float:
    """The part of a word's character pairs that is wanted; 0 where it is no more than chance."""
    han = _HAN.search(word) is not None
    if len(word) < (2 if han else _TELLING):
        return 0.0
    pairs = _pairs(word)
    share = len(pairs & wanted) / len(pairs)
    return share if share >= (_LEAST_HAN if han else _LEAST_LATIN) else 0.0


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _pairs(text: str) -> set[str]:
    return {word[at : at + 2] for word in text.split() for at in range(len(word) - 1)}
