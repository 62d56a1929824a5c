"""The write-ahead log beside a journal: whether a damaged one would hide what was committed.

SQLite reads a log up to the first frame whose checksum is wrong and takes the rest for the traces of a crash. After a
crash that is right; after damage it would drop every later commit without a word.

The log is the one file of a journal that may be opened beside SQLite. On the journal itself and on its shared memory
(`-shm`) SQLite holds POSIX locks, and a process loses all of its locks on a file as soon as it closes any descriptor of
it: a run that goes on would then overwrite what its readers, or another process what this one, still relies on.
"""

import struct
from itertools import pairwise
from pathlib import Path

_HEADER, _FRAME_HEADER = 32, 24
#: Of a frame's header, what its checksum is over: the page's number, and the size of the file after a commit.
_SUMMED = 8
#: The last bit of the magic number says in which byte order the checksums are.
_MAGIC = 0x377F0682

_Sums = tuple[int, int]


def hides_commits(journal: Path) -> bool:
    """Whether the log of a journal that is open for reading holds commits that SQLite would not read.

    A last commit that is broken cannot be told from one that a crash cut short, and is none.
    """
    log = journal.with_name(f"{journal.name}-wal")
    seen = _read(log)
    if len(seen) <= _HEADER + _FRAME_HEADER:
        return False
    # Somebody may be writing: a frame can be seen before the one that stands in front of it. What stands in front of a
    # frame that was seen has been written by now.
    data = _read(log)
    header = seen[:_HEADER]
    if data[:_HEADER] != header:
        return False  # begun anew between the two readings
    sums = _header_sums(header)
    if sums is None:
        return True
    places = _places(seen)
    commits = [place for place, later in pairwise(places) if _is_commit(seen, place)]
    # What follows a commit was written when that commit was on disk.
    return bool(commits) and _readable(data, sums, commits[-1]) <= commits[-1]


def _places(data: bytes) -> list[int]:
    """Where the frames begin that were written since the log was begun anew; the others are left over."""
    salts = data[16:24]
    return [at for at in range(_HEADER, len(data) - _FRAME_HEADER + 1, _step(data)) if data[at + 8 : at + 16] == salts]


def _is_commit(data: bytes, place: int) -> bool:
    return data[place + 4 : place + 8] != bytes(4)


def _readable(data: bytes, sums: _Sums, last: int) -> int:
    """The place of the first frame, up to the last one asked for, that SQLite would not read; else one beyond it."""
    order, step = _order(data), _step(data)
    for at in range(_HEADER, last + 1, step):
        summed = data[at : at + _SUMMED] + data[at + _FRAME_HEADER : at + step]
        if len(summed) < _SUMMED + step - _FRAME_HEADER or data[at + 8 : at + 16] != data[16:24]:
            return at
        sums = _add(summed, sums, order)
        if struct.unpack_from(">II", data, at + 16) != sums:
            return at
    return last + step


def _header_sums(header: bytes) -> _Sums | None:
    """The checksum of a log's header, with which that of its frames begins; None where it is not what it should be."""
    (magic,) = struct.unpack_from(">I", header)
    sums = _add(header[:24], (0, 0), _order(header))
    return sums if magic & ~1 == _MAGIC and struct.unpack_from(">II", header, 24) == sums else None


def _add(data: bytes, sums: _Sums, order: str) -> _Sums:
    """SQLite's checksum over data of a multiple of 8 bytes, going on from that of what stands before."""
    first, second = sums
    for even, odd in struct.iter_unpack(f"{order}II", data):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _order(header: bytes) -> str:
    return ">" if header[3] & 1 else "<"


def _step(header: bytes) -> int:
    """Bytes from one frame to the next."""
    (page,) = struct.unpack_from(">I", header, 8)
    return _FRAME_HEADER + page


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
