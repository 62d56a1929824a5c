"""What trainers are told of a release: that each named file is there, and has the named columns."""

import ast
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from condor.corpus.card_configs import card_configs, card_dataset_info
from condor.corpus.columns import ROW_FORMATS, RowFormat, columns_of
from condor.corpus.shard_reading import read_rows
from condor.corpus.shards import Shard, ShardKind
from condor.corpus.trainers import axolotl_section, llama_factory_info, trainer_files, xtuner_section

from corpus_support import build_chain, write_split

BOTH = pytest.mark.parametrize("kind", ["jsonl", "parquet"])


def write_release(directory: Path, kind: ShardKind, formats: Iterable[RowFormat] = ROW_FORMATS) -> list[Shard]:
    """Three splits, of which the training split is in two files."""
    chains = [build_chain(question=f"Question {number}?", language="zh") for number in range(6)]
    shards = write_split(directory, chains[:4], "train", kind=kind, max_rows=2, formats=tuple(formats))
    for number, split in enumerate(("validation", "eval"), start=4):
        shards += write_split(directory, chains[number : number + 1], split, kind=kind, formats=tuple(formats))
    return shards


def rows_of(directory: Path, name: str, kind: ShardKind) -> list[dict[str, Any]]:
    assert name.endswith(f".{kind}")
    return list(read_rows(directory / name))


# -- the card ----------------------------------------------------------------------------------------------------------


@BOTH
def test_the_card_names_every_format_and_split_and_its_patterns_find_the_files(tmp_path: Path, kind: ShardKind):
    shards = write_release(tmp_path, kind)
    configs = card_configs(shards)
    assert [config["config_name"] for config in configs] == list(ROW_FORMATS)
    assert [config.get("default", False) for config in configs] == [True, *[False] * (len(ROW_FORMATS) - 1)]
    found: list[str] = []
    for config in configs:
        assert [files["split"] for files in config["data_files"]] == ["train", "validation", "eval"]
        for files in config["data_files"]:
            found += sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.glob(files["path"]))
    assert sorted(found) == sorted(shard.name for shard in shards)


def test_the_card_lists_every_column_in_order(tmp_path: Path):
    listed = card_dataset_info(write_release(tmp_path, "jsonl"))
    assert {each["config_name"]: [feature["name"] for feature in each["features"]] for each in listed} == {
        format_: list(columns_of(format_)) for format_ in ROW_FORMATS
    }


def test_a_release_of_some_formats_has_a_card_of_these(tmp_path: Path):
    shards = write_release(tmp_path, "parquet", ["records", "dpo"])
    assert [(config["config_name"], config.get("default")) for config in card_configs(shards)] == [
        ("dpo", True),
        ("records", None),
    ]
    assert card_configs([]) == card_dataset_info([]) == []


# -- LLaMA-Factory -----------------------------------------------------------------------------------------------------


@BOTH
def test_llama_factory_finds_files_columns_and_roles(tmp_path: Path, kind: ShardKind):
    info = json.loads(llama_factory_info("cats", write_release(tmp_path, kind)))
    formats = ("messages", "alpaca", "sharegpt", "ranking", "critique")
    assert set(info) == {
        f"cats_{format_}_{rest}" for format_ in formats for rest in ("train_00000", "train_00001", "validation", "eval")
    }
    for name, entry in info.items():
        for row in rows_of(tmp_path, entry["file_name"], kind):
            check_llama_factory_row(row, entry)
        assert entry.get("ranking", False) == ("_ranking_" in name)


