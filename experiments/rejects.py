"""What was rejected of a run, by its synthesis and by the filters: to be listed and sampled."""

import heapq
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from ..corpus.filters import Rejection
from ..corpus.filters.screening import RULES
from ..corpus.formats import StageName
from ..corpus.records import Answer, Question, Refinement
from ..errors import BadInput
from ..hashing import content_hash
from ..runtime.journal import Journal
from ..runtime.journal.screened import Screened
from .status import open_run

#: Characters of a text that a reject shows.
_START = 200


@dataclass(frozen=True)
class Reject:
    """A record and a rule that it breaks.

    Attributes:
        question_id: of its question: what it is restored by.
        by: who rejected it: the `synthesis`, before it was finished, or a `filter`.
        rule, figure, detail: why.
        restored: whether a person has decided that this rule shall not remove it.
        text: the beginning of its answer, or of its question where it has none.
    """

    question_id: str
    by: Literal["synthesis", "filter"]
    rule: str
    figure: float
    detail: str
    restored: bool
    text: str

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return asdict(self)


def rejects(
    run: Path,
    *,
    rule: str | None = None,
    stage: StageName = "refine",
    sample: int | None = None,
    seed: int = 0,
) -> list[Reject]:
    """What was rejected, in the order of the run's walk, what its synthesis rejected first.

    Args:
        run: the directory of a synthesis, which may be under way.
        rule: what this rule rejected; None for all.
        stage: whose answers the filters looked at.
        sample: so many of them; None for all. A larger sample holds a smaller one of the same seed.
        seed: of the sample.

    Raises:
        BadInput: there is no synthesis in the directory, or there is no rule of that name.
    """
    directory, journal = open_run(run)
    with journal, Screened(directory.journal) as screened:
        found = _all(screened, stage)
        if rule is not None and rule not in (known := {*RULES, *(why.rule for _, _, why in found)}):
            raise BadInput(f"{run}: no rule {rule}; there are {', '.join(sorted(known))}")
        found = [each for each in found if rule in (None, each[2].rule)]
        if sample is not None:
            found = _sampled(found, sample, seed)
        overruled = screened.restored()
        return [
            Reject(
                question_id=question,
                by=by,
                rule=why.rule,
                figure=why.figure,
                detail=why.detail,
                restored=(question, why.rule) in overruled,
                text=_beginning(journal, question, stage),
            )
            for question, by, why in found
        ]


Found = tuple[str, Literal["synthesis", "filter"], Rejection]


def _all(screened: Screened, stage: StageName) -> list[Found]:
    items = [(item.question_id, item.rejection) for item in screened.rejected_items()]
    known = {(question, why.rule) for question, why in items}
    # A record that was restored goes through the filters, where the same rule finds it again.
    later = [entry for entry in screened.screened(stage) if (entry.question_id, entry.rejection.rule) not in known]
    return [
        *((question, "synthesis", why) for question, why in items),
        *((entry.question_id, "filter", entry.rejection) for entry in later),
    ]


def _sampled(found: list[Found], size: int, seed: int) -> list[Found]:
    """Those with the lowest hashes, so that samples of one seed lie in each other, in the order in which they stand."""
    chosen = heapq.nsmallest(
        size, range(len(found)), key=lambda at: (content_hash([seed, found[at][0], found[at][2].rule]), at)
    )
    return [found[at] for at in sorted(chosen)]


def _beginning(journal: Journal, question_id: str, stage: StageName) -> str:
    """Of the text that a rule looked at: what the chain ends with, else the first answer, else the question."""
    item = journal.item_of(question_id)
    last = None if item is None or stage == "void" else item["record_id"]
    answers = [each for each in journal.children(question_id) if isinstance(each, Answer)]
    record = journal.record(last) if last else answers[0] if answers else journal.record(question_id)
    return record.text[:_START] if isinstance(record, Question | Answer | Refinement) else ""
