"""What tests of tracking share: journals, a store that is ready, MLflow's server, and a store that is locked."""

import asyncio
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from condor.runtime.journal import Journal, StepEntry
from condor.runtime.journal.spool import Spool

from devtools import stop_group
from support import Cli, clean_environment, wait_for

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Trace

#: LiteLLM, which the server imports for jobs, would look for its price map in the net.
_SERVER = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
_SERVER |= {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def step(number: int, **changes: object) -> StepEntry:
    """A step of a journal: the first that was done, but for what is said otherwise."""
    values = {
        "key": f"{number:032x}",
        "stage": "answer",
        "outcome": "done",
        "prompt_version": "v",
        "model": "m",
        "calls": 1,
        "input_tokens": 10,
        "output_tokens": 5,
        "cost_usd": 0.5,
        "seconds": float(number),
        "finished_at": "2026-11-22T00:00:00+00:00",
        "output": '{"values": []}',
    }
    return StepEntry(**(values | changes))  # type: ignore[arg-type]


def written(path: Path, *entries: StepEntry) -> Path:
    """A journal with some steps more."""

    async def write(journal: Journal) -> None:
        await journal.write_prompt("v", "answer", [])
        await asyncio.gather(*(journal.write_step(entry) for entry in entries))

    with Journal.open(path) if path.exists() else Journal.create(path, {"kind": "synthesis"}) as journal:
        asyncio.run(write(journal))
    return path


def make_template(directory: Path) -> Path:
    """A fresh SQLite store without an experiment of Condor's: to make one takes seconds, so tests copy it."""
    from condor.experiments.mlflow_store import open_store

    open_store(f"sqlite:///{directory}/first.db")
    template = directory / "template.db"
    shutil.copy(directory / "first.db", template)
    with closing(sqlite3.connect(template)) as database:
        database.execute("DELETE FROM experiments WHERE name = 'condor'")
        database.commit()
    return template


@contextmanager
def serve_mlflow(database: Path, directory: Path) -> Iterator[str]:
    """MLflow's own server over a SQLite store, at a free port of 127.0.0.1; gives its address.

    Args:
        database: the store; the server works on it as it is.
        directory: where the server may leave its own files.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--backend-store-uri", f"sqlite:///{database.absolute()}", "--workers", "1"]
    options += ["--artifacts-destination", str(directory / "artifacts"), "--host", "127.0.0.1", "--port", str(port)]
    with (directory / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *options],
            cwd=directory,
            env=clean_environment() | _SERVER,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _answers(f"{address}/health"), seconds=120)
        yield address
    finally:
        stop_group(server)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as reply:
            return reply.status == 200
    except (URLError, OSError):
        return False


def tracked(cli: Cli, template: Path, **more: str) -> dict[str, str]:
    """An environment with tracking on, quick, and with a store in the working folder that is ready."""
    if "MLFLOW_TRACKING_URI" not in more:
        (cli.directory / "mlflow.db").unlink(missing_ok=True)
        shutil.copy(template, cli.directory / "mlflow.db")
    return {"CONDOR_TRACKING": "on", "CONDOR_TRACKING_SECONDS": "0.2", **more}


def sent(cli: Cli, environment: dict[str, str], run: str = "run") -> None:
    """Send what a busy machine left in the spool; where there is nothing, nothing is doubled."""
    result = cli.run("track", run, **environment)
    assert result.returncode == 0, result.stderr
    with Spool(cli.directory / run / "journal.db") as spool:
        assert spool.count_pending(spool.meta()["mlflow_run_id"]) == 0


def mlflow_client(address: str) -> "MlflowClient":
    """A client of a store's; its import takes seconds, which tests of other things need not wait for."""
    from mlflow import MlflowClient

    return MlflowClient(address)


class Seen:
    """What MLflow's store holds of a run."""

    def __init__(self, address: str, journal: Path) -> None:
        with Spool(journal) as spool:
            self.run_id = spool.meta()["mlflow_run_id"]
            self.spooled = spool.all("metrics")
        self.client = mlflow_client(address)
        self.run = self.client.get_run(self.run_id)
        self.params, self.metrics, self.tags = self.run.data.params, self.run.data.metrics, self.run.data.tags

    def history(self, key: str) -> list[tuple[int, int, float]]:
        """(time, step, value) of every value of a metric."""
        found = self.client.get_metric_history(self.run_id, key)
        return sorted((each.timestamp, each.step, each.value) for each in found)

    def spooled_history(self, key: str) -> list[tuple[int, int, float]]:
        """The same from the journal's spool."""
        entries = [(each.at_ms, each.body["step"], each.body["metrics"].get(key)) for each in self.spooled]
        return sorted(entry for entry in entries if entry[2] is not None)

    def artifacts(self) -> set[str]:
        """The names of its files."""
        return {each.path for each in self.client.list_artifacts(self.run_id)}

    def traces(self) -> "list[Trace]":
        """Its traces."""
        return list(self.client.search_traces(locations=[self.run.info.experiment_id], run_id=self.run_id))


def in_folder(cli: Cli) -> str:
    """The address of the store in a command's working folder."""
    return f"sqlite:///{cli.directory}/mlflow.db"


_HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process holds a SQLite file in a transaction, so that nobody can even read it."""
    command = [sys.executable, "-c", _HOLD, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate()
