"""An optimisation in MLflow: a run of kind `optimize` with its sets, scores and program, and its prompts registered."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..compiled import CompiledProgram
from ..mlflow_store import Store, store_faults
from ..prompts.champions import champions, promote_all
from ..prompts.names import prompt_name
from ..prompts.registering import PROGRAM, compiled_tags, program_id, register_compiled
from ..prompts.registry import RegisteredPrompt
from ..tracking.facts import RunFacts
from ..tracking.limits import LONGEST_PARAM, LONGEST_TAG, fit_metrics, fit_values
from .datasets import Dataset, optimization_datasets, tree_dataset
from .inputs import log_inputs

#: What is shown of an optimisation's directory.
_REPORT = "optimization.json"


@dataclass(frozen=True)
class ShownOptimization:
    """What the store knows of an optimisation now.

    Attributes:
        run_id: of its MLflow run.
        versions: of its prompts, in the order of its stages.
        promoted: whether they are the champions by this.
        unproven: champions that an improvement was not compared with, and which therefore stay.
    """

    run_id: str
    versions: tuple[RegisteredPrompt, ...]
    promoted: bool
    unproven: tuple[RegisteredPrompt, ...] = ()


def show_optimization(
    store: Store,
    program: CompiledProgram,
    run: Path,
    *,
    tree_version: str,
    metrics: Mapping[str, float | None],
    promote: bool,
) -> ShownOptimization:
    """Show an optimisation, register its prompts, and make them champions if they are an improvement.

    What the hold-out has proven is that they are better than the prompts that they were compiled from. Where a champion
    is another prompt than that, nobody knows which is better: it stays, and a person may decide.

    The same program again is the same run and the same versions; it is promoted only when it is shown first, so that a
    rollback is not undone by giving the command again.

    Args:
        store: where.
        program: what came out.
        run: the directory of the optimisation.
        tree_version: of the tree that its sets were drawn from.
        metrics: further figures.
        promote: whether an improvement becomes the champion.

    Raises:
        StoreFault: the store failed; the same command shows it again.
        PromptFault: a model in the registry is in the way of a prompt.
    """
    run_id, is_new = _run_of(store, program, run, metrics)
    sets = optimization_datasets(program, run)
    versions = register_compiled(store, program, run_id=run_id)
    unproven = _beside_its_base(store, program)
    promoted = is_new and promote and program.improved and not unproven
    if promoted:
        versions = promote_all(store, versions)
    log_inputs(store, run_id, [tree_dataset(tree_version, run.resolve().name), *_distinct(sets)])
    if is_new:
        _finish(store, run_id, program, run)
    return ShownOptimization(run_id, tuple(versions), promoted, unproven if program.improved else ())


def _beside_its_base(store: Store, program: CompiledProgram) -> tuple[RegisteredPrompt, ...]:
    """The champions of the program's stages that are neither what it was compiled from nor what it is."""
    standing = champions(store, [prompt_name(prompt.stage) for prompt in program.prompts])
    known = {prompt_name(prompt.stage): {prompt.base_version, prompt.prompt_version} for prompt in program.prompts}
    return tuple(champion for name, champion in standing.items() if champion.prompt_version not in known[name])


def _distinct(sets: tuple[Dataset, ...]) -> list[Dataset]:
    """MLflow takes a data set under one name and digest once."""
    return list({(dataset.name, dataset.digest): dataset for dataset in sets}.values())


def _run_of(store: Store, program: CompiledProgram, run: Path, metrics: Mapping[str, float | None]) -> tuple[str, bool]:
    """The MLflow run of a program, and whether it is only now made whole."""
    with store_faults(store.address):
        found = store.client.search_runs(
            [store.experiment_id], f"tags.`{PROGRAM}` = '{program_id(program)}'", max_results=1
        )
        if found and found[0].info.status == "FINISHED":
            return found[0].info.run_id, False
        # One that was broken off is told everything again.
        run_id = found[0].info.run_id if found else _make(store, program, run)
        _log_figures(store, run_id, program, metrics)
    return run_id, True


def _make(store: Store, program: CompiledProgram, run: Path) -> str:
    from mlflow.entities import Param

    models = {role: str(identity.get("name")) for role, identity in program.models.items()}
    sizes = {f"sets.{name}": len(ids) for name, ids in program.sets.items()}
    params = {"step": program.step, "optimizer": program.optimizer, "seed": program.seed, **sizes}
    params |= {f"models.{role}": name for role, name in models.items()}
    told = RunFacts("optimize", run.resolve().name, params, compiled_tags(program)).as_json()
    made = store.client.create_run(store.experiment_id, tags=fit_values(told["tags"], LONGEST_TAG)).info.run_id
    fitted = fit_values(told["params"], LONGEST_PARAM)
    store.client.log_batch(made, params=[Param(key, value) for key, value in fitted.items()])
    return made


def _log_figures(store: Store, run_id: str, program: CompiledProgram, metrics: Mapping[str, float | None]) -> None:
    scores = {f"{name}.{key}": value for name, score in program.scores.items() for key, value in score.items()}
    for key, value in fit_metrics({**scores, **metrics}).items():
        store.client.log_metric(run_id, key, value)


def _finish(store: Store, run_id: str, program: CompiledProgram, run: Path) -> None:
    """Send the files, and end the run."""
    with store_faults(store.address):
        if (report := run / _REPORT).exists():
            store.client.log_artifact(run_id, str(report))
        store.client.log_dict(run_id, program.model_dump(mode="json"), f"compiled/{program.file_name}")
        store.client.set_terminated(run_id)
