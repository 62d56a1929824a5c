"""Batch files: requests written as JSONL shards, replies taken from results files, and the round trip between them."""

from .intake import TakenIn
from .model import build_batch_model
from .roundtrip import RoundTrip, ShardState
from .service import BatchService, service_for
from .session import BatchSession, Waiting
from .shards import ShardLimits
from .store import BatchStore

__all__ = [
    "BatchService",
    "BatchSession",
    "BatchStore",
    "RoundTrip",
    "ShardLimits",
    "ShardState",
    "TakenIn",
    "Waiting",
    "build_batch_model",
    "service_for",
]
