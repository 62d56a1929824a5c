"""The vectors of questions, kept on disk beside a release: what is held there is not asked for again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..corpus.near_duplicates import QuestionText
from ..runtime.embedding import EmbeddingFigures, EmbeddingModel, JournaledEmbedder, VectorStore
from ..runtime.stopping import finish_or_stop
from .kept_vectors import embed_in_portions, open_kept_vectors


class QuestionVectors:
    """The vectors of questions: first paid for, then read a block at a time, so that never all are in memory."""

    def __init__(self, model: EmbeddingModel, store: VectorStore) -> None:
        self._model = model
        self._embedder = JournaledEmbedder(model, store)

    async def fetch(self, questions: Sequence[QuestionText]) -> None:
        """See that the vectors of all questions are on disk.

        Raises:
            ModelFault: no call can succeed.
            EmbeddingFault: the embedder refused some questions, or answered with what are no vectors of them.
            CallFault: a call got no reply.
            OutputFault, JournalFault: the file cannot be written or read.
            Interrupted: it was stopped; what was paid for is kept.
        """
        texts = list(dict.fromkeys(question.text for question in questions))
        await finish_or_stop(self._fetch(texts), self._model.engine.stopping)

    def rows(self, questions: Sequence[QuestionText]) -> np.ndarray:
        """The vectors of questions that were fetched, a row each: what `find_near_duplicates` takes as `vectors`.

        Raises:
            JournalFault: the file holds no vector of one of them.
        """
        return np.array(self._embedder.held([question.text for question in questions]), dtype=np.float32)

    def figures(self) -> EmbeddingFigures:
        """What the vectors in the file have come to, whenever they were asked for."""
        return self._embedder.figures()

    async def _fetch(self, texts: Sequence[str]) -> None:
        async for _ in embed_in_portions(self._embedder, self._model.engine, texts):
            pass  # what came is on disk


@contextmanager
def open_question_vectors(model: EmbeddingModel | None, out: Path) -> Iterator[QuestionVectors | None]:
    """An embedding model's vectors, in a file beside a result and held by one process; None without a model.

    Args:
        model: whom to ask for what is not held.
        out: a file that the vectors belong to, which need not be there: `OUT.vectors.db` holds them.

    Raises:
        OutputFault: the file cannot be made.
        RunInUse: another process holds it.
        JournalFault: it is no file of vectors, is damaged, or a newer version wrote it.
    """
    if model is None:
        yield None
        return
    with open_kept_vectors(out) as store:
        yield QuestionVectors(model, store)
