"""Judge answers: a simulation of a judge, and no judgement of what a text says.

What is looked at stands on the surface of a text: which of the six features of a good answer it shows (see
`features.py`), whether it names the question's subject, is in the question's language and in the form that was asked
for, is long enough and not too long, and does not repeat itself. Each criterion weighs some of these. Two things are
added: the judge's taste, drawn from question and answer, which every request about this answer shares, and a little
noise, drawn from the request alone; so the same request always gets the same scores. The higher the `quality` that an
answer was written with, the more features it has and the better it scores; a refinement mostly scores better than its
draft by the features that it adds. Whether a statement is true the simulation cannot know: its "correctness" sees
reasons, caveats and the subject.

A comparison weighs the means of the two answers, with noise of its own and, on purpose, with a small bias towards the
answer that is shown first: a share of close pairs flips with the order, as it does with real judges.
"""

import random
import re
from collections.abc import Mapping
from types import MappingProxyType

from ....vocabulary import CRITERIA, Criterion, PairVerdict
from .compose import Composer, derive_rng, strip_markers
from .features import FEATURES, detect
from .language import Language, get_language
from .shape import read_shape
from .subject import find_subject

#: What each criterion looks at, and how much each of these counts for it.
_WEIGHTS: Mapping[Criterion, Mapping[str, int]] = MappingProxyType(
    {
        "helpfulness": {"direct": 2, "structure": 2, "example": 2, "closing": 1, "subject": 2, "length": 1},
        "correctness": {"reason": 3, "caveat": 3, "subject": 2, "fresh": 2},
        "depth": {"reason": 2, "structure": 1, "example": 3, "caveat": 2, "length": 2},
        "clarity": {"direct": 2, "structure": 2, "closing": 2, "fresh": 3, "length": 1},
        "instruction_following": {"direct": 2, "example": 1, "closing": 1, "form": 3, "subject": 2, "length": 1},
    }
)
#: What an answer in another language than the question's keeps of its scores.
_WRONG_LANGUAGE = 0.4
#: Above 1, a usual answer stays in the middle of the scale, and what makes an answer complete counts most.
_SEVERITY = 1.5
#: Standard deviation of the judge's taste, in points: what it sees in an answer beyond what is looked at.
_TASTE = 0.8
#: Standard deviation of a score's noise, in points, and of a comparison's.
_NOISE = 0.4
#: Points by which the answer that is shown first seems better than it is.
POSITION_BIAS = 0.2
#: Two answers that seem closer than this, in points, are a tie.
_TIE = 0.5
#: A text may be this much longer than the longest usual answer before it counts as too long.
_LENIENCE = 1.5
_SENTENCE_END = re.compile(r"[.!?。！？\n]+")
_LEAST_SENTENCE = 8
_FORMS = {"json": re.compile(r"[{\[]"), "table": re.compile(r"^\|", re.M), "bullets": re.compile(r"^[-*] ", re.M)}


def write_scores(question: str, answer: str, language: str, rng: random.Random) -> tuple[str, dict[Criterion, int]]:
    """A reason, and a score from 1 to 10 for each criterion."""
    own_rng = derive_rng(rng, question, answer)
    seen = _look(question, answer, language)
    scores: dict[Criterion, int] = {
        criterion: min(10, max(1, round(points + own_rng.gauss(0, _NOISE))))
        for criterion, points in _points(seen).items()
    }
    return _grounds(seen, question, answer, get_language(language), own_rng), scores


def write_comparison(
    question: str, answer_a: str, answer_b: str, language: str, rng: random.Random
) -> tuple[str, PairVerdict]:
    """A reason, and which of two answers seems better in this order."""
    own_rng = derive_rng(rng, question, answer_a, answer_b)
    seen_a, seen_b = (_look(question, answer, language) for answer in (answer_a, answer_b))
    lead = _mean(seen_a) - _mean(seen_b) + POSITION_BIAS + own_rng.gauss(0, _NOISE)
    composer = Composer(get_language(language).text, {"subject": find_subject(question, language)}, own_rng)
    if abs(lead) < _TIE:
        return composer.write("better.none"), "tie"
    if lead > 0:
        return _difference(seen_a, seen_b, "A", "B", composer), "A"
    return _difference(seen_b, seen_a, "B", "A", composer), "B"


