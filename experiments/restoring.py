"""Which rejected records a person wants back, and which record ends the chain of one that a run rejected itself."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..corpus.formats import STAGES
from ..corpus.records import Comparison, Critique, Preference, Question, Refinement
from ..errors import BadInput, UnknownRecord
from ..runtime.journal import Journal
from ..runtime.journal.screened import Screened
from ..runtime.run_directory import RunDirectory
from .recipe import load_recipe
from .status import open_run

#: Ids that a message names at most.
_NAMED = 5


def restore(run: Path, ids: Iterable[str], rule: str | None = None) -> list[tuple[str, str]]:
    """Decide that records shall not be removed: by one rule, or by any of those that reject them now.

    Args:
        run: the directory of a synthesis, which may be under way.
        ids: of questions, answers or refinements, or their first digits.
        rule: the rule that is overruled; None for all that reject the record.

    Returns:
        The decisions: (question id, rule).

    Raises:
        UnknownRecord: no record has one of the ids, or it is not rejected (by that rule); nothing is noted.
        BadInput: the run never got an answer to one of the questions: there is nothing to restore.
        OutputFault: the journal cannot be written.
    """
    directory, journal = open_run(run)
    with journal:
        questions = _questions(journal, ids, run)
    with Screened(directory.journal, writable=True) as screened:
        unanswered = {item.question_id for item in screened.rejected_items() if item.answer_id is None}
        if hopeless := [question for question in questions if question in unanswered]:
            raise BadInput(f"{run}: {_names(hopeless)}: rejected before an answer was asked for: nothing to restore")
        decisions = _matching(questions, _rejecting(screened), rule, run, "is not rejected")
        screened.restore(decisions)
    return decisions


def unrestore(run: Path, ids: Iterable[str], rule: str | None = None) -> list[tuple[str, str]]:
    """Take back what `restore` decided; arguments and errors are its own."""
    directory, journal = open_run(run)
    with journal:
        questions = _questions(journal, ids, run)
    with Screened(directory.journal, writable=True) as screened:
        rules: dict[str, list[str]] = {}
        for question, overruled in sorted(screened.restored()):
            rules.setdefault(question, []).append(overruled)
        decisions = _matching(questions, rules, rule, run, "was not restored")
        screened.unrestore(decisions)
    return decisions


def overruled_rejects(journal: Journal, screened: Screened) -> dict[str, str]:
    """Of the items that a run rejected and a person has restored: question id -> the record that ends its chain."""
    overruled = screened.restored()
    items = [
        (item.question_id, item.answer_id)
        for item in screened.rejected_items()
        if item.answer_id is not None and (item.question_id, item.rejection.rule) in overruled
    ]
    if not items:
        return {}
    gated = load_recipe(RunDirectory(journal.path.parent).recipe).refine.gate is not None
    return {question: _last_standing(journal, answer, gated=gated) for question, answer in items}


def _last_standing(journal: Journal, answer_id: str, *, gated: bool) -> str:
    """The last refinement that stands below an answer, or else the answer."""
    standing = answer_id
    while (later := _refinement_of(journal, standing)) is not None:
        if gated and not _is_preferred(journal, standing, later):
            break
        standing = later
    return standing


def _refinement_of(journal: Journal, record_id: str) -> str | None:
    for critique in journal.children(record_id):
        if isinstance(critique, Critique):
            for refinement in journal.children(critique.id):
                if isinstance(refinement, Refinement):
                    return refinement.id
    return None


def _is_preferred(journal: Journal, earlier: str, later: str) -> bool:
    """Whether a gate's judge prefers the later text in both orders."""
    said = [each for record in (earlier, later) for each in journal.children(record) if isinstance(each, Preference)]
    pairs = {(each.parent_id, each.other_id): each for each in said}
    straight, swapped = pairs.get((earlier, later)), pairs.get((later, earlier))
    if straight is None or swapped is None:
        return False
    return Comparison.of(straight, swapped).winner == "second"


def _rejecting(screened: Screened) -> dict[str, list[str]]:
    """Question id -> the rules that reject its record, in the synthesis or in the last screening of either stage."""
    rules: dict[str, list[str]] = {}
    for item in screened.rejected_items():
        rules.setdefault(item.question_id, []).append(item.rejection.rule)
    for stage in STAGES:
        for entry in screened.screened(stage):
            of_one = rules.setdefault(entry.question_id, [])
            if entry.rejection.rule not in of_one:
                of_one.append(entry.rejection.rule)
    return rules


def _matching(
    questions: Iterable[str], rules: Mapping[str, list[str]], rule: str | None, run: Path, otherwise: str
) -> list[tuple[str, str]]:
    chosen = {question: [each for each in rules.get(question, ()) if rule in (None, each)] for question in questions}
    if missing := [question for question, of_one in chosen.items() if not of_one]:
        by = "" if rule is None else f" by {rule}"
        raise UnknownRecord(f"{run}: {_names(missing)}: {otherwise}{by}; condor rejects {run} lists what is")
    return [(question, each) for question, of_one in chosen.items() for each in of_one]


def _questions(journal: Journal, ids: Iterable[str], run: Path) -> list[str]:
    """The questions that records belong to, each once."""
    found = {each: _question_of(journal, each) for each in ids}
    if unknown := [each for each, question in found.items() if question is None]:
        raise UnknownRecord(f"{run}: no record, or more than one, has the id {_names(unknown)}")
    return list(dict.fromkeys(question for question in found.values() if question is not None))


def _question_of(journal: Journal, record_id: str) -> str | None:
    wanted = record_id.strip().lower()
    if not wanted or set(wanted) - set("0123456789abcdef"):
        return None
    matching = journal.ids_with_prefix(wanted)
    record = journal.record(matching[0]) if len(matching) == 1 else None
    while record is not None and not isinstance(record, Question):
        record = journal.record(record.parent_id)
    return None if record is None else record.id


def _names(ids: list[str]) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return ", ".join(ids[:_NAMED]) + more
