"""Is a release what it says it is? Hashes, counts, and every record's id against its content."""

from collections import Counter
from pathlib import Path

from ...errors import UnreadableFile
from ..shard_reading import read_rows
from .belongings import check_belongings, check_texts
from .contents import check_contents
from .findings import Findings, Verification
from .layout import MANIFEST_FILE, RECORDS, REMOVED_FILE, files_in, folders_in, folders_of
from .manifest import Manifest, file_facts, load_manifest
from .rows import are_all_there, formats_in, shards_of
from .tallies import check_rehearsal


def verify_release(directory: Path) -> Verification:
    """Check everything in a release's folder: bytes, counts, and what the records say.

    Hashes alone tell of a changed byte. Who also mends the manifest is found out by the ids: they are reckoned again
    from what each record says, and every row of every format from its record.

    Raises:
        ReleaseFault: there is no release in the folder, or its manifest cannot be read.
    """
    manifest = load_manifest(directory)
    findings = Findings()
    present = set(files_in(directory))
    _check_files(directory, manifest, present, findings)
    _check_folders(directory, manifest, findings)
    if manifest.sealed() != manifest or manifest.as_text().encode() != (directory / MANIFEST_FILE).read_bytes():
        findings.add(MANIFEST_FILE, "was changed: its seal is not that of what it says")
    _check_counts(manifest, findings)
    _check_removed(directory, manifest, findings)
    check_belongings(manifest, findings)
    check_rehearsal(manifest, findings)
    records, tally = check_contents(directory, manifest, present, findings)
    if tally is not None:  # else what is wrong with the records has been told
        tally.check(manifest, findings)
        check_texts(directory, manifest, tally.figures, findings)
    return Verification(manifest.title, len(manifest.files), records, manifest.rehearsal, findings.all())


def _check_files(directory: Path, manifest: Manifest, present: set[str], findings: Findings) -> None:
    for name in sorted(present - set(manifest.files) - {MANIFEST_FILE}):
        findings.add(name, "is not in the manifest")
    for name, facts in manifest.files.items():
        if name not in present:
            findings.add(name, "is missing")
            continue
        if (directory / name).is_symlink():
            findings.add(name, "is a link, and no file of the release")
            continue
        try:
            found = file_facts(directory / name)
        except OSError as exc:
            findings.add(name, f"cannot be read: {exc.strerror or exc}")
            continue
        if found.bytes != facts.bytes:
            findings.add(name, f"has {found.bytes:,} bytes, and not {facts.bytes:,}")
        elif found.sha256 != facts.sha256:
            findings.add(name, f"was changed: its SHA-256 is {found.sha256}, and not {facts.sha256}")


def _check_folders(directory: Path, manifest: Manifest, findings: Findings) -> None:
    if (directory / MANIFEST_FILE).is_symlink():
        findings.add(MANIFEST_FILE, "is a link, and no file of the release")
    for name in set(folders_in(directory)) - folders_of(manifest.files):
        findings.add(name, "is a folder that a release has not")


def _check_counts(manifest: Manifest, findings: Findings) -> None:
    """See that the manifest's own figures add up."""
    left_out = sum(manifest.removed.values())
    sums = {
        f"kept {manifest.kept:,} is not released {manifest.released:,} and removed {left_out:,} together": (
            manifest.kept == manifest.released + left_out
        ),
        "the splits do not add up to what is released": sum(manifest.splits.values()) == manifest.released,
        "the runs do not add up to what was kept": sum(run.kept for run in manifest.runs) == manifest.kept,
        "the runs do not add up to what is released": sum(run.released for run in manifest.runs) == manifest.released,
        "more was put back than is released": manifest.restored <= manifest.released,
    }
    for said, holds in sums.items():
        if not holds:
            findings.add(MANIFEST_FILE, said)
    for format_ in formats_in(manifest.files):
        for split, names in shards_of(manifest.files, format_).items():
            if not are_all_there(names):
                findings.add(MANIFEST_FILE, f"the shards of {format_}/{split} are not numbered without a hole")
            rows = sum(manifest.files[name].rows or 0 for name in names)
            if format_ == RECORDS and rows != manifest.splits.get(split):
                findings.add(MANIFEST_FILE, f"{split} is to have {manifest.splits.get(split)} records, and has {rows}")


def _check_removed(directory: Path, manifest: Manifest, findings: Findings) -> None:
    """See that the report of what was left out says what the manifest counts."""
    if not (directory / REMOVED_FILE).is_file():
        return
    counts: Counter[str] = Counter()
    try:
        for row in read_rows(directory / REMOVED_FILE):
            counts[str(row.get("rule"))] += 1
    except UnreadableFile as exc:
        findings.add(REMOVED_FILE, _without(directory, exc))
        return
    wanted = {rule: count for rule, count in manifest.removed.items() if count}
    if dict(counts) != wanted:
        findings.add(REMOVED_FILE, f"counts {dict(sorted(counts.items()))}, and the manifest {wanted}")


def _without(directory: Path, exc: UnreadableFile) -> str:
    """What is wrong with a file, without the way to the release."""
    return str(exc).replace(f"{directory}/", "")
