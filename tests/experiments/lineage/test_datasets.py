"""Data sets: digests over content alone, logged as inputs, and found by them with everything that touched them."""

import asyncio
import hashlib
import json
import shutil
from pathlib import Path

import mlflow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.errors import UnreadableFile
from condor.experiments import JudgePlan, ModelUse, export_run, judge_run
from condor.experiments.digests import Digest, file_digest, set_digest, tree_digest
from condor.experiments.lineage.datasets import (
    file_dataset,
    judged_dataset,
    optimization_datasets,
    run_datasets,
)
from condor.experiments.lineage.inputs import log_inputs, runs_touching
from condor.experiments.lineage.run_inputs import datasets_in, log_run_inputs
from condor.experiments.mlflow_store import Store
from condor.knowledge import load_tree
from condor.runtime.models import ModelSpec

from prompt_samples import compiled


def judge(run: Path, sample: int | None = None) -> None:
    asyncio.run(judge_run(JudgePlan(sample=sample), run, ModelUse(ModelSpec(name="rehearsal", temperature=0.0))))


def new_run(store: Store, kind: str) -> str:
    return store.client.create_run(store.experiment_id, tags={"condor.kind": kind}).info.run_id


def test_digests_are_these_on_every_machine() -> None:
    digest = Digest("refine")
    digest.add("a")
    digest.add(["b", "家"])
    assert digest.value == hashlib.sha256('condor-dataset-1 refine\n"a"\n["b","家"]\n'.encode()).hexdigest()[:36]
    assert tree_digest("v") == hashlib.sha256(b'condor-dataset-1 tree\n"v"\n').hexdigest()[:36]


@given(ids=st.lists(st.text(max_size=5), max_size=6), seed=st.randoms())
def test_a_set_has_one_digest_in_every_order_and_another_with_another_member(ids: list[str], seed: object) -> None:
    shuffled = list(ids)
    seed.shuffle(shuffled)  # pyright: ignore[reportAttributeAccessIssue]
    assert set_digest(shuffled) == set_digest(ids)
    assert set_digest([*ids, "one more"]) != set_digest(ids)


def test_a_run_has_the_same_digests_whatever_the_order_of_replies(make_run, tmp_path: Path) -> None:
    slow = {"name": "rehearsal?latency=0.01"}
    one, other = make_run("one", concurrency=1), make_run("two", concurrency=8, model=slow)
    first, second = run_datasets(one), run_datasets(other)
    assert [(each.context, each.digest) for each in first] == [(each.context, each.digest) for each in second]
    assert [each.name for each in first] == ["one/tree", "one/void", "one/refine"]
    tree, void, refine = first
    assert tree.digest == tree_digest(load_tree(one / "tree.json").version)
    assert void.profile["num_rows"] == refine.profile["num_rows"] == 6
    assert void.profile["language"] == {"en": 3, "zh": 3}
    assert void.digest != refine.digest
    more = run_datasets(make_run("more", records=9))
    assert more[0].digest == tree.digest
    assert more[2].digest != refine.digest
    assert str(tmp_path) not in json.dumps([dict(each.source) for each in first])


def test_a_judged_sample_is_a_set_of_its_own(make_run) -> None:
    run = make_run()
    assert judged_dataset(run) is None
    judge(run, sample=2)
    some = judged_dataset(run)
    judge(run)
    everything = judged_dataset(run)
    assert some is not None
    assert everything is not None
    assert (some.profile["num_rows"], everything.profile["num_rows"]) == (2, 6)
    assert some.digest != everything.digest
    assert [each.context for each in datasets_in(run / "judged")] == ["tree", "void", "refine", "judge"]


def test_everything_that_touched_a_data_set_is_found_by_its_digest(
    make_run, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    judge(run)
    synth, judged, release = (new_run(store, kind) for kind in ("synth", "judge", "release"))
    log_run_inputs(store, synth, run)
    log_run_inputs(store, judged, run / "judged")
    export_run(run, tmp_path / "out.jsonl", format_="messages", stage="refine")
    released = file_dataset(tmp_path / "out.jsonl", "first")
    log_inputs(store, release, [released, *run_datasets(run)])
    log_inputs(store, release, [released])  # again is the same
    tree, void, refine = run_datasets(run)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.address)
    for digest, touched in (
        (refine.digest, {synth, judged, release}),
        (tree.digest, {synth, judged, release}),
        (released.digest, {release}),
        ("0" * 36, set()),
    ):
        found = mlflow.search_runs([store.experiment_id], filter_string=f"dataset.digest = '{digest}'")
        assert set(found["run_id"] if len(found) else ()) == touched
        assert {each.run_id for each in runs_touching(store, digest)} == touched
    (by_file,) = runs_touching(store, released.digest)
    assert by_file.inputs[0] == released or released in by_file.inputs
    assert {each.context for each in by_file.inputs} == {"release", "tree", "void", "refine"}
    assert {each.digest for each in by_file.inputs} == {each.digest for each in (tree, void, refine, released)}


def test_a_run_says_in_mlflow_which_registered_prompts_it_used(make_run, store: Store) -> None:
    run_id = new_run(store, "synth")
    log_run_inputs(store, run_id, make_run())
    linked = json.loads(store.client.get_run(run_id).data.tags["mlflow.linkedPrompts"])
    assert [each["name"] for each in linked] == [
        "condor.answer",
        "condor.critique",
        "condor.question",
        "condor.refinement",
    ]
    assert {each["version"] for each in linked} == {"1"}


def test_the_sets_of_an_optimisation_are_data_sets(tmp_path: Path) -> None:
    found = optimization_datasets(compiled(), tmp_path / "opt")
    assert [(each.context, each.name, each.profile["num_rows"]) for each in found] == [
        ("train", "opt/train", 2),
        ("validation", "opt/validation", 1),
        ("holdout", "opt/holdout", 2),
    ]
    assert found[0].digest == set_digest(("c2", "c1"))


def test_a_files_digest_is_what_sha256sum_says(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": "家"}\n', encoding="utf-8")
    assert file_digest(tmp_path / "a.jsonl") == hashlib.sha256((tmp_path / "a.jsonl").read_bytes()).hexdigest()[:36]
    with pytest.raises(UnreadableFile, match=r"none\.jsonl: cannot read"):
        file_digest(tmp_path / "none.jsonl")


def test_a_run_can_be_moved(make_run, tmp_path: Path) -> None:
    run = make_run()
    before = [each.digest for each in run_datasets(run)]
    shutil.move(run, tmp_path / "家庭")
    assert [each.digest for each in run_datasets(tmp_path / "家庭")] == before
