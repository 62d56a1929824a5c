"""A judged run of the rehearsal model in both languages, made once and only read."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condor.experiments import JudgePlan, ModelUse, Recipe, judge_run, prepare_synthesis
from condor.experiments.compiled import Programs
from condor.experiments.releasing import Release, make_plan, make_release
from condor.runtime.models import ModelSpec

#: What a plan must say.
LEAST = {"name": "set", "version": "1.0", "license": "cc-by-4.0"}


def synthesise(run: Path, records: int = 24, **changes: Any) -> Path:
    """Make a run."""
    recipe = Recipe(
        **{
            "tree": ("seed:en", "seed:zh"),
            "languages": ("en", "zh"),
            "records": records,
            "model": ModelSpec(name="rehearsal"),
            "prompts": "built-in",
            **changes,
        }
    )
    with prepare_synthesis(recipe, run, programs=Programs({})) as synthesis:
        asyncio.run(synthesis.run())
    return run


def judge(run: Path) -> None:
    """Let the rehearsal model score a run."""
    asyncio.run(judge_run(JudgePlan(), run, ModelUse(ModelSpec(name="rehearsal", temperature=0.0))))


@pytest.fixture(scope="session")
def judged_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 24 records with scores. It is not to be changed."""
    run = synthesise(tmp_path_factory.mktemp("judged") / "first")
    judge(run)
    return run


@pytest.fixture
def own_run(judged_run: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(judged_run, tmp_path / "own" / "first"))


MakeOne = Callable[..., Release]


@pytest.fixture
def release(judged_run: Path, tmp_path: Path) -> MakeOne:
    """Makes a release of the judged run: settings of the plan, and `runs`, `out` and what `make_release` takes."""

    def make(
        *, runs: list[Path] | None = None, out: Path | None = None, options: dict[str, Any] | None = None, **plan: Any
    ) -> Release:
        wanted = make_plan(LEAST | plan)
        return make_release(runs or [judged_run], wanted, out=out or tmp_path / "releases", **(options or {}))

    return make
