"""A release onto the hub and back, through the real client."""

import shutil
from pathlib import Path

import pytest
from huggingface_hub import snapshot_download

from condor.errors import PublishFault
from condor.experiments.publishing import is_pushed, push_release, record_file
from condor.experiments.publishing.record import Push, read_record

from hub_server import HubServer, StoredFile
from hub_support import TOKEN, Make, contents, release_files

#: Requests that change something.
WRITES = {"create", "preupload", "batch", "upload", "commit", "tag"}


def writes(hub: HubServer) -> list[str]:
    """What was changed since the hub was last asked for it."""
    found = [kind for kind in hub.requests if kind in WRITES]
    hub.requests.clear()
    return found


def test_pushed_whole_into_a_private_repository(hub: HubServer, make: Make, tmp_path: Path) -> None:
    folder = make()
    before = contents(folder)
    pushed = push_release(folder, "org/tiny", endpoint=hub.base)
    repository = hub.repositories["org/tiny"]
    assert repository.private
    assert [title for _, title, _ in repository.commits] == ["initial commit", "Release tiny 1.0.0"]
    assert repository.tags == {"v1.0.0": repository.head}
    assert (pushed.commit, pushed.tag, pushed.files) == (repository.head, "v1.0.0", len(before))
    assert (pushed.private, pushed.new) == (True, True)
    assert pushed.url == f"{hub.base}/datasets/org/tiny/tree/v1.0.0"
    assert contents(folder) == before, "a release's bytes never change"
    copy = snapshot_download(
        "org/tiny",
        repo_type="dataset",
        revision="v1.0.0",
        endpoint=hub.base,
        token=TOKEN,
        cache_dir=tmp_path / "cache",
        local_dir=tmp_path / "copy",
    )
    shutil.rmtree(Path(copy) / ".cache")
    (Path(copy) / ".gitattributes").unlink()
    assert contents(Path(copy)) == before


def test_parquet_goes_to_the_storage_and_text_into_git(hub: HubServer, make: Make) -> None:
    push_release(make(), "org/tiny", endpoint=hub.base)
    _, files = hub.repositories["org/tiny"].resolve("v1.0.0")
    stored = {path for path, file in files.items() if file.sha256}
    assert stored == {path for path in release_files() if path.endswith(".parquet")}
    assert hub.requests.count("upload") == len(stored)


def test_public_where_it_was_asked_for(hub: HubServer, make: Make) -> None:
    pushed = push_release(make(), "org/tiny", public=True, endpoint=hub.base)
    assert not pushed.private
    assert not hub.repositories["org/tiny"].private


def test_the_same_again_changes_nothing(hub: HubServer, make: Make) -> None:
    first = push_release(make(), "org/tiny", endpoint=hub.base)
    noted = record_file(make()).read_bytes()
    writes(hub)
    again = push_release(make(), "org/tiny", endpoint=hub.base)
    assert writes(hub) == []
    assert (again.commit, again.new) == (first.commit, False)
    assert record_file(make()).read_bytes() == noted


def test_what_is_on_the_hub_is_noted_where_the_record_was_lost(hub: HubServer, make: Make) -> None:
    first = push_release(make(), "org/tiny", endpoint=hub.base)
    record_file(make()).unlink()
    assert not push_release(make(), "org/tiny", endpoint=hub.base).new
    record = read_record(make())
    assert record is not None
    assert record.pushes == (Push(hub=hub.base, repo="org/tiny", commit=first.commit),)


def test_the_record_stands_beside_the_release(hub: HubServer, make: Make, tmp_path: Path) -> None:
    folder = make()
    assert not is_pushed(folder)
    first = push_release(folder, "org/tiny", endpoint=hub.base)
    second = push_release(folder, "org/other", endpoint=hub.base)
    assert record_file(folder) == tmp_path / "releases" / ".pushed" / "tiny-1.0.0.json"
    record = read_record(folder)
    assert record is not None
    assert (record.name, record.version) == ("tiny", "1.0.0")
    assert [(push.repo, push.commit) for push in record.pushes] == [
        ("org/tiny", first.commit),
        ("org/other", second.commit),
    ]
    shutil.rmtree(folder)
    assert is_pushed(folder), "the version is taken, whatever became of the folder"


