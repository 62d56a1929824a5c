"""From texts to vectors: embedding models, called like language models, and what was paid for kept on disk."""

from .embedder import JournaledEmbedder
from .model import EmbeddingModel, build_embedding_model
from .spec import EmbedderSpec
from .store import EmbeddingFigures, VectorStore

__all__ = [
    "EmbedderSpec",
    "EmbeddingFigures",
    "EmbeddingModel",
    "JournaledEmbedder",
    "VectorStore",
    "build_embedding_model",
]
