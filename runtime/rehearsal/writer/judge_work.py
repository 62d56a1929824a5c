"""Judge questions and tags: a simulation, like that of `judge.py`, which looks at the surface of the texts.

Of three questions it sees how many name the theme, how many bring a situation or material, how much more the hard one
demands than the medium one, and how many are worded as is usual for their task. Of tags it sees how many share wording
with their path, how many are longer than a word, and how little each has in common with its nearest sibling. The
judge's taste and a little noise are added. The reason names what is best and what is missing in words.
"""

import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from .compose import Composer, derive_rng
from .language import Language, get_language
from .questions import count_demands, shows_context, shows_task
from .tag_looks import distinct_share, fit_share, narrow_share

#: What each score of questions looks at, and how much each of these counts for it.
_QUESTION_WEIGHTS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "relevance": {"relevance": 4, "context": 1},
        "self_containment": {"context": 1},
        "difficulty_spread": {"spread": 1},
        "task_fit": {"task": 3, "context": 1, "spread": 1},
    }
)
#: What each score of tags looks at, and how much each of these counts for it.
_TAG_WEIGHTS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "fit": {"fit": 4, "granular": 1},
        "granularity": {"granular": 1},
        "distinctness": {"distinct": 1},
        "coverage": {"coverage": 1, "distinct": 2, "fit": 1},
    }
)
#: Demands by which a hard question exceeds a medium one where nothing is left to wish for.
_FULL_STEP = 8
#: So many tags can span what is under a tag.
_FULL_COUNT = 8
#: Below this, what is looked at counts as missing.
_ENOUGH = 0.95
#: Above 1, usual work stays in the middle of the scale.
_SEVERITY = 1.5
_TASTE, _NOISE = 0.5, 0.3

Opinion = tuple[str, dict[str, int]]


def write_question_scores(
    theme: Sequence[str], task: str, questions: Sequence[str], language: str, rng: random.Random
) -> Opinion:
    """A reason, and a score from 1 to 10 for each quality of three questions, easy to hard."""
    known = get_language(language)
    seen = _look_at_questions(theme, task, questions, known) if questions else {}
    absent = sum(not shows_context(question, known) for question in questions)
    values = {"subject": theme[-1] if theme else known.text["default_subject"][0], "count": str(absent)}
    return _judge(seen, _QUESTION_WEIGHTS, values, known, derive_rng(rng, *theme, *questions))


def write_tag_scores(path: Sequence[str], tags: Sequence[str], language: str, rng: random.Random) -> Opinion:
    """A reason, and a score from 1 to 10 for each quality of the tags proposed under a path, or as root tags."""
    known = get_language(language)
    seen = {
        "fit": fit_share(path, tags, known),
        "granular": narrow_share(path, tags, known) if path else float(bool(tags)),
        "distinct": distinct_share(path, tags),
        "coverage": min(1.0, len(tags) / _FULL_COUNT),
    }
    values = {"subject": path[-1] if path else known.text["default_subject"][0]}
    return _judge(seen, _TAG_WEIGHTS, values, known, derive_rng(rng, *path, *tags))


def _look_at_questions(
    theme: Sequence[str], task: str, questions: Sequence[str], language: Language
) -> dict[str, float]:
    leaf = theme[-1].casefold() if theme else ""
    demands = [count_demands(question, language) for question in questions]
    return {
        "relevance": sum(leaf in question.casefold() for question in questions) / len(questions),
        "context": sum(shows_context(question, language) for question in questions) / len(questions),
        "spread": max(0.0, min(1.0, (demands[-1] - max(demands[:-1], default=0)) / _FULL_STEP)),
        "task": sum(shows_task(question, task, language) for question in questions) / len(questions),
    }


def _judge(
    seen: Mapping[str, float],
    weights: Mapping[str, Mapping[str, int]],
    values: Mapping[str, str],
    language: Language,
    rng: random.Random,
) -> Opinion:
    taste = rng.gauss(0, _TASTE)
    scores = {}
    for quality, counts in weights.items():
        share = sum(weight * seen.get(name, 0.0) for name, weight in counts.items()) / sum(counts.values())
        scores[quality] = min(10, max(1, round(1 + 9 * share**_SEVERITY + taste + rng.gauss(0, _NOISE))))
    return _grounds(seen, values, language, rng), scores


def _grounds(seen: Mapping[str, float], values: Mapping[str, str], language: Language, rng: random.Random) -> str:
    """The best of what is seen, and the two worst of what is missing."""
    composer = Composer(language.text, dict(values), rng)
    ranked = sorted(seen, key=lambda name: seen[name])
    faults = [f"weakness.{name}" for name in ranked[:2] if seen[name] < _ENOUGH] or ["weakness.fine"]
    merit = f"strength.{ranked[-1]}" if ranked else "strength.none"
    return language.joiner.join(composer.write_all([merit, *faults]))
