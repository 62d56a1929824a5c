"""What a gate decided of the refinements of a record, and what its judge said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..corpus.records import Comparison, Preference, Question, Record, Refinement
from ..runtime.journal import Journal

Decision = Literal["kept", "refused", "unreadable", "pending"]


@dataclass(frozen=True)
class Ruling:
    """What became of a refinement before the gate.

    Attributes:
        refinement_id: its id.
        round: its round.
        decision: `kept`, or `refused` where it is not preferred in both orders; `unreadable` where a verdict is
            missing, which refuses it too; `pending` while one is still to come.
        preferences: what the judge said of it and what it came from: with the earlier answer shown first, then with the
            refinement shown first; as far as it can be read.
    """

    refinement_id: str
    round: int
    decision: Decision
    preferences: tuple[Preference, ...]

    def as_json(self) -> dict[str, Any]:
        """The ruling as a JSON object; the preferences by their ids."""
        return {
            "refinement_id": self.refinement_id,
            "round": self.round,
            "decision": self.decision,
            "preference_ids": [preference.id for preference in self.preferences],
        }


def rulings_among(records: Sequence[Record], journal: Journal) -> tuple[Ruling, ...]:
    """The rulings on all refinements among some records of a run with a gate, parents before children."""
    return tuple(_rulings(records, journal))


def _rulings(records: Sequence[Record], journal: Journal) -> Iterator[Ruling]:
    by_pair = {(each.parent_id, each.other_id): each for each in records if isinstance(each, Preference)}
    parents = {record.id: record.parent_id for record in records}
    ended = False
    for record in records:
        if isinstance(record, Question):
            item = journal.item_of(record.id)
            ended = item is not None and bool(item["final"])
        if isinstance(record, Refinement):
            earlier = parents[record.parent_id]
            straight, swapped = by_pair.get((earlier, record.id)), by_pair.get((record.id, earlier))
            said = tuple(each for each in (straight, swapped) if each is not None)
            yield Ruling(record.id, record.round, _decision(straight, swapped, ended=ended), said)


def _decision(straight: Preference | None, swapped: Preference | None, *, ended: bool) -> Decision:
    if straight is None or swapped is None:
        return "unreadable" if ended else "pending"
    return "kept" if Comparison.of(straight, swapped).winner == "second" else "refused"
