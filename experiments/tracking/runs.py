"""Which MLflow run a journal's run is: found by its id, else by a tag, else made.

The tag's value is in the journal before the run is made. So a run that was made by a process which was killed before
it could note the id is found again. In a store that knows neither, a new run is made, and the spool, which notes to
which run an entry was sent, tells it everything from the beginning.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from filelock import FileLock, Timeout

from ...errors import OutputFault, StoreFault
from ...runtime.journal.spool import Spool
from ...runtime.run_directory import SENDING_LOCK_FILE
from ..mlflow_store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

#: Under these keys a journal says which MLflow run shows it, in which store, and what that run is tagged with.
RUN_ID, STORE, KEY = "mlflow_run_id", "mlflow_store", "mlflow_key"
#: The tag of an MLflow run that holds the key.
KEY_TAG = "condor.key"
#: Seconds that a process waits for another that sends the same run: longer than that one goes on after its run.
_LOCK_S = 60


def mlflow_run(store: Store, spool: Spool) -> str:
    """The id of the MLflow run that shows a journal; it is made where it is missing, and noted in the journal.

    Raises:
        OutputFault: the journal cannot be written.
    """
    meta = spool.meta()
    run_id = _known(store, meta.get(RUN_ID)) or _tagged(store, meta.get(KEY)) or _make(store, spool)
    if (meta.get(RUN_ID), meta.get(STORE)) != (run_id, store.uri):
        spool.note(RUN_ID, run_id)
        spool.note(STORE, store.uri)
    return run_id


@contextmanager
def sending_alone(directory: Path) -> Iterator[None]:
    """Tell MLflow of a run while no other process does: two that look for its MLflow run at once would make two.

    Args:
        directory: of the run.

    Raises:
        StoreFault: another process has not come to its end after a minute.
    """
    lock = FileLock(directory / SENDING_LOCK_FILE, timeout=_LOCK_S)
    try:
        lock.acquire()
    except Timeout as exc:
        raise StoreFault(f"{directory}: another process sends it to MLflow; wait for it or stop it") from exc
    except OSError as exc:
        raise OutputFault(f"{directory}: cannot lock what is sent to MLflow: {exc.strerror or exc}") from exc
    try:
        yield
    finally:
        lock.release()


def find_run(store: Store, run_id: str) -> "Run | None":
    """A run of the store that was not deleted, or None."""
    from mlflow.exceptions import MlflowException

    try:
        run = store.client.get_run(run_id)
    except MlflowException as exc:
        if exc.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise
    return run if run.info.lifecycle_stage == "active" else None


def _known(store: Store, run_id: str | None) -> str | None:
    return run_id if run_id and find_run(store, run_id) else None


def _tagged(store: Store, key: str | None) -> str | None:
    if key is None:
        return None
    found = store.client.search_runs([store.experiment_id], f"tags.`{KEY_TAG}` = '{key}'", max_results=1)
    return found[0].info.run_id if found else None


def _make(store: Store, spool: Spool) -> str:
    if (key := spool.meta().get(KEY)) is None:
        key = uuid4().hex
        spool.note(KEY, key)
    sessions = spool.all("begin")
    start = sessions[0].at_ms if sessions else None
    return store.client.create_run(store.experiment_id, start_time=start, tags={KEY_TAG: key}).info.run_id
