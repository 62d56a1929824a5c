"""Of answers to one question, from two runs or from one, the one that is released."""

from collections.abc import Sequence

from ...corpus.filters.rejection import Rejection
from .pool import Candidate, Pool, Removal

#: A question that two runs have, or that one has twice.
SAME_QUESTION = "same_question"


def keep_best(pool: Pool, names: Sequence[str]) -> None:
    """Keep one candidate of each question, the best judged and of those the first; it stands where the first stood.

    Args:
        pool: of candidates.
        names: of the runs.
    """
    best: dict[str, Candidate] = {}
    for candidate in pool.candidates:
        id_ = candidate.entry.question_id
        first = best.setdefault(id_, candidate)
        if first is candidate:
            continue
        kept, left = (candidate, first) if _rank(candidate) > _rank(first) else (first, candidate)
        best[id_] = kept
        pool.removals.append(Removal(left.run, id_, Rejection(SAME_QUESTION, 1.0, _detail(kept, left, names))))
    pool.candidates = list(best.values())


def _detail(kept: Candidate, left: Candidate, names: Sequence[str]) -> str:
    """Why: the other answer may itself be left out later, by a rule that is asked after this one."""
    if kept.entry.score is None:
        return f"gave way to the answer of {names[kept.run]}, which came first: neither was judged"
    if kept.entry.score == left.entry.score:
        return f"gave way to the answer of {names[kept.run]}, which came first: both judged {kept.entry.score:g}"
    return f"gave way to the answer of {names[kept.run]}: {_judged(kept)}, this one {_judged(left)}"


def _judged(candidate: Candidate) -> str:
    return "not judged" if candidate.entry.score is None else f"judged {candidate.entry.score:g}"


def _rank(candidate: Candidate) -> float:
    return -1.0 if candidate.entry.score is None else candidate.entry.score
