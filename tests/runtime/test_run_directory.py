"""A run's directory: one owner at a time, no strangers, and nothing left of a run that never began."""

from pathlib import Path

import pytest

from condor.errors import BadInput, OutputFault, RunInUse
from condor.runtime.journal import Journal
from condor.runtime.run_directory import RunDirectory


def test_a_run_is_held_by_one_owner(tmp_path: Path) -> None:
    with (
        RunDirectory(tmp_path / "run"),
        pytest.raises(RunInUse, match="another process"),
        RunDirectory(tmp_path / "run"),
    ):
        pass
    with RunDirectory(tmp_path / "run"):
        pass


def test_a_directory_with_something_else_is_refused_and_not_kept_locked(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for _ in range(2):
        with pytest.raises(BadInput, match=r"holds notes\.txt but no run"), RunDirectory(tmp_path):
            pass


@pytest.mark.parametrize("name", ["tree.json", "recipe.yaml", "covered.json", "topics.jsonl", ".tree.json.x.tmp"])
def test_a_file_of_the_users_that_is_called_like_one_of_a_run_is_no_run_and_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    for _ in range(2):
        with pytest.raises(BadInput, match="but no run; choose an empty or new directory"), RunDirectory(tmp_path):
            pass
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_in_the_way_is_an_output_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputFault, match="cannot write here"), RunDirectory(tmp_path / "file"):
        pass


def test_what_a_broken_begin_left_does_not_stop_the_next(tmp_path: Path) -> None:
    for name in ("recipe.yaml", "tree.json", ".journal.db.new", "run.lock"):
        (tmp_path / name).write_text("half")
    with RunDirectory(tmp_path) as directory:
        assert not directory.exists
        Journal.create(directory.journal, {}).close()
    with RunDirectory(tmp_path) as directory:
        assert directory.exists


@pytest.mark.parametrize("made_before", [True, False])
def test_discard_takes_away_what_was_made_and_nothing_else(tmp_path: Path, made_before: bool) -> None:
    run = tmp_path / "run"
    if made_before:
        run.mkdir()
    with RunDirectory(run) as directory:
        directory.recipe.write_text("x")
        directory.tree.write_text("x")
        directory.vectors.write_text("x")
        Journal.create(directory.journal, {}).close()
        directory.discard()
    assert run.exists() == made_before
    assert not made_before or not list(run.iterdir())


def test_what_a_kill_in_the_middle_of_a_write_left_is_cleared_away(tmp_path: Path) -> None:
    for name in (".tree.json.0123456789ab.tmp", ".growth.json.0123456789ab.tmp", ".vectors.db.new-journal", "run.lock"):
        (tmp_path / name).write_text("half")
    with RunDirectory(tmp_path):
        assert [entry.name for entry in tmp_path.iterdir()] == ["run.lock"]


def test_what_a_kill_left_of_an_optimization_is_cleared_away(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "opt") as directory:
        Journal.create(directory.journal, {}).close()
    compiled = tmp_path / "opt" / "compiled"
    compiled.mkdir()
    left = (
        compiled / ".refine+critique.json.0123456789ab.tmp",
        tmp_path / "opt" / ".optimization.json.0123456789ab.tmp",
    )
    kept = (compiled / "refine+critique.json", tmp_path / "opt" / "optimization.json")
    for path in (*left, *kept):
        path.write_text("{}")
    with RunDirectory(tmp_path / "opt"):
        assert [path.exists() for path in (*left, *kept)] == [False, False, True, True]
