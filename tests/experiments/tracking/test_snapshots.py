"""Figures of a moment, and which steps are shown."""

from pathlib import Path

import pytest

from condor.experiments.tracking.snapshots import Recorder, Start, latencies
from condor.experiments.tracking.traces import spool_traces
from condor.runtime.journal import Journal
from condor.runtime.journal.spool import Spool

from tracking_support import step, written


def test_figures_are_those_of_the_session_where_they_say_so(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db", *(step(number) for number in range(1, 11)))
    with Journal(path, writable=False) as journal:
        start = Start.of(journal)
    assert (start.calls, start.steps) == (10, 10)
    written(path, step(101), step(102), step(103))
    recorder = Recorder(path, start)
    recorder.record()
    recorder.record()
    recorder.record(anew=True)
    recorder.close()
    with Spool(path) as spool:
        first, second = spool.all("metrics")
        (tags,) = spool.all("tags")
    metrics = first.body["metrics"]
    assert first.body["step"] == metrics["calls"] == 13
    assert metrics["cost_usd"] == 6.5
    assert metrics["step_seconds_p50"] == 102
    assert "kept" not in metrics, "no item has ended"
    assert second.body["metrics"]["calls"] == 13
    assert tags.body == {"tags": {"condor.prompt.answer": "v"}}


def test_there_are_no_percentiles_of_nothing() -> None:
    assert latencies([]) == {}
    assert latencies([2.0]) == {"step_seconds_p50": 2.0, "step_seconds_p95": 2.0}


@pytest.mark.parametrize(("one_in", "most", "expected"), [(1, 1000, 600), (50, 1000, 12), (50, 5, 5), (500, 200, 2)])
def test_shown_steps_are_spread_evenly_and_the_same_however_often_one_looks(
    tmp_path: Path, one_in: int, most: int, expected: int
) -> None:
    path = tmp_path / "journal.db"
    for start in range(0, 600, 200):
        written(path, *(step(number) for number in range(start + 1, start + 201)))
        spool_traces(path, one_in, most)
        spool_traces(path, one_in, most)
    with Spool(path) as spool:
        shown = [number for entry in spool.all("trace") for number in entry.body["steps"]]
    assert shown[0] == 1
    assert shown == sorted(set(shown))
    assert len(shown) == pytest.approx(expected, abs=1)


def test_a_step_without_a_reply_is_not_shown(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db", step(1, outcome="error", output=None, reason="transport"), step(2))
    spool_traces(path, 1, 10)
    with Spool(path) as spool:
        assert [entry.body["steps"] for entry in spool.all("trace")] == [[2]]
