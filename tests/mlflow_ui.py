"""MLflow's user interface in a process of its own over a store on disk, and a store to look at."""

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
from support import Cli, clean_environment, wait_for

#: LiteLLM, which the server imports for jobs, would look for its price map in the net.
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


#: Closes what opens by itself over a third of a page.
_QUIET_UI = {
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": "true",
    "mlflow.assistant.panelOpen_v1": "false",
    "mlflow.detectIssues.guidanceDismissed": "true",
}


@dataclass(frozen=True)
class FilledStore:
    """A store on disk, and what the interface must show of it.

    Attributes:
        database: the SQLite file.
        experiment: the id of Condor's experiment.
        runs: MLflow's name of a run -> its id.
        prompts: name in the registry -> version of the prompt, as journals have it.
        datasets: name -> digest, of the inputs of the synthesis.
        question: the first question that was kept.
    """

    database: Path
    experiment: str
    runs: dict[str, str]
    prompts: dict[str, str]
    datasets: dict[str, str]
    question: str


def fill_store(directory: Path, records: int = 9) -> FilledStore:
    """Have commands fill a store, as a person would: a synthesis with the rehearsal model, judged and evaluated."""
    recipe = f"tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: {records}\nmodel: rehearsal\n"
    (directory / "recipe.yaml").write_text(recipe, encoding="utf-8")
    for command in (
        ("synth", "recipe.yaml", "--run", "first"),
        ("judge", "first", "--pairwise", "void:refine", "--evaluate"),
    ):
        result = Cli(directory).run(*command, CONDOR_TRACKING="on")
        assert result.returncode == 0, result.stderr
    return _describe(directory)


def _describe(directory: Path) -> FilledStore:
    from mlflow import MlflowClient

    from condor.experiments.status import open_run
    from condor.programs import AnswerQuestion, CritiqueAnswer, RefineAnswer, WriteQuestions

    address = f"sqlite:///{directory}/mlflow.db"
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    (experiment,) = (found for found in client.search_experiments() if found.name == "condor")
    runs = {run.info.run_name or "": run for run in client.search_runs([experiment.experiment_id])}
    taken = runs["synth first"].inputs
    inputs = [each.dataset for each in taken.dataset_inputs] if taken else []
    _, journal = open_run(directory / "first")
    with journal:
        question = next(journal.kept_chains()).question.text
    stages = (WriteQuestions(), AnswerQuestion(), CritiqueAnswer(), RefineAnswer())
    return FilledStore(
        database=directory / "mlflow.db",
        experiment=experiment.experiment_id,
        runs={name: run.info.run_id for name, run in runs.items()},
        prompts={f"condor.{stage.name}": stage.prompt_version() for stage in stages},
        datasets={each.name: each.digest for each in inputs},
        question=question,
    )


@asynccontextmanager
async def ui_page(browser: Browser, width: int = 1400, height: int = 800) -> AsyncIterator[Page]:
    """A page for MLflow's interface, without what it opens by itself."""
    async with browser.page(width, height) as page:
        await page.remember(**_QUIET_UI)
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
