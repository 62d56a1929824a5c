"""From runs to a release's folder: read, choose, write, and say what it is; the folder is whole or not there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ... import __version__
from ...corpus.formats import PAIR_FORMATS
from ...corpus.release.building import build_folder
from ...corpus.release.card import render_card
from ...corpus.release.changes import (
    Changes,
    Member,
    changes_as_markdown,
    compare_members,
    earlier_members,
    split_of_leaves,
)
from ...corpus.release.layout import CARD_FILE, CHANGES_FILE, MANIFEST_FILE, REMOVED_FILE
from ...corpus.release.manifest import Manifest, file_facts, gather_files, save_manifest
from ...corpus.release.names import check_version, versions_in
from ...corpus.selection import SPLITS, Leaf, SelectionReport, SplitName, split_leaves
from ...corpus.shard_sinks import encode_line
from ...corpus.trainers import trainer_files
from ...errors import ReleaseFault
from ...files import make_directory, write_atomically, write_bytes_atomically
from ...runtime.embedding import EmbeddingModel, build_embedding_model
from .choosing import keep_included, leave_out_duplicates, select_rest
from .comparing import Compared, load_compared
from .facts import card_facts, run_facts
from .gathering import Gathered, gather
from .plan import ReleasePlan
from .pool import Pool
from .sources import Source, open_sources
from .writing import Chosen, Written, write_rows


@dataclass(frozen=True)
class Release:
    """A release that was made.

    Attributes:
        directory: its folder.
        manifest: what it says of itself.
        changes: against the release before, where one was named.
        selection: what of the selection could not be met.
        before: the highest version before it beside it, where no release before was named: it had no part in it.
    """

    directory: Path
    manifest: Manifest
    changes: Changes
    selection: SelectionReport
    before: Path | None = None


def make_release(
    runs: Sequence[Path],
    plan: ReleasePlan,
    *,
    out: Path = Path("releases"),
    force: bool = False,
    to_push: bool = False,
    pushed: Callable[[Path], str | None] = lambda _: None,
) -> Release:
    """Make a release. The same runs and the same plan make the same bytes, whatever else is in `out`.

    Args:
        runs: directories of syntheses, in the order in which their records are released.
        plan: what it is to be.
        out: where releases are: it gets a folder `NAME-VERSION` in it.
        force: whether a folder that is there is replaced.
        to_push: whether it is for others: rehearsal data is refused.
        pushed: the SHA-256 of the manifest with which a folder was pushed to a hub, or None: the version keeps those
            bytes, even where the folder is not there any more.

    Raises:
        BadInput: there is no synthesis in a directory, or a file to compare with cannot be read.
        ReleaseFault: the folder is there, another process makes it, nothing is left to release, rehearsal data is to
            be pushed, or the version was pushed with other content.
        OutputFault: it cannot be written; nothing is left of it, and what stood there before still does.
    """
    target = out / plan.folder
    _refuse_taken(target, out, plan)
    with open_sources(runs) as sources, build_folder(target, replace=force) as building:
        if to_push:
            _refuse_rehearsal(any(source.recipe.model.is_rehearsal for source in sources), target)
        made = _Making(sources, plan, building, target).make()
        if to_push:
            _refuse_rehearsal(made.manifest.rehearsal, target)
        _refuse_other_than_pushed(building, target, pushed(target))
        return made if plan.previous else replace(made, before=_version_before(out, plan))


def _refuse_other_than_pushed(building: Path, target: Path, pushed: str | None) -> None:
    """The manifest holds every file's hash: the same one is the same release, and a folder that was lost comes back."""
    if pushed is not None and file_facts(building / MANIFEST_FILE).sha256 != pushed:
        raise ReleaseFault(
            f"{target}: was pushed with other content, and what others may have stays as it is; take another --version"
        )


def _refuse_rehearsal(rehearsal: bool, target: Path) -> None:
    if rehearsal:
        raise ReleaseFault(
            f"{target}: rehearsal data is not pushed; leave --push out, or release a run of a real model"
        )


def _refuse_taken(target: Path, out: Path, plan: ReleasePlan) -> None:
    """Refuse a version that is there in another spelling: 1.0 is 1.0.0."""
    version = check_version(plan.version)
    for other, path in versions_in(out, plan.name):
        if other == version and path.name != target.name:
            raise ReleaseFault(f"{path}: is version {plan.version} in another spelling; take another --version")


def _version_before(out: Path, plan: ReleasePlan) -> Path | None:
    version = check_version(plan.version)
    return next((path for other, path in reversed(versions_in(out, plan.name)) if other < version), None)


