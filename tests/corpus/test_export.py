"""Finished chains into one JSONL file, whole or not at all."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import condor.files
from condor.corpus import (
    FORMATS,
    Answer,
    Chain,
    Critique,
    FormatName,
    Origin,
    Question,
    Refinement,
    StageName,
    export_jsonl,
    to_lines,
)
from condor.corpus.formats import PAIR_FORMATS, REFINED_FORMATS, STAGES
from condor.errors import OutputFault, UnreadableFile

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)

MakeChain = Callable[..., Chain]


def lines_of(path: Path) -> list[str]:
    r"""The lines of a file, split by `\n` only; the last one is ended, too."""
    text = path.read_bytes().decode("utf-8")
    assert text == "" or text.endswith("\n")
    return text.split("\n")[:-1]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("format_", FORMATS)
def test_lines_are_written_in_order_and_their_number_is_told(
    tmp_path: Path, make_chain: MakeChain, format_: FormatName, stage: StageName
):
    chains = [make_chain(question=f"Question {number}?") for number in range(5)]
    path = tmp_path / "out.jsonl"
    assert export_jsonl(iter(chains), path, format_=format_, stage=stage) == 5
    assert [json.loads(line) for line in lines_of(path)] == [
        line for chain in chains for line in to_lines(chain, format_, stage)
    ]
    assert names(tmp_path) == ["out.jsonl"]


def test_the_bytes_of_a_file_are_pinned(tmp_path: Path, make_chain: MakeChain):
    chain = make_chain(question="猫？", answer="喵\n喵")
    path = tmp_path / "out.jsonl"
    export_jsonl([chain], path, format_="alpaca", stage="void")
    assert path.read_bytes().decode("utf-8") == (
        f'{{"id": "{chain.answer.id}", "instruction": "猫？", "input": "", "output": "喵\\n喵", '
        '"path": ["动物", "Cats"], "task": "view", "difficulty": "hard", "language": "en"}\n'
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_line_separators_inside_an_answer_survive_and_split_no_line(
    tmp_path: Path, make_chain: MakeChain, format_: FormatName
):
    text = "one\u2028two\u2029three\u0085four\r\nfive\x0bsix\x0cseven\x1ceight"
    path = tmp_path / "out.jsonl"
    chains = [make_chain(question=text, answer=f"void {text}", refined=(f"refined {text}",))] * 2
    assert export_jsonl(chains, path, format_=format_, stage="refine") == 2
    lines = lines_of(path)
    assert [json.loads(line) for line in lines] == [
        line for chain in chains for line in to_lines(chain, format_, "refine")
    ]
    assert all("\u2028" in line and "\u0085" in line and "\r" not in line for line in lines)


def test_text_is_utf8_and_not_escaped(tmp_path: Path, make_chain: MakeChain):
    path = tmp_path / "out.jsonl"
    export_jsonl([make_chain(refined=("知识树 🌳 é",))], path, format_="messages", stage="refine")
    assert "知识树 🌳 é".encode() in path.read_bytes()
    assert b"\\u" not in path.read_bytes()


@FIXED
@given(texts=st.lists(st.text(min_size=1).filter(lambda text: text.strip("\x00")), max_size=4))
def test_any_answers_come_back_from_the_file(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    origin = Origin(tree_version="t", path=("r",), task="creation", language="zh", difficulty="easy")
    chains = [
        Chain(
            Question(parent_id="c", origin=origin, text=text),
            Answer(parent_id="q", origin=origin, text=text),
            (
                (
                    Critique(parent_id="a", origin=origin, strengths="s", weaknesses="w", suggestions="g"),
                    Refinement(parent_id="k", origin=origin, text=text, round=1),
                ),
            ),
        )
        for text in texts
    ]
    path = tmp_path_factory.mktemp("export") / "out.jsonl"
    assert export_jsonl(chains, path, format_="alpaca", stage="refine") == len(texts)
    rows = [json.loads(line) for line in lines_of(path)]
    assert [row["output"] for row in rows] == [chain.final.text for chain in chains]
    assert [row["instruction"] for row in rows] == [chain.question.text for chain in chains]


def test_an_answer_of_which_no_refinement_stands_is_its_own_refinement_and_no_pair(
    tmp_path: Path, make_chain: MakeChain
):
    path, chain = tmp_path / "out.jsonl", make_chain(refined=())
    for stage in STAGES:
        assert export_jsonl([chain], path, format_="messages", stage=stage) == 1
        (row,) = map(json.loads, lines_of(path))
        assert (row["id"], row["messages"][1]["content"]) == (chain.answer.id, chain.answer.text)
    for format_ in REFINED_FORMATS:
        assert export_jsonl([chain, make_chain()], path, format_=format_, stage="refine") == 1
        assert len(lines_of(path)) == 1


def test_no_chains_make_an_empty_file(tmp_path: Path):
    path = tmp_path / "out.jsonl"
    assert export_jsonl([], path, format_="messages", stage="void") == 0
    assert path.read_bytes() == b""


def test_equal_answers_are_left_out_of_preference_pairs_and_of_nothing_else(tmp_path: Path, make_chain: MakeChain):
    same = make_chain(question="same", answer="An answer.", refined=("Another.", "An answer."))
    chains = [make_chain(question="first"), same, make_chain(question="last")]
    path = tmp_path / "out.jsonl"
    for format_ in PAIR_FORMATS:
        assert export_jsonl(chains, path, format_=format_, stage="refine") == 2
    export_jsonl(chains, path, format_="ranking", stage="refine")
    assert [json.loads(line)["instruction"] for line in lines_of(path)] == ["first", "last"]
    for format_ in ("messages", "alpaca", "sharegpt"):
        assert export_jsonl(chains, path, format_=format_, stage="refine") == 3
        assert len(lines_of(path)) == 3


def test_answers_that_differ_by_white_space_are_a_pair(tmp_path: Path, make_chain: MakeChain):
    path = tmp_path / "out.jsonl"
    assert export_jsonl([make_chain(answer="a", refined=("a ",))], path, format_="dpo", stage="void") == 1


def test_critique_data_have_a_line_a_round(tmp_path: Path, make_chain: MakeChain):
    path, chain = tmp_path / "out.jsonl", make_chain(refined=("one", "two"))
    assert export_jsonl([chain, make_chain()], path, format_="critique", stage="refine") == 3
    assert [json.loads(line)["round"] for line in lines_of(path)] == [1, 2, 1]


def test_an_export_replaces_the_earlier_file(tmp_path: Path, make_chain: MakeChain):
    path = tmp_path / "out.jsonl"
    export_jsonl([make_chain()] * 3, path, format_="alpaca", stage="void")
    export_jsonl([make_chain()], path, format_="alpaca", stage="void")
    assert len(lines_of(path)) == 1


def test_equal_chains_make_equal_bytes(tmp_path: Path, make_chain: MakeChain):
    for name in ("one", "other"):
        export_jsonl([make_chain(), make_chain(question="b")], tmp_path / name, format_="sharegpt", stage="refine")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_missing_directories_are_made(tmp_path: Path, make_chain: MakeChain):
    path = tmp_path / "a" / "b" / "out.jsonl"
    assert export_jsonl([make_chain()], path, format_="alpaca", stage="void") == 1
    assert names(path.parent) == ["out.jsonl"]


@pytest.mark.parametrize("earlier", [None, "earlier"])
@pytest.mark.parametrize("error", [RuntimeError, UnreadableFile, KeyboardInterrupt])
def test_chains_that_break_off_leave_the_earlier_file_and_nothing_else(
    tmp_path: Path, make_chain: MakeChain, error: type[BaseException], earlier: str | None
):
    def breaking() -> Iterator[Chain]:
        yield make_chain()
        raise error("broken off")

    path = tmp_path / "out.jsonl"
    if earlier is not None:
        path.write_text(earlier)
    with pytest.raises(error, match="broken off"):
        export_jsonl(breaking(), path, format_="messages", stage="refine")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == ({"out.jsonl": earlier} if earlier else {})


def test_chains_are_streamed(tmp_path: Path, make_chain: MakeChain):
    path, seen = tmp_path / "out.jsonl", []

    def chains() -> Iterator[Chain]:
        for number in range(400):
            seen.append(sum(file.stat().st_size for file in tmp_path.iterdir()))
            yield make_chain(question=f"{number}", answer="x" * 1000)

    export_jsonl(chains(), path, format_="alpaca", stage="void")
    assert 0 < seen[200] < seen[399] < path.stat().st_size


@pytest.mark.parametrize("place", ["plain/out.jsonl", "directory"])
def test_a_place_that_cannot_be_written_is_an_output_fault(tmp_path: Path, make_chain: MakeChain, place: str):
    (tmp_path / "plain").write_text("earlier")
    (tmp_path / "directory").mkdir()
    with pytest.raises(OutputFault):
        export_jsonl([make_chain()], tmp_path / place, format_="alpaca", stage="void")
    assert names(tmp_path) == ["directory", "plain"]
    assert (tmp_path / "plain").read_text() == "earlier"
    assert names(tmp_path / "directory") == []


def test_a_full_disk_leaves_the_earlier_file(tmp_path: Path, make_chain: MakeChain, monkeypatch: pytest.MonkeyPatch):
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "out.jsonl"
    path.write_text("earlier")
    monkeypatch.setattr(condor.files.os, "fsync", full)
    with pytest.raises(OutputFault, match="No space left"):
        export_jsonl([make_chain()], path, format_="alpaca", stage="void")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"out.jsonl": "earlier"}
