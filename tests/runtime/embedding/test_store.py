"""The file of vectors: what was committed is there again, and what is no such file, or damaged, is refused."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from condor.errors import JournalFault, OutputFault
from condor.runtime.embedding import EmbeddingFigures, VectorStore
from condor.runtime.journal import Journal
from condor.runtime.ledger import Ledger


def spent(**figures: object) -> Ledger:
    return Ledger(**({"calls": 1, "input_tokens": 10, "cost_usd": 0.5, "seconds": 0.1} | figures))  # type: ignore[arg-type]


def filled(path: Path, count: int = 3) -> None:
    with VectorStore(path) as store:
        vectors = {f"{number:032x}": bytes([(number + 1) % 256] * 1024) for number in range(count)}
        asyncio.run(store.add(vectors, spent()))


def test_what_was_added_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "vectors.db"
    filled(path, 1200)
    with VectorStore(path) as store:
        keys = [f"{number:032x}" for number in range(1300)]
        assert len(store.find(keys)) == 1200
        assert store.find(["0" * 32]) == {"0" * 32: b"\x01" * 1024}
        assert store.find([]) == {}
        asyncio.run(store.add({"0" * 32: b"another"}, spent(input_tokens=5)))
        assert store.find(["0" * 32]) == {"0" * 32: b"\x01" * 1024}
        assert store.figures() == EmbeddingFigures(1200, 2, 15, 1.0)


def test_one_unknown_price_makes_the_cost_unknown(tmp_path: Path) -> None:
    with VectorStore(tmp_path / "vectors.db") as store:
        assert store.figures() == EmbeddingFigures()
        for cost in (0.5, None, 0.5):
            asyncio.run(store.add({}, spent(cost_usd=cost)))
        assert store.figures().cost_usd is None


def test_a_changed_bit_in_a_vector_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "vectors.db"
    filled(path)
    data = path.read_bytes()
    at = data.index(b"\x02" * 1024) + 500
    path.write_bytes(data[:at] + b"\x03" + data[at + 1 :])
    with pytest.raises(JournalFault, match=r"vectors\.db: damaged: 1 of the vectors changed") as caught:
        VectorStore(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"my own notes", b"SQLite format 3\x00" + bytes(100)])
def test_a_file_that_is_none_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vectors.db"
    path.write_bytes(content)
    with pytest.raises(JournalFault, match=r"vectors\.db: not a store of vectors"):
        VectorStore(path)
    assert path.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["vectors.db"]


def test_a_journal_is_no_store_of_vectors_and_a_store_no_journal(tmp_path: Path) -> None:
    Journal.create(tmp_path / "journal.db", {}).close()
    with pytest.raises(JournalFault, match="not a store of vectors of Condor"):
        VectorStore(tmp_path / "journal.db")
    filled(tmp_path / "vectors.db")
    with pytest.raises(JournalFault, match="not a journal of Condor"):
        Journal.open(tmp_path / "vectors.db")


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vectors.db"
    filled(path)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 9")
    with pytest.raises(JournalFault, match="store of vectors version 9, this one reads up to 1"):
        VectorStore(path)


def test_a_write_that_fails_stores_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "vectors.db"
    with VectorStore(path) as store:
        store._writer.execute("DROP TABLE calls")
        with pytest.raises(OutputFault, match="the run can be resumed"):
            asyncio.run(store.add({"a": b"1234"}, spent()))
        assert store.find(["a"]) == {}


def test_a_place_where_nothing_can_be_made(tmp_path: Path) -> None:
    with pytest.raises(OutputFault, match="cannot make a store of vectors"):
        VectorStore(tmp_path / "missing" / "vectors.db")
