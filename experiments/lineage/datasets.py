"""The data sets of a run, each with a digest over its content: what MLflow searches by, and lineage walks along.

Digests are reckoned here and never by MLflow, whose own collide on large frames. A record's id hashes all that it says
and comes from, so ids in the order of the run's walk stand for the records.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ...corpus.records import Chain
from ...runtime.journal import Journal
from ...runtime.run_directory import JUDGED, RunDirectory
from ..compiled import CompiledProgram, SetName
from ..digests import Digest, file_digest, set_digest, tree_digest
from ..status import open_run

#: What a data set was to a run: the context under which MLflow shows it.
Context = Literal[
    "tree", "void", "refine", "judge", "train", "validation", "holdout", "release", "previous", "against", "benchmark"
]

_SET_CONTEXTS: Mapping[SetName, Context] = {"train": "train", "val": "validation", "holdout": "holdout"}
#: Columns and their types, as MLflow shows them.
_PLACE = {"path": "string", "task": "string", "difficulty": "string", "language": "string"}
_SCHEMAS: Mapping[Context, Mapping[str, str]] = {
    "tree": {"path": "string", "language": "string"},
    "void": {"question": "string", "answer": "string"} | _PLACE,
    "refine": {"question": "string", "answer": "string"} | _PLACE,
    "judge": {"question": "string", "answer": "string", "refinement": "string"} | _PLACE,
    "train": {"id": "string"},
    "validation": {"id": "string"},
    "holdout": {"id": "string"},
    "release": {},
    "previous": {},
    "against": {},
    "benchmark": {},
}


@dataclass(frozen=True)
class Dataset:
    """A data set as MLflow is told of it.

    Attributes:
        context: what it was to the run.
        name: of the directory or file that it is in, and which part of it; never a place of this machine.
        digest: over its content.
        source: where it is from, in relative names.
        profile: counts.
    """

    context: Context
    name: str
    digest: str
    source: Mapping[str, str]
    profile: Mapping[str, object] = field(default_factory=dict)

    @property
    def schema(self) -> Mapping[str, str]:
        """Its columns and their types."""
        return _SCHEMAS[self.context]


class _Records:
    """A digest and the counts of records that are met one at a time."""

    def __init__(self, context: Context) -> None:
        self._digest = Digest(context)
        self._context: Context = context
        self._counts: dict[str, Counter[str]] = {"language": Counter(), "difficulty": Counter(), "task": Counter()}

    def add(self, chain: Chain, item: object) -> None:
        self._digest.add(item)
        for name, counter in self._counts.items():
            counter[str(getattr(chain.question.origin, name))] += 1

    def finish(self, run: str, file: str) -> Dataset:
        counts = {name: dict(sorted(counter.items())) for name, counter in self._counts.items()}
        source = {"run": run, "file": file}
        profile = {"num_rows": self._digest.count, **counts}
        return Dataset(self._context, f"{run}/{self._context}", self._digest.value, source, profile)


def run_datasets(run: Path) -> tuple[Dataset, ...]:
    """The tree, the void set and the refined set of a synthesis: what it has kept by now, one record at a time.

    Raises:
        BadInput: there is no synthesis in the directory.
    """
    directory, journal = open_run(run)
    with journal:
        tree = tree_dataset(journal.meta().get("tree_version", ""), _name(run))
        return (tree, *kept_datasets(journal, _name(run), directory.journal.name))


def kept_datasets(journal: Journal, run: str, file: str) -> tuple[Dataset, Dataset]:
    """The void set and the refined set of what a journal has kept.

    Args:
        journal: of a synthesis, or a copy of one.
        run: the name of the run.
        file: the name of the journal.
    """
    void, refine = _Records("void"), _Records("refine")
    for chain in journal.kept_chains():
        void.add(chain, chain.answer.id)
        refine.add(chain, chain.final.id)
    return void.finish(run, file), refine.finish(run, file)


def tree_dataset(version: str, run: str) -> Dataset:
    """A tree of a run.

    Args:
        version: of the tree.
        run: the name of the run's directory, or of the tree's file.
    """
    source = {"run": run, "file": "tree.json", "version": version}
    return Dataset("tree", f"{run}/tree", tree_digest(version), source, {"version": version})


def judged_dataset(run: Path) -> Dataset | None:
    """The kept records of a run that were judged by now, in the order of its walk; None where none was.

    Raises:
        BadInput: there is no synthesis in the directory.
    """
    verdicts = RunDirectory(run / JUDGED)
    if not verdicts.exists:
        return None
    _, journal = open_run(run)
    records = _Records("judge")
    found = False
    with journal, Journal.open_read_only(verdicts.journal) as judged:
        for chain in journal.kept_chains():
            if judged.children(chain.final.id) or judged.children(chain.answer.id):
                found = True
                records.add(chain, [chain.answer.id, chain.final.id])
    return records.finish(_name(run), f"{JUDGED}/{verdicts.journal.name}") if found else None


def optimization_datasets(program: CompiledProgram, run: Path) -> tuple[Dataset, ...]:
    """The sets of cells, or of tags, that a program was compiled and scored on.

    Args:
        program: the compiled program.
        run: the directory of its optimisation.
    """
    return tuple(
        Dataset(
            _SET_CONTEXTS[name],
            f"{_name(run)}/{_SET_CONTEXTS[name]}",
            set_digest(ids),
            {"run": _name(run), "file": f"compiled/{program.file_name}"},
            {"num_rows": len(ids)},
        )
        for name, ids in program.sets.items()
    )


def file_dataset(file: Path, run: str) -> Dataset:
    """A dataset file that was made from a run.

    Raises:
        UnreadableFile: the file cannot be read.
    """
    digest = file_digest(file)
    with file.open("rb") as lines:
        count = sum(1 for _ in lines)
    return Dataset("release", file.name, digest, {"run": run, "file": file.name}, {"num_rows": count})


def _name(run: Path) -> str:
    """A run's name without the places above it, which are this machine's own."""
    return run.resolve().name
