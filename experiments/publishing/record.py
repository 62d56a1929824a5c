"""What was pushed, noted beside the releases and not inside them: a release's bytes never change.

It is noted before a commit is sent. Whatever ends the process after that, the release counts as pushed, until the hub
is known to have said no.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from ...errors import HubFault, OutputFault, PublishFault
from ...files import make_directory, read_text, write_atomically
from .folder import ReleaseFolder

_FOLDER = ".pushed"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Push(_Frozen):
    """A push to one repository.

    Attributes:
        hub: the hub's address.
        repo: `organization/name`.
        commit: that holds the release; None while it is not known whether it stands.
    """

    hub: str
    repo: str
    commit: str | None = None


class PushRecord(_Frozen):
    """Where a release went.

    Attributes:
        name, version: the release's.
        manifest: SHA-256 of its manifest: what the version stands for from now on.
        pushes: by repository, in the order in which they began.
    """

    scheme: Literal["condor-push-1"] = "condor-push-1"
    name: str
    version: str
    manifest: str
    pushes: tuple[Push, ...] = ()


def record_file(directory: Path) -> Path:
    """Where the pushes of a release's folder are noted."""
    path = directory.resolve()
    return path.parent / _FOLDER / f"{path.name}.json"


def is_pushed(directory: Path) -> bool:
    """Whether a release was pushed, or may have been: its version must keep its bytes.

    Args:
        directory: of the release, which need not be there any more.
    """
    return record_file(directory).exists()


def pushed_manifest(directory: Path) -> str | None:
    """The SHA-256 of the manifest that a release was pushed with, or may have been; None where it was not.

    Args:
        directory: of the release, which need not be there any more.

    Raises:
        PublishFault: what is noted cannot be read.
    """
    record = read_record(directory)
    return None if record is None else record.manifest


def read_record(directory: Path) -> PushRecord | None:
    """The pushes of a release, or None where there are none.

    Raises:
        PublishFault: what is noted cannot be read.
    """
    path = record_file(directory)
    if not path.exists():
        return None
    try:
        return PushRecord.model_validate_json(read_text(path, what="the record of a push"))
    except ValidationError as exc:
        raise PublishFault(
            f"{path}: no record of a push; see on the hub what was pushed, and mend or remove it"
        ) from exc


@contextmanager
def pushing_alone(folder: ReleaseFolder) -> Iterator[None]:
    """Push a release while no other process does.

    Raises:
        PublishFault: another process pushes it, or this version was pushed with other content.
        OutputFault: nothing can be noted beside it.
    """
    path = record_file(folder.path)
    make_directory(path.parent)
    lock = FileLock(path.with_suffix(".lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout as exc:
        raise PublishFault(f"{folder.path.name}: another process pushes it; wait for it or stop it") from exc
    except OSError as exc:
        raise OutputFault(f"{path}: cannot lock what is pushed: {exc.strerror or exc}") from exc
    try:
        _refuse_other_content(folder)
        yield
    finally:
        lock.release()


@contextmanager
def noted(folder: ReleaseFolder, hub: str, repo: str) -> Iterator[None]:
    """Note that a commit is about to be sent; it is forgotten only where the hub says for certain that none was made.

    Raises:
        OutputFault: it cannot be noted; nothing was sent.
    """
    before = _pushes(folder)
    if _to(before, hub, repo) is None:
        _write(folder, (*before, Push(hub=hub, repo=repo)))
    try:
        yield
    except HubFault as exc:
        if exc.refused:
            _restore(folder, before)
        raise


def note_commit(folder: ReleaseFolder, hub: str, repo: str, commit: str) -> None:
    """Note the commit that holds the release.

    Raises:
        OutputFault: it cannot be noted; the commit stands.
    """
    before, push = _pushes(folder), Push(hub=hub, repo=repo, commit=commit)
    earlier = _to(before, hub, repo)
    if earlier != push:
        _write(folder, (*(other for other in before if other != earlier), push))


def _to(pushes: tuple[Push, ...], hub: str, repo: str) -> Push | None:
    return next((push for push in pushes if (push.hub, push.repo) == (hub, repo)), None)


def _restore(folder: ReleaseFolder, pushes: tuple[Push, ...]) -> None:
    if pushes:
        _write(folder, pushes)
        return
    path = record_file(folder.path)
    try:
        path.unlink(missing_ok=True)
    except OSError as exc:
        raise OutputFault(f"{path}: cannot remove what was noted of a refused push: {exc.strerror or exc}") from exc


def _pushes(folder: ReleaseFolder) -> tuple[Push, ...]:
    record = read_record(folder.path)
    return record.pushes if record else ()


def _write(folder: ReleaseFolder, pushes: tuple[Push, ...]) -> None:
    record = PushRecord(name=folder.name, version=folder.version, manifest=folder.digest, pushes=pushes)
    with write_atomically(record_file(folder.path)) as file:
        file.write(record.model_dump_json(indent=2) + "\n")


def _refuse_other_content(folder: ReleaseFolder) -> None:
    record = read_record(folder.path)
    if record is not None and record.manifest != folder.digest:
        places = ", ".join(push.repo for push in record.pushes)
        raise PublishFault(f"{folder.title}: this version was pushed to {places} with other content; release a new one")