def test_the_next_version_takes_the_place_of_the_one_before(hub: HubServer, make: Make) -> None:
    push_release(make(), "org/tiny", endpoint=hub.base)
    repository = hub.repositories["org/tiny"]
    _, files = repository.resolve("main")
    repository.add("a picture of ours", files | {"figure.png": StoredFile(b"png")})
    after = release_files("1.1.0")
    after["data/messages/validation-00000-of-00001.jsonl"] = after.pop("data/messages/train-00000-of-00001.jsonl")
    folder = make(after, "1.1.0")
    push_release(folder, "org/tiny", endpoint=hub.base)
    assert hub.files("org/tiny") == contents(folder) | {"figure.png": b"png"}
    assert hub.files("org/tiny", "v1.0.0") == contents(make())
    # What is the same in both was neither sent nor stored again.
    assert hub.requests.count("upload") == 3
    assert sorted(repository.tags) == ["v1.0.0", "v1.1.0"]


def test_a_version_on_the_hub_is_never_replaced(hub: HubServer, make: Make) -> None:
    push_release(make(), "org/tiny", endpoint=hub.base)
    there = hub.files("org/tiny")
    folder = make(release_files() | {"CHANGES.md": b"# something else\n"})
    writes(hub)
    with pytest.raises(PublishFault, match="pushed to org/tiny with other content; release a new one"):
        push_release(folder, "org/tiny", endpoint=hub.base)
    assert hub.requests == [], "what is noted is enough to know it"
    record_file(folder).unlink()
    with pytest.raises(PublishFault, match=r"v1\.0\.0 is there with other content"):
        push_release(folder, "org/tiny", endpoint=hub.base)
    assert writes(hub) == []
    assert hub.files("org/tiny") == there
    assert not is_pushed(folder)


@pytest.mark.parametrize(
    "there",
    [
        {"train.csv": b"a,b\n"},
        {"manifest.json": b"{}"},
        {"manifest.json": b'{"name": "other", "version": "1", "rehearsal": false, "files": {"a": {"sha256": "%s"}}}'},
    ],
)
def test_a_repository_of_something_else_is_left_alone(hub: HubServer, make: Make, there: dict[str, bytes]) -> None:
    push_release(make(), "org/tiny", endpoint=hub.base)
    repository = hub.repositories["org/tiny"]
    repository.add("mine", {path: StoredFile(data.replace(b"%s", b"0" * 64)) for path, data in there.items()})
    writes(hub)
    with pytest.raises(PublishFault, match="holds something else than releases of tiny"):
        push_release(make(version="1.1.0"), "org/tiny", endpoint=hub.base)
    assert writes(hub) == []


def test_a_repository_that_was_made_by_hand_is_taken(hub: HubServer, make: Make) -> None:
    push_release(make(), "org/first", endpoint=hub.base)
    made = hub.repositories["org/tiny"] = type(hub.repositories["org/first"])(private=True)
    _, files = made.resolve("main")
    made.add("licence", files | {"README.md": StoredFile(b"---\nlicense: mit\n---\n")})
    push_release(make(), "org/tiny", endpoint=hub.base)
    assert hub.files("org/tiny") == contents(make())


@pytest.mark.parametrize(("private", "public"), [(True, True), (False, False)])
@pytest.mark.parametrize("by_rule", [True, False])
def test_a_visibility_other_than_was_asked_for_is_refused(
    hub: HubServer, make: Make, private: bool, public: bool, by_rule: bool
) -> None:
    hub.forced_private = private
    if not by_rule:
        push_release(make(), "org/tiny", public=not private, endpoint=hub.base)
    writes(hub)
    said = "is private: push without --public" if private else "is public: everybody could see"
    with pytest.raises(PublishFault, match=said):
        push_release(make(version="1.1.0"), "org/tiny", public=public, endpoint=hub.base)
    assert writes(hub) == (["create"] if by_rule else []), "no byte of it was sent"
    assert not is_pushed(make(version="1.1.0"))
