"""What changed from one release to another, record by record."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ...errors import ReleaseFault
from ..selection.splits import SPLITS, Leaf, SplitName
from .layout import RECORDS, is_release
from .manifest import Manifest, load_manifest
from .records import record_id
from .rows import read_shards, shards_of

#: Ids of one kind of change that CHANGES.md names; `condor diff --ids` prints them all.
_MOST_NAMED: Final = 20


@dataclass(frozen=True)
class Member:
    """What a release says to one question.

    Attributes:
        record_id: of the answer or refinement that it holds.
        split: that it is in.
    """

    record_id: str
    split: str


@dataclass(frozen=True)
class Changes:
    """The difference of two releases. A record is known by its question's id.

    Attributes:
        before, after: titles of the releases; `before` is None where it is compared with none.
        added, removed: question ids that only the later, or only the earlier release has.
        changed: question ids that both have, with another answer.
        moved: question ids that both have, in another split: (id, split before, split after).
        unchanged: questions with the same answer in the same split.
    """

    before: str | None
    after: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str, str], ...] = ()
    unchanged: int = 0
    counts: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        parts = {"added": self.added, "removed": self.removed, "changed": self.changed, "moved": self.moved}
        counts = {name: len(ids) for name, ids in parts.items()} | {"unchanged": self.unchanged}
        object.__setattr__(self, "counts", counts)

    def as_json(self, *, ids: bool = False) -> dict[str, Any]:
        """Counts, and ids where they are wanted, as plain values."""
        told: dict[str, Any] = {"before": self.before, "after": self.after, "counts": self.counts}
        if ids:
            told |= {"added": list(self.added), "removed": list(self.removed), "changed": list(self.changed)}
            told["moved"] = [{"id": id_, "from": before, "to": after} for id_, before, after in self.moved]
        return told


def members(directory: Path, manifest: Manifest) -> dict[str, Member]:
    """Question id -> what a release says to it, in the release's order.

    Raises:
        ReleaseFault: a row is no record.
        UnreadableFile: the release's records cannot be read.
    """
    found: dict[str, Member] = {}
    for split, names in shards_of(manifest.files, RECORDS).items():
        for file, number, row in read_shards(directory, names):
            try:
                found[row["id"]] = Member(record_id(row), split)
            except (KeyError, TypeError, IndexError) as exc:
                where = f"{directory / file}:{number}"
                raise ReleaseFault(f"{where}: no record; condor verify {directory} says more") from exc
    return found


def compare_members(before: dict[str, Member], after: dict[str, Member], *, titles: tuple[str | None, str]) -> Changes:
    """The difference of what two releases hold; ids in the order of the release that they are told of."""
    both = [(id_, before[id_], now) for id_, now in after.items() if id_ in before]
    return Changes(
        before=titles[0],
        after=titles[1],
        added=tuple(id_ for id_ in after if id_ not in before),
        removed=tuple(id_ for id_ in before if id_ not in after),
        changed=tuple(id_ for id_, old, new in both if old.record_id != new.record_id),
        moved=tuple((id_, old.split, new.split) for id_, old, new in both if old.split != new.split),
        unchanged=sum(old == new for _, old, new in both),
    )


def diff_releases(before: Path, after: Path) -> Changes:
    """What changed from one release to another.

    Raises:
        ReleaseFault: a folder is no release, or its records cannot be read.
    """
    old, new = load_manifest(before), load_manifest(after)
    return compare_members(members(before, old), members(after, new), titles=(old.title, new.title))


def earlier_members(directory: Path) -> tuple[str, dict[str, Member]]:
    """The title of an earlier release and what it holds.

    Raises:
        ReleaseFault: the folder is no release, or its records cannot be read.
    """
    if not is_release(directory):
        raise ReleaseFault(f"{directory}: no release here to compare with")
    manifest = load_manifest(directory)
    return manifest.title, members(directory, manifest)


def split_of_leaves(directory: Path) -> dict[Leaf, SplitName]:
    """Leaf tag -> the split that an earlier release has it in.

    Raises:
        ReleaseFault: the folder is no release, or a row of it no record.
    """
    found: dict[Leaf, SplitName] = {}
    for split, names in shards_of(load_manifest(directory).files, RECORDS).items():
        known: SplitName | None = next((name for name in SPLITS if name == split), None)
        for file, number, row in read_shards(directory, names if known else ()):
            try:
                leaf = (str(row["language"]), *map(str, row["path"]))
            except (KeyError, TypeError) as exc:
                raise ReleaseFault(f"{directory / file}:{number}: no record") from exc
            if known is not None:
                found[leaf] = known
    return found


def changes_as_markdown(changes: Changes) -> Iterator[str]:
    """CHANGES.md, line by line."""
    yield f"# Changes in {changes.after}"
    yield ""
    if changes.before is None:
        yield f"{changes.counts['added']:,} records. No release before was named, and none compared."
        return
    yield f"Against {changes.before}, by the ids of questions and of their answers:"
    yield ""
    yield "| what | records |"
    yield "|---|---:|"
    for name, meaning in _MEANINGS.items():
        yield f"| {meaning} | {changes.counts[name]:,} |"
    told = {"added": changes.added, "removed": changes.removed, "changed": changes.changed}
    told["moved"] = tuple(f"{id_} ({before} -> {after})" for id_, before, after in changes.moved)
    for name, ids in told.items():
        if ids:
            yield from ("", f"## {_MEANINGS[name].capitalize()}", "", *(f"- {each}" for each in ids[:_MOST_NAMED]))
            if len(ids) > _MOST_NAMED:
                yield f"- and {len(ids) - _MOST_NAMED:,} more"


_MEANINGS: Final = {
    "added": "added",
    "removed": "removed",
    "changed": "same question, another answer",
    "moved": "moved to another split",
    "unchanged": "unchanged",
}
