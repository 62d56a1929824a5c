"""A growth leaves a tree and a report, and goes on after a kill as if it had never been broken off."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from condor.knowledge import load_tree

from support import Cli, refused, wait_for

GROW = "from condor.cli import main; main()"
SIZES = ("--roots", "30", "--depth", "3", "--branching", "12", "--size", "4100", "--date", "2026-11-22")


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
    wait_for(lambda: (tmp_path / "grown" / "journal.db-wal").exists() and _steps(tmp_path / "grown") > 60)
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


def test_two_quotas_for_every_root_tag_are_refused(cli: Cli) -> None:
    line = refused(cli, "tree", "grow", "--run", "grown", "--quota", "100", "--quota", "200")
    assert "--quota: 100 and 200 for every root tag; give one" in line


def test_a_growth_without_its_root_tags_is_a_shortfall(cli: Cli) -> None:
    result = cli.run(
        "tree", "grow", "--run", "grown", "--roots", "5", "--depth", "1", "--model", "rehearsal?malformed=1"
    )
    assert result.returncode == 3, result.stderr
    assert "short of 5 root tags" in result.stdout


def test_a_growth_is_entered_into_the_trees_log_with_the_day_on_which_it_was_begun(cli: Cli) -> None:
    sizes = ("--roots", "2", "--depth", "2", "--branching", "2")
    first = cli.run("tree", "grow", "--run", "first", *sizes, "--date", "2026-01-31")
    assert first.returncode == 0, first.stderr
    again = cli.run("tree", "grow", "--run", "first", *sizes, "--date", "2026-02-01")
    assert again.returncode == 0, again.stderr
    sizes = ("--roots", "3", "--depth", "2", "--branching", "2")
    more = cli.run("tree", "grow", "--run", "more", "--from", "first/tree.json", *sizes, "--date", "2026-02-02")
    assert more.returncode == 0, more.stderr
    begun, grown = json.loads(cli.run("tree", "log", "more/tree.json", "--json").stdout)["log"]
    assert (begun["parent"], begun["made_by"], begun["date"], begun["figures"]["added"]) == (
        None,
        "grow",
        "2026-01-31",
        6,
    )
    assert (grown["parent"], grown["date"], grown["figures"]["added"]) == (begun["version"], "2026-02-02", 3)
    assert load_tree(cli.directory / "more" / "tree.json").version == grown["version"]


def test_a_quota_of_a_root_tag_that_does_not_stand_is_refused_and_nothing_is_lost(cli: Cli) -> None:
    sizes = ("--roots", "2", "--depth", "2", "--branching", "2")
    refused = cli.run("tree", "grow", "--run", "grown", *sizes, "--quota", "Nothing=1")
    assert refused.returncode == 2
    assert "quota of 'Nothing': not one of the 2 root tags" in refused.stderr
    assert cli.run("tree", "grow", "--run", "grown", *sizes).returncode == 0
