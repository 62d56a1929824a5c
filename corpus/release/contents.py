"""Do the records of a release say what their ids say, and each format what the records say?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import UnreadableFile
from ..chain_rows import chain_of, scores_of, to_row, wrong_ids
from ..columns import RowFormat
from ..formats import FORMATS
from ..records import Chain
from ..scores import Scores
from .findings import Findings
from .layout import MANIFEST_FILE, RECORDS
from .manifest import Manifest
from .models import is_rehearsal_model
from .records import RecordsDigest, record_id
from .rows import Placed, formats_in, read_shards, rows_of, shards_of


def check_contents(directory: Path, manifest: Manifest, present: set[str], findings: Findings) -> int:
    """Read every row of a release; returns the number of records.

    Args:
        directory: of the release.
        manifest: of it.
        present: the files that are there.
        findings: is told what is wrong.
    """
    checking = _Checking(directory, manifest, findings, files=[name for name in manifest.files if name in present])
    for split in sorted(shards_of(checking.files, RECORDS)):
        checking.check_split(split)
    for name, rows in checking.rows.items():
        if rows != manifest.files[name].rows:
            findings.add(name, f"has {rows:,} rows, and the manifest says {manifest.files[name].rows}")
    if checking.digest.value != manifest.records_digest and not checking.broken:
        findings.add(MANIFEST_FILE, "its digest of the records is not theirs")
    return checking.records


@dataclass
class _Checking:
    directory: Path
    manifest: Manifest
    findings: Findings
    files: list[str]
    records: int = 0
    broken: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    digest: RecordsDigest = field(default_factory=RecordsDigest)
    _questions: set[str] = field(default_factory=set)
    _leaves: dict[tuple[str, ...], str] = field(default_factory=dict)

    def check_split(self, split: str) -> None:
        """Walk through the records of a split, and beside them through the rows of each format."""
        held = formats_in(self.files)
        formats: list[RowFormat] = [name for name in FORMATS if name in held]
        beside = {name: self._read(shards_of(self.files, name).get(split, [])) for name in formats}
        for placed in self._read(shards_of(self.files, RECORDS)[split]):
            if placed is None:  # what stands beside the rows that cannot be read is not known
                return
            self.records += 1
            chain = self._checked_chain(placed)
            if chain is None:
                return
            sound, scores = self._is_sound(placed, chain, split)
            for name in formats:
                self._compare(name, beside[name], chain, scores, sound=sound)
        for rows in beside.values():
            for placed in rows:
                if placed is not None:
                    self.findings.add(placed.file, f"row {placed.number} is that of no record", _id_of(placed.row))

    def _read(self, names: list[str]) -> Iterator[Placed | None]:
        """The rows of shards, and None where they cannot be read to the end."""
        for name in names:
            self.rows[name] = 0
            try:
                for placed in read_shards(self.directory, [name]):
                    self.rows[name] += 1
                    yield placed
            except UnreadableFile as exc:
                self.broken = True
                del self.rows[name]
                self.findings.add(name, str(exc).replace(f"{self.directory}/", ""))
                yield None
                return

    def _checked_chain(self, placed: Placed) -> Chain | None:
        try:
            return chain_of(placed.row)
        except ValueError as exc:
            self.broken = True
            said = " ".join(str(exc).split())[:200]
            self.findings.add(placed.file, f"row {placed.number}: {said}", _id_of(placed.row))
            return None

    def _is_sound(self, placed: Placed, chain: Chain, split: str) -> tuple[bool, Scores]:
        """Whether a record's ids are those of its content, and it is in one split once."""
        row, question, scores = placed.row, chain.question.id, Scores()
        wrong: list[str] = []
        try:
            scores = scores_of(row)
            wrong = [f"{place} is not that of its content" for place in wrong_ids(row)]
            if not wrong and to_row(chain, scores) != row:
                wrong = ["has columns or values that a record has not"]
        except ValueError as exc:
            wrong = [str(exc)]
        if question in self._questions:
            wrong.append("is there twice")
        leaf = (chain.question.origin.language, *chain.question.origin.path)
        if self._leaves.setdefault(leaf, split) != split:
            wrong.append(f"its leaf tag is in {self._leaves[leaf]}, too")
        if not self.manifest.rehearsal and _is_rehearsal(chain):
            wrong.append("was written by the rehearsal model, and the manifest does not say so")
        self._questions.add(question)
        self.digest.add(split, row["id"], record_id(row))
        for what in wrong:
            self.findings.add(placed.file, f"row {placed.number}: {what}", _id_of(row))
        return not wrong, scores

    def _compare(
        self, name: RowFormat, rows: Iterator[Placed | None], chain: Chain, scores: Scores, *, sound: bool
    ) -> None:
        """Take as many rows of a format as a record has, and see that they are its rows."""
        for wanted in rows_of(chain, name, self.manifest.stage, scores):
            placed = next(rows, None)
            if placed is None:
                self._miss(name, chain)
                return
            if sound and placed.row != wanted:
                what = f"row {placed.number}: differs from the record in {_differences(placed.row, wanted)}"
                self.findings.add(placed.file, what, chain.question.id)

    def _miss(self, name: RowFormat, chain: Chain) -> None:
        if not self.broken:
            self.findings.add(f"data/{name}", "has no row for a record", chain.question.id)


def _is_rehearsal(chain: Chain) -> bool:
    records = (chain.question, chain.answer, *(record for pair in chain.rounds for record in pair))
    return any(is_rehearsal_model(record.provenance.model) for record in records if record.provenance is not None)


def _differences(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    missing = object()
    keys = [key for key in {**wanted, **found} if found.get(key, missing) != wanted.get(key, missing)]
    return ", ".join(keys)


def _id_of(row: dict[str, Any]) -> str | None:
    found = row.get("id")
    return found if isinstance(found, str) else None
