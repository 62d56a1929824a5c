"""The embedder of some work on a tree: opened with the run, noted in its journal, and counted in its report."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import RunMismatch
from ..hashing import canonical_json
from ..runtime.embedding import (
    EmbedderSpec,
    EmbeddingFigures,
    EmbeddingModel,
    JournaledEmbedder,
    VectorStore,
)
from ..runtime.run_directory import RunDirectory

#: Under this key a journal says with which embedder its tree is worked on; one without it, that there is none.
_NOTE = "embedder"


@contextmanager
def open_embedder(model: EmbeddingModel | None, directory: RunDirectory) -> Iterator[JournaledEmbedder | None]:
    """An embedding model's embedder, with the vectors that the run has paid for.

    Raises:
        JournalFault: the file of vectors is not ours, is damaged, or a newer version wrote it.
        OutputFault: it cannot be made.
    """
    if model is None:
        yield None
        return
    with VectorStore(directory.vectors) as store:
        yield JournaledEmbedder(model, store)


def embedder_note(spec: EmbedderSpec | None) -> dict[str, str]:
    """What a journal says of the embedder."""
    return {_NOTE: canonical_json(spec.identity)} if spec else {}


def check_embedder(meta: Mapping[str, str], spec: EmbedderSpec | None, run: Path) -> None:
    """See that work goes on with the embedder with which it began: another one would have merged other tags.

    Raises:
        RunMismatch: it is another one.
    """
    before = meta.get(_NOTE)
    if embedder_note(spec).get(_NOTE) == before:
        return
    held = f"begun with the embedder {_describe(before)}" if before else "begun without an embedder"
    raise RunMismatch(f"{run}: holds work {held}; go on with the same, or choose another --run")


def embedding_report(spec: EmbedderSpec | None, figures: EmbeddingFigures | None) -> dict[str, Any]:
    """What a report says of the embeddings; nothing where there were none."""
    return {"embedding": spec.identity | asdict(figures)} if spec and figures else {}


def _describe(note: str) -> str:
    identity = json.loads(note)
    dimensions = f" of {identity['dimensions']} dimensions" if identity["dimensions"] else ""
    return f"{identity['name']}{dimensions}"
