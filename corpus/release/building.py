"""A release's folder, whole or not at all, made by one process at a time."""

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ...errors import OutputFault, ReleaseFault
from ...files import make_directory

#: Of Linux's renameat2: paths as the process sees them, and two names that change places.
_HERE, _EXCHANGE = -100, 2


@contextmanager
def build_folder(target: Path, *, replace: bool) -> Iterator[Path]:
    """A hidden folder beside `target` to build in; at the end it is synced and takes its place, else it is removed.

    What a process that was killed has left is cleared away by the next one that builds the same.

    Args:
        target: the folder.
        replace: whether it may stand there already, and is replaced.

    Raises:
        ReleaseFault: it stands there and may not be replaced, or another process builds it.
        OutputFault: it cannot be written; what stood there before still does.
    """
    made = _missing(target.parent)
    make_directory(target.parent)
    try:
        with _alone(target):
            _recover(target)
            if target.exists() and not replace:
                raise ReleaseFault(
                    f"{target}: is there already; take another --version, or --force to make it again in its place"
                )
            yield from _build(target)
    except BaseException:
        _remove_empty(made)
        raise


def _build(target: Path) -> Iterator[Path]:
    building = _beside(target, "building")
    try:
        building.mkdir()
        yield building
        _sync_below(building)
        _put(building, target)
    except BaseException as exc:
        shutil.rmtree(building, ignore_errors=True)
        if isinstance(exc, OSError):
            raise OutputFault(f"{target}: cannot write: {exc.strerror or exc}; nothing was left of it") from exc
        raise


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Hold a name against other processes. The lock is taken away while it is held: who waited for it looks again."""
    path = _beside(target, "lock")
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout as exc:
        raise ReleaseFault(f"{target}: another process is making this release; wait for it") from exc
    except OSError as exc:
        raise OutputFault(f"{target}: cannot lock it: {exc.strerror or exc}") from exc
    try:
        yield
    finally:
        with suppress(OSError):  # Windows lets nobody remove a file that is open
            path.unlink(missing_ok=True)
        lock.release()


def _recover(target: Path) -> None:
    """Clear away what a process that was killed has left; a release that it had moved aside comes back."""
    aside = _beside(target, "replaced")
    if aside.exists() and not target.exists():
        aside.rename(target)
    for left in (aside, _beside(target, "building")):
        shutil.rmtree(left, ignore_errors=True)


def _put(building: Path, target: Path) -> None:
    """Rename a folder to its name. It changes places with what stands there, so that no moment is without either.

    Where that cannot be done, what stands there goes aside first, and comes back if the rename fails.
    """
    if target.exists() and exchange(building, target):
        _sync(target.parent)
        shutil.rmtree(building, ignore_errors=True)
        return
    aside = _beside(target, "replaced")
    if target.exists():
        target.rename(aside)
    try:
        building.rename(target)
    except OSError:
        if aside.exists():
            aside.rename(target)
        raise
    _sync(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False, and nothing done, where the system has no such step."""
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    if renameat2 is None:
        return False
    paths = (os.fsencode(one), os.fsencode(other))
    return renameat2(_HERE, paths[0], _HERE, paths[1], _EXCHANGE) == 0


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}")


def _missing(path: Path) -> list[Path]:
    """The folders of a path that are not there, the innermost first."""
    return [each for each in (path, *path.parents) if not each.exists()]


def _remove_empty(folders: list[Path]) -> None:
    """Take away folders that were made for nothing."""
    with suppress(OSError):  # somebody else has put something there
        for folder in folders:
            folder.rmdir()


def _sync_below(directory: Path) -> None:
    """Make everything below a folder durable."""
    for path in sorted(directory.rglob("*")):
        _sync(path)
    _sync(directory)


def _sync(path: Path) -> None:
    if os.name != "posix" and path.is_dir():
        return
    # Windows syncs only what is open for writing.
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
