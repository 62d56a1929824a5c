"""Write critiques that look at the answer: what it has, what it lacks, and how to repair that."""

import random
from collections.abc import Set as AbstractSet

from .compose import Composer, derive_rng, strip_markers
from .features import FEATURES, detect
from .language import Language, get_language
from .subject import find_subject

_LEAST_LINES = 2
_BULLET_SHARE = 0.5


def write_critique(
    question: str, answer: str, language: str, rng: random.Random, wanted: AbstractSet[str] = frozenset()
) -> dict[str, str]:
    """Strengths, weaknesses and suggestions; each has two or more sentences or bullet lines.

    Whatever is missing is named. Of that, the features that are wanted (all of them, if `thorough` is) are called
    indispensable, in a last sentence that a refinement does not pass over.
    """
    known = get_language(language)
    answer = strip_markers(answer).strip()
    own_rng = derive_rng(rng, question, answer)
    count = known.units(answer)
    values = {
        "subject": find_subject(question, language),
        "count": str(count),
        "min_units": str(known.min_units),
    }
    composer = Composer(known.text, values, own_rng)
    present = detect(answer, language)
    missing = [feature for feature in FEATURES if feature not in present]
    if count < known.min_units:
        missing.append("length")
    strengths = [feature for feature in FEATURES if feature in present]
    notes = {
        "strengths": _write("strength", _praise(strengths, bool(answer)), composer, known),
        "weaknesses": _write("weakness", _pad(missing), composer, known),
        "suggestions": _write("suggestion", _pad(missing), composer, known),
    }
    musts = [name for name in missing if name in FEATURES and (name in wanted or "thorough" in wanted)]
    if musts:
        notes["suggestions"] += f"\n{_insist(musts, known, own_rng)}"
    return notes


def _insist(features: list[str], language: Language, rng: random.Random) -> str:
    """The sentence that calls features indispensable."""
    names = ("; " if language.joiner else "；").join(language.text[f"name.{feature}"][0] for feature in features)
    return Composer(language.text, {"points": names}, rng).write("must")


def _praise(present: list[str], has_text: bool) -> list[str]:
    """What to praise: the features, and where there are few of them, general merits."""
    if not has_text:
        return ["none"] * _LEAST_LINES
    return present + ["topic", "general"][: max(0, _LEAST_LINES - len(present))]


def _pad(missing: list[str]) -> list[str]:
    """What to fault: the gaps, and where there are few of them, minor points of style."""
    return missing + ["style"] * max(0, _LEAST_LINES - len(missing))


def _write(stage: str, points: list[str], composer: Composer, language: Language) -> str:
    """The points as bullet lines or as running text."""
    sentences = composer.write_all([f"{stage}.{point}" for point in points])
    if composer.rng.random() < _BULLET_SHARE:
        return "\n".join(f"- {sentence}" for sentence in sentences)
    return language.joiner.join(sentences)