def check_llama_factory_row(row: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    """As LLaMA-Factory's converters read a row: texts, or turns that begin with the user's and change by turns."""
    assert set(entry["columns"].values()) <= set(row)
    if entry["formatting"] == "alpaca":
        assert all(isinstance(row[column], str) for column in entry["columns"].values())
        return
    tags = entry["tags"]
    turns = row[entry["columns"]["messages"]]
    assert [turn[tags["role_tag"]] for turn in turns] == [tags["user_tag"], tags["assistant_tag"]]
    assert all(turn[tags["content_tag"]] for turn in turns)


# -- axolotl -----------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("purpose", ["sft", "dpo", "critique"])
def test_axolotl_finds_files_columns_and_roles(tmp_path: Path, kind: ShardKind, purpose: Any):
    text = axolotl_section(purpose, write_release(tmp_path, kind))
    assert text is not None
    assert "&id" not in text
    section = yaml.safe_load(text)
    assert section.get("rl") == ("dpo" if purpose == "dpo" else None)
    assert [Path(each["path"]).name.split("-")[0] for each in section["datasets"]] == ["train", "train"]
    assert [Path(each["path"]).name.split("-")[0] for each in section["test_datasets"]] == ["validation"]
    for each in section["datasets"] + section["test_datasets"]:
        assert each["split"] == "train"  # what a file is called that `datasets` loads by itself
        for row in rows_of(tmp_path, each["path"], kind):
            check_axolotl_row(row, each)


def check_axolotl_row(row: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    names = entry["message_property_mappings"]
    fields = [entry[name] for name in ("field_messages", "field_chosen", "field_rejected") if name in entry]
    for field in fields:
        assert all(turn[names["role"]] in {"user", "assistant", "human", "gpt"} for turn in row[field])
        assert all(turn[names["content"]] for turn in row[field])


@pytest.mark.parametrize(
    ("formats", "kind_of", "field"),
    [
        (["sharegpt", "alpaca"], "chat_template", "conversations"),
        (["alpaca"], "alpaca", None),
    ],
)
def test_axolotl_takes_what_there_is_for_fine_tuning(tmp_path: Path, formats: Any, kind_of: str, field: str | None):
    text = axolotl_section("sft", write_release(tmp_path, "jsonl", formats))
    assert text is not None
    entry = yaml.safe_load(text)["datasets"][0]
    assert (entry["type"], entry.get("field_messages")) == (kind_of, field)


# -- XTuner ------------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("purpose", "function", "columns"),
    [
        ("sft", "process_hf_dataset", {"messages"}),
        ("dpo", "build_preference_dataset", {"prompt", "chosen", "rejected"}),
        ("critique", "process_hf_dataset", {"messages"}),
    ],
)
def test_xtuner_finds_files_and_columns(
    tmp_path: Path, kind: ShardKind, purpose: Any, function: str, columns: set[str]
):
    text = xtuner_section(purpose, write_release(tmp_path, kind))
    assert text is not None
    section = assigned_keywords(text)
    assert section["type"] == function
    assert section["dataset"]["type"] == "load_dataset"
    assert section["dataset"]["path"] == {"jsonl": "json", "parquet": "parquet"}[kind]
    files = section["dataset"]["data_files"]
    assert [Path(name).name for name in files] == [f"train-{n:05d}-of-00002.{kind}" for n in range(2)]
    assert all(columns <= set(row) for name in files for row in rows_of(tmp_path, name, kind))


def assigned_keywords(text: str) -> dict[str, Any]:
    """The keywords of `train_dataset = dict(...)`, names as their text."""
    module = ast.parse(text)
    imported = {alias.name for node in module.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    (assignment,) = (node for node in module.body if isinstance(node, ast.Assign))
    assert isinstance(assignment.value, ast.Call)
    keywords = _keywords(assignment.value)
    functions = {keywords["type"], keywords["dataset"]["type"], keywords.get("dataset_map_fn", "load_dataset")}
    assert functions <= imported
    return keywords


def _keywords(call: ast.Call) -> dict[str, Any]:
    return {str(keyword.arg): _value(keyword.value) for keyword in call.keywords}


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        return _keywords(node)
    return node.id if isinstance(node, ast.Name) else ast.literal_eval(node)


# -- all of them -------------------------------------------------------------------------------------------------------


def test_trainers_files_are_those_that_the_formats_serve(tmp_path: Path):
    assert set(trainer_files("cats", write_release(tmp_path, "jsonl"))) == {
        "dataset_info.json",
        *(f"trainers/axolotl{purpose}.yaml" for purpose in ("", "-dpo", "-critique")),
        *(f"trainers/xtuner{purpose}.py" for purpose in ("", "-dpo", "-critique")),
    }
    sharegpt = write_release(tmp_path / "other", "jsonl", ["sharegpt"])
    assert set(trainer_files("cats", sharegpt)) == {"dataset_info.json", "trainers/axolotl.yaml"}
    assert trainer_files("cats", []) == {"dataset_info.json": "{}\n"}


def test_the_same_shards_make_the_same_text(tmp_path: Path):
    one, other = (trainer_files("cats", write_release(tmp_path / name, "parquet")) for name in ("one", "other"))
    assert one == other
    assert all(str(tmp_path) not in text for text in one.values())
