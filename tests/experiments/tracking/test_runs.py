"""Which MLflow run shows a journal: found by id, by tag, or made; and what is told of it."""

import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from condor.errors import ModelFault
from condor.experiments.mlflow_store import Store
from condor.experiments.recipe import TrackingSettings, validate_recipe
from condor.experiments.tracking.facts import RunFacts, git_commit, synthesis_facts
from condor.experiments.tracking.limits import fit_metrics
from condor.experiments.tracking.process import show_steps
from condor.experiments.tracking.runs import KEY, RUN_ID, mlflow_run
from condor.experiments.tracking.sending import CHANGED_TAG, Sender
from condor.experiments.tracking.snapshots import Start, begin_body
from condor.experiments.tracking.tracker import Tracker
from condor.knowledge import KnowledgeTree
from condor.runtime.journal import Journal
from condor.runtime.journal.spool import Spool

from tracking_support import step, written


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "run" / "journal.db"
    path.parent.mkdir()
    Journal.create(path, {"kind": "growth"}).close()
    with Spool(path) as spool:
        facts = RunFacts("synth", "run", {"seed": 1}).as_json()
        spool.append("begin", begin_body(Start(1000, 0, 0), {**facts, "traces": None}), at_ms=1000)
    return path


def send(store: Store, journal: Path) -> str:
    """Send a journal's spool; returns the id of the MLflow run."""
    sender = Sender(journal, store.address)
    try:
        return sender.send()
    finally:
        sender.close()


def test_a_run_is_made_once_and_noted(store: Store, journal: Path) -> None:
    with Spool(journal) as spool:
        run_id = mlflow_run(store, spool)
        assert mlflow_run(store, spool) == run_id == spool.meta()[RUN_ID]
        assert spool.meta()["mlflow_store"] == store.uri
    assert store.client.get_run(run_id).info.start_time == 1000


def test_a_run_that_was_made_but_not_noted_is_found_again(store: Store, journal: Path) -> None:
    with Spool(journal) as spool:
        run_id = mlflow_run(store, spool)
        spool.note(RUN_ID, "0" * 32)  # as where a process was killed before it noted the right one
        assert mlflow_run(store, spool) == run_id
    assert len(store.client.search_runs([store.experiment_id])) == 1


def test_the_key_is_on_disk_before_the_run_is_made(
    store: Store, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: object, **named: object) -> None:
        with Spool(journal) as spool:
            assert KEY in spool.meta()
        raise KeyboardInterrupt

    monkeypatch.setattr(store.client, "create_run", killed)
    with Spool(journal) as spool, pytest.raises(KeyboardInterrupt):
        mlflow_run(store, spool)


def test_a_run_that_was_deleted_in_mlflow_is_made_anew(store: Store, journal: Path) -> None:
    with Spool(journal) as spool:
        first = mlflow_run(store, spool)
        store.client.delete_run(first)
        assert mlflow_run(store, spool) != first


def test_a_run_that_is_made_anew_begins_with_its_first_session(store: Store, journal: Path) -> None:
    with Spool(journal) as spool:
        spool.append("begin", begin_body(Start(5000, 0, 0), {}), at_ms=5000)
        assert store.client.get_run(mlflow_run(store, spool)).info.start_time == 1000


def test_two_that_send_at_the_same_time_make_one_run(
    store: Store, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making, both = MlflowClient.create_run, threading.Barrier(2)

    def make_late(client: MlflowClient, *args: Any, **named: Any) -> Run:
        with suppress(threading.BrokenBarrierError):
            both.wait(1)  # for another that makes one as well
        return making(client, *args, **named)

    monkeypatch.setattr(MlflowClient, "create_run", make_late)
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: send(store, journal), range(2))
    assert first == second
    assert len(store.client.search_runs([store.experiment_id])) == 1


def test_a_setting_that_is_again_what_it_was_at_first_has_no_tag(store: Store, journal: Path) -> None:
    def changed(**params: object) -> dict[str, str]:
        with Spool(journal) as spool:
            facts = RunFacts("synth", "run", params).as_json()
            spool.append("begin", begin_body(Start(1000, 0, 0), {**facts, "traces": None}))
        tags = store.client.get_run(send(store, journal)).data.tags
        return {name: value for name, value in tags.items() if name.startswith(CHANGED_TAG)}

    assert changed(seed=2, records=6) == {"condor.changed.seed": "2"}
    assert changed(seed=1, records=9) == {"condor.changed.records": "9"}
    assert changed(seed=1, records=6) == {}


def test_sending_twice_leaves_everything_once(store: Store, journal: Path) -> None:
    with Spool(journal) as spool:
        for step in range(3):
            spool.append(
                "metrics", {"step": step, "metrics": {"kept": float(step), "哲学 & 伦理": 1.0}}, at_ms=2000 + step
            )
        spool.append("end", {"status": "FINISHED", "tags": {}}, at_ms=9000)
    run_id = send(store, journal)
    with Spool(journal) as spool:  # as where a process was killed before it could mark what was sent
        spool.mark_sent(spool.all("metrics"), "nobody")
    assert send(store, journal) == run_id
    history = store.client.get_metric_history(run_id, "kept")
    assert sorted((each.step, each.timestamp, each.value) for each in history) == [
        (0, 2000, 0.0),
        (1, 2001, 1.0),
        (2, 2002, 2.0),
    ]
    info = store.client.get_run(run_id).info
    assert (info.status, info.end_time) == ("FINISHED", 9000)


