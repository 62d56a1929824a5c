"""Merging the tags of a tree that are one topic, also by meaning, with vectors that are kept beside the result."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from glob import escape
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import ModelFault, OutputFault, RunInUse
from ..files import make_directory
from ..knowledge import KnowledgeTree, TagMerge, log_change, merge_duplicates, save_tree, utc_today
from ..knowledge.cleaning import MIN_COSINE
from ..knowledge.deduplication import Scope, compared_tags
from ..runtime.embedding import EmbeddingFigures, EmbeddingModel, JournaledEmbedder, VectorStore
from ..runtime.stopping import finish_or_stop

#: What the name of a result's file becomes for that of its vectors, and for that by which a process holds them.
_VECTORS, _LOCK = ".vectors.db", ".vectors.lock"
#: Texts that an embedder is handed at once until it has answered: one call's worth, so that a wrong key costs one call.
_FIRST_TEXTS = 32
#: Texts that it is handed at once then, for each call that may be in flight; after a fault there are no more.
_TEXTS_A_PLACE = 128


@dataclass(frozen=True)
class DedupPlan:
    """Which tags are merged.

    Attributes:
        within: which tags are compared.
        min_cosine: from which on two tags mean the same, where there are vectors.
        on: stands for today, in the tree's log.
    """

    within: Scope = "tree"
    min_cosine: float = MIN_COSINE
    on: date | None = None


def dedup_tree(
    plan: DedupPlan, tree: KnowledgeTree, out: Path, *, vectors: Mapping[int, Sequence[float]] | None = None
) -> tuple[KnowledgeTree, tuple[TagMerge, ...]]:
    """Merge the tags of a tree that are one topic, and leave the new tree in a file, with the merges in its log.

    Args:
        plan: which tags.
        tree: the tree; it is left as it is.
        out: the file, which may be the tree's own.
        vectors: what `TagVectors.of` gave; without them letters alone decide.

    Raises:
        OutputFault: the file cannot be written; what stood there still does.
    """
    merged, merges = merge_duplicates(tree, within=plan.within, vectors=vectors, min_cosine=plan.min_cosine)
    figures, on = {"merged": len(merges)}, plan.on or utc_today()
    log_change(merged, parent=tree.version, made_by="dedup", on=on, figures=figures, merged=merges)
    make_directory(out.parent)
    save_tree(merged, out)
    return merged, merges


class TagVectors:
    """The vectors of tags, kept on disk: what is held there is not asked for again.

    Attributes:
        path: of the file that holds them.
    """

    def __init__(self, model: EmbeddingModel, store: VectorStore) -> None:
        self.path = store.path
        self._model = model
        self._embedder = JournaledEmbedder(model, store)
        self._held_before = self.figures().texts

    async def of(self, tree: KnowledgeTree) -> dict[int, Sequence[float]]:
        """The vectors of the tags that are compared, by their nodes.

        Raises:
            ModelFault: no call can succeed.
            EmbeddingFault: the embedder refused some tags, or answered with what are no vectors of them.
            CallFault: a call got no reply.
            OutputFault, JournalFault: the file cannot be written or read.
            Interrupted: it was stopped; what was paid for is kept.
        """
        nodes = list(compared_tags(tree))
        names = list(dict.fromkeys(map(tree.name, nodes)))
        vectors = await finish_or_stop(self._embed(names), self._model.engine.stopping)
        return {node: vectors[tree.name(node)] for node in nodes}

    def figures(self) -> EmbeddingFigures:
        """What the vectors in the file have come to, whenever they were asked for."""
        return self._embedder.figures()

    @property
    def new(self) -> int:
        """How many vectors came since the file was opened."""
        return self.figures().texts - self._held_before

    async def _embed(self, names: Sequence[str]) -> dict[str, Sequence[float]]:
        engine, vectors = self._model.engine, dict[str, Sequence[float]]()
        while len(vectors) < len(names):
            at_once = _TEXTS_A_PLACE * engine.concurrency if engine.proven else _FIRST_TEXTS
            some = names[len(vectors) : len(vectors) + at_once]
            vectors.update(zip(some, await self._embedder(some), strict=True))
        return vectors


@contextmanager
def open_tag_vectors(model: EmbeddingModel | None, out: Path) -> Iterator[TagVectors | None]:
    """An embedding model's vectors, in a file beside a result and held by one process; None without a model.

    A new file is taken away again where the model is at fault and nothing was paid for.

    Args:
        model: whom to ask for what is not held.
        out: the result: `OUT.vectors.db` is the file, `OUT.vectors.lock` what it is held by.

    Raises:
        OutputFault: the file cannot be made, or the result could not be written.
        RunInUse: another process holds it.
        JournalFault: it is no file of vectors, is damaged, or a newer version wrote it.
    """
    if model is None:
        yield None
        return
    path = out.parent / f"{out.name}{_VECTORS}"
    with _held(out):
        made_here = not path.exists()
        for unfinished in out.parent.glob(f".{escape(path.name)}.new*"):  # what a kill left, in the middle of making it
            unfinished.unlink(missing_ok=True)
        try:
            with VectorStore(path) as store:
                yield TagVectors(model, store)
        except ModelFault:
            if made_here:
                _discard_if_empty(out, path)
            raise


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """Hold the vectors beside a result, which is seen to be a place that can be written before anything is paid."""
    make_directory(out.parent)
    lock = FileLock(out.parent / f"{out.name}{_LOCK}")
    try:
        if out.exists() and not out.is_file():
            raise OutputFault(f"{out}: cannot write: it is no regular file, and would be replaced by one")
        lock.acquire(blocking=False)
    except Timeout as exc:
        raise RunInUse(f"{out}{_VECTORS}: another process works with these vectors; wait for it or stop it") from exc
    except OSError as exc:
        raise OutputFault(f"{out}: cannot lock the vectors beside it: {exc.strerror or exc}") from exc
    try:
        yield
    finally:
        lock.release()


def _discard_if_empty(out: Path, path: Path) -> None:
    with VectorStore(path) as store:
        paid_for = store.figures().texts
    if not paid_for:
        path.unlink()
        (out.parent / f"{out.name}{_LOCK}").unlink(missing_ok=True)
