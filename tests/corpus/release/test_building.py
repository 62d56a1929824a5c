"""A release's folder is whole or not there, whatever happens, and one process makes it."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from condor.corpus.release import building
from condor.corpus.release.building import build_folder, exchange
from condor.errors import OutputFault, ReleaseFault


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def build(target: Path, text: str, *, replace: bool = False) -> None:
    with build_folder(target, replace=replace) as unfinished:
        (unfinished / "data").mkdir()
        (unfinished / "data" / "file").write_text(text)


def test_a_folder_appears_when_it_is_whole_and_nothing_else_stays(tmp_path: Path) -> None:
    target = tmp_path / "releases" / "set-1.0"
    with build_folder(target, replace=False) as unfinished:
        (unfinished / "file").write_text("one")
        assert not target.exists()
    assert contents(tmp_path) == {"releases/set-1.0/file": "one"}


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_what_goes_wrong_leaves_nothing_not_even_the_folder_above(tmp_path: Path, error: type[BaseException]) -> None:
    def interrupted() -> None:
        with build_folder(tmp_path / "deep" / "releases" / "set-1.0", replace=False) as unfinished:
            (unfinished / "file").write_text("half")
            raise error("broken off")

    with pytest.raises(error, match="broken off"):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_refused_and_replaced_only_where_that_is_meant(tmp_path: Path) -> None:
    target = tmp_path / "set-1.0"
    build(target, "one")
    with pytest.raises(ReleaseFault, match="is there already"):
        build(target, "two")
    assert contents(tmp_path) == {"set-1.0/data/file": "one"}
    build(target, "two", replace=True)
    assert contents(tmp_path) == {"set-1.0/data/file": "two"}


def test_a_replacement_that_breaks_off_leaves_the_old_one(tmp_path: Path) -> None:
    def full() -> None:
        with build_folder(tmp_path / "set-1.0", replace=True) as unfinished:
            (unfinished / "file").write_text("half")
            raise OSError(28, "No space left on device")

    build(tmp_path / "set-1.0", "one")
    with pytest.raises(OutputFault, match="No space left on device"):
        full()
    assert contents(tmp_path) == {"set-1.0/data/file": "one"}


def test_a_second_process_is_told_so_and_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "set-1.0"

    def second() -> None:
        with build_folder(target, replace=True):
            raise AssertionError("two at once")

    with build_folder(target, replace=False) as unfinished:
        (unfinished / "file").write_text("first")
        with pytest.raises(ReleaseFault, match="another process is making this release"):
            second()
        build(tmp_path / "set-1.1", "another release")
    assert contents(tmp_path) == {"set-1.0/file": "first", "set-1.1/data/file": "another release"}


def test_a_replacement_leaves_no_moment_without_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, probe = tmp_path / "set-1.0", [tmp_path / "one", tmp_path / "other"]
    for folder in probe:
        folder.mkdir()
    if not exchange(probe[0], probe[1]):
        pytest.skip("this system cannot let two folders change places")
    for folder in probe:
        folder.rmdir()
    build(target, "one")

    def rename(self: Path, other: Path) -> None:
        raise AssertionError(f"{self} was moved away to {other}")

    monkeypatch.setattr(Path, "rename", rename)
    build(target, "two", replace=True)
    assert contents(tmp_path) == {"set-1.0/data/file": "two"}


@pytest.mark.parametrize("able", [True, False])
def test_a_folder_is_replaced_where_two_cannot_change_places_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, able: bool
) -> None:
    if not able:
        monkeypatch.setattr(building, "exchange", lambda one, other: False)
    build(tmp_path / "set-1.0", "one")
    build(tmp_path / "set-1.0", "two", replace=True)
    assert contents(tmp_path) == {"set-1.0/data/file": "two"}


def _build_and_die(target: Path, stage: str) -> None:
    with build_folder(target, replace=True) as unfinished:
        (unfinished / "file").write_text("half")
        if stage == "moved":  # what stood there is aside, and the new one not yet in its place
            target.rename(target.with_name(f".{target.name}.replaced"))
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("stage", ["writing", "moved"])
def test_after_a_kill_there_is_no_half_folder_and_the_next_one_clears_up(tmp_path: Path, stage: str) -> None:
    target = tmp_path / "set-1.0"
    build(target, "one")
    killed = multiprocessing.get_context("fork").Process(target=_build_and_die, args=(target, stage))
    killed.start()
    killed.join(30)
    assert killed.exitcode == -signal.SIGKILL
    assert target.exists() == (stage == "writing")
    with pytest.raises(ReleaseFault, match="is there already"):
        build(target, "two")
    assert contents(tmp_path) == {"set-1.0/data/file": "one"}


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "releases").write_text("a file")
    with pytest.raises(OutputFault, match="releases"):
        build(tmp_path / "releases" / "set-1.0", "one")
    assert contents(tmp_path) == {"releases": "a file"}
