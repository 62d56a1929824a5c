"""Inflating what is compressed, as a stream and never beyond a limit: a bomb is refused before it fills memory."""

import zlib
from collections.abc import Iterable

from .errors import UnreadableFile

#: What every gzip file begins with.
GZIP_MAGIC = b"\x1f\x8b"
#: `wbits` of zlib.
_GZIP, _ZLIB, _RAW_DEFLATE = 31, 15, -15
#: Compressed bytes that are taken at a time; zlib copies what is left over of each piece.
_PIECE = 16 * 1024
#: A gzip file may hold several members, one after another; a file of empty ones would never come to an end.
_MOST_MEMBERS = 1000


class Inflater:
    """Inflates one gzip or deflate stream.

    Args:
        where: the file or URL, for messages.
        max_bytes: that it may inflate to.
        deflate: HTTP's `deflate`, with or without zlib's head, instead of gzip.
    """

    def __init__(self, where: str, *, max_bytes: int, deflate: bool = False) -> None:
        self._where = where
        self._max_bytes = max_bytes
        self._deflate = deflate
        self._output = bytearray()
        self._stream: zlib._Decompress | None = None
        self._members = 0

    def add(self, data: bytes) -> None:
        """Inflate the next piece of the stream.

        Raises:
            UnreadableFile: not compressed in that way, or larger than `max_bytes` when inflated.
        """
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            while piece:
                piece = self._inflate(piece)

    def finish(self) -> bytes:
        """All that the stream inflated to.

        Raises:
            UnreadableFile: the stream is not at its end.
        """
        if self._stream is not None and not self._stream.eof:
            raise UnreadableFile(f"{self._where}: its compressed data break off; get it again, whole")
        return bytes(self._output)

    def _inflate(self, piece: bytes) -> bytes:
        """Inflate as much of a piece as the limit allows; returns the rest."""
        if self._stream is None or self._stream.eof:
            piece = piece.lstrip(b"\0") if self._members else piece  # files are padded with zeros between blocks
            if not piece:
                return b""
            self._stream = self._begin(piece)
        try:
            self._output += self._stream.decompress(piece, self._max_bytes + 1 - len(self._output))
        except zlib.error as exc:
            raise UnreadableFile(f"{self._where}: its compressed data are damaged: {exc}") from exc
        if len(self._output) > self._max_bytes:
            raise UnreadableFile(f"{self._where}: inflates to more than {self._max_bytes} bytes; take a part of it")
        return self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _begin(self, piece: bytes) -> "zlib._Decompress":
        self._members += 1
        if self._members > (1 if self._deflate else _MOST_MEMBERS):
            raise UnreadableFile(f"{self._where}: its compressed data go on after their end")
        if self._deflate:
            # RFC 9110 means zlib's format, whose first byte names the method, 8; some servers leave its head out.
            return zlib.decompressobj(_ZLIB if piece[0] & 0x0F == 8 else _RAW_DEFLATE)
        return zlib.decompressobj(_GZIP)


def inflate_gzip(pieces: Iterable[bytes], where: str, *, max_bytes: int) -> bytes:
    """What gzip-compressed data inflate to.

    Raises:
        UnreadableFile: no gzip, damaged, broken off, or larger than `max_bytes` when inflated.
    """
    inflater = Inflater(where, max_bytes=max_bytes)
    for piece in pieces:
        inflater.add(piece)
    return inflater.finish()