def _look(question: str, answer: str, language: str) -> dict[str, float]:
    """What an answer shows, each from 0 to 1, and how far it is to the judge's taste; nothing for an empty one."""
    known = get_language(language)
    text = strip_markers(answer).strip()
    if not text:
        return {}
    features = detect(text, language)
    return {feature: float(feature in features) for feature in FEATURES} | {
        "subject": float(find_subject(question, language).casefold() in text.casefold()),
        "length": _fitting_length(known.units(text), known),
        "form": _form(question, text, known),
        "fresh": _fresh_share(text),
        "language": float(_is_chinese(text) == (known.code == "zh")),
        "taste": random.Random(f"{question}\x1f{text}".encode("utf-8", "surrogatepass")).gauss(0, _TASTE),
    }


def _points(seen: Mapping[str, float]) -> dict[Criterion, float]:
    """Points from 1 to 10 for each criterion, without noise."""
    kept = 9 * (1.0 if seen.get("language") else _WRONG_LANGUAGE)
    taste = seen.get("taste", 0.0)
    return {
        criterion: min(10.0, max(1.0, 1 + kept * _share(seen, _WEIGHTS[criterion]) ** _SEVERITY + taste))
        for criterion in CRITERIA
    }


def _share(seen: Mapping[str, float], weights: Mapping[str, int]) -> float:
    return sum(weight * seen.get(name, 0.0) for name, weight in weights.items()) / sum(weights.values())


def _mean(seen: Mapping[str, float]) -> float:
    return sum(_points(seen).values()) / len(CRITERIA)


def _fitting_length(units: int, language: Language) -> float:
    """1 within the usual lengths of an answer; less the further below or above."""
    most = language.max_units * _LENIENCE
    return min(1.0, units / language.min_units, most / units)


def _form(question: str, text: str, language: Language) -> float:
    """Whether a JSON object, a table or a list is there, where one was asked for."""
    form = _FORMS.get(read_shape(question, language).kind)
    return float(form is None or form.search(text) is not None)


def _fresh_share(text: str) -> float:
    """The share of sentences that do not repeat an earlier one."""
    pieces = (" ".join(piece.split()) for piece in _SENTENCE_END.split(text))
    sentences = [piece for piece in pieces if len(piece) >= _LEAST_SENTENCE]
    return len(set(sentences)) / len(sentences) if sentences else 1.0


def _is_chinese(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return 3 * sum("\u4e00" <= char <= "\u9fff" for char in letters) > len(letters)


def _grounds(seen: Mapping[str, float], question: str, answer: str, language: Language, rng: random.Random) -> str:
    """One thing that an answer does well and one that it lacks, in the words of a critique."""
    values = {
        "subject": find_subject(question, language.code),
        "count": str(language.units(answer)),
        "min_units": str(language.min_units),
    }
    composer = Composer(language.text, values, rng)
    merit = _one_of([feature for feature in FEATURES if seen.get(feature)], "topic" if seen else "none", rng)
    fault = _one_of([feature for feature in FEATURES if not seen.get(feature)], "style", rng)
    return language.joiner.join(composer.write_all([f"strength.{merit}", f"weakness.{fault}"]))


def _difference(
    better: Mapping[str, float], worse: Mapping[str, float], name: str, other: str, composer: Composer
) -> str:
    """A feature that one answer has and the other has not, or their general merit."""
    gains = [feature for feature in FEATURES if better.get(feature, 0.0) > worse.get(feature, 0.0)]
    values = {**composer.values, "better": name, "worse": other}
    chosen = _one_of(gains, "general", composer.rng)
    return Composer(composer.banks, values, composer.rng).write(f"better.{chosen}")


def _one_of(found: list[str], otherwise: str, rng: random.Random) -> str:
    return rng.choice(found) if found else otherwise
