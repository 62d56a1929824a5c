"""Refine an answer: keep its sentences and add what the notes on it found missing."""

import random
from collections.abc import Set as AbstractSet

from .answers import AnswerWriter, write_answer
from .compose import derive_rng, strip_markers
from .features import FEATURES, clamp_quality, detect, named_features
from .language import Language, get_language

_MAX_DRAWS = 24
_GAP = "\n\n"
_BLOCK_STARTS = ("|", "-", "*", "#", ">", "`", "{", "[")


def write_refinement(
    question: str,
    answer: str,
    weaknesses: str,
    suggestions: str,
    language: str,
    quality: float,
    rng: random.Random,
    wanted: AbstractSet[str] = frozenset(),
) -> str:
    """The answer with the named gaps closed: all of them at quality 1, a share of them below that.

    What the notes call indispensable and what is wanted is closed in any case, the latter though no note names it.
    The result reads as an answer in its own right and never equals the answer it came from.
    """
    known = get_language(language)
    text = strip_markers(answer).strip()
    if not text:
        return write_answer(question, language, quality, rng, wanted)
    own_rng = derive_rng(rng, question, text, weaknesses, suggestions)
    writer = AnswerWriter(question, known, own_rng)
    present = detect(text, language)
    named = named_features(f"{weaknesses}\n{suggestions}", language)
    gaps = [feature for feature in FEATURES if feature in named and feature not in present]
    closed = {*_share(gaps, quality, own_rng), *(_musts(suggestions, known) | wanted) - present}
    for feature in (name for name in FEATURES if name in closed):
        text = _add(text, feature, writer, known)
    if not closed:
        text = _insert(text, _fresh(text, writer, "further"), known)
    filler = writer.filler_to_length(text)
    return _insert(text, filler, known) if filler else text


def _share(gaps: list[str], quality: float, rng: random.Random) -> list[str]:
    """The gaps to close, in the order of an answer: at least one, and all of them at quality 1."""
    if not gaps:
        return []
    chosen = rng.sample(gaps, max(1, round(clamp_quality(quality) * len(gaps))))
    return [gap for gap in gaps if gap in chosen]


def _musts(suggestions: str, language: Language) -> set[str]:
    """The features that notes call indispensable."""
    sentences = language.patterns["regex.must"].findall(suggestions)
    return named_features("\n".join(sentences), language.code) if sentences else set()


def _add(text: str, feature: str, writer: AnswerWriter, language: Language) -> str:
    """Put the text of a feature where it belongs: the opening first, the takeaway last, the rest between."""
    piece = _fresh(text, writer, feature)
    if feature == "direct":
        return f"{piece}{language.joiner if _is_prose(text) else _GAP}{text}"
    if feature == "reason":
        first, gap, rest = text.partition(_GAP)
        if gap and _is_prose(first) and "\n" not in first and not _has_marker(first, "closing", language):
            return f"{first}{language.joiner}{piece}{gap}{rest}"
    if feature == "closing":
        return f"{text}{_GAP}{piece}"
    return _insert(text, piece, language, before_caveat=feature != "caveat")


def _is_prose(text: str) -> bool:
    """Whether a text begins with a sentence, and not with a list, a table, a heading or a code block."""
    return not text.startswith(_BLOCK_STARTS) and not text[0].isdigit()


def _has_marker(text: str, feature: str, language: Language) -> bool:
    return language.patterns[f"marker.{feature}"].search(text) is not None


def _fresh(text: str, writer: AnswerWriter, kind: str) -> str:
    """A piece of which no line is in the text yet."""
    piece = ""
    for _ in range(_MAX_DRAWS):
        piece = writer.further() if kind == "further" else writer.feature(kind)
        if not any(line and line in text for line in piece.split("\n")):
            break
    return piece


def _insert(text: str, piece: str, language: Language, before_caveat: bool = True) -> str:
    """Add a paragraph at the end, but before a last paragraph that is the takeaway, and the caveat before that."""
    endings = ("closing", "caveat") if before_caveat else ("closing",)
    ending = ""
    for feature in endings:
        head, gap, tail = text.rpartition(_GAP)
        if gap and _has_marker(tail, feature, language) and "```" not in tail:
            text, ending = head, f"{_GAP}{tail}{ending}"
    return f"{text}{_GAP}{piece}{ending}"
