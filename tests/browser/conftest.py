"""Fixtures of the tests in a browser: a headless Chromium, and MLflow's interface over a store."""

import os
from collections.abc import Iterator

import pytest

from devtools import Browser, find_chromium, run_chromium
from mlflow_ui import FilledStore, fill_store
from tracking_support import serve_mlflow

_INSTALL = "no Chromium here; on Debian: apt-get install chromium fonts-noto-cjk"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium. Without one the test is skipped; in continuous integration it fails."""
    program = find_chromium()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(_INSTALL)
        pytest.skip(_INSTALL)
    with run_chromium(program, tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def filled(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> FilledStore:
    """A store to look at, made once there is a browser to look with."""
    return fill_store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def ui(filled: FilledStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of MLflow's interface over the store."""
    with serve_mlflow(filled.database, tmp_path_factory.mktemp("server")) as address:
        yield address
