"""A small synthesis in a directory."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from condor.experiments import Recipe, prepare_synthesis
from condor.experiments.compiled import Programs

#: Makes a synthesis in a directory: (name, programs, further keys of the recipe).
MakeRun = Callable[..., Path]


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
