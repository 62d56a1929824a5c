"""A store that is ready: a copy of a template, and MLflow's own server."""

import shutil
from pathlib import Path

import pytest

from condor.experiments.mlflow_store import Store, open_store


@pytest.fixture
def store(tmp_path: Path, store_template: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A fresh SQLite store."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(store_template, tmp_path / "mlflow.db")
    return open_store(f"sqlite:///{tmp_path}/mlflow.db")


@pytest.fixture
def served(mlflow_server: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store behind MLflow's own server; several tests of a session share it."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return open_store(mlflow_server)