def test_more_metrics_than_one_request_takes_all_arrive(store: Store, journal: Path) -> None:
    metrics = {f"judge.root.标签 {number} & more": float(number) for number in range(1500)}
    with Spool(journal) as spool:
        spool.append("metrics", {"step": 0, "metrics": fit_metrics(metrics)})
    data = store.client.get_run(send(store, journal)).data
    assert sorted(data.metrics.values()) == [float(number) for number in range(1500)]


def test_many_long_params_and_tags_arrive_and_say_how_long_they_were(store: Store, journal: Path) -> None:
    params = {f"setting {number}": "x" * 7000 for number in range(130)}
    facts = RunFacts("release", "one", params, {"note": "y" * 9000}).as_json()
    with Spool(journal) as spool:
        spool.append("begin", begin_body(Start(1000, 0, 0), {**facts, "traces": None}), at_ms=1000)
    data = store.client.get_run(send(store, journal)).data
    assert sum(value.endswith("... (7000 characters)") for value in data.params.values()) == 130
    assert data.tags["note"].endswith("... (9000 characters)")


def test_what_is_told_of_a_synthesis_holds_no_address_and_no_way(tmp_path: Path) -> None:
    model = {"name": "openai/some", "api_base": "http://127.0.0.1:1/v1", "api_key_env": "MY_KEY"}
    data = {"tree": [str(tmp_path / "own.json")], "records": 3, "model": model}
    facts = synthesis_facts(validate_recipe(data, "test"), KnowledgeTree(), tmp_path / "run").as_json()
    said = repr(facts)
    assert facts["params"]["tree"] == "own.json"
    assert facts["tags"]["condor.run"] == "run"
    for hidden in ("127.0.0.1", "MY_KEY", str(tmp_path)):
        assert hidden not in said


def test_what_ended_a_run_is_told_without_an_address_or_a_way(
    store: Store, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "openai/x at http://127.0.0.1:1/v1?sig=canary-of-a-query"
    written(journal, step(1, outcome="invalid", reason="bad_request", detail=f"{said}: no"))
    monkeypatch.setattr(Tracker, "_launch", lambda *_: None)  # what is spooled is sent from here

    def fail() -> None:
        with Journal.open(journal) as opened, Tracker() as tracker:
            tracker.begin(opened, RunFacts("synth", "run"), shown=TrackingSettings(traces_every=1))
            raise ModelFault(f"{said}: the endpoint refused the key; {journal.parent}")

    with pytest.raises(ModelFault):
        fail()
    show_steps(journal)
    run = store.client.get_run(send(store, journal))
    assert (run.info.status, run.data.tags["condor.outcome"]) == ("FAILED", "model fault")
    (trace,) = store.client.search_traces(locations=[store.experiment_id], run_id=run.info.run_id)
    assert trace.data.spans[0].outputs["failure"] == "bad_request"
    with Spool(journal) as spool:
        assert str(journal.parent) not in str([entry.body for entry in spool.pending("nobody")])
    written_down = store.address.removeprefix("sqlite:///")
    assert b"canary-of-a-query" not in Path(written_down).read_bytes()
    assert "canary-of-a-query" not in trace.to_json()


def test_a_folder_whose_name_is_no_utf_8_is_told_all_the_same(journal: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    facts = RunFacts("synth", name, {"trees": [name]}, {"note": name}).as_json()
    with Spool(journal) as spool:
        spool.append("begin", facts)
    assert facts["tags"]["condor.run"] == facts["params"]["trees"] == "caf\N{REPLACEMENT CHARACTER}"


def test_the_commit_of_a_checkout_is_read_as_git_says_it(tmp_path: Path) -> None:
    def git(*args: str, folder: Path = tmp_path) -> str:
        options = ["-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *options, *args], cwd=folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    checkout = tmp_path / "checkout"
    checkout.mkdir()
    assert git_commit(checkout) is None
    git("init", folder=checkout)
    assert git_commit(checkout) is None, "nothing was committed yet"
    git("commit", "--allow-empty", "--no-verify", "-m", "one", folder=checkout)
    head = git("rev-parse", "HEAD", folder=checkout)
    (checkout / "deep" / "er").mkdir(parents=True)
    assert git_commit(checkout / "deep" / "er") == head
    git("pack-refs", "--all", folder=checkout)
    assert git_commit(checkout) == head
    git("worktree", "add", "-b", "second", str(tmp_path / "second"), folder=checkout)
    assert git_commit(tmp_path / "second") == head
    git("checkout", "--detach", folder=checkout)
    assert git_commit(checkout) == head
