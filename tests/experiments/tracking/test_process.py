"""The process beside a run."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from condor.experiments.tracking.facts import RunFacts
from condor.experiments.tracking.snapshots import Start, begin_body
from condor.experiments.tracking.tracker import Tracker
from condor.runtime.journal import Journal
from condor.runtime.journal.spool import Spool

from support import clean_environment, wait_for
from tracking_support import step, written

#: Starts the process as a run does, says that the run has ended, and stays.
_RUN = """
import subprocess, sys, time
program = "from condor.experiments.tracking.process import main; main()"
process = subprocess.Popen([sys.executable, "-P", "-c", program, *sys.argv[1:]], stdin=subprocess.PIPE, text=True)
process.stdin.write("end\\n")
process.stdin.close()
print(process.pid, flush=True)
time.sleep(600)
"""


def test_no_module_of_the_working_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("queue", "sqlite3", "mlflow"):
        (tmp_path / f"{name}.py").write_text("open('executed', 'w').close(); raise SystemExit(1)\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    executed, journal = tmp_path / "executed", written(tmp_path / "journal.db", step(1))
    with Journal.open(journal) as opened, Tracker(interval_s=0.05) as tracker:
        tracker.begin(opened, RunFacts("synth", "run"))
        wait_for(lambda: executed.exists() or figures_are_taken(journal), 60)
        tracker.abandon()
    assert not executed.exists()


def figures_are_taken(journal: Path) -> bool:
    with Spool(journal) as spool:
        return spool.last("metrics") is not None


def test_it_ends_with_the_run_also_where_the_store_never_answers(tmp_path: Path) -> None:
    journal = written(tmp_path / "journal.db", step(1))
    with Spool(journal) as spool:
        spool.append("begin", begin_body(Start(1, 0, 0), {**RunFacts("synth", "run").as_json(), "traces": None}))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = f"http://127.0.0.1:{silent.getsockname()[1]}"
        arguments = [sys.executable, "-c", _RUN, str(journal), store, "10.0"]
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, text=True, env=clean_environment(), cwd=tmp_path
        ) as run:
            assert run.stdout is not None
            beside = int(run.stdout.readline())
            connection, _ = silent.accept()
            run.kill()
        with connection:
            try:
                wait_for(lambda: is_gone(beside), 5)
            finally:
                if not is_gone(beside):
                    os.kill(beside, signal.SIGKILL)


def is_gone(process: int) -> bool:
    """Whether a process has ended, whether or not somebody has asked how."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
