"""The feature model: six things a good answer has, and how to recognise them in a text.

Answers are composed from sentences that carry the marker phrases of these features, critiques look for
the markers, and refinements add the sentences that were missed. All three share this one model.
"""

import random
from collections.abc import Set as AbstractSet

from .language import Language, get_language

FEATURES: tuple[str, ...] = ("direct", "reason", "structure", "example", "caveat", "closing")
"""In the order in which they appear in an answer."""

_MIN_LISTED_STEPS = 2


def detect(text: str, language: str) -> set[str]:
    """The features present in a text, recognised by their marker phrases.

    An opening counts only near the beginning and a takeaway only near the end; numbered lines or step
    words make a structure; the other markers count anywhere.
    """
    known = get_language(language)
    zones = {"direct": text[: known.opening_zone], "closing": text[-known.closing_zone :]}
    found = {
        feature
        for feature in FEATURES
        if feature != "structure" and known.patterns[f"marker.{feature}"].search(zones.get(feature, text))
    }
    if _has_steps(text, known):
        found.add("structure")
    return found


def _has_steps(text: str, language: Language) -> bool:
    numbered = language.patterns["regex.step_line"].findall(text)
    return len(numbered) >= _MIN_LISTED_STEPS or bool(language.patterns["regex.step_words"].search(text))


def named_features(text: str, language: str) -> set[str]:
    """The features that a note about an answer speaks of, in whatever words a critic uses for them."""
    known = get_language(language)
    return {feature for feature in FEATURES if known.patterns[f"regex.named.{feature}"].search(text)}


def clamp_quality(quality: float) -> float:
    """A quality within 0 and 1; anything that is not a number counts as 0."""
    return min(1.0, max(0.0, quality)) if quality == quality else 0.0


def choose_features(quality: float, rng: random.Random, wanted: AbstractSet[str] = frozenset()) -> list[str]:
    """The features an answer of this quality has: one at 0, three at a half, all six at 1; and those wanted besides."""
    count = int(1 + (len(FEATURES) - 1) * clamp_quality(quality) + 1e-9)
    chosen = rng.sample(FEATURES, count)
    return [feature for feature in FEATURES if feature in chosen or feature in wanted]
