"""A hub that refuses, fails and breaks off: one line, no token, and the same command goes on."""

import logging
import socket
from pathlib import Path
from typing import Protocol

import pytest

from condor.errors import HubFault, PublishFault
from condor.experiments.publishing import is_pushed, push_release, record_file
from condor.experiments.publishing.record import read_record

from hub_server import PASSWORD, SIGNATURE, HubServer, StoredFile
from hub_support import TOKEN, Make, contents, release_files

#: Every kind of request that a first push makes.
KINDS = ("info", "create", "refs", "tree", "preupload", "batch", "upload", "verify", "card", "commit", "tag")
#: Those that the library itself repeats.
REPEATED = ("preupload", "batch", "upload", "verify")


class Waits(Protocol):
    """How long the library would have waited between its tries."""

    seconds: list[float]


def fault(hub: HubServer, folder: Path) -> HubFault:
    """Push where the hub makes trouble; returns what is said."""
    with pytest.raises(HubFault) as raised:
        push_release(folder, "org/tiny", endpoint=hub.base)
    said = str(raised.value)
    assert "\n" not in said
    assert len(said) < 600
    return raised.value


def goes_on(hub: HubServer, folder: Path) -> None:
    """The same command ends what was begun, with one commit and nothing sent twice."""
    push_release(folder, "org/tiny", endpoint=hub.base)
    repository = hub.repositories["org/tiny"]
    assert [title for _, title, _ in repository.commits] == ["initial commit", "Release tiny 1.0.0"]
    assert repository.tags == {"v1.0.0": repository.head}
    assert hub.files("org/tiny") == contents(folder)
    record = read_record(folder)
    assert record is not None
    assert [push.commit for push in record.pushes] == [repository.head]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [401, 403, 409, 500])
def test_a_refusal_anywhere(hub: HubServer, make: Make, waits: Waits, kind: str, status: int) -> None:
    folder = make()
    hub.refuse[kind] = [(status, {})] * 12  # the library gives up after six times, of each of two files at once
    said = fault(hub, folder)
    assert said.refused == (status < 500)
    assert f"({status}" in str(said)
    # Whether a commit stands is not known where the hub failed while it was made.
    assert is_pushed(folder) == (kind == "tag" or (kind in ("commit", "card") and status == 500))
    assert bool(waits.seconds) == (status == 500 and kind in REPEATED)
    hub.refuse.clear()
    goes_on(hub, folder)


@pytest.mark.parametrize("kind", REPEATED)
def test_one_failure_is_overcome_at_once(hub: HubServer, make: Make, waits: Waits, kind: str) -> None:
    hub.refuse[kind] = [(500, {})]
    goes_on(hub, make())
    assert len(waits.seconds) == 1


@pytest.mark.parametrize("kind", ["create", "commit", "tag"])
def test_an_answer_that_is_lost(hub: HubServer, make: Make, kind: str) -> None:
    folder = make()
    hub.lose[kind] = 1
    assert "run the same command again" in str(fault(hub, folder))
    assert is_pushed(folder) == (kind != "create")
    goes_on(hub, folder)


def test_a_commit_without_its_tag_gets_it_and_no_more(hub: HubServer, make: Make) -> None:
    folder = make()
    hub.refuse["tag"] = [(500, {})]
    fault(hub, folder)
    hub.requests.clear()
    goes_on(hub, folder)
    assert not {"preupload", "batch", "upload", "commit"} & set(hub.requests)


def test_an_upload_that_is_cut_off(hub: HubServer, make: Make, waits: Waits) -> None:
    hub.cut = 1
    goes_on(hub, make())
    assert len(waits.seconds) == 1


def test_uploads_that_are_cut_off_for_good(hub: HubServer, make: Make, waits: Waits) -> None:
    folder = make()
    hub.cut = 12
    assert "broke off" in str(fault(hub, folder))
    assert waits.seconds
    assert not is_pushed(folder), "no commit was made"
    assert len(hub.repositories["org/tiny"].commits) == 1
    hub.cut = 0
    goes_on(hub, folder)


