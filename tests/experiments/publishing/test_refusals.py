"""What is not pushed: nothing is asked of the hub, and nothing is left beside the release."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from condor.errors import BadInput, PublishFault, UnreadableFile
from condor.experiments.publishing import is_pushed, push_release, record_file

from hub_server import HubServer
from hub_support import TOKEN, Make, contents


def refused(hub: HubServer, folder: Path, repo: str = "org/tiny", endpoint: str | None = None) -> str:
    """Push what must be refused before the hub is asked; returns the line."""
    before = contents(folder.parent)
    with pytest.raises(BadInput) as raised:
        push_release(folder, repo, endpoint=endpoint or hub.base)
    assert hub.requests == []
    assert contents(folder.parent) == before
    assert not is_pushed(folder)
    said = str(raised.value)
    assert "\n" not in said
    assert TOKEN not in said
    return said


def test_rehearsal_data(hub: HubServer, make: Make) -> None:
    assert "rehearsal data is made up by no model" in refused(hub, make(rehearsal=True))


@pytest.mark.parametrize("rehearsal", [None, "false", 0])
def test_a_manifest_that_does_not_say_whether_it_is_rehearsal_data(
    hub: HubServer, make: Make, rehearsal: object
) -> None:
    assert "manifest.json: no release's manifest: rehearsal" in refused(hub, make(rehearsal=rehearsal))


def _change(folder: Path) -> None:
    path = folder / "data/records/eval-00000-of-00001.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _link(folder: Path) -> None:
    path = folder / "CHANGES.md"
    (folder.parent / "elsewhere").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(folder.parent / "elsewhere")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_change, "eval-00000-of-00001.parquet: other bytes than the manifest says"),
        (lambda folder: (folder / "CHANGES.md").unlink(), "CHANGES.md: cannot read a release's file"),
        (lambda folder: (folder / "manifest.json").unlink(), "cannot read a release's manifest"),
        (lambda folder: (folder / "manifest.json").write_text("[1"), "no release's manifest: the text"),
        (lambda folder: (folder / "data" / ".env").write_text("KEY=1"), ".env: the manifest does not name this file"),
        (_link, "CHANGES.md: a link"),
    ],
)
def test_a_folder_that_is_not_whole(hub: HubServer, make: Make, damage: Callable[[Path], object], said: str) -> None:
    folder = make()
    damage(folder)
    assert said in refused(hub, folder)


@pytest.mark.parametrize("path", ["../outside", "/etc/hostname", "a/../../b", "", ".", "a//b", "./a", "manifest.json"])
def test_a_manifest_that_leads_out_of_the_folder(hub: HubServer, make: Make, path: str) -> None:
    folder = make()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][path] = {"sha256": "0" * 64}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert "is no path of a file inside the release" in refused(hub, folder)


@pytest.mark.parametrize("version", ["", "1..0 beta", "../1", "一", "1\n"])
def test_a_version_that_no_tag_can_have(hub: HubServer, make: Make, version: str) -> None:
    folder = make()
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"version": version}))
    assert "no release's manifest: version" in refused(hub, folder)


def test_what_the_given_check_says(hub: HubServer, make: Make) -> None:
    def verify(directory: Path) -> None:
        raise UnreadableFile(f"{directory}: the third record's id is not its content's")

    with pytest.raises(UnreadableFile, match="third record"):
        push_release(make(), "org/tiny", endpoint=hub.base, verify=verify)
    assert hub.requests == []


@pytest.mark.parametrize(
    "repo",
    ["tiny", "", "a/b/c", "../x", "org/..", "org/a--b", "org/名", "org/a b", "org/x.git", "/tiny", "org/", "org/a\nb"],
)
def test_names_that_no_repository_can_have(hub: HubServer, make: Make, repo: str) -> None:
    assert refused(hub, make(), repo).startswith(f"--push {repo.split()[0] if repo else ''}")


def test_no_token(hub: HubServer, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    assert "set HF_TOKEN, or `hf auth login`" in refused(hub, make())


def test_the_token_of_a_login(hub: HubServer, make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HF_TOKEN")
    (tmp_path / "nobody").mkdir()
    (tmp_path / "nobody" / "token").write_text(TOKEN)
    assert push_release(make(), "org/tiny", endpoint=hub.base).new


@pytest.mark.parametrize("token", [f"{TOKEN}é", f"{TOKEN}\x01x", f"{TOKEN} {TOKEN}"])
def test_a_token_that_no_header_can_hold(
    hub: HubServer, make: Make, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    assert "has characters that no token has" in refused(hub, make())


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://user:canary@127.0.0.1:1",
        "https://canary@hub",
        "https://hub/?key=canary",
        "hub.canary",
        "ftp://x",
        "http://[canary",
    ],
)
def test_an_address_that_is_none_or_holds_a_secret(hub: HubServer, make: Make, endpoint: str) -> None:
    said = refused(hub, make(), endpoint=endpoint)
    assert said.startswith("HF_ENDPOINT")
    assert "canary" not in said


def test_while_another_process_pushes_it(hub: HubServer, make: Make) -> None:
    folder = make()
    record_file(folder).parent.mkdir()
    with (
        FileLock(record_file(folder).with_suffix(".lock")),
        pytest.raises(PublishFault, match=r"tiny-1\.0\.0: another process pushes it"),
    ):
        push_release(folder, "org/tiny", endpoint=hub.base)
    assert hub.requests == []


def test_a_record_that_cannot_be_read_counts_as_a_push(hub: HubServer, make: Make) -> None:
    folder = make()
    record_file(folder).parent.mkdir()
    record_file(folder).write_text('{"scheme": "condor-push-9"}')
    assert is_pushed(folder)
    with pytest.raises(PublishFault, match="no record of a push"):
        push_release(folder, "org/tiny", endpoint=hub.base)
    assert hub.requests == []
