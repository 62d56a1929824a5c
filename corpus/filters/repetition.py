"""Does a text go round in circles?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from ...vocabulary import Language
from .rejection import Rejection

#: A word without end is cut: one letter repeated a million times is a loop as well.
_WORD = re.compile(r"\w{1,24}")


#: The question asks for the same again and again.
_ASKED_FOR = re.compile(
    r"\b(?:\d{1,4}|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred"
    r"|several|many) times\b|\brepeat|over and over|again and again|\b(?:refrain|mantra|chant)"
    r"|[\d一二三四五六七八九十百两]{1,4}[遍次]|重复|反复|连写|抄写|循环",
    re.IGNORECASE,
)
#: Of an answer's different words or characters, how many the question itself must name.
_NAMED = 0.6


class RepetitionLimits(BaseModel):
    """How often a text may say the same.

    Attributes:
        share: of a text's n-grams that may have stood in it before.
        least: n-grams that a text has at least before its share means anything.
        rounds: times that a passage may follow upon itself.
        loop: words or characters that such a passage takes up at least with all its rounds; laughter takes up less.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(default=0.5, gt=0, le=1)
    least: int = Field(default=60, ge=1, strict=True)
    rounds: int = Field(default=4, ge=2, strict=True)
    loop: int = Field(default=30, ge=2, strict=True)


#: English is compared by runs of 5 words, Chinese by runs of 8 characters.
_LENGTH: dict[Language, int] = {"en": 5, "zh": 8}


def check_repetition(text: str, language: Language, limits: RepetitionLimits) -> Rejection | None:
    """Look for a passage that follows upon itself again and again, and for n-grams that come back all over the text."""
    units, length = _units(text, language), _LENGTH[language]
    grams = _grams(units, length)
    again = len(grams) - len(set(grams))
    # A loop of `filled` units has `filled - filled / (rounds + 1)` of them after its first round, and every n-gram in
    # those has stood before. With fewer, the walk would find none.
    if (again + length - 1) * (limits.rounds + 1) < limits.loop * limits.rounds:
        found = _Measure(len(grams), again / len(grams) if grams else 0.0, 0, 0)
    else:
        found = _measure(grams, length)
    if found.rounds > limits.rounds and found.covered >= limits.loop:
        return Rejection(
            "repetition", found.rounds, f"a passage follows upon itself {found.rounds} times, more than {limits.rounds}"
        )
    if found.count >= limits.least and found.share > limits.share:
        return Rejection(
            "repetition", found.share, f"{found.share:.2f} of it stood in it before, more than {limits.share}"
        )
    return None


def is_asked_for(question: str, text: str, language: Language) -> bool:
    """Whether a question asks for the same many times over, and names most of what its answer says."""
    if _ASKED_FOR.search(question) is None:
        return False
    said, asked = set(_units(text, language)), set(_units(question, language))
    return len(said & asked) >= _NAMED * len(said)


@dataclass(frozen=True)
class _Measure:
    """What comes back in a text.

    Attributes:
        count: n-grams; `share` is that of them which had stood before.
        rounds: of the passage that fills most of the text with its rounds; `covered` is how many units it fills.
    """

    count: int
    share: float
    rounds: int
    covered: int


def _measure(grams: Sequence[tuple[str, ...] | str], length: int) -> _Measure:
    """One walk over the text: wherever an n-gram came last, the distance to there; a loop keeps one distance."""
    last: dict[tuple[str, ...] | str, int] = {}
    again = covered = rounds = run = gap = 0
    for at, gram in enumerate(grams):
        before = last.get(gram)
        last[gram] = at
        again += before is not None
        distance = 0 if before is None else at - before
        run = run + 1 if distance and distance == gap else int(distance > 0)
        gap = distance
        if run and (filled := run + length - 1 + gap) >= gap * 2 and filled > covered:
            covered, rounds = filled, filled // gap
    return _Measure(len(grams), again / len(grams) if grams else 0.0, rounds, covered)


def _grams(units: Sequence[str], length: int) -> Sequence[tuple[str, ...] | str]:
    """The runs of so many units: of words as tuples, of characters as texts."""
    if isinstance(units, str):
        return [units[at : at + length] for at in range(len(units) - length + 1)]
    return list(zip(*(units[at:] for at in range(length)), strict=False))


def _units(text: str, language: Language) -> Sequence[str]:
    folded = text.casefold()
    return _WORD.findall(folded) if language == "en" else "".join(folded.split())
