"""One record's whole life: where it comes from, what was made of it, by which prompts, at what price."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..corpus.records import Cell, Record
from ..errors import UnknownRecord
from ..runtime.journal import Journal
from .recipe import load_recipe
from .rulings import Ruling, rulings_among
from .status import open_run


@dataclass(frozen=True)
class Life:
    """A record with all that it came from and all that was made from its question.

    Attributes:
        record_id: what was asked for.
        outcomes: how its item ended, or of a cell all its items: columns of the journal, and the raw reply of a step
            that failed. Empty while it is under way.
        records: from the cell downwards: question, answer, then critique and refinement of every round, those that a
            gate refused included, and what its judge said of them.
        rulings: what the gate decided; none without one.
        prompts: prompt version -> messages, for every step in the chain.
    """

    record_id: str
    outcomes: tuple[dict[str, Any], ...]
    records: tuple[Record, ...]
    prompts: dict[str, list[dict[str, Any]]]
    rulings: tuple[Ruling, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The life as a JSON object."""
        return {
            "record_id": self.record_id,
            "outcomes": list(self.outcomes),
            "records": [
                {"id": record.id, "kind": record.kind, **record.model_dump(mode="json", exclude_none=True)}
                for record in self.records
            ],
            "rulings": [ruling.as_json() for ruling in self.rulings],
            "prompts": self.prompts,
        }


def explain(run: Path, record_id: str) -> Life:
    """The life of a record.

    Args:
        run: the run's directory.
        record_id: the id of a cell, question, answer, critique, refinement or preference, or its first digits.

    Raises:
        UnknownRecord: no record, or more than one, begins with that id.
        BadInput: there is no run in the directory.
    """
    directory, journal = open_run(run)
    gate = load_recipe(directory.recipe).refine.gate
    with journal:
        record = _find(journal, record_id, run)
        chain = _upwards(journal, record)
        top = chain[0]
        # Everything below the question belongs to the life; of a cell, all its questions do.
        anchor = chain[1] if isinstance(top, Cell) and len(chain) > 1 else top
        records = (*(chain[:1] if anchor is not top else ()), *_downwards(journal, anchor))
        question = next((r for r in records if r.kind == "question"), None)
        versions = dict.fromkeys(r.provenance.prompt_version for r in records if r.provenance)
        prompts = {version: journal.prompt(version) or [] for version in versions}
        outcomes = _outcomes(journal, top if anchor is top else question)
        rulings = rulings_among(records, journal) if gate else ()
    return Life(record_id=record.id, outcomes=outcomes, records=records, prompts=prompts, rulings=rulings)


def _outcomes(journal: Journal, anchor: Record | None) -> tuple[dict[str, Any], ...]:
    if isinstance(anchor, Cell):
        items = journal.items_of_cell(anchor.id)
    else:
        item = journal.item_of(anchor.id) if anchor is not None else None
        items = [item] if item is not None else []
    return tuple(
        item | {"raw_reply": journal.raw_reply(item["step_key"]) if item["step_key"] else None} for item in items
    )


def _find(journal: Journal, record_id: str, run: Path) -> Record:
    wanted = record_id.strip().lower()
    if not wanted or set(wanted) - set("0123456789abcdef"):
        raise UnknownRecord(f"{record_id!r} is no record id: ids are hexadecimal, as in the exported files")
    found = journal.ids_with_prefix(wanted)
    if len(found) > 1:
        raise UnknownRecord(f"{run}: more than one record begins with {record_id}; give more digits")
    record = journal.record(found[0]) if found else None
    if record is None:
        raise UnknownRecord(f"{run}: no record {record_id}; ids are in the exported files")
    return record


def _upwards(journal: Journal, record: Record) -> list[Record]:
    """From the cell down to the record."""
    chain = [record]
    while (parent := journal.record(chain[0].parent_id)) is not None:
        chain.insert(0, parent)
    return chain


def _downwards(journal: Journal, record: Record) -> list[Record]:
    """A record and all that was made from it, parents before children."""
    found = [record]
    for child in journal.children(record.id):
        found.extend(_downwards(journal, child))
    return found
