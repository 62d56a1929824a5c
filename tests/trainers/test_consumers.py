"""A release's folder, read by `datasets` and trained on with `trl` themselves."""

import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from condor.corpus import Scores
from condor.corpus.card_configs import card_configs, card_dataset_info
from condor.corpus.release.manifest import load_manifest
from condor.corpus.shards import Shard, ShardKind
from condor.experiments import releasing
from condor.experiments.releasing import make_plan

from corpus_support import HOSTILE, build_chain, write_split
from release_support import LEAST, synthesise
from support import clean_environment

_INSTALL = "no trainers here: make trainers"
_CONSUMERS = Path(__file__).with_name("consumers.py")


@pytest.fixture
def trainers() -> None:
    """Without the extra `trainers` the test is skipped; in continuous integration it fails."""
    missing = [name for name in ("torch", "trl", "datasets") if importlib.util.find_spec(name) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(_INSTALL)
    if missing:
        pytest.skip(_INSTALL)


def write_folder(directory: Path, kind: ShardKind) -> list[Shard]:
    """Hostile texts in three splits, the training split in several files, no pair judged in the first of them."""
    chains = [
        build_chain(question=text, answer=f"{text} .", refined=(f"{text} !", f"{text} ?"), critique=text)
        for text in HOSTILE
    ]
    shards = write_split(directory, chains, "train", kind=kind, max_rows=4)
    shards += write_split(directory, chains[:2], "validation", kind=kind, scores=Scores(6.0, 7.4))
    shards += write_split(directory, chains[2:3], "eval", kind=kind, scores=Scores(6.0))
    header = {"configs": card_configs(shards), "dataset_info": card_dataset_info(shards)}
    text = yaml.safe_dump(header, sort_keys=False, allow_unicode=True)
    (directory / "README.md").write_text(f"---\n{text}---\n# A card\n", encoding="utf-8")
    return shards


def make_release(folder: Path, shards: ShardKind) -> Path:
    """A release of a rehearsal run, with a card of its own."""
    run = synthesise(folder / "run")
    plan = make_plan(LEAST | {"shards": shards, "selection": {"split": {"validation": 0.2, "eval": 0.2}}})
    return releasing.make_release([run], plan, out=folder / "releases").directory


def count_release(folder: Path) -> dict[str, dict[str, int]]:
    """Rows by format and split, as its manifest says."""
    counted: dict[str, dict[str, int]] = {}
    for name, facts in load_manifest(folder).files.items():
        if facts.rows and name.startswith("data/"):
            _, format_, file = name.split("/")
            counted.setdefault(format_, {})[file.partition("-")[0]] = facts.rows
    return counted


def consume(command: str, home: Path, *folders: Path) -> Any:
    """What the consumers say, in a process that can fetch nothing."""
    environment = clean_environment() | {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HOME": str(home),
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",  # the model is tiny, and other tests run beside it
    }
    result = subprocess.run(
        [sys.executable, str(_CONSUMERS), command, str(home / "cache"), *map(str, folders)],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=110,
    )
    assert result.returncode == 0, result.stderr[-4000:]
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.usefixtures("trainers")
def test_datasets_loads_every_format_and_split_whole_and_as_a_stream(tmp_path: Path):
    kinds: tuple[ShardKind, ...] = ("jsonl", "parquet")
    counted = [count(write_folder(tmp_path / kind, kind)) for kind in kinds]
    assert counted[0] == counted[1]
    assert counted[0]["dpo"] == {"train": 9, "validation": 2, "eval": 1}
    assert counted[0]["critique"]["train"] == 18
    released = make_release(tmp_path, shards="jsonl")
    places = (*(tmp_path / kind for kind in kinds), released)
    assert consume("load", tmp_path / "home", *places) == [*counted, count_release(released)]


def count(shards: list[Shard]) -> dict[str, dict[str, int]]:
    """Rows by format and split."""
    counted: dict[str, dict[str, int]] = {}
    for shard in shards:
        splits = counted.setdefault(shard.format_, {})
        splits[shard.split] = splits.get(shard.split, 0) + shard.rows
    return counted


@pytest.mark.usefixtures("trainers")
def test_trl_takes_two_steps_on_messages_critiques_and_pairs(tmp_path: Path):
    taken = consume("train", tmp_path / "home", make_release(tmp_path, shards="parquet"))
    assert set(taken) == {"sft messages", "sft critique", "dpo"}
    for name, each in taken.items():
        assert each["steps"] == 2, name
        assert each["changed"], name
        assert len(each["losses"]) == 2, name
        assert all(math.isfinite(loss) and loss > 0 for loss in each["losses"]), name
