"""Benchmark files that the user names, and files of earlier releases: what is read of them, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from condor.corpus.benchmark_files import BenchmarkFile
from condor.corpus.questions_of import question_in, questions_of
from condor.errors import UnreadableFile

RECORDS = [{"question": "One?", "choices": {"text": ["a b", "c d"]}, "id": 1}, {"question": "二？", "choices": None}]
ALL = [(1, ("One?", "a b", "c d")), (2, ("二？",))]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def jsonl(records: list[Any]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def read(named: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(item.record, item.texts) for item in BenchmarkFile.parse(named).items()]


def test_all_texts_of_a_record_are_compared_however_deep(tmp_path: Path):
    assert read(str(write(tmp_path / "b.jsonl", jsonl(RECORDS)))) == ALL
    assert read(str(write(tmp_path / "b.json", json.dumps(RECORDS)))) == ALL
    assert read(str(write(tmp_path / "c.json", json.dumps({"version": "1", "data": RECORDS})))) == ALL
    pq.write_table(pa.Table.from_pylist(RECORDS), tmp_path / "b.parquet")
    assert read(str(tmp_path / "b.parquet")) == ALL


def test_named_fields_alone_are_compared(tmp_path: Path):
    path = write(tmp_path / "b.jsonl", jsonl(RECORDS))
    assert read(f"{path}:choices") == [(1, ("a b", "c d"))]
    assert read(f"{path}:question, choices.text") == ALL
    with pytest.raises(
        UnreadableFile, match=r"b\.jsonl: no text in a field answer; those with text are question, choices"
    ):
        read(f"{path}:question,answer")


def test_tables_have_a_header_and_texts_have_lines_or_paragraphs(tmp_path: Path):
    table = 'question,answer\n"One, or\ntwo?",2\nThree?,4\n'
    assert read(f"{write(tmp_path / 'b.csv', table)}:question") == [(1, ("One, or\ntwo?",)), (2, ("Three?",))]
    assert read(str(write(tmp_path / "b.tsv", "q\nOne\nTwo\n"))) == [(1, ("One",)), (2, ("Two",))]
    assert read(str(write(tmp_path / "b.txt", "One\nTwo\n"))) == [(1, ("One",)), (2, ("Two",))]
    assert read(str(write(tmp_path / "c.txt", "One\ngoes on\r\n \r\nTwo\n"))) == [(1, ("One\ngoes on",)), (2, ("Two",))]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.jsonl", '{"question": "One?"}\r\n{"question": "二？"}\r\n'),
        ("b.json", '[{"question": "One?"}, {"question": "二？"}]'),
        ("b.csv", "question,answer\nOne?,\n二？,\n"),
        ("b.tsv", "question\nOne?\n二？\n"),
        ("b.txt", "One?\n二？\n"),
    ],
)
def test_a_byte_order_mark_is_no_part_of_a_benchmark(tmp_path: Path, name: str, content: str):
    path = write(tmp_path / name, "\ufeff" + content)
    assert read(str(path) if name == "b.txt" else f"{path}:question") == [(1, ("One?",)), (2, ("二？",))]


def test_of_several_arrays_that_of_objects_holds_the_records(tmp_path: Path):
    held = {"meta": ["v1"], "data": RECORDS, "splits": []}
    assert read(str(write(tmp_path / "b.json", json.dumps(held)))) == ALL
    assert read(str(write(tmp_path / "c.json", json.dumps(RECORDS[0])))) == [ALL[0]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("b.jsonl", "", "holds no records"),
        ("b.jsonl", '{"q": "One?"}\n{"q": \n', r"b\.jsonl:2: not JSON"),
        ("b.jsonl", '{"n": 1}\n', "holds no text in any of its 1 records"),
        ("b.jsonl", "问".encode("gb18030"), "not UTF-8"),
        ("b.json", "[1,", "not JSON"),
        ("b.json", "  ", "is empty"),
        ("b.csv", "question\n", "holds no records"),
        ("b.csv", 'question\n"a', "not a table"),
        ("b.txt", "\n\n", "is empty"),
        ("b.txt", "\ufeff", "is empty"),
        ("b.jsonl", '{"q": "One?"}\n\ufeff{"q": "Two?"}\n', r"b\.jsonl:2: starts with a byte-order mark"),
        ("b.json", '{"train": [{"q": "One?"}], "test": [{"q": "Two?"}]}', r"several arrays \(train, test\)"),
        ("b.json", '{"questions": ["One?"], "answers": ["Two."]}', r"several arrays \(questions, answers\)"),
        ("b.parquet", "PAR1 and no more", "cannot read|not Parquet"),
        ("b.parquet", "", "cannot read|not Parquet"),
    ],
)
def test_what_is_no_benchmark_is_refused_in_one_line(tmp_path: Path, name: str, content: str | bytes, message: str):
    path = write(tmp_path / name, content)
    with pytest.raises(UnreadableFile, match=message) as caught:
        read(str(path))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["b.jsonl", "b.json", "b.parquet", "b.csv", "b.txt"])
def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path, name: str):
    with pytest.raises(UnreadableFile, match="No such file"):
        read(str(tmp_path / name))
    (tmp_path / name).mkdir()
    with pytest.raises(UnreadableFile, match="Is a directory"):
        read(str(tmp_path / name))


TURN = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "One?"}]


@pytest.mark.parametrize(
    "record",
    [
        {"messages": TURN},
        {"conversations": [{"from": "human", "value": "One?"}, {"from": "gpt", "value": "Two."}]},
        {"instruction": "One?", "input": "", "output": "Two."},
        {"prompt": TURN, "chosen": [], "rejected": []},
        {"prompt": "One?", "chosen": "a", "rejected": "b"},
        {"question": {"id": "1", "text": "One?"}, "answer": {}},
        {"question": "One?", "answer": "Two.", "critique": "Three."},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "One?"}]}]},
    ],
)
def test_the_question_is_read_from_every_format(record: dict[str, Any], tmp_path: Path):
    assert question_in(record) == "One?"
    (found,) = questions_of([write(tmp_path / "old.jsonl", jsonl([record]))])
    assert (found.question_id, found.text, found.score) == ("old.jsonl:1", "One?", None)


def test_an_instruction_goes_on_in_its_input():
    assert question_in({"instruction": "Translate.", "input": "Bread"}) == "Translate.\nBread"


def test_a_release_folder_is_read_by_one_of_its_formats(tmp_path: Path):
    for name in ("messages", "dpo"):
        (tmp_path / "data" / name).mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist([{"messages": TURN}]), tmp_path / "data" / "messages" / "train-0.parquet")
    write(tmp_path / "data" / "messages" / "eval-0.jsonl", jsonl([{"messages": TURN}]))
    assert [found.question_id for found in questions_of([tmp_path])] == ["eval-0.jsonl:1", "train-0.parquet:1"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"question": "One?"}\nno\n', r"old\.jsonl:2: not JSON"),
        ('{"question": "One?"}\n\n{"text": "Two?"}\n', r"old\.jsonl:3: no question in this line"),
        ('{"question": "  "}\n', r"old\.jsonl:1: no question"),
        ('{"messages": [{"role": "assistant", "content": "x"}]}\n', r"old\.jsonl:1: no question"),
        ('["One?"]\n', r"old\.jsonl:1: no question"),
        ("\n", "holds no records"),
    ],
)
def test_what_holds_no_question_is_refused_with_its_line(tmp_path: Path, content: str, message: str):
    with pytest.raises(UnreadableFile, match=message):
        list(questions_of([write(tmp_path / "old.jsonl", content)]))


def test_a_folder_that_is_no_release_is_refused(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="no release here"):
        list(questions_of([tmp_path]))
