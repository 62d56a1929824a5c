"""What is told of a session that nobody was there to tell the end of."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from condor.experiments.mlflow_store import Store
from condor.experiments.recipe import Recipe, save_recipe
from condor.experiments.tracking.catching_up import CaughtUp, catch_up
from condor.experiments.tracking.facts import RunFacts
from condor.experiments.tracking.snapshots import Start, begin_body
from condor.experiments.trees import load_trees
from condor.knowledge import save_tree
from condor.runtime.journal import Journal
from condor.runtime.journal.spool import Spool

from tracking_support import step, written

#: Two steps that took a second each, the last of which ended at this time.
LAST = "2026-11-22T00:00:20+00:00"
LAST_MS = int(datetime.fromisoformat(LAST).timestamp() * 1000)
STEPS = (
    step(1, seconds=1.0, finished_at="2026-11-22T00:00:11+00:00"),
    step(2, seconds=1.0, finished_at=LAST),
)
ESTIMATE = {"mean": 7.0, "low": 6.0, "high": 8.0, "count": 2, "missing": 0}
JUDGEMENT = {
    "sample": 2,
    "seed": 5,
    "model": {"name": "judge-model", "temperature": 0.0},
    "judge": "judge-model",
    "rehearsal": False,
    "kept": 2,
    "judged": 2,
    "unanswered": 0,
    "scores": {
        "overall": {
            "void": ESTIMATE,
            "refine": ESTIMATE,
            "gain": {"mean": 0.5, "low": 0.1, "high": 0.9, "p_value": 0.01, "count": 2, "missing": 0},
        }
    },
    "slices": {},
    "wins": None,
    "slice_wins": {},
    "bias": None,
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A synthesis and its judging, as they are where both were killed, and were made without MLflow."""
    path = tmp_path / "run"
    (path / "judged").mkdir(parents=True)
    written(path / "journal.db", *STEPS)
    Journal.create(path / "judged" / "journal.db", {"kind": "judgement"}).close()
    written(path / "judged" / "journal.db", *STEPS)
    save_tree(load_trees(["seed:en"]), path / "tree.json")
    save_recipe(Recipe.model_validate({"tree": ["seed:en"], "records": 3, "model": "rehearsal"}), path / "recipe.yaml")
    return path


def begin(journal: Path, at_ms: int) -> None:
    """Have a session begin that nothing says the end of."""
    with Spool(journal) as spool:
        facts = RunFacts("judge", "run").as_json()
        spool.append("begin", begin_body(Start(at_ms, 0, 0), {**facts, "traces": None}), at_ms=at_ms)


def judge(run: Path, at_ms: int) -> None:
    """Leave the figures of a judging that ended at some time."""
    path = run / "judged" / "judgement.json"
    path.write_text(json.dumps(JUDGEMENT), "utf-8")
    os.utime(path, ns=(at_ms * 10**6, at_ms * 10**6))


def caught_up(run: Path, store: Store) -> list[CaughtUp]:
    return list(catch_up(run, store.address))


def test_a_killed_session_ends_with_its_last_step(run: Path, store: Store) -> None:
    begin(run / "journal.db", LAST_MS - 10_000)
    sent = caught_up(run, store)[0]
    shown = store.client.get_run(sent.run_id)
    assert (shown.info.status, shown.info.end_time) == ("KILLED", LAST_MS)
    (rate,) = store.client.get_metric_history(sent.run_id, "calls_per_s")
    assert (rate.value, rate.timestamp) == (pytest.approx(0.2), LAST_MS)


def test_a_run_without_a_session_lasts_from_its_first_step_to_its_last_and_has_no_rate(run: Path, store: Store) -> None:
    judge(run, LAST_MS + 1000)
    synthesis, judging = (store.client.get_run(each.run_id) for each in caught_up(run, store))
    for shown in (synthesis, judging):
        assert (shown.info.start_time, shown.info.end_time) == (LAST_MS - 10_000, LAST_MS)
        assert shown.data.metrics["step_seconds_p50"] == 1.0
        assert "calls_per_s" not in shown.data.metrics
    assert judging.info.status == "FINISHED"
    assert judging.data.metrics["judge.overall.refine"] == 7.0
    assert judging.data.metrics["judge.overall.gain.p"] == 0.01
    assert judging.data.tags["condor.judged_run_id"] == synthesis.info.run_id
    assert judging.data.tags["condor.model"] == judging.data.params["model.name"] == "judge-model"
    assert (judging.data.params["sample"], judging.data.params["model.temperature"]) == ("2", "0.0")


@pytest.mark.parametrize("begun", [True, False])
def test_a_judging_that_was_killed_is_told_as_killed_also_beside_the_figures_of_an_earlier_one(
    run: Path, store: Store, begun: bool
) -> None:
    judge(run, LAST_MS - 11_000)
    if begun:
        begin(run / "judged" / "journal.db", LAST_MS - 10_000)
    shown = store.client.get_run(caught_up(run, store)[1].run_id)
    assert (shown.info.status, shown.data.tags["condor.outcome"]) == ("KILLED", "broken off")
    assert "judge.overall.refine" not in shown.data.metrics


def test_what_another_store_is_told_is_counted(run: Path, store: Store) -> None:
    first = caught_up(run, store)[0]
    assert caught_up(run, store)[0].entries == 0
    store.client.delete_run(first.run_id)
    again = caught_up(run, store)[0]
    assert again.run_id != first.run_id
    assert again.entries == first.entries > 0
