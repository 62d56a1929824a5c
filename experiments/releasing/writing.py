"""The second walk through the runs: the released records into shards of every format, and what they come to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ...corpus.columns import RowFormat
from ...corpus.formats import StageName
from ...corpus.pairs import check_pair
from ...corpus.records import Chain, Record
from ...corpus.release.figures import Figures
from ...corpus.release.layout import RECORDS
from ...corpus.release.records import RecordsDigest
from ...corpus.release.rows import as_released, rows_of
from ...corpus.scores import Scores
from ...corpus.selection import SPLITS, SplitName
from ...corpus.shards import Shard, ShardKind, ShardWriter
from ...errors import JournalFault
from ...hashing import canonical_json
from .pool import Candidate
from .sources import Source, score_of

#: (stage, model, sampling as canonical JSON, prompt version)
Maker = tuple[str, str, str, str]
Writers = dict[tuple[RowFormat, SplitName], ShardWriter]


@dataclass(frozen=True)
class Chosen:
    """A record that is released.

    Attributes:
        candidate: what is known of it.
        split: that it is in.
    """

    candidate: Candidate
    split: SplitName


@dataclass
class RunFigures:
    """What was released of a run.

    Attributes:
        released, scored: records, and of these the ones that have a score.
        tree_versions: of the trees that they were sampled from.
        makers: records by what they were made with.
    """

    released: int = 0
    scored: int = 0
    tree_versions: set[str] = field(default_factory=set)
    makers: Counter[Maker] = field(default_factory=Counter)

    def add(self, chain: Chain, score: float | None) -> None:
        """Take in a released record."""
        self.released += 1
        self.scored += score is not None
        self.tree_versions.add(chain.question.origin.tree_version)
        for record in _records(chain):
            if (made := record.provenance) is not None:
                self.makers[made.stage, made.model, canonical_json(made.sampling), made.prompt_version] += 1


@dataclass
class Written:
    """What was written.

    Attributes:
        shards: all of them, by format and split.
        figures: over all records.
        digest: over all records.
        runs: of each run.
        splits: split -> records.
        unpaired: rule -> records that are no preference pair.
    """

    figures: Figures
    digest: RecordsDigest
    runs: list[RunFigures]
    splits: Counter[str] = field(default_factory=Counter)
    unpaired: Counter[str] = field(default_factory=Counter)
    shards: tuple[Shard, ...] = ()


def write_rows(
    directory: Path,
    sources: Sequence[Source],
    chosen: Mapping[str, Chosen],
    *,
    formats: Sequence[RowFormat],
    stage: StageName,
    kind: ShardKind,
) -> Written:
    """Write what was chosen, in the order of the runs and of their walks; one record is held at a time.

    Args:
        directory: of the release.
        sources: the runs.
        chosen: question id -> how it is released.
        formats: besides whole chains.
        stage: whose answers.
        kind: of the shards.

    Raises:
        OutputFault: a file cannot be written.
        JournalFault: a record is not in its journal any more.
    """
    written = Written(Figures(), RecordsDigest(), [RunFigures() for _ in sources])
    with ExitStack() as stack:
        used: list[SplitName] = [split for split in SPLITS if any(each.split == split for each in chosen.values())]
        every: list[RowFormat] = [*formats, RECORDS]
        writers: Writers = {
            (format_, split): stack.enter_context(ShardWriter(directory, format_, split, kind=kind))
            for format_ in every
            for split in used
        }
        for number, source in enumerate(sources):
            _write_run(number, source, chosen, writers, stage, written)
    if (count := sum(written.splits.values())) != len(chosen):
        raise JournalFault(f"{len(chosen) - count} records are not in their journals any more; release again")
    written.shards = tuple(shard for writer in writers.values() for shard in writer.shards)
    return written


def _write_run(
    number: int,
    source: Source,
    chosen: Mapping[str, Chosen],
    writers: Writers,
    stage: StageName,
    written: Written,
) -> None:
    for found, _ in source.chains(scored=False):
        choice = chosen.get(found.question.id)
        chain = as_released(found, stage)
        if choice is None or choice.candidate.run != number or choice.candidate.entry.record_id != chain.final.id:
            continue
        _write_chain(chain, choice.candidate.scores, choice.split, writers, stage)
        written.figures.add(chain)
        written.digest.add(choice.split, chain.question.id, chain.final.id)
        written.runs[number].add(chain, score_of(choice.candidate.scores, stage))
        written.splits[choice.split] += 1
        if (refused := check_pair(chain, choice.candidate.scores)) is not None:
            written.unpaired[refused.rule] += 1


def _write_chain(
    chain: Chain,
    scores: Scores,
    split: SplitName,
    writers: Writers,
    stage: StageName,
) -> None:
    for (format_, of), writer in writers.items():
        if of == split:
            for row in rows_of(chain, format_, stage, scores):
                writer.write(row)


def _records(chain: Chain) -> tuple[Record, ...]:
    return (chain.question, chain.answer, *(record for pair in chain.rounds for record in pair))
