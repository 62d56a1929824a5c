"""A store that is ready, and a small synthesis in a directory."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from condor.experiments import Recipe, prepare_synthesis
from condor.experiments.compiled import Programs
from condor.experiments.mlflow_store import Store, open_store

#: Makes a synthesis in a directory: (name, programs, further keys of the recipe).
MakeRun = Callable[..., Path]


@pytest.fixture
def store(tmp_path: Path, store_template: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A fresh SQLite store."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(store_template, tmp_path / "mlflow.db")
    return open_store(f"sqlite:///{tmp_path}/mlflow.db")


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Makes a synthesis of a few records with the stand-in."""

    def make(name: str = "first", programs: Programs | None = None, fork: Path | None = None, **more: object) -> Path:
        data = {"tree": ["seed:en", "seed:zh"], "languages": ["en", "zh"], "records": 6, "model": "rehearsal", **more}
        recipe = Recipe.model_validate(data)
        with prepare_synthesis(recipe, tmp_path / name, programs=programs, fork=fork) as synthesis:
            asyncio.run(synthesis.run())
        return tmp_path / name

    return make
