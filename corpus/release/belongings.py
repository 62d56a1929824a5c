"""Which files belong to a release, and what those say that follows from its data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..card_configs import card_configs, card_dataset_info
from ..columns import ROW_FORMATS
from ..formats import FORMATS, FormatName
from ..selection.splits import SPLITS
from ..shards import Shard
from ..trainers import trainer_files
from .card_facts import CardFacts
from .card_header import render_header
from .figures import Figures
from .findings import Findings
from .layout import CARD_FILE, CHANGES_FILE, RECORDS, REMOVED_FILE
from .manifest import FileFacts, Manifest
from .rows import parse_shard

_ORDER: Final = {name: place for place, name in enumerate((*ROW_FORMATS, *SPLITS))}


def shards_in(files: Mapping[str, FileFacts]) -> list[Shard]:
    """The shards of a release as they were written: by format, split and number."""
    found = [
        Shard(name, place.format_, place.split, facts.rows or 0, facts.bytes)
        for name, facts in files.items()
        if (place := parse_shard(name)) is not None
    ]
    return sorted(found, key=lambda shard: (_ORDER[shard.format_], _ORDER[shard.split], shard.name))


def told_formats(manifest: Manifest) -> list[FormatName]:
    """The formats that the settings name, besides whole chains."""
    told = manifest.settings.get("formats")
    return [name for name in FORMATS if name in told] if isinstance(told, list) else []


def check_belongings(manifest: Manifest, findings: Findings) -> None:
    """See that a manifest lists the files that a release has, and no others."""
    shards = shards_in(manifest.files)
    known = {CARD_FILE, CHANGES_FILE, REMOVED_FILE, *trainer_files(manifest.name, shards)}
    for name in sorted(known - manifest.files.keys()):
        findings.add(name, "belongs to a release, and is not in the manifest")
    for name in manifest.files.keys() - known - {shard.name for shard in shards}:
        findings.add(name, "is no file of a release: no shard of a format and a split, no card, no report")
    for shard in shards:
        if shard.format_ != RECORDS and shard.format_ not in told_formats(manifest):
            findings.add(shard.name, "is of a format that the settings do not name")
        if shard.kind != manifest.settings.get("shards"):
            findings.add(shard.name, f"is {shard.kind}, and the settings say {manifest.settings.get('shards')}")


def check_texts(directory: Path, manifest: Manifest, figures: Figures, findings: Findings) -> None:
    """See that trainers' files and the card's header are those of the data.

    Args:
        directory: of the release.
        manifest: of it.
        figures: over its records.
        findings: is told what is wrong.
    """
    shards = shards_in(manifest.files)
    for name, text in trainer_files(manifest.name, shards).items():
        found = _read(directory / name)
        if found is not None and found != text.encode():
            findings.add(name, f"does not say what follows from the release's files{_where(found, text)}")
    header = f"---\n{render_header(_card_facts(manifest, figures, shards))}---\n"
    card = _read(directory / CARD_FILE)
    if card is not None and not card.startswith(header.encode()):
        findings.add(CARD_FILE, f"its header is not that of the manifest and the records{_where(card, header)}")


def _card_facts(manifest: Manifest, figures: Figures, shards: list[Shard]) -> CardFacts:
    """What the header is written from; a body would need more."""
    rows: dict[str, dict[str, int]] = {shard.format_: {shard.split: shard.rows} for shard in shards}
    configs, info = card_configs(shards), card_dataset_info(shards)
    return CardFacts(manifest, figures, (), configs, info, rows, command="", plan="")


def _read(path: Path) -> bytes | None:
    """A file's bytes; None where it cannot be read, which its hash has told already."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _where(found: bytes, wanted: str) -> str:
    """The first line that differs."""
    lines, expected = found.splitlines(), wanted.encode().splitlines()
    for number, line in enumerate(expected, start=1):
        if number > len(lines) or lines[number - 1] != line:
            return f": line {number} is to be {line[:80].decode('utf-8', 'replace')!r}"
    return f": it goes on after line {len(expected)}"
