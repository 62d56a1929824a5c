"""A directory in which a tree is worked on with a model, journaled: with the tree and a report as the result."""

import json
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from .. import __version__
from ..errors import ModelFault, RunMismatch
from ..files import write_atomically
from ..knowledge import KnowledgeTree, save_tree, utc_today
from ..programs import CondorAdapter, Step
from ..runtime.embedding import (
    EmbedderSpec,
    EmbeddingFigures,
    EmbeddingModel,
    JournaledEmbedder,
    build_embedding_model,
)
from ..runtime.journal import Journal, StepEntry
from ..runtime.models import Model, ModelSpec, build_model
from ..runtime.run_directory import RunDirectory
from ..runtime.steps import JournaledSteps
from ..runtime.stopping import StopSignal, finish_or_stop
from .tree_embedder import check_embedder, embedder_note, embedding_report, open_embedder

T = TypeVar("T")

TreeWork = Literal["growth", "harvest", "update"]
TREE_WORK: tuple[TreeWork, ...] = get_args(TreeWork)

#: What a directory holds, by the kind that its journal names.
_HOLDS = {
    "growth": "the growth of a tree",
    "harvest": "the harvest of a tree",
    "update": "the update of a tree",
    "synthesis": "a synthesis",
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
        embedder: finds tags of one meaning, if there is one.
    """

    def __init__(
        self,
        directory: RunDirectory,
        journal: Journal,
        use: ModelUse,
        model: Model,
        embedder: JournaledEmbedder | None,
    ) -> None:
        self.on = date.fromisoformat(journal.meta()["date"])
        self.embedder = embedder
        self._directory = directory
        self._journal = journal
        self._use = use
        self._model = model

    async def execute(self, work: Callable[[Step], Coroutine[Any, Any, T]]) -> T:
        """Do some work, with its steps through the journal.

        Raises:
            ModelFault: no call can succeed; a run that never got a reply is taken away again.
            Interrupted: the work was stopped.
        """
        adapter = CondorAdapter(parse_retries=self._use.parse_retries)
        steps = JournaledSteps(self._journal, self._model, adapter=adapter, on_step=self._use.on_step)
        try:
            return await finish_or_stop(work(steps), self._model.engine.stopping)
        except ModelFault:
            self._discard_if_empty()
            raise
        finally:
            await self._model.engine.aclose()

    def save(self, tree: KnowledgeTree, report: Mapping[str, Any], name: str) -> None:
        """Write the result: the tree, and under a name what became of the work as JSON."""
        save_tree(tree, self._directory.tree)
        figures = self.embedder.figures() if self.embedder else None
        held = {"date": self.on, "tree_version": tree.version} | dict(report)
        held |= embedding_report(self._use.embedder, figures)
        with write_atomically(self._directory.path / name) as file:
            json.dump(held, file, ensure_ascii=False, indent=1, default=str)
            file.write("\n")
        if figures:
            self._use.on_embedded(figures)

    def _discard_if_empty(self) -> None:
        """Take a run away of which nothing was paid for."""
        if self._journal.holds_replies() or (self.embedder and self.embedder.figures().texts):
            return
        self._journal.close()
        if self.embedder:
            self.embedder.close()
        self._directory.discard()


@contextmanager
def open_tree_run(
    directory: RunDirectory,
    kind: TreeWork,
    meta: Mapping[str, str],
    *,
    on: date | None,
    use: ModelUse,
    models: tuple[Model, EmbeddingModel | None],
) -> Iterator[TreeRun]:
    """Some work on a tree, begun or gone on with.

    Args:
        directory: where; it is held by the caller.
        kind: which work.
        meta: what the work was begun with, and must go on with.
        on: stands for today, for work that is begun.
        use: how the models are asked.
        models: what `use.build()` gave.

    Raises:
        RunMismatch: the directory holds other work, or the same that was begun with something else.
        JournalFault, OutputFault: a file of the run cannot be read or made.
    """
    model, embeddings = models
    with (
        _open_journal(directory, kind, meta, on, use.embedder) as journal,
        open_embedder(embeddings, directory) as embedder,
    ):
        yield TreeRun(directory, journal, use, model, embedder)


def _open_journal(
    directory: RunDirectory, kind: TreeWork, meta: Mapping[str, str], on: date | None, embedder: EmbedderSpec | None
) -> Journal:
    if not directory.exists:
        begun = {"condor": __version__, "kind": kind, "date": (on or utc_today()).isoformat()}
        return Journal.create(directory.journal, begun | dict(meta) | embedder_note(embedder))
    journal = directory.open_journal()
    try:
        _check_begun(journal.meta(), kind, meta, directory.path)
        check_embedder(journal.meta(), embedder, directory.path)
    except RunMismatch:
        journal.close()
        raise
    return journal


def _check_begun(held: Mapping[str, str], kind: TreeWork, meta: Mapping[str, str], run: Path) -> None:
    if held.get("kind") != kind:
        raise RunMismatch(f"{run}: holds {describe(held.get('kind'))}; choose another --run")
    if differs := [name for name, value in meta.items() if held.get(name) != value]:
        other = " and another ".join(differs)
        raise RunMismatch(f"{run}: holds {describe(kind)}, begun with another {other}; choose another --run")
