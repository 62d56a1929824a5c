"""Do the records of a release say what their ids say, and each format what the records say?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..chain_rows import chain_of, scores_of, to_row, wrong_ids
from ..columns import RowFormat
from ..formats import FORMATS
from ..records import Chain
from ..scores import Scores
from .belongings import told_formats
from .findings import Findings
from .layout import MANIFEST_FILE, RECORDS
from .manifest import Manifest
from .models import is_rehearsal_model
from .reading import Reading, Rows
from .records import RecordsDigest, record_id
from .rows import Placed, formats_in, rows_of, shards_of
from .tallies import Tally


def check_contents(
    directory: Path, manifest: Manifest, present: set[str], findings: Findings
) -> tuple[int, Tally | None]:
    """Read every row of a release; returns the number of records, and what was counted where all of them are sound.

    Args:
        directory: of the release.
        manifest: of it.
        present: the files that are there.
        findings: is told what is wrong.
    """
    files = [name for name in manifest.files if name in present]
    checking = _Checking(manifest, findings, files, Reading(directory, findings), Tally(manifest.stage))
    for split in sorted({split for format_ in formats_in(files) for split in shards_of(files, format_)}):
        checking.check_split(split)
    for name, rows in checking.reading.rows.items():
        if rows != manifest.files[name].rows:
            findings.add(name, f"has {rows:,} rows, and the manifest says {manifest.files[name].rows}")
    if checking.broken:
        return checking.records, None
    if checking.digest.value != manifest.records_digest:
        findings.add(MANIFEST_FILE, "its digest of the records is not theirs")
    return checking.records, checking.tally


@dataclass
class _Checking:
    manifest: Manifest
    findings: Findings
    files: list[str]
    reading: Reading
    tally: Tally
    records: int = 0
    broken: bool = False
    digest: RecordsDigest = field(default_factory=RecordsDigest)
    _questions: set[str] = field(default_factory=set)
    _leaves: dict[tuple[str, ...], str] = field(default_factory=dict)

    def check_split(self, split: str) -> None:
        """Walk through the records of a split, and beside them through the rows of each format."""
        wanted = {*formats_in(self.files), *told_formats(self.manifest)}
        formats: list[RowFormat] = [name for name in FORMATS if name in wanted]
        beside: dict[RowFormat, Rows] = {name: self._open(name, split) for name in formats}
        records = self._open(RECORDS, split)
        while (placed := records.take()) is not None:
            chain = self._checked_chain(placed)
            if chain is None:
                self.broken = True
                for rows in beside.values():
                    rows.lose_one()
                continue
            self.records += 1
            sound, scores = self._is_sound(placed, chain, split)
            for name, rows in beside.items():
                self._compare(name, rows, chain, scores, sound=sound)
        if records.given_up:  # what stands beside the records that cannot be read is not known
            self.broken = True
            return
        for rows in beside.values():
            for left in rows.rest():
                self.findings.add(left.file, f"row {left.number} is that of no record", _id_of(left.row))

    def _open(self, format_: RowFormat, split: str) -> Rows:
        return self.reading.open(shards_of(self.files, format_).get(split, []), several=format_ == "critique")

    def _checked_chain(self, placed: Placed) -> Chain | None:
        if placed.row is None:
            return None
        try:
            return chain_of(placed.row)
        except ValueError as exc:
            said = " ".join(str(exc).split())[:200]
            self.findings.add(placed.file, f"row {placed.number}: {said}", _id_of(placed.row))
            return None

    def _is_sound(self, placed: Placed, chain: Chain, split: str) -> tuple[bool, Scores]:
        """Whether a record's ids are those of its content, and it is in one split once."""
        row, question, scores = placed.row or {}, chain.question.id, Scores()
        wrong: list[str] = []
        try:
            scores = scores_of(row)
            wrong = [f"{place} is not that of its content" for place in wrong_ids(row)]
            if not wrong and not _is_same(row, to_row(chain, scores)):
                wrong = ["has columns or values that a record has not"]
        except ValueError as exc:
            wrong = [str(exc)]
        if wrong:
            self.broken = True
        else:
            self.tally.add(row, chain, scores)
            self.digest.add(split, question, record_id(row))
        if question in self._questions:
            wrong.append("is there twice")
        leaf = (chain.question.origin.language, *chain.question.origin.path)
        if self._leaves.setdefault(leaf, split) != split:
            wrong.append(f"its leaf tag is in {self._leaves[leaf]}, too")
        if not self.manifest.rehearsal and _is_rehearsal(chain):
            wrong.append("was written by the rehearsal model, and the manifest does not say so")
        self._questions.add(question)
        for what in wrong:
            self.findings.add(placed.file, f"row {placed.number}: {what}", _id_of(row))
        return not wrong, scores

    def _compare(self, name: RowFormat, rows: Rows, chain: Chain, scores: Scores, *, sound: bool) -> None:
        """Take as many rows of a format as a record has, and see that they are its rows."""
        for wanted in rows_of(chain, name, self.manifest.stage, scores):
            placed = rows.take(wanted["id"])
            if placed is None:
                if not rows.given_up:
                    self.findings.add(f"data/{name}", "has no row for a record", chain.question.id)
                return
            if sound and placed.row is not None and not _is_same(placed.row, wanted):
                what = f"row {placed.number}: differs from the record in {_differences(placed.row, wanted)}"
                self.findings.add(placed.file, what, chain.question.id)


def _is_rehearsal(chain: Chain) -> bool:
    records = (chain.question, chain.answer, *(record for pair in chain.rounds for record in pair))
    return any(is_rehearsal_model(record.provenance.model) for record in records if record.provenance is not None)


def _is_same(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether two rows are one, also in the kinds of their numbers: 1 is neither 1.0 nor true."""
    return found == wanted and _are_of_one_kind(found, wanted)


def _are_of_one_kind(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return all(_are_of_one_kind(found[key], value) for key, value in wanted.items() if not isinstance(value, str))
    if isinstance(wanted, list):
        return all(map(_are_of_one_kind, found, wanted))
    return type(found) is type(wanted)


def _differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    missing = object()
    keys = [key for key in {**wanted, **found} if not _is_same({key: found.get(key, missing)}, {key: wanted.get(key)})]
    return ", ".join(keys)


def _id_of(row: Mapping[str, Any] | None) -> str | None:
    found = None if row is None else row.get("id")
    return found if isinstance(found, str) else None
