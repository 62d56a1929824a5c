"""A disk that runs full in the middle of a run: one line, exit code 2, nothing lost; with room again it goes on."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fault_checks import CONCURRENCY, check_journal, exports, write_recipe
from fault_server import FaultServer
from support import status
from warm_cli import WarmCli

Serve = Callable[[FaultServer], str]

RECORDS = 24
CALLS = RECORDS // 3 + 3 * RECORDS


def check_interrupted(condor: WarmCli, run: str, server: FaultServer, result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 2, result.stdout + result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "cannot write the journal" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    done = check_journal(condor.directory / run)
    # What was in flight when the disk was full could not be kept; no further call was made.
    assert 0 < len(server.log.delivered) - done <= CONCURRENCY


def check_completed(condor: WarmCli, run: str, server: FaultServer, serve_faults: Serve) -> None:
    assert status(condor, run)["kept"] == RECORDS
    assert server.log.paid_twice <= CONCURRENCY
    assert check_journal(condor.directory / run) == CALLS
    whole = write_recipe(condor, serve_faults(FaultServer()), name="whole.yaml", records=RECORDS)
    assert condor.run("synth", whole, "--run", "whole").returncode == 0
    assert exports(condor, run) == exports(condor, "whole")


@pytest.mark.parametrize("limit", [120_000, 200_000, 260_000])
def test_a_file_that_may_not_grow_further(condor: WarmCli, serve_faults: Serve, limit: int) -> None:
    """RLIMIT_FSIZE: writes beyond it fail as on a full disk."""
    server = FaultServer(latency=0.002)
    recipe = write_recipe(condor, serve_faults(server), records=RECORDS)
    check_interrupted(condor, "run", server, condor.run_with_small_files(limit, "synth", recipe, "--run", "run"))
    again = condor.run("synth", recipe, "--run", "run")
    assert again.returncode == 0, again.stderr
    check_completed(condor, "run", server, serve_faults)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_small_file_system(small_disk: Path, condor: WarmCli, serve_faults: Serve) -> None:
    server = FaultServer(latency=0.002)
    recipe = write_recipe(condor, serve_faults(server), records=RECORDS)
    check_interrupted(condor, "small/run", server, condor.run("synth", recipe, "--run", "small/run"))
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    again = condor.run("synth", recipe, "--run", "small/run")
    assert again.returncode == 0, again.stderr
    check_completed(condor, "small/run", server, serve_faults)
