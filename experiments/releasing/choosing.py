"""Which of the records that pass the filters are released: each step works on what the one before it leaves.

Rules on single records come first, then duplicates, and subsets, quotas and totals last: so a fraction
lies inside a larger one, and a quota is met by records that are really released.
"""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...corpus.filters.rejection import Rejection
from ...corpus.near_duplicates import DuplicateSettings, QuestionText, find_near_duplicates
from ...corpus.selection import SelectionReport, SelectionSettings, SubsetSettings, select, select_with_report
from ...runtime.embedding import EmbeddingModel
from ..question_vectors import open_question_vectors
from .pool import Candidate, Pool

NEAR_DUPLICATE = "near_duplicate"


def keep_included(pool: Pool, settings: SelectionSettings, seed: int) -> tuple[str, ...]:
    """Leave out what a rule of `--include` does not keep; returns a line for each tag in a rule that no record has."""
    asked = SelectionSettings(include=settings.include)
    unmatched = select_with_report(pool.entries, asked, seed).report.unmatched
    for rule in settings.include:
        _take(pool, f"include {rule}", SelectionSettings(include=(rule,)), seed)
    return unmatched


def leave_out_duplicates(
    pool: Pool, settings: DuplicateSettings, against: Iterable[QuestionText], model: EmbeddingModel | None, beside: Path
) -> None:
    """Leave out questions that are all but the same as one that is kept, or as one of an earlier release.

    Args:
        pool: of candidates.
        settings: from where on two questions are one.
        against: questions of earlier releases.
        model: compares questions by meaning, too; None for letters alone.
        beside: a file beside which the model's vectors are kept; what is held there is not asked for again.

    Raises:
        ModelFault: no call to the model can succeed.
        EmbeddingFault: it refused some questions, or answered with what are no vectors of them.
        CallFault: a call got no reply; the same command asks again.
    """
    pool.asked(NEAR_DUPLICATE)
    questions = [QuestionText(each.entry.question_id, each.text, each.entry.score) for each in pool.candidates]
    with open_question_vectors(model, beside) as vectors:
        if vectors is not None:
            against = list(against)
            asyncio.run(vectors.fetch([*against, *questions]))
        rows = None if vectors is None else vectors.rows
        found = find_near_duplicates(questions, settings, against=against, vectors=rows)
    pool.leave_out({duplicate.question_id: duplicate.rejection for duplicate in found})


def select_rest(pool: Pool, settings: SelectionSettings, seed: int) -> SelectionReport:
    """Leave out what the subset, the quotas and the total do not take; returns what could not be met."""
    rest = settings.model_copy(update={"include": ()})
    report = select_with_report(pool.entries, rest, seed).report
    for name, part in _parts(rest):
        _take(pool, name, part, seed)
    return report


def _parts(settings: SelectionSettings) -> Iterator[tuple[str, SelectionSettings]]:
    """The selection cut into its steps, so that each record that is left out is known by the step that did it."""
    subset, whole = settings.subset, SubsetSettings()
    for name in ("difficulty", "tasks", "tags", "fraction"):
        if getattr(subset, name) != getattr(whole, name):
            yield name, SelectionSettings(subset=SubsetSettings(**{name: getattr(subset, name)}))
    if settings.quotas:
        yield "quotas", SelectionSettings(quotas=settings.quotas, prefer=settings.prefer)
    if settings.total is not None:
        name = "weights" if settings.weights else "total"
        yield name, SelectionSettings(weights=settings.weights, total=settings.total, prefer=settings.prefer)


def _take(pool: Pool, name: str, settings: SelectionSettings, seed: int) -> None:
    pool.asked(name)
    taken = {entry.question_id for entry in select(pool.entries, settings, seed)}
    left = (each for each in pool.candidates if each.entry.question_id not in taken)
    pool.leave_out({each.entry.question_id: _not_taken(name, each) for each in left})


def _not_taken(name: str, candidate: Candidate) -> Rejection:
    score = candidate.entry.score
    judged = "not judged" if score is None else f"judged {score:g}"
    return Rejection(name, 0.0 if score is None else score, f"not taken by {name}; {judged}")