@dataclass
class _Making:
    sources: list[Source]
    plan: ReleasePlan
    building: Path
    target: Path

    def make(self) -> Release:
        compared = load_compared(self.plan)
        gathered = gather(self.sources, self.plan.filters, self.plan.stage, compared.benchmarks)
        unmatched = self._narrow(gathered, compared)
        # Before the subset is cut, so that all subsets of one dataset hold out the same leaves.
        split_of = self._split_leaves(gathered.pool)
        report = self._select(gathered.pool, unmatched)
        chosen = {each.entry.question_id: Chosen(each, split_of[each.entry.leaf]) for each in gathered.pool.candidates}
        report = replace(report, unmatched=(*report.unmatched, *self._empty(chosen)))
        written = write_rows(
            self.building,
            self.sources,
            chosen,
            formats=self.plan.written,
            stage=self.plan.stage,
            kind=self.plan.shards,
        )
        manifest = self._manifest(gathered, written, compared)
        changes = self._changes(chosen, manifest.title)
        files = {shard.name: shard.rows for shard in written.shards} | self._write_reports(gathered.pool)
        texts = {
            **trainer_files(self.plan.name, written.shards),
            CARD_FILE: render_card(card_facts(manifest, self.plan, self.sources, gathered.pool, written)),
        }
        texts[CHANGES_FILE] = "\n".join(changes_as_markdown(changes)) + "\n"
        self._write_texts(texts)
        listed = gather_files(self.building, files | dict.fromkeys(texts))
        manifest = manifest.model_copy(update={"files": listed})
        save_manifest(manifest, self.building)
        return Release(self.target, manifest, changes, report)

    def _narrow(self, gathered: Gathered, compared: Compared) -> tuple[str, ...]:
        """Leave out what is not for a release of any size; returns a line for each tag in a rule that no record has."""
        pool, plan = gathered.pool, self.plan
        unmatched = keep_included(pool, plan.selection, plan.seed)
        if plan.duplicates is not None:
            leave_out_duplicates(
                pool, plan.duplicates, compared.against(), self._embedding_model(), self._vectors_beside
            )
        return unmatched

    def _select(self, pool: Pool, unmatched: tuple[str, ...]) -> SelectionReport:
        report = select_rest(pool, self.plan.selection, self.plan.seed)
        if not pool.candidates:
            counts = [f"{rule} {count}" for rule, count in pool.counts().items() if count]
            why = "; ".join([", ".join(counts) or "the runs have kept nothing", *unmatched])
            raise ReleaseFault(f"{self.target}: nothing is left to release: {why}")
        return replace(report, unmatched=(*unmatched, *report.unmatched))

    def _embedding_model(self) -> EmbeddingModel | None:
        return None if self.plan.embedder is None else build_embedding_model(self.plan.embedder)

    @property
    def _vectors_beside(self) -> Path:
        """What vectors are kept beside: they are those of a release's name, whatever the version."""
        return self.target.with_name(self.plan.name)

    def _split_leaves(self, pool: Pool) -> dict[Leaf, SplitName]:
        earlier = None if self.plan.previous is None else split_of_leaves(Path(self.plan.previous))
        leaves = (entry.leaf for entry in pool.entries)
        return split_leaves(leaves, self.plan.selection.split, self.plan.seed, earlier=earlier)

    def _empty(self, chosen: Mapping[str, Chosen]) -> list[str]:
        """A line for each split that was asked for and has no record."""
        held, shares = {each.split for each in chosen.values()}, self.plan.selection.split
        return [f"split {name}: no record" for name in SPLITS if shares.of(name) and name not in held]

    def _manifest(self, gathered: Gathered, written: Written, compared: Compared) -> Manifest:
        plan, parts = self.plan, zip(self.sources, gathered.digests, written.runs, strict=True)
        runs = tuple(run_facts(source, digests, figures) for source, digests, figures in parts)
        released = {each.key for each in gathered.pool.candidates}
        return Manifest(
            name=plan.name,
            version=plan.version,
            license=plan.license,
            license_name=plan.license_name,
            license_link=plan.license_link,
            date=plan.date,
            condor=__version__,
            rehearsal=any(run.rehearsal for run in runs),
            stage=plan.stage,
            seed=plan.seed,
            settings=plan.as_settings() | compared.told,
            kept=sum(run.kept for run in runs),
            released=sum(written.splits.values()),
            removed=gathered.pool.counts(),
            unpaired={name: dict(sorted(written.unpaired.items())) for name in plan.written if name in PAIR_FORMATS},
            restored=len(gathered.pool.restored & released),
            unscored=sum(each.entry.score is None for each in gathered.pool.candidates),
            splits={split: written.splits[split] for split in SPLITS if written.splits[split]},
            records_digest=written.digest.value,
            runs=runs,
            files={},
        )

    def _changes(self, chosen: Mapping[str, Chosen], title: str) -> Changes:
        now = {id_: Member(each.candidate.entry.record_id, each.split) for id_, each in chosen.items()}
        if self.plan.previous is None:
            return compare_members({}, now, titles=(None, title))
        before, held = earlier_members(Path(self.plan.previous))
        return compare_members(held, now, titles=(before, title))

    def _write_reports(self, pool: Pool) -> dict[str, int]:
        """What was left out, a line each; returns the file with its lines."""
        path = self.building / REMOVED_FILE
        make_directory(path.parent)
        with write_bytes_atomically(path) as file:
            for removal in pool.removals:
                row = {"id": removal.question_id, "run": self.sources[removal.run].name, **vars(removal.rejection)}
                file.write(encode_line(row))
        return {REMOVED_FILE: len(pool.removals)}

    def _write_texts(self, texts: Mapping[str, str]) -> None:
        for name, text in sorted(texts.items()):
            path = self.building / name
            make_directory(path.parent)
            with write_atomically(path) as file:
                file.write(text)
