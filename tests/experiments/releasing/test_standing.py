"""A version that stands or was pushed: what is asked of it must be what it is, and it keeps its bytes."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condor.errors import ReleaseFault
from condor.experiments.releasing import Release
from condor.experiments.releasing.standing import Standing, find_standing

from release_support import LEAST, contents

MakeOne = Callable[..., Release]
NAMED = {"name": "set", "version": "1.0"}


@pytest.fixture
def standing(release: MakeOne, tmp_path: Path) -> Standing:
    """A release that stands, made with a few settings."""
    (tmp_path / "bench.txt").write_text("seven wise owls watch the quick brown fox from old oak trees at midnight\n")
    made = release(
        filters={"min_score": 6.5},
        formats=["dpo"],
        seed=3,
        decontaminate=[str(tmp_path / "bench.txt")],
        date="2026-11-23",
    )
    found = find_standing(made.directory.parent, NAMED)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "asked",
    [
        {},
        LEAST,
        {"filters": {"min_score": 6.5}, "formats": ["dpo"], "seed": 3, "stage": "refine"},
        {"decontaminate": ["elsewhere/bench.txt"], "date": "2026-11-23"},
    ],
)
def test_what_stands_is_taken_for_what_was_asked_for(
    standing: Standing, judged_run: Path, asked: dict[str, Any]
) -> None:
    standing.refuse_other(NAMED | asked, [])
    standing.refuse_other(NAMED | asked, [judged_run])


@pytest.mark.parametrize(
    ("asked", "runs", "named"),
    [
        ({"seed": 1, "formats": ["dpo"]}, [], r"\(seed\)"),
        ({"license": "mit", "stage": "refine"}, [], r"\(license\)"),
        ({"filters": {"min_score": 6}, "date": "2026-11-24"}, [], r"\(filters, date\)"),
        ({"previous": "set-0.9"}, [], r"\(previous\)"),
        ({}, [Path("another")], r"\(runs\)"),
    ],
)
def test_what_was_made_otherwise_is_named(
    standing: Standing, asked: dict[str, Any], runs: list[Path], named: str
) -> None:
    with pytest.raises(ReleaseFault, match=f"is there already, made otherwise {named}"):
        standing.refuse_other(NAMED | asked, runs)


def test_a_version_that_is_not_there_does_not_stand(tmp_path: Path) -> None:
    (tmp_path / "set-1.0").mkdir()
    assert find_standing(tmp_path, NAMED) is None
    assert find_standing(tmp_path, {"name": "set"}) is None
    with pytest.raises(ReleaseFault, match="--name"):
        find_standing(tmp_path, {"name": "../set", "version": "1.0"})


def test_a_pushed_version_that_was_lost_comes_back_with_its_bytes_and_no_others(release: MakeOne) -> None:
    made = release()
    before = contents(made.directory)
    pushed = {"pushed": lambda _: hashlib.sha256(before["manifest.json"]).hexdigest()}
    shutil.rmtree(made.directory)
    for options in (pushed, pushed | {"force": True}):
        with pytest.raises(ReleaseFault, match="was pushed with other content"):
            release(seed=1, options=options)
        assert list(made.directory.parent.iterdir()) == []
    assert contents(release(options=pushed).directory) == before
    assert contents(release(options=pushed | {"force": True}).directory) == before
    with pytest.raises(ReleaseFault, match="was pushed with other content"):
        release(seed=1, options=pushed | {"force": True})
    assert contents(made.directory) == before
