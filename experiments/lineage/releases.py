"""Released files: each is a run of kind `release` in the store, by whose digest its lineage is found again."""

from collections.abc import Mapping
from pathlib import Path

from ... import __version__
from ...corpus.formats import FormatName, StageName
from ...errors import LineageFault
from ..coverage import synthesis_recipe
from ..mlflow_store import Store, store_faults
from ..status import open_run
from .compilations import add_model, add_prompt
from .datasets import Context, Dataset, file_dataset, run_datasets
from .graph import Lineage
from .inputs import TouchingRun, log_inputs, runs_touching
from .origins import Origins
from .runs import VOID_STAGES, add_dataset
from .trees import add_version

#: Before a stage's name: the tag of a run that says which prompt the stage had.
_PROMPT_TAG = "condor.prompt."
_RELEASE = "release"
#: The tag that names the model that decided which refinements stand.
_GATE_TAG = "condor.gate"


def log_release(store: Store, run: Path, file: Path, *, format_: FormatName, stage: StageName) -> str:
    """Log that a file was made from a run; returns the MLflow run's id. The same file of the same run is one.

    Args:
        store: where.
        run: the directory of the synthesis.
        file: what `export_run` wrote.
        format_, stage: of what.

    Raises:
        BadInput: there is no synthesis in the directory, or the file cannot be read.
        StoreFault: the store failed.
    """
    name = run.resolve().name
    released = file_dataset(file, name)
    for each in runs_touching(store, released.digest):
        if each.released(released.digest) and each.ended_ms and each.tags.get("condor.run") == name:
            return each.run_id
    facts = {"condor.format": format_, "condor.stage": stage, "condor.run": name, "condor.version": __version__}
    tags = {"condor.kind": _RELEASE, "mlflow.runName": f"{_RELEASE} {file.name}", **facts, **_made_with(run)}
    with store_faults(store.address):
        made = store.client.create_run(store.experiment_id, tags=tags, run_name=tags["mlflow.runName"]).info.run_id
    log_inputs(store, made, [released, *run_datasets(run)])
    with store_faults(store.address):
        store.client.log_metric(made, "records", float(str(released.profile["num_rows"])))
        store.client.set_terminated(made)
    return made


def _made_with(run: Path) -> dict[str, str]:
    """The prompts and the model of a run, as tags."""
    _, journal = open_run(run)
    with journal:
        prompts = {f"{_PROMPT_TAG}{stage}": version for stage, version in journal.used_prompts()}
    recipe = synthesis_recipe(run)
    gate = {_GATE_TAG: recipe.judge_spec.name} if recipe.refine.gate else {}
    return prompts | {"condor.model": recipe.model.name} | gate


def add_file(graph: Lineage, origins: Origins, file: Path) -> None:
    """Add a released file, which is the root, with all that the store says of it.

    Raises:
        UnreadableFile: the file cannot be read.
        LineageFault: the store does not know it.
        StoreFault: the store failed.
    """
    released = file_dataset(file, "")
    runs = [run for run in origins.touching(released.digest) if run.released(released.digest)]
    if not runs:
        where = (
            "there is no store of MLflow's here" if origins.store is None else f"{origins.store.uri} does not know it"
        )
        raise LineageFault(
            f"{file}: {where} (digest {released.digest}); condor export notes what it writes: export the run again "
            "with tracking on, or name the run's directory instead"
        )
    # Two runs may have come to the same bytes: the one whose file has this name is meant, else the first.
    named = [run for run in runs if run.tags.get("mlflow.runName") == f"{_RELEASE} {file.name}"]
    add_release(graph, origins, released, (named or runs)[0])


def add_release(graph: Lineage, origins: Origins, released: Dataset, run: TouchingRun) -> None:
    """Add what a run of kind `release` made, which is a root, and what it was made from."""
    inputs: dict[Context, Dataset] = {dataset.context: dataset for dataset in run.inputs}
    root = add_dataset(graph, released)
    graph.roots.append(root)
    of_void = run.tags.get("condor.stage") == "void"
    refine, void = (_add(graph, inputs, context) for context in ("refine", "void"))
    if refine is not None and void is not None:
        graph.link(refine, void, "refined from")
    source = void if of_void else refine
    if source is not None:
        graph.link(root, source, "exported from")
    if refine is not None and (gate := run.tags.get(_GATE_TAG)) is not None:
        graph.link(refine, add_model(graph, {"name": gate}), "kept by the judge")
    if void is not None and (tree := inputs.get("tree")) is not None:
        graph.link(void, add_version(graph, str(tree.source.get("version", "")), "tree"), "sampled from")
    for node_id, is_void in ((void, True), (refine, False)):
        if node_id is not None and not (of_void and not is_void):
            _add_makers(graph, origins, node_id, run.tags, is_void=is_void)


def _add(graph: Lineage, inputs: Mapping[Context, Dataset], context: Context) -> str | None:
    return add_dataset(graph, inputs[context]) if context in inputs else None


def _add_makers(graph: Lineage, origins: Origins, node_id: str, tags: Mapping[str, str], *, is_void: bool) -> None:
    """The prompts and the model that a set was written with."""
    for tag, version in sorted(tags.items()):
        stage = tag.removeprefix(_PROMPT_TAG)
        if stage != tag and (stage in VOID_STAGES) == is_void:
            graph.link(node_id, add_prompt(graph, origins, stage, version), "asked with")
    if (model := tags.get("condor.model")) is not None:
        graph.link(node_id, add_model(graph, {"name": model}), "written by")
