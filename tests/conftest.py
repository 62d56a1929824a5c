"""Fixtures of several rooms."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from condor.runtime.rehearsal.server import RehearsalServer
from condor.runtime.rehearsal.settings import RehearsalSettings

from support import Cli, Endpoint, ServerThread, clean_environment
from tracking_support import make_template, serve_mlflow
from warm_cli import WarmInterpreter


def pytest_xdist_auto_num_workers() -> int:
    """The tests wait on processes and sockets more than on the processor: one worker more than two cores have."""
    return max(3, os.cpu_count() or 1)


@pytest.fixture
def serve() -> Iterator[Callable[[RehearsalSettings], Endpoint]]:
    """Serves the rehearsal model with given settings until the test ends."""
    running: list[ServerThread] = []

    def start(settings: RehearsalSettings) -> Endpoint:
        server = RehearsalServer(settings)
        thread = ServerThread(server.application()).__enter__()
        running.append(thread)
        return Endpoint(f"http://127.0.0.1:{thread.port}/v1", server.count)

    yield start
    for thread in running:
        thread.__exit__()


@pytest.fixture
def endpoint(serve: Callable[[RehearsalSettings], Endpoint]) -> Endpoint:
    """The rehearsal model, served as it is by default."""
    return serve(RehearsalSettings())


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmInterpreter]:
    """An interpreter from which commands are forked."""
    with WarmInterpreter(tmp_path_factory.mktemp("warm"), clean_environment()) as interpreter:
        yield interpreter


@pytest.fixture
def cli(tmp_path: Path, warm: WarmInterpreter) -> Cli:
    """The command line, run in an empty directory."""
    return Cli(tmp_path, warm=warm)


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes every model key out of this process's environment."""
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def store_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh store of MLflow's, to be copied."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory, store_template: Path) -> Iterator[str]:
    """The address of MLflow's own server."""
    directory = tmp_path_factory.mktemp("server")
    shutil.copy(store_template, directory / "server.db")
    with serve_mlflow(directory / "server.db", directory) as address:
        yield address
