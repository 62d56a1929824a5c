"""Data sets as inputs of MLflow runs, and the runs that touched a data set: found by its digest."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from ..mlflow_store import Store, store_faults
from .datasets import Context, Dataset

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput, Run

_SOURCE_TYPE = "condor"
#: The tag under which MLflow keeps what an input was to its run.
_CONTEXT = "mlflow.data.context"
_CONTEXTS: tuple[Context, ...] = get_args(Context)


@dataclass(frozen=True)
class TouchingRun:
    """An MLflow run that touched a data set.

    Attributes:
        run_id, tags: its own.
        inputs: all of its data sets.
        ended_ms: when it ended, in milliseconds since 1970; 0 while it is under way.
    """

    run_id: str
    tags: Mapping[str, str]
    inputs: tuple[Dataset, ...]
    ended_ms: int

    @property
    def kind(self) -> str:
        """`synth`, `judge`, `optimize` or `release`."""
        return self.tags.get("condor.kind", "")

    def released(self, digest: str) -> bool:
        """Whether it made the release of a digest, and did not only compare one with it."""
        return self.kind == "release" and any(
            (each.context, each.digest) == ("release", digest) for each in self.inputs
        )


def log_inputs(store: Store, run_id: str, datasets: Iterable[Dataset]) -> None:
    """Log data sets as inputs of a run; one that the run has already is not logged again.

    Raises:
        StoreFault: the store failed.
    """
    with store_faults(store.address):
        store.client.log_inputs(run_id, datasets=[_input(dataset) for dataset in datasets])


def _input(dataset: Dataset) -> "DatasetInput":
    from mlflow.entities import Dataset as MlflowDataset
    from mlflow.entities import DatasetInput, InputTag

    columns = [{"name": name, "type": kind, "required": True} for name, kind in dataset.schema.items()]
    held = MlflowDataset(
        name=dataset.name,
        digest=dataset.digest,
        source_type=_SOURCE_TYPE,
        source=json.dumps(dict(dataset.source), ensure_ascii=False),
        schema=json.dumps({"mlflow_colspec": columns}),
        profile=json.dumps(dict(dataset.profile), ensure_ascii=False),
    )
    return DatasetInput(held, [InputTag(_CONTEXT, dataset.context)])


def runs_touching(store: Store, digest: str) -> list[TouchingRun]:
    """The runs that have a data set of a digest among their inputs, the first one first.

    Raises:
        StoreFault: the store failed.
    """
    with store_faults(store.address):
        found = store.client.search_runs(
            [store.experiment_id], f"dataset.digest = '{digest}'", order_by=["attributes.start_time ASC"]
        )
    return [_touching(run) for run in found]


def _touching(run: "Run") -> TouchingRun:
    inputs = run.inputs.dataset_inputs if run.inputs else []
    known = [dataset for each in inputs if (dataset := _dataset(each)) is not None]
    return TouchingRun(run.info.run_id, dict(run.data.tags), tuple(known), run.info.end_time or 0)


def _dataset(logged: "DatasetInput") -> Dataset | None:
    """A data set that Condor logged, or None for another."""
    held = logged.dataset
    given = {tag.key: tag.value for tag in logged.tags}.get(_CONTEXT)
    context: Context | None = next((each for each in _CONTEXTS if each == given), None)
    if held is None or context is None or held.source_type != _SOURCE_TYPE:
        return None
    return Dataset(context, held.name, held.digest, _object(held.source), _object(held.profile or "{}"))


def _object(text: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}  # it is told, not needed
    return value if isinstance(value, dict) else {}
