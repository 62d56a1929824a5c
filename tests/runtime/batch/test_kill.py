"""kill -9 at any moment of a session on batch files: the same session again loses nothing and writes nothing twice."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from condor.runtime.rehearsal.settings import RehearsalSettings

from batch_support import Run, answers

SETTINGS = RehearsalSettings(malformed=0.3)

#: Runs a session and kills itself at call number n of the store, or says how many there were.
SCRIPT = """
import os, sys
from pathlib import Path
from condor.runtime.batch.shards import ShardLimits
from condor.runtime.batch.store import BatchStore
from batch_support import Run

calls, last, real = 0, int(sys.argv[2]), BatchStore._run

def counted(self, sql, *parameters):
    global calls
    calls += 1
    if calls == last:
        os.kill(os.getpid(), 9)
    return real(self, sql, *parameters)

BatchStore._run = counted
Run(Path(sys.argv[1])).session(limits=ShardLimits(requests=2))
print(calls)
"""


def session(run: Run, kill_at: int) -> subprocess.CompletedProcess[str]:
    tests = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(run.path), str(kill_at)],
        env=os.environ | {"PYTHONPATH": tests},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def finish(run: Run) -> None:
    """Sessions to the end; every request that was ever written is answered, in one file a session."""
    for number in range(20):
        if not run.session().waiting.requests:
            return
        run.put(answers(run.requests().values(), SETTINGS), f"{number}.jsonl")
    raise AssertionError("it did not come to an end")


@pytest.mark.timeout(300)
def test_a_session_killed_anywhere_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    begun = Run(tmp_path / "begun")
    begun.session()
    begun.put(answers(begun.requests().values(), SETTINGS))
    whole = Run(tmp_path / "whole")
    shutil.copytree(begun.path, whole.path)
    done = session(whole, 0)
    assert done.returncode == 0, done.stderr
    calls = int(done.stdout)
    finish(whole)
    for kill_at in sorted({1 + round(n * (calls - 1) / 9) for n in range(10)}):
        broken = Run(tmp_path / f"killed-{kill_at}")
        shutil.copytree(begun.path, broken.path)
        assert session(broken, kill_at).returncode == -signal.SIGKILL
        finish(broken)
        written = Counter(line for path in broken.shards() for line in path.read_text().split("\n") if line)
        assert set(written.values()) == {1}, kill_at
        assert broken.contents() == whole.contents(), kill_at
        assert broken.exported() == whole.exported()
        assert not [path.name for path in broken.batch.iterdir() if path.name.startswith(".")]
