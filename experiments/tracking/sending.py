"""Sending what a journal's spool holds to the MLflow run that shows the journal. Sending twice is harmless."""

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...runtime.journal import Journal
from ...runtime.journal.spool import Spool, SpoolEntry
from ..lineage.run_inputs import log_run_inputs
from ..mlflow_store import Store, open_store, store_faults
from .artifacts import send_files
from .limits import (
    LONGEST_PARAM,
    LONGEST_TAG,
    METRICS_PER_BATCH,
    OTHERS_PER_BATCH,
    batches,
    fit_metrics,
    fit_values,
)
from .runs import mlflow_run, sending_alone
from .snapshots import BEGIN, END, FILES, METRICS, TAGS
from .traces import TRACE, send_traces

if TYPE_CHECKING:
    from mlflow.entities import Param

#: The prefix of a tag that holds what a param is now: MLflow's params keep their first value.
CHANGED_TAG = "condor.changed."


class Sender:
    """Sends a journal's spool. It opens the store when it is first needed.

    Args:
        journal: of the run, in the run's directory.
        uri: the store's address, unless MLFLOW_TRACKING_URI names one.

    Attributes:
        sent: how many of the spool's entries it has sent.
    """

    def __init__(self, journal: Path, uri: str | None = None) -> None:
        self._path = journal
        self._uri = uri
        self._spool = Spool(journal)
        self._store: Store | None = None
        self._run_id: str | None = None
        self.sent = 0

    def close(self) -> None:
        """Let go of the file."""
        self._spool.close()

    @property
    def has_begun(self) -> bool:
        """Whether MLflow has been told of the run."""
        return self._run_id is not None

    def may_begin(self) -> bool:
        """Whether there is a run to show: one that never got a reply is taken away."""
        if self.has_begun:
            return True
        with Journal(self._path, writable=False) as journal:
            return journal.holds_replies()

    def reach(self) -> None:
        """Open the store.

        Raises:
            StoreFault: it cannot be reached.
        """
        if self._store is None:
            self._store = open_store(self._uri)

    def send(self) -> str:
        """Send all that was not yet sent; returns the id of the MLflow run.

        Raises:
            StoreFault: the store cannot be reached, or fails; what it has taken is marked as sent.
            OutputFault: the journal cannot be written.
        """
        self.reach()
        assert self._store is not None
        with sending_alone(self._path.parent), store_faults(self._store.address):
            if self._run_id is None:
                self._run_id = mlflow_run(self._store, self._spool)
            while pending := self._spool.pending(self._run_id):
                for kind, entries in groupby(pending, key=lambda entry: entry.kind):
                    self._send_some(kind, list(entries))
        return self._run_id

    def _send_some(self, kind: str, entries: Sequence[SpoolEntry]) -> None:
        """Send entries of one kind that follow each other."""
        assert self._store is not None
        assert self._run_id is not None
        for entry in entries if kind != METRICS else ():
            _SENDING[kind](self._store, self._run_id, entry, self._path.parent)
        if kind == METRICS:
            _send_metrics(self._store, self._run_id, entries)
        self._spool.mark_sent(entries, self._run_id)
        self.sent += len(entries)


def _send_metrics(store: Store, run_id: str, entries: Sequence[SpoolEntry]) -> None:
    from mlflow.entities import Metric

    metrics = [
        Metric(key, value, entry.at_ms, entry.body["step"])
        for entry in entries
        for key, value in fit_metrics(entry.body["metrics"]).items()
    ]
    for batch in batches(metrics, METRICS_PER_BATCH):
        store.client.log_batch(run_id, metrics=batch)


def _send_begin(store: Store, run_id: str, entry: SpoolEntry, directory: Path) -> None:
    from mlflow.entities import Param

    given = fit_values(entry.body["params"], LONGEST_PARAM)
    run = store.client.get_run(run_id)
    known = run.data.params
    new = [Param(key, value) for key, value in given.items() if key not in known]
    differing = {f"{CHANGED_TAG}{key}": value for key, value in given.items() if known.get(key, value) != value}
    changed = fit_values(differing, LONGEST_TAG)
    _log_params(store, run_id, new)
    _set_tags(store, run_id, {**entry.body["tags"], **changed})
    for tag in run.data.tags:
        if tag.startswith(CHANGED_TAG) and tag not in changed:  # it is again what it was at first
            store.client.delete_tag(run_id, tag)
    store.client.update_run(run_id, status="RUNNING")


def _send_tags(store: Store, run_id: str, entry: SpoolEntry, directory: Path) -> None:
    _set_tags(store, run_id, entry.body["tags"])


def _log_params(store: Store, run_id: str, params: "Sequence[Param]") -> None:
    for batch in batches(params, OTHERS_PER_BATCH):
        store.client.log_batch(run_id, params=batch)


def _set_tags(store: Store, run_id: str, tags: dict[str, Any]) -> None:
    from mlflow.entities import RunTag

    fitted = [RunTag(key, value) for key, value in fit_values(tags, LONGEST_TAG).items()]
    for batch in batches(fitted, OTHERS_PER_BATCH):
        store.client.log_batch(run_id, tags=batch)


def _send_end(store: Store, run_id: str, entry: SpoolEntry, directory: Path) -> None:
    _set_tags(store, run_id, entry.body.get("tags", {}))
    log_run_inputs(store, run_id, directory)
    if entry.body["status"] == "SCHEDULED":
        store.client.update_run(run_id, status="SCHEDULED")  # it waits for results, and will go on
    else:
        store.client.set_terminated(run_id, entry.body["status"], end_time=entry.at_ms)


#: Kind of an entry -> what sends one.
_SENDING: dict[str, Callable[[Store, str, SpoolEntry, Path], None]] = {
    BEGIN: _send_begin,
    TAGS: _send_tags,
    FILES: send_files,
    TRACE: send_traces,
    END: _send_end,
}
