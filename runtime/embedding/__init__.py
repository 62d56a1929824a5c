"""From texts to vectors: embedding models, called like language models, and what was paid for kept on disk."""

from .embedder import JournaledEmbedder, build_embedder
from .spec import EmbedderSpec
from .store import EmbeddingFigures, VectorStore

__all__ = ["EmbedderSpec", "EmbeddingFigures", "JournaledEmbedder", "VectorStore", "build_embedder"]
