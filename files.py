"""Reading text strictly, and writing files whole or not at all."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO

from .errors import OutputFault, UnreadableFile

_BOM = b"\xef\xbb\xbf"


def read_text(path: Path, *, what: str, skip_mark: bool = False) -> str:
    """The UTF-8 text of a file.

    Args:
        path: the file.
        what: what the file should be, for the message ("a recipe", "a tree").
        skip_mark: whether a byte-order mark is passed over, as in files that others made.

    Raises:
        UnreadableFile: missing, a directory, not UTF-8 (GB18030, UTF-16, ...), or with a byte-order mark.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise UnreadableFile(f"{path}: cannot read {what}: {exc.strerror or exc}") from exc
    return decode_text(data, str(path), what=what, skip_mark=skip_mark)


def decode_text(data: bytes, where: str, *, what: str, skip_mark: bool = False) -> str:
    """Bytes as UTF-8 text.

    Args:
        data: the bytes.
        where: the file that they are from, for the message.
        what: what they should be, for the message.
        skip_mark: whether a byte-order mark is passed over.

    Raises:
        UnreadableFile: not UTF-8, or with a byte-order mark.
    """
    if skip_mark:
        data = data.removeprefix(_BOM)
    if data.startswith(_BOM):
        raise UnreadableFile(f"{where}: starts with a byte-order mark; save {what} as UTF-8 without BOM")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise UnreadableFile(
            f"{where}:{line}: not UTF-8 (byte 0x{data[exc.start]:02x} at offset {exc.start}); "
            f"convert {what} first, e.g. iconv -f GB18030 -t UTF-8"
        ) from exc


def read_bytes(path: Path, *, what: str, max_bytes: int) -> bytes:
    """The bytes of a file, of which no more than `max_bytes` are ever read.

    Raises:
        UnreadableFile: missing, a directory, or larger than that.
    """
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as exc:  # ValueError: a name with a null character
        raise UnreadableFile(f"{path}: cannot read {what}: {getattr(exc, 'strerror', None) or exc}") from exc
    if len(data) > max_bytes:
        raise UnreadableFile(f"{path}: larger than {max_bytes} bytes; take a part of it")
    return data


def make_directory(path: Path) -> None:
    """Make a directory and its parents.

    Raises:
        OutputFault: it cannot be made, or cannot be written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as exc:
        raise OutputFault(f"{path}: cannot write here: {exc.strerror or exc}; choose another directory") from exc


@contextmanager
def write_atomically(path: Path) -> Iterator[TextIO]:
    r"""Open a temporary file beside `path`; on success it is synced and renamed to `path`, else it is removed.

    Lines end in `\n` on every system, text is UTF-8.

    Raises:
        OutputFault: the file cannot be written; what stood at `path` before still does.
    """
    with _replacing(path) as temporary, temporary.open("x", encoding="utf-8", newline="\n") as file:
        yield file
        _sync(file)


@contextmanager
def write_bytes_atomically(path: Path) -> Iterator[BinaryIO]:
    """Like `write_atomically`, for what is no text.

    Raises:
        OutputFault: the file cannot be written; what stood at `path` before still does.
    """
    with _replacing(path) as temporary, temporary.open("xb") as file:
        yield file
        _sync(file)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A name beside `path` for a file that takes its place in the end, or is removed where something goes wrong."""
    path = _target(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        yield temporary
        temporary.replace(path)
        _sync_directory(path.parent)
    except BaseException as exc:
        with suppress(OSError):  # what went wrong first is what matters
            temporary.unlink(missing_ok=True)
        if isinstance(exc, OSError):
            raise OutputFault(f"{path}: cannot write: {exc.strerror or exc}") from exc
        raise


def _sync(file: IO[Any]) -> None:
    """Make what was written durable."""
    file.flush()
    os.fsync(file.fileno())


def _target(path: Path) -> Path:
    """The file that a path means: behind a link, the file that it points to."""
    try:
        if path.is_symlink():
            path = path.resolve()
        special = path.exists() and not path.is_file()
    except OSError as exc:
        raise OutputFault(f"{path}: cannot write: {exc.strerror or exc}") from exc
    if special:
        raise OutputFault(f"{path}: cannot write: it is no regular file, and would be replaced by one")
    if not path.name:
        raise OutputFault(f"{path}: cannot write: this is no file name")
    return path


def _sync_directory(path: Path) -> None:
    """Make a rename durable where the system can (POSIX)."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
