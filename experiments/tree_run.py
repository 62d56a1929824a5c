"""A directory in which a tree is worked on with a model, journaled: with the tree and a report as the result."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from .. import __version__
from ..errors import RunMismatch
from ..files import write_atomically
from ..hashing import canonical_json
from ..knowledge import KnowledgeTree, save_tree, utc_today
from ..programs import Step
from ..runtime.embedding import (
    EmbedderSpec,
    EmbeddingFigures,
    EmbeddingModel,
    JournaledEmbedder,
    build_embedding_model,
)
from ..runtime.journal import Journal, StepEntry
from ..runtime.models import Model, ModelSpec, build_model
from ..runtime.run_directory import REPORT_FILES, RunDirectory
from ..runtime.stopping import StopSignal
from .journaled_work import do_journaled
from .tree_embedder import check_embedder, embedder_note, embedding_report, open_embedder

T = TypeVar("T")

TreeWork = Literal["growth", "harvest", "update"]
TREE_WORK: tuple[TreeWork, ...] = get_args(TreeWork)

#: Under these keys a journal says with which model its tree is worked on, and what the tree was when it was written.
_MODEL, _RESULT = "model", "result"
#: What a directory holds, by the kind that its journal names.
_HOLDS = {
    "growth": "the growth of a tree",
    "harvest": "the harvest of a tree",
    "update": "the update of a tree",
    "synthesis": "a synthesis",
    "optimization": "optimizations of prompts",
}


@dataclass(frozen=True)
class ModelUse:
    """How models are asked.

    Attributes:
        spec: which model.
        concurrency: calls in flight at most.
        parse_retries: how often a reply that does not parse is asked for again.
        embedder: finds tags that mean the same as one that stands; by default their letters decide.
        on_step: is told of every step that was executed.
        on_embedded: is told in the end what the embeddings have come to, where there is an embedder.
        stopping: is set to stop the work.
    """

    spec: ModelSpec
    concurrency: int = 16
    parse_retries: int = 2
    embedder: EmbedderSpec | None = None
    on_step: Callable[[StepEntry], None] = lambda _: None
    on_embedded: Callable[[EmbeddingFigures], None] = lambda _: None
    stopping: StopSignal | None = None

    def build(self) -> tuple[Model, EmbeddingModel | None]:
        """The model, and the embedder's. No call is made.

        Raises:
            ModelFault: one is unknown, or its key is missing.
        """
        model = build_model(self.spec, concurrency=self.concurrency, stopping=self.stopping)
        if self.embedder is None:
            return model, None
        stopping = model.engine.stopping
        return model, build_embedding_model(self.embedder, concurrency=self.concurrency, stopping=stopping)


def describe(kind: str | None) -> str:
    """What a directory holds whose journal is of a kind."""
    return _HOLDS.get(kind or "", "something else")


class TreeRun:
    """Some work on a tree, held and opened.

    Attributes:
        on: the day on which it was begun: whoever goes on with it goes on with that.
        begun_with: what its journal has noted of its beginning.
        embedder: finds tags of one meaning, if there is one.
    """

    def __init__(
        self,
        directory: RunDirectory,
        journal: Journal,
        use: ModelUse,
        model: Model,
        embedder: JournaledEmbedder | None,
        *,
        new: bool,
    ) -> None:
        self.begun_with = journal.meta()
        self.on = date.fromisoformat(self.begun_with["date"])
        self.embedder = embedder
        self._directory = directory
        self._journal = journal
        self._use = use
        self._model = model
        self._new = new

    async def execute(self, work: Callable[[Step], Coroutine[Any, Any, T]]) -> T:
        """Do some work, with its steps through the journal.

        Raises:
            ModelFault: no call can succeed; a run that was begun now and never got a reply is taken away again.
            CallFault: a call got no reply, after all attempts.
            Interrupted: the work was stopped.
        """
        return await do_journaled(
            work,
            journal=self._journal,
            model=self._model,
            parse_retries=self._use.parse_retries,
            on_step=self._use.on_step,
            on_model_fault=self._discard_if_empty,
        )

    async def save(self, tree: KnowledgeTree, report: Mapping[str, Any]) -> None:
        """Write the result: the tree, and what became of the work as JSON.

        Raises:
            RunMismatch: the tree in the run was changed by somebody else since it was written here.
            OutputFault: a file cannot be written.
        """
        await self._save_tree(tree)
        figures = self.embedder.figures() if self.embedder else None
        identity = self._use.spec.identity
        held = {"date": self.on, "tree_version": tree.version, "model": identity, "rehearsal": self._is_rehearsal}
        held |= dict(report) | embedding_report(self._use.embedder, figures)
        with write_atomically(self._directory.path / REPORT_FILES[self.begun_with["kind"]]) as file:
            json.dump(held, file, ensure_ascii=False, indent=1, default=str)
            file.write("\n")
        if figures:
            self._use.on_embedded(figures)

    @property
    def model(self) -> str:
        """The name of the model that is asked."""
        return self._use.spec.name

    @property
    def _is_rehearsal(self) -> bool:
        return self._use.spec.is_rehearsal

    async def _save_tree(self, tree: KnowledgeTree) -> None:
        """Put the tree in its place, unless what stands there is neither this run's nor what it would write."""
        path = self._directory.tree
        made = path.with_name(f".{path.name}.made.tmp")
        save_tree(tree, made)
        result = _file_hash(made)
        if path.exists() and _file_hash(path) not in (result, self.begun_with.get(_RESULT)):
            made.unlink()
            raise RunMismatch(f"{path}: changed since this run wrote it; move it away, or choose another --run")
        made.replace(path)
        await self._journal.write_meta(_RESULT, result)

    def _discard_if_empty(self) -> None:
        """Take a run away that was begun now and of which nothing was paid for."""
        if not self._new or self._journal.holds_replies() or (self.embedder and self.embedder.figures().texts):
            return
        self._journal.close()
        if self.embedder:
            self.embedder.close()
        self._directory.discard()


