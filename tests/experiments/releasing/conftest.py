"""A judged run of the rehearsal model in both languages, made once and only read."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condor.experiments.releasing import Release, make_plan, make_release

from release_support import LEAST, judge, synthesise

MakeOne = Callable[..., Release]


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


@pytest.fixture
def release(judged_run: Path, tmp_path: Path) -> MakeOne:
    """Makes a release of the judged run: settings of the plan, and `runs`, `out` and `options` of `make_release`."""

    def make(
        *, runs: list[Path] | None = None, out: Path | None = None, options: dict[str, Any] | None = None, **plan: Any
    ) -> Release:
        return make_release(
            runs or [judged_run], make_plan(LEAST | plan), out=out or tmp_path / "releases", **options or {}
        )

    return make
