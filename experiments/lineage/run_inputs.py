"""What a run's MLflow run is told when it ends: its data sets as inputs, and the registered prompts that it used."""

import json
from pathlib import Path

from ...runtime.journal import Journal
from ...runtime.run_directory import JUDGED, RunDirectory
from ..mlflow_store import Store, store_faults
from ..prompts.names import prompt_name, stages
from ..prompts.registering import register_built_in
from ..prompts.registry import list_prompts
from .datasets import Dataset, judged_dataset, optimization_datasets, run_datasets, tree_dataset
from .inputs import log_inputs
from .origins import programs_in

#: Under this tag MLflow's UI lists the prompts of a run.
_LINKED = "mlflow.linkedPrompts"


def log_run_inputs(store: Store, run_id: str, directory: Path) -> None:
    """Log the data sets and the prompts of a directory as they are now; again, what is new is added.

    Args:
        store: where.
        run_id: of the MLflow run.
        directory: of a synthesis, of a judging (RUN/judged), or of an optimisation.

    Raises:
        BadInput: a file in the directory cannot be read.
        StoreFault: the store failed.
    """
    log_inputs(store, run_id, datasets_in(directory))
    linked = _linked_prompts(store, directory)
    if linked:
        with store_faults(store.address):
            store.client.set_tag(run_id, _LINKED, json.dumps(linked))


def datasets_in(directory: Path) -> tuple[Dataset, ...]:
    """The data sets that the work in a directory has read or written by now.

    Raises:
        BadInput: a file in it cannot be read.
    """
    with Journal.open_read_only(RunDirectory(directory).journal) as journal:
        meta = journal.meta()
    match meta.get("kind"):
        case "synthesis":
            return run_datasets(directory)
        case "judgement" if directory.name == JUDGED:
            judged = judged_dataset(directory.parent)
            return (*run_datasets(directory.parent), *([judged] if judged else []))
        case "optimization":
            return _of_optimization(directory, meta.get("tree_version"))
        case _:
            return ()


def _of_optimization(directory: Path, tree_version: str | None) -> tuple[Dataset, ...]:
    tree = () if tree_version is None else (tree_dataset(tree_version, directory.resolve().name),)
    sets = (dataset for program in programs_in(directory) for dataset in optimization_datasets(program, directory))
    return (*tree, *sets)


def _linked_prompts(store: Store, directory: Path) -> list[dict[str, str]]:
    """The versions in the registry of the prompts that brought a result; the built-in ones are registered for it."""
    with Journal.open_read_only(RunDirectory(directory).journal) as journal:
        used = {(prompt_name(stage), version) for stage, version in journal.used_prompts()}
    names = sorted({name for name, _ in used} & set(stages()))
    if names:
        register_built_in(store)
    return [
        {"name": name, "version": str(each.version)}
        for name, versions in list_prompts(store, names).items()
        for each in versions
        if (name, each.prompt_version) in used
    ]