def test_a_limit_is_waited_for_where_the_library_can(hub: HubServer, make: Make, waits: Waits) -> None:
    hub.refuse["preupload"] = [(429, {"Retry-After": "7"})]
    goes_on(hub, make())
    assert waits.seconds == [8.0]


def test_a_limit_is_told_where_it_cannot(hub: HubServer, make: Make) -> None:
    folder = make()
    hub.refuse["commit"] = [(429, {"Retry-After": "37"})]
    assert "takes no more requests for now" in str(fault(hub, folder))
    hub.refuse["commit"] = [(429, {"Retry-After": "37"})]
    assert "wait 37 s, then run the same command again" in str(fault(hub, folder))
    assert not is_pushed(folder)
    goes_on(hub, folder)


def test_a_commit_in_between_is_not_overwritten(hub: HubServer, make: Make) -> None:
    folder = make()

    def change_card() -> None:
        repository = hub.repositories["org/tiny"]
        repository.add("a card", repository.resolve("main")[1] | {"README.md": StoredFile(b"---\nlicense: mit\n---\n")})

    hub.on["batch"] = change_card
    assert "something else changed it at the same time" in str(fault(hub, folder))
    assert hub.files("org/tiny") == {"README.md": b"---\nlicense: mit\n---\n"}
    assert not is_pushed(folder)
    push_release(folder, "org/tiny", endpoint=hub.base)
    assert hub.files("org/tiny", "v1.0.0") == contents(folder)


def test_an_earlier_push_is_not_forgotten_with_a_refused_one(hub: HubServer, make: Make) -> None:
    folder = make()
    push_release(folder, "org/other", endpoint=hub.base)
    noted = record_file(folder).read_bytes()
    hub.refuse["commit"] = [(403, {})]
    fault(hub, folder)
    assert record_file(folder).read_bytes() == noted


def test_a_hub_that_is_not_there(hub: HubServer, make: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        hub.base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert "cannot be reached" in str(fault(hub, make()))


@pytest.mark.parametrize("kind", ["info", "refs", "commit"])
@pytest.mark.parametrize("status", [200, 204])
def test_an_answer_of_another_form(hub: HubServer, make: Make, kind: str, status: int) -> None:
    folder = make()
    hub.refuse[kind] = [(status, {})]  # with a body of the wrong form, or without one
    assert "run the same command again" in str(fault(hub, folder))
    goes_on(hub, folder)


def test_offline_mode(hub: HubServer, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set" in str(fault(hub, make()))
    assert hub.requests == []


def test_a_folder_that_changes_while_it_is_pushed_gets_no_tag(hub: HubServer, make: Make) -> None:
    folder = make()
    hub.on["refs"] = lambda: (folder / "CHANGES.md").write_text("# changed after it was seen\n")
    with pytest.raises(PublishFault, match="does not hold the release's bytes, and gets no tag"):
        push_release(folder, "org/tiny", endpoint=hub.base)
    assert hub.repositories["org/tiny"].tags == {}
    assert is_pushed(folder)
    (folder / "CHANGES.md").write_bytes(release_files()["CHANGES.md"])
    push_release(folder, "org/tiny", endpoint=hub.base)
    assert hub.files("org/tiny", "v1.0.0") == contents(folder)


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_no_canary_in_output_logs_records_or_errors(
    hub: HubServer,
    make: Make,
    waits: Waits,
    kind: str | None,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    logging.getLogger("huggingface_hub").addHandler(caplog.handler)  # the library's own go no further
    said = ""
    try:
        with caplog.at_level(logging.DEBUG):
            if kind is not None:
                hub.refuse[kind] = [(500, {})] * 12
                said = str(fault(hub, make()))
                hub.refuse.clear()
            said += str(push_release(make(), "org/tiny", endpoint=hub.base))
    finally:
        logging.getLogger("huggingface_hub").removeHandler(caplog.handler)
    out, err = capfd.readouterr()
    assert (out, err) == ("", ""), "the library says nothing to the terminal"
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for canary in (TOKEN, SIGNATURE, PASSWORD):
        assert canary not in said
        assert canary not in err + out
        assert canary not in caplog.text
        assert canary.encode() not in files
