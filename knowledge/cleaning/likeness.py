"""Are two tags one topic? Decided by their letters alone."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from .words import HAN, TagWords

#: Of the pairs of neighbouring characters in two tags, the share that stands in both. Where inflection, spelling and
#: empty words are set aside, less than this is another word and not a slip: "Organic Chemistry" and "Inorganic
#: Chemistry" share 0.80, so that what differs is looked at as well.
MIN_SHINGLE_SHARE = 0.8
#: Letters that two spellings of a word begin with: prefixes (in-, un-, micro-, macro-) make other words.
_SAME_BEGINNING = 4
#: Letters that a slip changes at most.
_SLIP = 2


@dataclass(frozen=True)
class Likeness:
    """Why two tags count as one.

    Attributes:
        why: `exact`, `words`, `order`, `letters` or `meaning`.
        score: the share of character pairs in both, or for `meaning` the cosine; 1 for tags of the same words.
    """

    why: str
    score: float


def likeness(one: TagWords, other: TagWords) -> Likeness | None:
    """How two tags are one topic, or None where they are two. It does not matter which comes first."""
    if one.words == other.words:
        return Likeness("words", 1.0)
    if one.marks != other.marks:
        return None
    if one.may_be_reordered and other.may_be_reordered and sorted(one.words) == sorted(other.words):
        return Likeness("order", 1.0)
    score = jaccard(one.shingles, other.shingles)
    if score < MIN_SHINGLE_SHARE or not _differ_by_slips(*sorted((one.words, other.words))):
        return None
    return Likeness("letters", score)


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of what two sets hold together that stands in both; two empty sets share all."""
    shared = len(one & other)
    union = len(one) + len(other) - shared
    return shared / union if union else 1.0


def _differ_by_slips(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether each difference is a slip: in an English word, or a Chinese character in a long phrase."""
    changes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return all(kind == "equal" or _is_slip(one[i:j], other[k:m]) for kind, i, j, k, m in changes)


def _is_slip(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Telling Chinese characters are marks, and have been compared before."""
    if all(HAN.match(word) for word in (*one, *other)):
        return max(len(one), len(other)) == 1
    return "".join(one) == "".join(other) or (len(one) == len(other) == 1 and _is_misspelt(one[0], other[0]))


def _is_misspelt(one: str, other: str) -> bool:
    # Another ending is a derived word or another one ("Memory", "Memoir"): a slip lies within.
    if one[:_SAME_BEGINNING] != other[:_SAME_BEGINNING] or one[-1] != other[-1]:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    one, other = one[start:], other[start:]
    if not (one and other):
        return False  # a word that only goes on is derived from the other ("Brewer", "Brewery"), not a slip of it
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) <= _SLIP