@asynccontextmanager
async def open_tree_run(
    directory: RunDirectory,
    kind: TreeWork,
    meta: Mapping[str, str],
    *,
    on: date | None,
    use: ModelUse,
    models: tuple[Model, EmbeddingModel | None],
    frozen: Mapping[str, str] | None = None,
) -> AsyncIterator[TreeRun]:
    """Some work on a tree, begun or gone on with.

    Args:
        directory: where; it is held by the caller.
        kind: which work.
        meta: what the work is begun with, and must go on with; beside the model and the embedder.
        on: stands for today, for work that is begun.
        use: how the models are asked.
        models: what `use.build()` gave.
        frozen: what else is noted of work that is begun.

    Raises:
        RunMismatch: the directory holds other work, or the same that was begun with something else.
        JournalFault, OutputFault: a file of the run cannot be read or made.
    """
    model, embeddings = models
    new = not directory.exists
    if new:
        begun = {"condor": __version__, "kind": kind, "date": (on or utc_today()).isoformat()}
        noted = begun | dict(meta) | _model_note(use.spec) | dict(frozen or {}) | embedder_note(use.embedder)
        journal = Journal.create(directory.journal, noted)
    else:
        journal = directory.open_journal()
    with journal:
        if not new:
            await _check_begun(journal, kind, meta, use, directory.path)
        with open_embedder(embeddings, directory) as embedder:
            yield TreeRun(directory, journal, use, model, embedder, new=new)


async def _check_begun(journal: Journal, kind: TreeWork, meta: Mapping[str, str], use: ModelUse, run: Path) -> None:
    """See that work goes on as it was begun. Where no reply was ever got, another model may be taken."""
    held = journal.meta()
    if held.get("kind") != kind:
        raise RunMismatch(f"{run}: holds {describe(held.get('kind'))}; choose another --run")
    if differs := [name for name, value in meta.items() if held.get(name) != value]:
        other = " and another ".join(differs)
        raise RunMismatch(f"{run}: holds {describe(kind)}, begun with another {other}; choose another --run")
    check_embedder(held, use.embedder, run)
    note = _model_note(use.spec)
    if held.get(_MODEL) != note[_MODEL]:
        if journal.holds_replies():
            name = json.loads(held[_MODEL])["name"] if _MODEL in held else "another model"
            others = " and other settings" if name == use.spec.identity["name"] else ""
            raise RunMismatch(
                f"{run}: holds {describe(kind)}, begun with the model {name}{others}; go on with it, or choose "
                "another --run"
            )
        await journal.write_meta(_MODEL, note[_MODEL])


def _model_note(spec: ModelSpec) -> dict[str, str]:
    return {_MODEL: canonical_json(spec.identity)}


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
