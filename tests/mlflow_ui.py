"""MLflow's user interface in a process of its own over a store on disk, and a store to look at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools import Browser, Page
from support import Cli

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
