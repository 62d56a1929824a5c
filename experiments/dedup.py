"""Merging the tags of a tree that are one topic, also by meaning, with vectors that are kept beside the result."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..files import make_directory
from ..knowledge import KnowledgeTree, TagMerge, log_change, merge_duplicates, save_tree, utc_today
from ..knowledge.cleaning import MIN_COSINE
from ..knowledge.deduplication import Scope, compared_tags
from ..runtime.embedding import EmbeddingFigures, EmbeddingModel, JournaledEmbedder, VectorStore
from ..runtime.stopping import finish_or_stop
from .kept_vectors import embed_in_portions, open_kept_vectors


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
        vectors = dict[str, Sequence[float]]()
        async for some, found in embed_in_portions(self._embedder, self._model.engine, names):
            vectors.update(zip(some, found, strict=True))
        return vectors


@contextmanager
def open_tag_vectors(model: EmbeddingModel | None, out: Path) -> Iterator[TagVectors | None]:
    """An embedding model's vectors, in a file beside a result and held by one process; None without a model.

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
    with open_kept_vectors(out) as store:
        yield TagVectors(model, store)
