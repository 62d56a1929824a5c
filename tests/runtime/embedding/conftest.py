"""Fixtures of the embedding tests: a store, and endpoints for embeddings."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from condor.runtime.embedding import VectorStore

from embedding_server import Script, ScriptedEndpoint
from support import ServerThread


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    """An empty store."""
    with VectorStore(tmp_path / "vectors.db") as opened:
        yield opened


@pytest.fixture
def scripted() -> Iterator[Callable[[Script], ScriptedEndpoint]]:
    """Serves scripts until the test ends."""
    running: list[ServerThread] = []

    def start(script: Script) -> ScriptedEndpoint:
        endpoint = ScriptedEndpoint(script)
        running.append(ServerThread(endpoint.application()).__enter__())
        endpoint.base = f"http://127.0.0.1:{running[-1].port}/v1"
        return endpoint

    yield start
    for thread in running:
        thread.__exit__()
