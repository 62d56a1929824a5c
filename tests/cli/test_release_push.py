"""`condor release --push`, against a local stub of the hub: once, again where it was broken off, and never another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fault_server import FaultServer
from hub_server import HubServer
from hub_support import TOKEN
from release_support import contents, synthesise
from support import Cli, ServerThread

MAKE = ("release", "first", "--name", "set", "--version", "1.0", "--license", "mit", "--shards", "parquet")
PUSH = (*MAKE, "--push", "org/name")


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A hub that knows our token."""
    server = HubServer({TOKEN: {"org"}})
    with ServerThread(server.application()) as thread:
        server.base = f"http://127.0.0.1:{thread.port}"
        yield server


def test_a_release_is_pushed_once_goes_on_and_is_replaced_no_more(
    cli: Cli, hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    with ServerThread(FaultServer().application()) as model:  # one without faults, which answers to any name
        served = {"name": "openai/our-model", "api_base": f"http://127.0.0.1:{model.port}/v1"}
        synthesise(tmp_path / "first", records=6, model=served)
    environment = {"HF_ENDPOINT": hub.base, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1"}
    refused = cli.run(*PUSH, **environment, HF_TOKEN="")
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1, refused.stderr
    # It was made, and the same command goes on with the push, however often that is broken off.
    hub.lose["commit"] = 1
    broken = cli.run(*PUSH, **environment, HF_TOKEN=TOKEN)
    assert (broken.returncode, "run the same command again" in broken.stderr) == (1, True), broken.stderr
    pushed = cli.run(*PUSH, **environment, HF_TOKEN=TOKEN)
    assert pushed.returncode == 0, pushed.stderr
    assert f"{hub.base}/datasets/org/name/tree/v1.0: " in pushed.stdout
    assert "private" in pushed.stdout
    assert TOKEN not in pushed.stdout + pushed.stderr
    made = contents(tmp_path / "releases" / "set-1.0")
    there = hub.files("org/name")
    assert {name: there[name] for name in made} == made
    again = cli.run(*PUSH, **environment, HF_TOKEN=TOKEN)
    assert "it was there already" in again.stdout
    # What was checked is pushed, whatever became of the run since.
    (tmp_path / "first").rename(tmp_path / "elsewhere")
    named = ("--name", "set", "--version", "1.0", "--push", "org/name")
    checked = cli.run("release", *named, **environment, HF_TOKEN=TOKEN)
    assert "releases/set-1.0: stands already and is whole: it is pushed as it is" in checked.stdout, checked.stderr
    assert "it was there already" in checked.stdout
    (tmp_path / "elsewhere").rename(tmp_path / "first")
    for options, said in ((("--force", "--seed", "1"), "was pushed with other"), (("--seed", "1"), "otherwise (seed)")):
        other = cli.run(*PUSH, *options, **environment, HF_TOKEN=TOKEN)
        assert other.returncode == 2
        assert said in other.stderr
    assert contents(tmp_path / "releases" / "set-1.0") == made
    assert TOKEN.encode() not in b"".join(contents(tmp_path).values())
