"""Released folders: each tells its own lineage by its manifest, and is a run of kind `release` in the store."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...corpus.release.layout import CARD_FILE, MANIFEST_FILE
from ...corpus.release.manifest import Manifest, RunFacts, load_manifest
from ..digests import file_digest
from ..mlflow_store import Store, store_faults
from ..recipe import flatten
from ..tracking.facts import RunFacts as TrackedFacts
from ..tracking.limits import (
    LONGEST_PARAM,
    LONGEST_TAG,
    METRICS_PER_BATCH,
    OTHERS_PER_BATCH,
    batches,
    fit_metrics,
    fit_values,
)
from .compared import add_compared, compared_datasets
from .compilations import add_model, add_prompt
from .datasets import Dataset, tree_dataset
from .graph import Lineage, Node
from .inputs import log_inputs, runs_touching
from .origins import Origins
from .runs import VOID_STAGES, add_dataset
from .trees import add_version

if TYPE_CHECKING:
    pass

_RELEASE = "release"
_JOURNAL = "journal.db"


def log_release_folder(store: Store, directory: Path) -> str:
    """Log a release with what it was made from; returns the MLflow run's id. The same release is one run.

    Args:
        store: where.
        directory: the release's folder: its manifest says all that is logged, so that this can be done at any time.

    Raises:
        ReleaseFault: there is no release in the folder.
        StoreFault: the store failed.
    """
    manifest, released = _released(directory)
    for each in runs_touching(store, released.digest):
        if each.released(released.digest) and each.ended_ms:
            return each.run_id
    facts = TrackedFacts(_RELEASE, released.name, _params(manifest), _tags(manifest)).as_json()
    tags = fit_values(facts["tags"], LONGEST_TAG)
    with store_faults(store.address):
        name = tags["mlflow.runName"]
        made = store.client.create_run(store.experiment_id, tags=tags, run_name=name).info.run_id
        _log_values(store, made, facts["params"], manifest)
    inputs = [released, *(dataset for run in manifest.runs for dataset in _inputs(run)), *compared_datasets(manifest)]
    log_inputs(store, made, list({(each.name, each.digest, each.context): each for each in inputs}.values()))
    with store_faults(store.address):
        for file in (MANIFEST_FILE, CARD_FILE):
            store.client.log_artifact(made, str(directory / file))
        store.client.set_terminated(made)
    return made


def _released(directory: Path) -> tuple[Manifest, Dataset]:
    """A manifest, and the release as a data set: its digest is that of the manifest, which has every file's hash."""
    manifest = load_manifest(directory)
    name = f"{manifest.name}-{manifest.version}"
    source = {"run": name, "file": MANIFEST_FILE}
    profile = {"num_rows": manifest.released, **manifest.splits}
    return manifest, Dataset(_RELEASE, name, file_digest(directory / MANIFEST_FILE), source, profile)


def _params(manifest: Manifest) -> dict[str, object]:
    told = {"stage": manifest.stage, "seed": manifest.seed, "license": manifest.license, "date": manifest.date}
    return told | {name: value for name, value in flatten(manifest.settings).items() if value not in (None, [], {})}


def _tags(manifest: Manifest) -> dict[str, str]:
    prompts: dict[str, set[str]] = {}
    for run in manifest.runs:
        for made in run.makers:
            prompts.setdefault(f"condor.prompt.{made.stage}", set()).add(made.prompt_version)
    return {
        "condor.release": manifest.name,
        "condor.release_version": manifest.version,
        "condor.stage": manifest.stage,
        "condor.runs": ",".join(run.name for run in manifest.runs),
        "condor.rehearsal": "yes" if manifest.rehearsal else "no",
        "condor.model": ",".join(sorted({made.model for run in manifest.runs for made in run.makers})),
        **{tag: ",".join(sorted(versions)) for tag, versions in sorted(prompts.items())},
    }


def _log_values(store: Store, run_id: str, params: dict[str, object], manifest: Manifest) -> None:
    from mlflow.entities import Metric, Param

    figures = {
        "kept": float(manifest.kept),
        "released": float(manifest.released),
        "restored": float(manifest.restored),
        **{f"removed.{rule}": float(count) for rule, count in manifest.removed.items()},
        **{f"split.{split}": float(count) for split, count in manifest.splits.items()},
    }
    now = store.client.get_run(run_id).info.start_time or 0
    metrics = [Metric(key, value, now, 0) for key, value in fit_metrics(figures).items()]
    for some in batches(metrics, METRICS_PER_BATCH):
        store.client.log_batch(run_id, metrics=some)
    held: list[Param] = [Param(key, value) for key, value in fit_values(params, LONGEST_PARAM).items()]
    for some in batches(held, OTHERS_PER_BATCH):
        store.client.log_batch(run_id, params=some)


def _inputs(run: RunFacts) -> Iterator[Dataset]:
    """The data sets of a run, as they were when it was released."""
    for version in run.tree_versions:
        yield tree_dataset(version, run.name)
    source, profile = {"run": run.name, "file": _JOURNAL}, {"num_rows": run.kept}
    yield Dataset("void", f"{run.name}/void", run.void, source, profile)
    yield Dataset("refine", f"{run.name}/refine", run.refine, source, profile)


def add_release_folder(graph: Lineage, origins: Origins, directory: Path) -> None:
    """Add a release, which is the root, with every run that it was made from, back to trees, prompts and models.

    Raises:
        ReleaseFault: there is no release in the folder.
        StoreFault: the store failed.
    """
    manifest, released = _released(directory)
    facts = {"digest": released.digest, "records": str(manifest.released), "license": manifest.license}
    root = graph.add(Node(f"release:{released.digest}", "release", manifest.title, facts))
    graph.roots.append(root)
    for run in manifest.runs:
        _add_run(graph, origins, root, run, of_void=manifest.stage == "void")
    add_compared(graph, root, manifest)


def _add_run(graph: Lineage, origins: Origins, root: str, run: RunFacts, *, of_void: bool) -> None:
    trees, void, refine = _split(run)
    void_id = add_dataset(graph, void)
    refine_id = void_id if of_void else add_dataset(graph, refine)
    graph.link(root, refine_id, "released from")
    graph.link(refine_id, void_id, "refined from")  # of the same one no edge is made
    for tree in trees:
        named = " ".join(run.recipe.get("tree", ())) if tree.source["version"] == run.tree_version else ""
        graph.link(void_id, add_version(graph, tree.source["version"], named or "tree"), "sampled from")
    for made in run.makers:
        node = void_id if made.stage in VOID_STAGES else refine_id
        graph.link(node, add_prompt(graph, origins, made.stage, made.prompt_version), "asked with")
        graph.link(node, add_model(graph, {"name": made.model, **made.sampling}), "written by")
    if run.gate is not None and not of_void:
        graph.link(refine_id, add_model(graph, {"name": run.gate}), "kept by the judge")
    if run.judge is not None:
        graph.link(root, add_model(graph, {"name": run.judge.model, **run.judge.sampling}), "scored by")


def _split(run: RunFacts) -> tuple[list[Dataset], Dataset, Dataset]:
    *trees, void, refine = _inputs(run)
    return trees, void, refine
