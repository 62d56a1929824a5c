"""Datasets that a run took in or gave out, under digests of our own: MLflow's sampled ones collide on large frames."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...runtime.journal.spool import Spool, SpoolEntry
from .limits import fit_value
from .store import Store

#: The kind of a spool's entry that names datasets.
INPUTS = "inputs"
#: What MLflow holds of a digest, a name and a source.
LONGEST_DIGEST, _LONGEST_NAME, _LONGEST_SOURCE = 36, 500, 65_535
#: The tag of an input that says what it was to the run.
_CONTEXT_TAG = "mlflow.data.context"


@dataclass(frozen=True)
class DatasetInput:
    """A dataset and what it was to a run.

    Attributes:
        name: of the dataset.
        digest: of its content, at most 36 characters: by it all runs are found that touched it.
        context: what it was to the run: `tree`, `training`, `void`, ...
        source: where it is, as JSON without absolute paths.
        profile: figures about it, as JSON.
    """

    name: str
    digest: str
    context: str
    source: str = "{}"
    profile: str = "{}"

    def __post_init__(self) -> None:
        if not 0 < len(self.digest) <= LONGEST_DIGEST:
            raise ValueError(f"a digest has at most {LONGEST_DIGEST} characters: {self.digest!r}")


def spool_inputs(journal: Path, inputs: Sequence[DatasetInput]) -> None:
    """Have a run's journal tell MLflow of datasets.

    Raises:
        OutputFault: the journal cannot be written.
    """
    with Spool(journal) as spool:
        spool.append(INPUTS, {"inputs": [asdict(each) for each in inputs]})


def log_inputs(store: Store, run_id: str, inputs: Sequence[DatasetInput]) -> None:
    """Tell MLflow of datasets. One that it knows by name and digest is not doubled.

    Raises:
        MlflowException: the store failed.
    """
    from mlflow.entities import Dataset, InputTag
    from mlflow.entities import DatasetInput as Entity

    entities = [
        Entity(
            Dataset(
                name=fit_value(each.name, _LONGEST_NAME),
                digest=each.digest,
                source_type="condor",
                source=fit_value(each.source, _LONGEST_SOURCE),
                profile=each.profile,
            ),
            [InputTag(_CONTEXT_TAG, each.context)],
        )
        for each in inputs
    ]
    store.client.log_inputs(run_id, datasets=entities)


def send_inputs(store: Store, run_id: str, entry: SpoolEntry, directory: Path) -> None:
    """Send the datasets that an entry names.

    Raises:
        MlflowException: the store failed.
    """
    given: list[dict[str, Any]] = entry.body["inputs"]
    log_inputs(store, run_id, [DatasetInput(**each) for each in given])
