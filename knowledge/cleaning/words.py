"""What of a tag's text carries meaning: its words, without inflection, spelling variants and empty words."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from ..tags import fold_tag

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_TOKEN = re.compile(rf"{HAN.pattern}|(?:(?!{HAN.pattern})[^\W_])+|[^\w\s]")
_ROMAN = re.compile(r"(?=[ivxlcdm])m{0,3}(?:c[md]|d?c{0,3})(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3})")
#: They hold a phrase together and change no topic.
_EMPTY = frozenset({"the", "and", "的", "之", "与", "和", "及"})
#: Words that give the order of the others a meaning: "History of Science", "Science of History".
_ORDERING = frozenset(
    {"of", "for", "in", "on", "to", "from", "with", "without", "by", "at", "as", "into", "versus", "vs"}
)
#: One of these more or less is another topic: numbers, negations, and what stands in pairs of opposites.
_TELLING_HAN = frozenset(
    "零一二三四五六七八九十百千万两甲乙丙丁非不无未反有上下前后左右大小内外男女东西南北新旧古今早晚高低正负生熟公私"
)
_NO_PLURAL = frozenset({"news", "goods", "customs", "arms", "means", "glasses", "series", "species", "lens"})
_SHINGLE = 2


@dataclass(frozen=True)
class TagWords:
    """A tag as it is compared with others.

    Attributes:
        words: in their order: English words without plural and with one spelling, Chinese characters one by one, signs
            that are part of a name (the + of C++); without empty words.
    """

    words: tuple[str, ...]

    @classmethod
    def of(cls, tag: str) -> "TagWords":
        """Read a tag."""
        text = fold_tag(tag).replace("'", "").replace("’", "").replace("&", " and ")
        tokens = [token for token in _TOKEN.findall(text) if token[0].isalnum() or _is_sign(token)]
        words = tuple(_stem(token) for token in tokens if token not in _EMPTY)
        return cls(words or tuple(tokens) or (text,))

    @cached_property
    def text(self) -> str:
        """The words as one text, with spaces around words and none between Chinese characters."""
        spaced = " ".join(self.words)
        return f" {re.sub(rf'(?<={HAN.pattern}) (?={HAN.pattern})', '', spaced)} "

    @cached_property
    def shingles(self) -> frozenset[str]:
        """The pairs of neighbouring characters: tags are short, and most Chinese words have two characters."""
        return frozenset(self.text[i : i + _SHINGLE] for i in range(len(self.text) - _SHINGLE + 1))

    @cached_property
    def marks(self) -> Counter[str]:
        """The words that tell topics apart however short they are: numbers, letters, signs, opposites."""
        return Counter(word for word in self.words if _is_mark(word))

    @property
    def may_be_reordered(self) -> bool:
        """Whether the order of the words says nothing: "Bread Baking", "Baking Bread"."""
        return not self.marks and not any(word in _ORDERING or HAN.match(word) for word in self.words)


def _is_sign(token: str) -> bool:
    return token in "#%" or unicodedata.category(token).startswith("S")


def _is_mark(word: str) -> bool:
    if len(word) == 1:
        return word in _TELLING_HAN or not HAN.match(word)
    return any(char.isdigit() for char in word) or _ROMAN.fullmatch(word) is not None


def _stem(word: str) -> str:
    """An English word in the singular and in one spelling (colour, color; organise, organize; centre, center)."""
    if not (word.isascii() and word.isalpha() and len(word) > 3):
        return word
    word = _singular(word)
    if len(word) > 5:
        word = word.replace("our", "or").replace("elling", "eling")
    word = re.sub(r"iz(?=e|ing|ation)", "is", word)
    return re.sub(r"tre$", "ter", word)


def _singular(word: str) -> str:
    if word in _NO_PLURAL or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word.removesuffix("s")
