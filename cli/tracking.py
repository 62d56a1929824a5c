"""Showing in MLflow what a command does, and `condor track`, which sends what could not be sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from .options import RunArgument

if TYPE_CHECKING:
    from ..experiments.tracking.tracker import Tracker


@contextmanager
def tracking(console: Console, *, on: bool = True, store: str | None = None) -> "Iterator[Tracker | None]":
    """What shows a run in MLflow while it goes on, or None where that is switched off.

    Args:
        console: is told, in a line, if the store does not take it.
        on: False for --no-track.
        store: its address, unless MLFLOW_TRACKING_URI says it.
    """
    from ..experiments.tracking.tracker import Tracker, interval_s, tracking_is_on

    if not (on and tracking_is_on()):
        yield None
        return
    with Tracker(store, tell=console.print, interval_s=interval_s()) as tracker:
        yield tracker


def say_where(store: str, console: Console) -> None:
    """Say how the runs of a store are looked at."""
    from ..experiments.mlflow_store import shown, store_address
    from ..experiments.tracking.tracker import tracking_is_on

    if not tracking_is_on():
        return
    address = shown(store_address(store))
    served = address.startswith(("http:", "https:"))
    console.print(f"in MLflow:       {address if served else f'mlflow ui --backend-store-uri {address}'}")


def track(run: RunArgument) -> None:
    """Send to MLflow what was not yet sent of a run and of its judging; nothing is run and nothing is sent twice.

    A session that was killed is closed: as finished where the run has all it
    was asked for, else as killed. A run that was made with --no-track is shown
    with its figures of now. Where MLFLOW_TRACKING_URI names another store than
    before, or the store was deleted, a new MLflow run is made there and told
    everything from the beginning: the run's journal has it all. A release's
    folder is told of by its manifest.
    """
    from ..corpus.release.layout import is_release
    from ..experiments.tracking.catching_up import catch_up

    if is_release(run):
        _track_release(run)
        return
    for sent in catch_up(run):
        typer.echo(f"{sent.directory}: {sent.entries} entries sent; {sent.status.lower()} in {sent.store}")
        typer.echo(f"  MLflow run {sent.run_id}")


def _track_release(directory: Path) -> None:
    from ..experiments.lineage.release_folders import log_release_folder
    from ..experiments.mlflow_store import open_store

    store = open_store()
    typer.echo(f"{directory}: in {store.uri}")
    typer.echo(f"  MLflow run {log_release_folder(store, directory)}")
