"""A growth leaves a tree and a report, and goes on after a kill as if it had never been broken off."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

GROW = "from condor.cli import main; main()"
SIZES = ("--roots", "30", "--depth", "3", "--branching", "12", "--size", "4100")


def _command(run: str, language: str, *more: str) -> list[str]:
    return [sys.executable, "-c", GROW, "tree", "grow", "--run", run, "--language", language, *SIZES, *more]


def _steps(run: Path) -> int:
    with sqlite3.connect(run / "journal.db") as database:
        return database.execute("SELECT count(*) FROM steps").fetchone()[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_over_4000_tags_from_nothing_survive_a_kill_and_a_second_run_asks_for_nothing(
    tmp_path: Path, language: str
) -> None:
    slow = ("--model", "rehearsal?latency=0.02")
    process = subprocess.Popen(_command("grown", language, *slow), cwd=tmp_path)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (tmp_path / "grown" / "journal.db-wal").exists():
        time.sleep(0.02)
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    killed_at = _steps(tmp_path / "grown")
    assert not (tmp_path / "grown" / "tree.json").exists()
    for run in ("grown", "whole"):
        subprocess.run(_command(run, language, *slow), cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    asked = _steps(tmp_path / "grown")
    assert killed_at < asked == _steps(tmp_path / "whole")
    kept = {name: (tmp_path / "grown" / name).read_bytes() for name in ("tree.json", "growth.json")}
    assert kept == {name: (tmp_path / "whole" / name).read_bytes() for name in kept}
    report = json.loads(kept["growth.json"])
    assert report["report"]["added"] == report["plan"]["limits"]["size"] == 4100
    subprocess.run(_command("grown", language, *slow), cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert _steps(tmp_path / "grown") == asked
    assert kept == {name: (tmp_path / "grown" / name).read_bytes() for name in kept}


@pytest.mark.parametrize("quota", ["many", "Food=", "-3", "Food=1.5"])
def test_a_quota_that_is_no_number_is_refused(tmp_path: Path, quota: str) -> None:
    command = _command("grown", "en", "--quota", quota)
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "--quota" in result.stderr
    assert not (tmp_path / "grown").exists()
