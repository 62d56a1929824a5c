"""Shards: their limits hold, they appear whole, and a kill leaves none that is unknown or lost."""

import hashlib
import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import JournalFault, OutputFault, RefusedRequest
from condor.runtime.batch.shards import ShardLimits, ShardWriter, recover_shards
from condor.runtime.batch.store import BatchStore


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.integers(1, 60), max_size=25),
    st.builds(ShardLimits, requests=st.integers(1, 9), bytes=st.integers(60, 200)),
)
def test_limits_hold_for_any_sizes_and_no_request_is_lost(sizes: list[int], limits: ShardLimits) -> None:
    lines = [bytes([97 + number % 26]) * (size - 1) + b"\n" for number, size in enumerate(sizes)]
    with tempfile.TemporaryDirectory() as name, BatchStore(Path(name) / "batch.db") as store:
        with ShardWriter(store, Path(name), limits) as writer:
            for number, line in enumerate(lines):
                writer.check(f"k{number}", line)
                writer.add(f"k{number}", line, 0.0)
        shards = store.shards()
        data = [(Path(name) / shard.name).read_bytes() for shard in shards]
        assert b"".join(data) == b"".join(lines)
        assert all(len(one) <= limits.bytes and one.count(b"\n") <= limits.requests for one in data)
        # No more shards than it takes: what begins one would not have fitted into the one before.
        for before, after in itertools.pairwise(data):
            full = before.count(b"\n") == limits.requests
            assert full or len(before) + after.index(b"\n") + 1 > limits.bytes
        for shard, one in zip(shards, data, strict=True):
            assert (shard.requests, shard.bytes) == (one.count(b"\n"), len(one))
            assert shard.sha256 == hashlib.sha256(one).hexdigest()
            assert shard.stage == "written"
        assert store.pending() == len(lines)


def test_a_request_that_fits_into_no_shard_is_refused(tmp_path: Path) -> None:
    with BatchStore(tmp_path / "batch.db") as store, ShardWriter(store, tmp_path, ShardLimits(bytes=10)) as writer:
        writer.check("k", b"x" * 10)
        with pytest.raises(RefusedRequest, match="the request k takes 11 bytes, a batch file at most 10"):
            writer.check("k", b"x" * 11)


def test_an_exception_discards_the_shard_in_hand_and_keeps_those_before_it(tmp_path: Path) -> None:
    with BatchStore(tmp_path / "batch.db") as store:

        def write_and_break_off() -> None:
            with ShardWriter(store, tmp_path, ShardLimits(requests=2)) as writer:
                for key in "abc":
                    writer.add(key, b"line\n", 0.0)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_and_break_off()
        assert [path.name for path in tmp_path.iterdir() if "requests" in path.name] == ["requests-0001.jsonl"]
        assert [store.find(key) is not None for key in "abc"] == [True, True, False]


@pytest.mark.parametrize("appeared", [True, False])
def test_a_kill_between_note_and_name_neither_loses_nor_doubles_a_request(tmp_path: Path, appeared: bool) -> None:
    with BatchStore(tmp_path / "batch.db") as store:
        store.add_request("k", "requests-0001.jsonl", 0.5)
        store.add_shard("requests-0001.jsonl", "sha", 1, 5)
    if appeared:
        (tmp_path / "requests-0001.jsonl").write_text("line\n")
    (tmp_path / ".requests-0002.jsonl.0a1b.tmp").write_text("half a li")
    with BatchStore(tmp_path / "batch.db") as store:
        recover_shards(store, tmp_path)
        known = store.find("k")
        assert known is not None
        assert known.state == ("pending" if appeared else "open")
        assert [shard.stage for shard in store.shards()] == ["written"] * appeared
    assert not list(tmp_path.glob(".requests*"))


def test_a_file_of_somebody_else_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "requests-0001.jsonl").write_text("precious\n")
    with BatchStore(tmp_path / "batch.db") as store:
        with ShardWriter(store, tmp_path, ShardLimits()) as writer:
            writer.add("k", b"line\n", 0.0)
        assert [shard.name for shard in store.shards()] == ["requests-0002.jsonl"]
    assert (tmp_path / "requests-0001.jsonl").read_text() == "precious\n"


def test_a_directory_that_vanishes_is_told_and_nothing_is_noted(tmp_path: Path) -> None:
    with BatchStore(tmp_path / "batch.db") as store:
        with pytest.raises(OutputFault), ShardWriter(store, tmp_path / "gone", ShardLimits()) as writer:
            writer.add("k", b"line\n", 0.0)
        assert store.find("k") is None


@pytest.mark.parametrize("data", [b"this is no database" * 100, b""])
def test_notes_that_are_not_ours_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "batch.db").write_bytes(data)
    with pytest.raises(JournalFault):
        BatchStore(tmp_path / "batch.db")
    assert (tmp_path / "batch.db").read_bytes() == data
