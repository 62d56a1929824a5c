"""MLflow's user interface in a process of its own over a store on disk, and a store to look at."""

import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from devtools import Browser, Page, stop_group
from support import clean_environment, wait_for

#: LiteLLM, which the server imports for jobs, would look for its price map in the net.
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


#: Closes the panel that opens by itself over a third of every page.
_WITHOUT_ASSISTANT = {
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": "true",
    "mlflow.assistant.panelOpen_v1": "false",
}


@dataclass(frozen=True)
class FilledStore:
    """A store on disk, and what the interface must show of it.

    Attributes:
        database: the SQLite file.
        experiment: the id of Condor's experiment.
        runs: names of its runs.
        prompts: name -> a sentence of the champion's text.
        datasets: name -> digest, of the first run's inputs.
    """

    database: Path
    experiment: str
    runs: tuple[str, ...]
    prompts: dict[str, str]
    datasets: dict[str, str]


def fill_store(directory: Path) -> FilledStore:
    """Make a store through MLflow's client, in the shape in which Condor fills it."""
    from mlflow import MlflowClient
    from mlflow.entities import Dataset, DatasetInput, InputTag

    address = f"sqlite:///{directory}/mlflow.db"
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    experiment = client.create_experiment("condor", (directory / "mlruns").as_uri())
    datasets = {
        f"first/{context}": f"{number}{'0123456789abcdef' * 3}"[:36] for number, context in enumerate(_CONTEXTS)
    }
    for name in ("synth first", "judge first"):
        run = client.create_run(experiment, run_name=name, tags={"condor.kind": name.split()[0]}).info.run_id
        client.log_param(run, "model.name", "rehearsal")
        client.log_metric(run, "kept", 12)
        inputs = [
            DatasetInput(
                Dataset(each, digest, "condor", json.dumps({"run": "first"}), schema="{}", profile='{"num_rows": 12}'),
                [InputTag("mlflow.data.context", each.partition("/")[2])],
            )
            for each, digest in datasets.items()
        ]
        client.log_inputs(run, inputs)
        client.set_terminated(run)
    prompts = {"condor.refinement": "Write the answer anew after the critique.", "condor.question": "Write a question."}
    for name, text in prompts.items():
        template = [{"role": "system", "content": text}, {"role": "user", "content": "{{question}}"}]
        version = client.register_prompt(name, template).version
        client.set_prompt_alias(name, "champion", version)
    return FilledStore(directory / "mlflow.db", experiment, ("synth first", "judge first"), prompts, datasets)


_CONTEXTS = ("tree", "void", "refine")


@asynccontextmanager
async def ui_page(browser: Browser, width: int = 1400, height: int = 800) -> AsyncIterator[Page]:
    """A page for MLflow's interface, without what it opens by itself."""
    async with browser.page(width, height) as page:
        await page.remember(**_WITHOUT_ASSISTANT)
        yield page


@contextmanager
def serve_ui(database: Path, directory: Path) -> Iterator[str]:
    """MLflow's server over a SQLite store, at a free port of 127.0.0.1; gives its address.

    Args:
        database: the store; the server works on it as it is.
        directory: where the server may leave its own files.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--backend-store-uri", f"sqlite:///{database.absolute()}", "--workers", "1"]
    options += ["--artifacts-destination", str(directory / "artifacts"), "--host", "127.0.0.1", "--port", str(port)]
    with (directory / "mlflow.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *options],
            cwd=directory,
            env=clean_environment() | _QUIET,
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
