"""Inflating as a stream, and never beyond a limit."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.compression import Inflater, inflate_gzip
from condor.errors import UnreadableFile

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)
MIB = 1024 * 1024


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@FIXED
@given(members=st.lists(st.binary(max_size=300), min_size=1, max_size=4), size=st.integers(1, 400))
def test_what_was_compressed_comes_back_however_it_is_cut(members: list[bytes], size: int) -> None:
    packed = b"".join(gzip.compress(member) for member in members)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert inflate_gzip(pieces, "f.gz", max_bytes=2000) == b"".join(members)


@pytest.mark.parametrize("pack", [zlib.compress, raw_deflate])
@FIXED
@given(data=st.binary(min_size=1, max_size=300))
def test_deflate_comes_back_with_and_without_its_head(pack: Callable[[bytes], bytes], data: bytes) -> None:
    inflater = Inflater("url", max_bytes=1000, deflate=True)
    for byte in pack(data):
        inflater.add(bytes([byte]))
    assert inflater.finish() == data


def test_the_limit_is_exact() -> None:
    packed = gzip.compress(b"x" * 1000)
    assert len(inflate_gzip([packed], "f.gz", max_bytes=1000)) == 1000
    with pytest.raises(UnreadableFile, match=r"f\.gz: inflates to more than 999 bytes"):
        inflate_gzip([packed], "f.gz", max_bytes=999)


def test_a_bomb_fills_no_memory() -> None:
    packed = gzip.compress(b"\0" * (256 * MIB), compresslevel=9)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile, match="inflates to more than"):
            inflate_gzip([packed], "bomb.gz", max_bytes=MIB)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (gzip.compress(b"hello world")[:-9], "break off"),
        (gzip.compress(b"hello world")[:-8] + b"\0" * 8, "damaged"),
        (gzip.compress(b"hello world") + b"and so on", "damaged"),
        (gzip.compress(b"") * 1001, "go on after their end"),
        (b"\x1f\x8bnothing of the kind", "damaged"),
    ],
    ids=["broken off", "wrong checksum", "more behind it", "empty members", "no gzip"],
)
def test_what_is_no_whole_gzip_is_refused(packed: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        inflate_gzip([packed], "f.gz", max_bytes=1000)


def test_deflate_with_something_behind_it_is_refused() -> None:
    inflater = Inflater("url", max_bytes=1000, deflate=True)
    with pytest.raises(UnreadableFile, match="go on after their end"):
        inflater.add(zlib.compress(b"x") + b"more")


def test_zeros_between_and_behind_members_are_padding() -> None:
    packed = gzip.compress(b"a") + b"\0" * 100 + gzip.compress(b"b") + b"\0" * 100
    assert inflate_gzip([packed], "f.gz", max_bytes=1000) == b"ab"
