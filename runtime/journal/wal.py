"""The write-ahead log beside a journal: whether a damaged one would hide what was committed.

SQLite reads a log up to the first frame whose checksum is wrong and takes the rest for the traces of a crash. After a
crash that is right; after damage it would drop every later commit without a word.
"""

import struct
from pathlib import Path

_HEADER, _FRAME_HEADER = 32, 24
#: The last bit of the magic number says in which byte order the checksums are.
_MAGIC = 0x377F0682


def hides_commits(journal: Path) -> bool:
    """Whether the log of a journal that is open for reading holds commits that SQLite does not read.

    A last commit that is broken cannot be told from one that a crash cut short, and is none.
    """
    log, index = (journal.with_name(journal.name + suffix) for suffix in ("-wal", "-shm"))
    data = _read(log)
    if len(data) <= _HEADER + _FRAME_HEADER:
        return False
    beyond = _read(index)
    if not _header_holds(data[:_HEADER]):
        return data[:_HEADER] == _read(log)[:_HEADER]  # unless it was just being written anew
    salts = data[16:24]
    if len(beyond) < 40 or beyond[32:40] != salts:
        return False  # begun anew between the two readings
    (read,) = struct.unpack_from("=I", beyond, 16)
    commits = _frames(data, salts)[read:]
    # What follows a commit was written when that commit was on disk.
    return any(commit and any(later is not None for later in commits[at + 1 :]) for at, commit in enumerate(commits))


def _frames(data: bytes, salts: bytes) -> list[bool | None]:
    """For every frame: whether it ends a commit, or None where it is left over from before the log was begun anew."""
    (page,) = struct.unpack_from(">I", data, 8)
    starts = range(_HEADER, len(data) - _FRAME_HEADER + 1, _FRAME_HEADER + page)
    return [data[at + 4 : at + 8] != bytes(4) if data[at + 8 : at + 16] == salts else None for at in starts]


def _header_holds(header: bytes) -> bool:
    """Whether a log's header is what its checksum says."""
    (magic,) = struct.unpack_from(">I", header)
    order = ">" if magic & 1 else "<"
    first = second = 0
    for even, odd in struct.iter_unpack(f"{order}II", header[:24]):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return magic & ~1 == _MAGIC and struct.unpack_from(">II", header, 24) == (first, second)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
