"""Showing in MLflow what is done in a moment and has no journal: a release, an export."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...runtime.journal.spool import now_ms
from .facts import RunFacts
from .inputs import DatasetInput, log_inputs
from .limits import LONGEST_PARAM, LONGEST_TAG, METRICS_PER_BATCH, OTHERS_PER_BATCH, batches, fit_metrics, fit_values
from .store import open_store, store_faults


def record_run(
    facts: RunFacts,
    *,
    metrics: Mapping[str, float | None] | None = None,
    files: Sequence[Path] = (),
    inputs: Sequence[DatasetInput] = (),
    uri: str | None = None,
) -> str:
    """Make an MLflow run that is finished at once; returns its id.

    Args:
        facts: what is known of it.
        metrics: its figures.
        files: shown with it.
        inputs: datasets that it took in or gave out.
        uri: the store's address, unless MLFLOW_TRACKING_URI names one.

    Raises:
        StoreFault: the store cannot be reached, or fails; then a run may be left there that is not finished.
    """
    store, told = open_store(uri), facts.as_json()
    with store_faults(store.address):
        from mlflow.entities import Metric, Param

        tags = fit_values(told["tags"], LONGEST_TAG)
        run_id = store.client.create_run(store.experiment_id, tags=tags).info.run_id
        params = [Param(key, value) for key, value in fit_values(told["params"], LONGEST_PARAM).items()]
        for batch in batches(params, OTHERS_PER_BATCH):
            store.client.log_batch(run_id, params=batch)
        figures = [Metric(key, value, now_ms(), 0) for key, value in fit_metrics(metrics or {}).items()]
        for batch in batches(figures, METRICS_PER_BATCH):
            store.client.log_batch(run_id, metrics=batch)
        if inputs:
            log_inputs(store, run_id, inputs)
        for path in files:
            store.client.log_artifact(run_id, str(path))
        store.client.set_terminated(run_id, "FINISHED")
    return run_id
