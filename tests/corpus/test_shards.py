"""Rows in shards: what is written, that it comes back, and that nothing is left where it goes wrong."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import condor.corpus.shards
from condor.corpus import Provenance, Scores, to_lines
from condor.corpus.chain_rows import chain_of
from condor.corpus.columns import ROW_FORMATS, RowFormat, arrow_schema, columns_of
from condor.corpus.shard_reading import read_rows
from condor.corpus.shard_sinks import encode_line
from condor.corpus.shards import Shard, ShardKind, ShardWriter
from condor.errors import OutputFault, UnreadableFile

from corpus_support import HOSTILE, build_chain, write_split

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=40)
KINDS: tuple[ShardKind, ...] = ("jsonl", "parquet")

BOTH = pytest.mark.parametrize("kind", KINDS)


def alpaca(number: int, output: str = "o") -> dict[str, Any]:
    place = {"path": ["r", "l"], "task": "view", "difficulty": "easy", "language": "en"}
    return {"id": str(number), "instruction": "i", "input": "", "output": output} | place


def write_rows(directory: Path, rows: Iterable[dict[str, Any]], **settings: Any) -> tuple[Shard, ...]:
    with ShardWriter(directory, "alpaca", "train", **settings) as writer:
        for row in rows:
            writer.write(row)
    return writer.shards


def write(directory: Path, count: int, **settings: Any) -> tuple[Shard, ...]:
    return write_rows(directory, map(alpaca, range(count)), **settings)


def contents(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


@BOTH
def test_the_largest_counts_come_back(tmp_path: Path, kind: ShardKind):
    most = 2**63 - 1
    made = Provenance(
        stage="s", prompt_version="p", model="m", calls=most, input_tokens=most, output_tokens=most, created_at=""
    )
    chain = build_chain(provenance=made)
    (shard,) = write_split(tmp_path, [chain], "train", kind=kind, formats=["records"])
    (row,) = read_rows(tmp_path / shard.name)
    assert chain_of(row) == chain
    row["answer"]["provenance"]["calls"] = most + 1
    with pytest.raises(ValueError, match="calls"):
        chain_of(row)


@BOTH
def test_shards_are_named_by_their_number_and_tell_rows_and_bytes(tmp_path: Path, kind: ShardKind):
    shards = write(tmp_path, 250, kind=kind, max_rows=100)
    names = [f"data/alpaca/train-{number:05d}-of-00003.{kind}" for number in range(3)]
    assert [(shard.name, shard.rows) for shard in shards] == list(zip(names, (100, 100, 50), strict=True))
    assert {shard.name: shard.size for shard in shards} == {
        name: len(data) for name, data in contents(tmp_path).items()
    }
    assert {(shard.format_, shard.split, shard.kind) for shard in shards} == {("alpaca", "train", kind)}
    found = [row["id"] for shard in shards for row in read_rows(tmp_path / shard.name)]
    assert found == [str(number) for number in range(250)]


@BOTH
def test_a_file_ends_when_its_data_pass_the_limit(tmp_path: Path, kind: ShardKind, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(condor.corpus.shards, "MAX_BYTES", 100_000)
    shards = write_rows(tmp_path, (alpaca(number, "x" * 1000) for number in range(300)), kind=kind)
    # Parquet's data are weighed by the batch of a hundred rows.
    assert [shard.rows for shard in shards] == ([90, 90, 90, 30] if kind == "jsonl" else [100, 100, 100])


@BOTH
def test_a_split_without_rows_has_no_file(tmp_path: Path, kind: ShardKind):
    assert write(tmp_path, 0, kind=kind) == ()
    assert contents(tmp_path) == {}


@BOTH
@pytest.mark.parametrize("format_", ROW_FORMATS)
def test_hostile_texts_come_back_from_every_format(tmp_path: Path, kind: ShardKind, format_: RowFormat):
    chains = [
        build_chain(question=text, answer=f"{text} ", refined=(f" {text}", text), critique=text, path=(text, "leaf"))
        for text in HOSTILE
    ]
    (shard,) = write_split(tmp_path, chains, "train", kind=kind, formats=[format_], scores=Scores(6.2, 8.0))
    rows = list(read_rows(tmp_path / shard.name))
    assert len(rows) == shard.rows == (2 if format_ == "critique" else 1) * len(HOSTILE)
    assert all(row["path"] == [text, "leaf"] for row, text in zip(rows[:: shard.rows // 9], HOSTILE, strict=True))
    if format_ == "records":
        assert [chain_of(row) for row in rows] == chains
    else:
        assert rows == [line for chain in chains for line in to_lines(chain, format_, "refine", Scores(6.2, 8.0))]


@FIXED
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_any_text_comes_back_nul_included(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    for kind in KINDS:
        directory = tmp_path_factory.mktemp("shards")
        (shard,) = write_rows(directory, (alpaca(number, text) for number, text in enumerate(texts)), kind=kind)
        assert [row["output"] for row in read_rows(directory / shard.name)] == texts


def test_no_text_can_end_a_line_of_jsonl_for_any_reader():
    for text in HOSTILE:
        line = encode_line(alpaca(0, text))
        assert line.decode("utf-8").splitlines() == [line[:-1].decode("utf-8")]
        assert json.loads(line)["output"] == text
    assert "知识树 👩".encode() in encode_line(alpaca(0, "知识树 👩"))


def test_the_bytes_of_a_line_are_pinned():
    assert encode_line(alpaca(7, "喵\n\u2028=cmd()")).decode("utf-8") == (
        '{"id":"7","instruction":"i","input":"","output":"喵\\n\\u2028=cmd()",'
        '"path":["r","l"],"task":"view","difficulty":"easy","language":"en"}\n'
    )


@BOTH
def test_the_same_rows_make_the_same_bytes_wherever_they_are_written(tmp_path: Path, kind: ShardKind):
    written = []
    for name in ("one", "a longer name/other"):
        write_split(tmp_path / name, [build_chain(question=str(n)) for n in range(40)], "eval", kind=kind, max_rows=15)
        written.append(contents(tmp_path / name))
    assert written[0] == written[1]
    assert all(str(tmp_path).encode() not in data for data in written[0].values())


def test_a_parquet_file_has_the_declared_columns_zstd_and_groups_of_a_thousand(tmp_path: Path):
    (shard,) = write(tmp_path, 2500, kind="parquet")
    with pq.ParquetFile(tmp_path / shard.name) as file:
        metadata = file.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        assert [group.num_rows for group in groups] == [1000, 1000, 500]
        assert {group.column(0).compression for group in groups} == {"ZSTD"}
        assert re.fullmatch(r"parquet-cpp-arrow version [\d.]+", metadata.created_by)
        assert metadata.metadata is None
        assert file.schema_arrow.names == list(columns_of("alpaca"))


@pytest.mark.parametrize("format_", ROW_FORMATS)
def test_a_column_has_its_type_even_where_no_row_has_a_value(tmp_path: Path, format_: RowFormat):
    (shard,) = write_split(tmp_path, [build_chain()], "train", kind="parquet", formats=[format_])
    with pq.ParquetFile(tmp_path / shard.name) as file:
        assert [str(field.type) for field in file.schema_arrow] == [
            str(field.type).replace("item: ", "element: ") for field in arrow_schema(format_)
        ]


def test_long_texts_do_not_wait_for_a_thousand_rows(tmp_path: Path):
    (shard,) = write_rows(tmp_path, (alpaca(number, str(number) * 100_000) for number in range(300)))
    with pq.ParquetFile(tmp_path / shard.name) as file:
        assert file.metadata.num_row_groups > 1


# -- what goes wrong ---------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, UnreadableFile])
def test_rows_that_break_off_leave_no_file(tmp_path: Path, kind: ShardKind, error: type[BaseException]):
    def breaking() -> Iterator[dict[str, Any]]:
        yield from map(alpaca, range(1205))
        raise error("broken off")

    with pytest.raises(error, match="broken off"):
        write_rows(tmp_path, breaking(), kind=kind, max_rows=10)
    assert contents(tmp_path) == {}


@BOTH
@pytest.mark.parametrize("row", [{}, {"id": "1"}, alpaca(1) | {"more": 1}])
def test_a_row_with_other_columns_is_refused(tmp_path: Path, kind: ShardKind, row: dict[str, Any]):
    with pytest.raises(ValueError, match="a row of alpaca has the columns id, instruction"):
        write_rows(tmp_path, [alpaca(0), row], kind=kind)
    assert contents(tmp_path) == {}


@BOTH
@pytest.mark.parametrize("buffering", [0, 1 << 16, 1 << 30])
def test_a_full_disk_is_told_in_one_line_and_leaves_no_file(
    tmp_path: Path, kind: ShardKind, buffering: int, monkeypatch: pytest.MonkeyPatch
):
    """Every write goes to a device that is full: it fails at once, after a while, or when the file is closed."""

    def full(*_: Any) -> IO[bytes]:
        return os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb", buffering=buffering)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OutputFault, match=r"data/alpaca: cannot write train: No space left"):
        write(tmp_path, 1200, kind=kind)
    assert contents(tmp_path) == {}


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(OutputFault):
        write(tmp_path, 1)
    assert (tmp_path / "data").read_text() == "a file"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"id": 1}\n{"id": \n', ":2: no row"),
        (b'{"id": 1}\n[1]\n', ":2: no row"),
        (b'{"id": 1}\n{"id": 2}', ":2: the line breaks off"),
        (b'{"id": "\xff"}\n', ":1: no row"),
        (b"\n", ":1: no row"),
    ],
)
def test_a_damaged_jsonl_shard_is_told_with_its_line(tmp_path: Path, data: bytes, said: str):
    (tmp_path / "a.jsonl").write_bytes(data)
    with pytest.raises(UnreadableFile, match=re.escape(f"a.jsonl{said}")):
        list(read_rows(tmp_path / "a.jsonl"))


def test_a_damaged_parquet_shard_is_told(tmp_path: Path):
    (shard,) = write(tmp_path, 100, kind="parquet")
    path = tmp_path / shard.name
    whole = path.read_bytes()
    for data in (b"", b"PAR1", whole[:-20], b"x" * 100, whole[:4] + b"\xff" * 200 + whole[204:]):
        path.write_bytes(data)
        with pytest.raises(UnreadableFile, match="cannot read a shard"):
            list(read_rows(path))


def test_what_is_no_shard_is_told(tmp_path: Path):
    for name in ("missing.jsonl", "missing.parquet", "file.csv"):
        with pytest.raises(UnreadableFile, match=re.escape(name)):
            list(read_rows(tmp_path / name))


@BOTH
def test_rows_are_read_as_a_stream(tmp_path: Path, kind: ShardKind):
    (shard,) = write(tmp_path, 1000, kind=kind)
    rows = read_rows(tmp_path / shard.name)
    assert next(rows) == alpaca(0)
    assert sum(1 for _ in rows) == 999
