"""The scripts in examples/ do what they say, from any folder, and to the same bytes each time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from release_support import check_whole, contents, header, rows
from support import clean_environment

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def start(script: str, folder: Path) -> subprocess.Popen[str]:
    # Where a continuous integration has its commands, they stand on the path.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.Popen(
        [str(EXAMPLES / script), "made"],
        cwd=folder,
        env=clean_environment() | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.timeout(300)
def test_from_nothing_to_verified_releases_twice_to_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "二 two"]
    for folder in folders:
        folder.mkdir()
    processes = [start("release.sh", folder) for folder in folders]
    said = [process.communicate(timeout=280) for process in processes]
    for process, (out, err) in zip(processes, said, strict=True):
        assert process.returncode == 0, err
        assert out.count(": whole; ") == 2
        assert "against condor-rehearsal 1.0: added" in out
        assert "released from: refined set second/refine" in out
        assert "Traceback" not in out + err
    first, other = (folder / "made" / "releases" for folder in folders)
    assert contents(first) == contents(other)
    whole, second = (check_whole(first / f"condor-rehearsal-{version}") for version in ("1.0", "1.1"))
    assert whole.rehearsal
    assert second.rehearsal
    assert set(whole.splits) == {"train", "validation", "eval"}
    assert whole.removed["include judge>=7.5"] > 0
    assert [run.name for run in second.runs] == ["first", "second"]
    assert header(first / "condor-rehearsal-1.1")["language"] == ["en", "zh"]
    assert {row["language"] for row in rows(first / "condor-rehearsal-1.1", "dpo")} == {"en", "zh"}
    # What was held out stays held out.
    for split in ("validation", "eval"):
        held = {row["id"] for row in rows(first / "condor-rehearsal-1.0", "records", split)}
        assert held <= {row["id"] for row in rows(first / "condor-rehearsal-1.1", "records", split)}


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    process = start("release.sh", tmp_path)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "is there already" in err
    assert list((tmp_path / "made").iterdir()) == []
