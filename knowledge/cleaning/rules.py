"""Is a proposal a topic? One rule a function; a prefix or a mark that alone is wrong is taken off first."""

import re
from collections.abc import Sequence

from ...errors import TagFault
from ...vocabulary import Language
from ..tags import fold_tag, normalise_tag
from .rejection import TagRejection
from .words import HAN

#: A topic is a noun phrase. The longest titles of encyclopaedia entries that still read as one have about twelve words
#: in English; a Chinese phrase says as much in a third of the characters, and beyond thirty it is a sentence.
MAX_CHARS: dict[Language, int] = {"en": 80, "zh": 30}
MAX_WORDS_EN = 12
#: Two things are a topic ("Rome, Italy", "茶与咖啡"); three are a list.
MAX_LIST_ITEMS = 2
#: An English tag may hold a foreign word or sign; below this share of Latin letters it is in another language.
MIN_LATIN_SHARE_EN = 0.5
#: Names stay as they are in Chinese ("Python", "AI"): one Latin word is a name, more without a Chinese character are
#: English.
MAX_LATIN_WORDS_ZH = 1

_NUMBERING = re.compile(
    r"^(?:\d{1,3}[.)、](?!\d)|[(（](?:\d{1,3}|[一二三四五六七八九十]+)[)）]|[一二三四五六七八九十]+、)\s*"
)
_BULLET = re.compile(r"^[-*•·–—]\s+")
_QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("**", "**"), ("`", "`"))
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’][A-Za-zÀ-ɏ]+)*")
_SEPARATOR = re.compile(r"[;；]|[\r\n]|(?<!\d)[,，]|[,，](?!\d)|、|\s[/|]\s|\s[-*•]\s(?=\S+(?:\s[-*•]\s|$))")
_LAST_ITEM = re.compile(r"\s(?:and|or|&)\s|[和与及或]", re.IGNORECASE)
_ENDS_AN_ITEM = re.compile(r"[;；\r\n]")


def clean_proposal(text: str, path: Sequence[str], language: Language) -> str | TagRejection:
    """The tag that a proposal means, or why it is none.

    Args:
        text: as the model wrote it; numbering, a bullet, quotes around it and a full stop are taken off.
        path: of the tag that it would stand under.
        language: that it should be in.
    """
    bare = strip_marks(text)
    try:
        tag = normalise_tag(bare)
    except TagFault as exc:
        return TagRejection("no_tag", len(bare), str(exc))
    verdicts = (
        check_list(bare),
        check_length(tag, language),
        check_tag_language(tag, language),
        check_repetition(tag, path),
    )
    return next((verdict for verdict in verdicts if verdict is not None), tag)


def strip_marks(text: str) -> str:
    """A proposal without numbering, bullet, quotes around it, and the punctuation that ends a line of a list."""
    bare = text.strip()
    bare = _BULLET.sub("", _NUMBERING.sub("", _BULLET.sub("", bare))).rstrip(" ,;，；。")
    for opening, closing in _QUOTES:
        if len(bare) > len(opening + closing) and bare.startswith(opening) and bare.endswith(closing):
            bare = bare[len(opening) : -len(closing)].strip()
    return bare


def check_list(text: str) -> TagRejection | None:
    """Count the items that separators make: "A, B and C" has three. A semicolon or a new line always makes a list."""
    parts = [part for part in _SEPARATOR.split(text) if part.strip()]
    items = len(parts)
    if items > 1 and _LAST_ITEM.search(parts[-1]):
        items += 1
    if items > MAX_LIST_ITEMS or (items > 1 and _ENDS_AN_ITEM.search(text)):
        return TagRejection("list", items, f"a list of {items} topics in the place of one")
    return None


def check_length(tag: str, language: Language) -> TagRejection | None:
    """Compare characters, and in English words as well, with what a topic needs at most."""
    if len(tag) > MAX_CHARS[language]:
        return TagRejection("too_long", len(tag), f"{len(tag)} characters, more than {MAX_CHARS[language]}")
    words = len(tag.split())
    if language == "en" and words > MAX_WORDS_EN:
        return TagRejection("too_long", words, f"{words} words, more than {MAX_WORDS_EN}")
    return None


def check_tag_language(tag: str, language: Language) -> TagRejection | None:
    """Compare scripts; a tag without a letter ("1984") is in every language."""
    letters = sum(char.isalpha() for char in tag)
    if not letters:
        return None
    latin = len(_LATIN.findall(tag))
    if language == "en":
        share = latin / letters
        short = share < MIN_LATIN_SHARE_EN
        return TagRejection("language", share, f"{share:.2f} of it is in Latin letters") if short else None
    if HAN.search(tag):
        return None
    words = len(_LATIN_WORD.findall(tag))
    if words > MAX_LATIN_WORDS_ZH or latin < letters:
        return TagRejection("language", 0.0, "not one Chinese character, and more than a name")
    return None


def check_repetition(tag: str, path: Sequence[str]) -> TagRejection | None:
    """See that no tag above has that very name; the figure is how many levels up it stands."""
    folded = fold_tag(tag)
    for levels, above in enumerate(reversed(path), start=1):
        if fold_tag(above) == folded:
            return TagRejection("repetition", levels, f"repeats {above!r} in its own path")
    return None
