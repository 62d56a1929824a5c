"""A push from a process of its own: the hub that HF_ENDPOINT names, Xet as it is by default, and a kill."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from condor.experiments.publishing import is_pushed, push_release
from condor.experiments.publishing.record import read_record

from hub_server import HubServer
from hub_support import TOKEN, Make, contents
from support import ServerThread, clean_environment

_PUSH = """
import sys
from pathlib import Path
from condor.errors import HubFault
from condor.experiments.publishing import push_release
if "--twice" in sys.argv:
    try:
        push_release(Path(sys.argv[1]), "org/tiny")
    except HubFault as exc:
        print(exc, flush=True)
print(push_release(Path(sys.argv[1]), "org/tiny").url, flush=True)
"""
#: Says what Xet calls the large files, waits until the hub was told of it, and fetches all of it.
_FETCH = """
import hashlib, json
import hf_xet
from huggingface_hub import snapshot_download
large = sorted(Path(sys.argv[1]).rglob("*.parquet"))
names = [info.hash for info in hf_xet.hash_files([str(path) for path in large])]
print(json.dumps({hashlib.sha256(path.read_bytes()).hexdigest(): name for path, name in zip(large, names)}), flush=True)
input()
snapshot_download("org/tiny", repo_type="dataset", revision="v1.0.0", local_dir=sys.argv[2])
"""


@pytest.fixture
def xet_hub(tmp_path: Path) -> Iterator[HubServer]:
    """A hub that stores large files by Xet."""
    (tmp_path / "cas").mkdir()
    server = HubServer({TOKEN: {"org"}}, cas=tmp_path / "cas")
    with ServerThread(server.application()) as thread:
        server.base = f"http://127.0.0.1:{thread.port}"
        yield server


def start(hub: HubServer, home: Path, script: str, *args: str) -> subprocess.Popen[str]:
    """A process that knows the hub and the token from its environment only."""
    kept = {name: value for name, value in clean_environment().items() if not name.startswith(("HF_", "HUGGING_FACE"))}
    environment = {"HF_ENDPOINT": hub.base, "HF_TOKEN": TOKEN, "HF_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-c", script, *args],
        env=kept | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_to_the_hub_of_the_environment_by_xet(xet_hub: HubServer, make: Make, tmp_path: Path) -> None:
    folder = make()
    xet_hub.refuse["xet"] = [(404, {})]
    process = start(xet_hub, tmp_path / "home", _PUSH + _FETCH, str(folder), str(tmp_path / "copy"), "--twice")
    assert process.stdout is not None
    said, url, hashes = (process.stdout.readline() for _ in range(3))
    xet_hub.xet_hashes = json.loads(hashes or "{}")
    _, err = process.communicate("\n", timeout=60)
    assert (process.returncode, err) == (0, "")
    assert said.endswith("; where it has none, set HF_HUB_DISABLE_XET=1\n")
    assert url == f"{xet_hub.base}/datasets/org/tiny/tree/v1.0.0\n"
    assert "upload" not in xet_hub.requests
    assert list((tmp_path / "cas").rglob("default.*")), "the large files went to Xet's storage"
    copied = contents(tmp_path / "copy")
    assert {path: copied.get(path) for path in contents(folder)} == contents(folder)
    assert TOKEN not in said
    assert not any(TOKEN.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_killed_when_its_commit_stands(hub: HubServer, make: Make, tmp_path: Path) -> None:
    folder = make()
    process = start(hub, tmp_path / "home", f"import os\nos.environ['HF_HUB_DISABLE_XET'] = '1'\n{_PUSH}", str(folder))
    hub.on["commit"] = process.kill
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    repository = hub.repositories["org/tiny"]
    assert (len(repository.commits), repository.tags) == (2, {})
    assert is_pushed(folder), "it was noted before the commit was sent"
    pushed = push_release(folder, "org/tiny", endpoint=hub.base)
    assert (pushed.commit, len(repository.commits)) == (repository.head, 2)
    assert repository.tags == {"v1.0.0": repository.head}
    record = read_record(folder)
    assert record is not None
    assert [push.commit for push in record.pushes] == [repository.head]
