"""Fixtures of the fault tests: the command line in warm processes, and endpoints that misbehave."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fault_server import FaultServer
from support import ServerThread, clean_environment
from warm_cli import WarmCli, WarmInterpreter

Serve = Callable[[FaultServer], str]


@pytest.fixture
def condor(warm: WarmInterpreter, tmp_path: Path) -> WarmCli:
    """The command line, run in an empty directory."""
    return WarmCli(warm, tmp_path, clean_environment())


@pytest.fixture
def serve_faults() -> Iterator[Serve]:
    """Serves fault servers until the test ends; returns what `--api-base` takes."""
    running: list[ServerThread] = []

    def start(server: FaultServer) -> str:
        running.append(ServerThread(server.application()).__enter__())
        return f"http://127.0.0.1:{running[-1].port}/v1"

    yield start
    for thread in running:
        thread.__exit__()
