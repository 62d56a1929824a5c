"""Which questions are all but the same as another one? The best-judged of them is kept."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from .filters.rejection import Rejection
from .folding import fold_question
from .letters import Letters
from .meanings import BLOCK, Meanings, VectorsAt

How = Literal["exact", "letters", "meaning"]
_HOW: Final[dict[How, str]] = {"exact": "the same as", "letters": "alike in letters to", "meaning": "means the same as"}
#: Decimal places of a likeness in reports.
_PLACES = 4


@dataclass(frozen=True, slots=True)
class QuestionText:
    """A question to be compared.

    Attributes:
        question_id: what it is known by; of an earlier release's, where it stands.
        text: as it was asked.
        score: the judge's of its answer; None where it was not judged, which ranks last.
    """

    question_id: str
    text: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A question that is not kept.

    Attributes:
        question_id: its id.
        of: the question that is kept in its place, or stands in an earlier release.
        similarity: from 0 to 1: the share of shingles in both, or the cosine.
        how: `exact` (the same but for case, punctuation and white space), `letters` or `meaning`.
    """

    question_id: str
    of: str
    similarity: float
    how: How

    @property
    def rejection(self) -> Rejection:
        """The verdict of the rule `near_duplicate`."""
        detail = f"{_HOW[self.how]} {self.of}, by {self.similarity:.2f}"
        return Rejection("near_duplicate", self.similarity, detail)


class DuplicateSettings(BaseModel):
    """From where on two questions are one.

    Attributes:
        min_share: the share of their shingles that stands in both (Jaccard). At 0.8 a long question with another name
            in it counts as the same; one that a short pattern makes of another topic does not, nor does one with
            another number, whatever the share.
        min_cosine: of their vectors, where there are any. It is a guess that no embedding model was measured for: what
            was removed by meaning is told with its cosine, so that one can be chosen by what a first run shows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_share: float = Field(default=0.8, ge=0.5, le=1)
    min_cosine: float = Field(default=0.93, gt=0, le=1)


#: The vectors of some questions, in their order: a matrix of 32-bit floats with a row for each.
VectorsOf = Callable[[Sequence[QuestionText]], np.ndarray]


#: The place of what a text is alike to, how much, and in what.
_Match = tuple[int, float, How]


def find_near_duplicates(
    questions: Iterable[QuestionText],
    settings: DuplicateSettings,
    *,
    against: Iterable[QuestionText] = (),
    vectors: VectorsOf | None = None,
) -> list[Duplicate]:
    """The questions that are all but the same as one that is kept, whatever order they come in.

    From the best-judged on (of equals, from the lowest id on) a question is kept unless it is alike to one that was
    kept before it. So no two that are kept are alike, as far as sketches find it (see benchmarks/near_duplicates.py),
    and what is alike only to a question that is not kept itself is kept.

    Args:
        questions: to be told apart; what comes twice under one id is one question.
        settings: from where on two are one.
        against: of earlier releases: all of them count as kept.
        vectors: gives the vectors of questions; without it letters alone decide.

    Returns:
        Those that are not kept, in an order that depends on the questions alone.

    Raises:
        ValueError: `vectors` does not give one vector of one length for each question.
    """
    earlier = {folded: group[0] for folded, group in _group(against).items()}
    ours = _group(questions)
    heads = earlier | {folded: group[0] for folded, group in ours.items() if folded not in earlier}
    folded, first = list(heads), list(heads.values())
    vectors_at = None if vectors is None else lambda places: vectors([first[place] for place in places])
    kept: dict[str, tuple[str, float, How]] = {
        text: (question.question_id, 1.0, "exact") for text, question in earlier.items()
    }
    for place, (other, similarity, how) in _compare(folded, len(earlier), settings, vectors_at):
        kept[folded[place]] = (first[other].question_id, similarity, how)
    return [duplicate for text, group in ours.items() for duplicate in _duplicates(group, kept.get(text))]


def _rank(question: QuestionText) -> tuple[float, str, str]:
    """The best-judged first; of equals, the lowest id."""
    score = float("-inf") if question.score is None else question.score
    return -score, question.question_id, question.text


def _group(questions: Iterable[QuestionText]) -> dict[str, list[QuestionText]]:
    """Questions by their folded texts, in the order of their ranks."""
    by_id: dict[str, QuestionText] = {}
    for question in sorted(questions, key=_rank):
        by_id.setdefault(question.question_id, question)
    groups: dict[str, list[QuestionText]] = {}
    for question in by_id.values():
        groups.setdefault(fold_question(question.text), []).append(question)
    return groups


def _duplicates(group: Sequence[QuestionText], alike: tuple[str, float, How] | None) -> Iterator[Duplicate]:
    """Those of the same folded text that are not kept: all, or all but the first."""
    removed = group if alike else group[1:]
    of, similarity, how = alike or (group[0].question_id, 1.0, "exact")
    return (Duplicate(question.question_id, of, round(similarity, _PLACES), how) for question in removed)


def _compare(
    folded: Sequence[str], known: int, settings: DuplicateSettings, vectors_at: VectorsAt | None
) -> Iterator[tuple[int, _Match]]:
    """(place, what it is alike to) of each text that is not kept.

    Args:
        folded: different texts, the best first.
        known: how many of them, from the first on, are kept whatever they are alike to.
    """
    letters = Letters(folded, settings.min_share)
    meanings = Meanings(folded, vectors_at, settings.min_cosine) if vectors_at else None
    for start in range(0, len(folded), BLOCK):
        places = range(start, min(start + BLOCK, len(folded)))
        if meanings:
            meanings.turn_to(places)
        for place in places:
            match = None if place < known else _find(place, letters, meanings)
            if match is None:
                letters.add(place)
                if meanings:
                    meanings.add(place)
            else:
                yield place, match


def _find(place: int, letters: Letters, meanings: Meanings | None) -> _Match | None:
    """What a text is alike to, of those that are kept."""
    if found := letters.find(place):
        return (*found, "letters")
    if meanings and (found := meanings.find(place)):
        return (*found, "meaning")
    return None
