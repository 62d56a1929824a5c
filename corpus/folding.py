"""What of a text counts when it is compared with another: its letters, not how they are set."""

import re
import unicodedata
from typing import Final

HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
#: A word, or one Chinese character.
WORD: Final = re.compile(rf"{HAN.pattern}|[^\s{HAN.pattern[1:-1]}]+")
_BESIDE_HAN = re.compile(rf"(?<={HAN.pattern}) | (?={HAN.pattern})")
#: "-5" is another number than "5"; any other hyphen joins or separates words.
_MINUS = re.compile(r"(?<!\w)-(?=\d)")
#: They stand inside words.
_APOSTROPHES = frozenset("'’ʼ‘")
#: Signs that make another question of one, though Unicode counts them as punctuation: C and C#, 7/5 and 7 5.
_TELLING = frozenset("#%&@/")
#: Mathematical and monetary signs by Unicode's count, which mostly set text: tables, LaTeX.
_SETTING = frozenset("|~$")


class _Table(dict[int, str]):
    """What `str.translate` puts in the place of a character, worked out where it is first met."""

    def __init__(self, *, signs: bool) -> None:
        super().__init__()
        self._signs = signs

    def __missing__(self, point: int) -> str:
        self[point] = found = self._fold(chr(point))
        return found

    def _fold(self, char: str) -> str:
        category = unicodedata.category(char)
        if char in _APOSTROPHES or category == "Cf":
            return ""
        if category[0] in "LNM" or category in ("Cs", "Co"):
            return char
        telling = char in _TELLING or (category in ("Sm", "Sc") and char not in _SETTING)
        return char if self._signs and telling else " "


_WITH_SIGNS, _WORDS_ALONE = _Table(signs=True), _Table(signs=False)


def fold_question(text: str) -> str:
    """A question as it is compared with others: NFKC, caseless, without punctuation, with single spaces.

    Signs that make another question (C++ and C, 7/5 and 7+5) stay; spaces beside Chinese characters go. A text of
    nothing but punctuation stays as it is.
    """
    caseless = _caseless(text)
    folded = " ".join(_MINUS.sub("−", caseless).translate(_WITH_SIGNS).split())
    return _BESIDE_HAN.sub("", folded) if HAN.search(folded) else folded or " ".join(caseless.split())


def fold_words(text: str) -> str:
    """The words of a text, of letters and digits alone, caseless and with single spaces between them."""
    return " ".join(_caseless(text).translate(_WORDS_ALONE).split())


def _caseless(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Folding case can undo the normal form.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
