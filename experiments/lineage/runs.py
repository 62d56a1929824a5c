"""A run's directory as lineage: the files in it are the truth, and the store is asked only where a link leads out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import LineageFault
from ...files import read_text
from ...runtime.journal import Journal
from ...runtime.run_directory import JUDGED, RunDirectory
from ..compiled import CompiledPrompt
from ..fork import open_inherited
from ..judging import REPORT_FILE
from ..recipe import Recipe, load_recipe
from ..status import open_run
from .compilations import add_model, add_prompt
from .datasets import Context, Dataset, judged_dataset, kept_datasets
from .graph import Kind, Lineage, Node
from .origins import Origins
from .trees import add_tree_file, add_version

#: The stages that write the void set; all others that a synthesis executes write the refined set.
VOID_STAGES = frozenset({"question", "answer"})


def add_run(graph: Lineage, origins: Origins, run: Path) -> None:
    """Add a synthesis with all that it came from, and its verdicts; they, or else its refined set, are the roots.

    Raises:
        BadInput: there is no synthesis in the directory, or a file of it cannot be read.
        StoreFault: the store failed.
    """
    directory, journal = open_run(run)
    recipe = load_recipe(directory.recipe)
    with journal:
        refine = _add_sets(graph, journal, run.resolve().name, directory.journal.name)
        void = next(node.id for how, node in graph.sources(refine) if how == "refined from")
        tree = _add_run_tree(graph, directory, journal, recipe)
        graph.link(void, tree, "sampled from")
        _add_prompts(graph, origins, journal, void=void, refine=refine, frozen=_frozen(directory))
        model = add_model(graph, recipe.model.identity)
        graph.link(void, model, "written by")
        graph.link(refine, model, "written by")
        if recipe.refine.gate:
            graph.link(refine, add_model(graph, recipe.judge_spec.identity), "kept by the judge")
        _add_source(graph, directory, journal, refine)
    verdicts = _add_verdicts(graph, origins, run, refine)
    graph.roots.append(refine if verdicts is None else verdicts)


#: What a data set is in a drawing, by what it was to a run.
_KINDS: Mapping[Context, Kind] = {
    "tree": "tree",
    "void": "void",
    "refine": "refine",
    "judge": "set",
    "train": "set",
    "validation": "set",
    "holdout": "set",
    "release": "release",
    "previous": "release",
    "against": "release",
    "benchmark": "set",
}


def add_dataset(graph: Lineage, dataset: Dataset) -> str:
    """Add a data set of a run; returns its node's id."""
    kind = _KINDS[dataset.context]
    facts = {"digest": dataset.digest}
    if (rows := dataset.profile.get("num_rows")) is not None:
        facts["records"] = str(rows)
    return graph.add(Node(f"{kind}:{dataset.digest}", kind, dataset.name, facts))


def _add_sets(graph: Lineage, journal: Journal, run: str, file: str) -> str:
    """The void set and the refined set of what a journal has kept; returns the node's id of the latter."""
    void, refine = kept_datasets(journal, run, file)
    made = add_dataset(graph, refine)
    graph.link(made, add_dataset(graph, void), "refined from")
    return made


def _add_run_tree(graph: Lineage, directory: RunDirectory, journal: Journal, recipe: Recipe) -> str:
    named = journal.meta().get("tree") or " ".join(recipe.tree)
    # Without the way there, which is this machine's own.
    named = " ".join(part if part.startswith("seed:") else Path(part).name for part in named.split())
    if directory.tree.exists():
        return add_tree_file(graph, directory.tree, named)
    return add_version(graph, journal.meta().get("tree_version", ""), named)


def _frozen(directory: RunDirectory) -> Mapping[str, CompiledPrompt]:
    """The compiled prompts that a run was begun with, by stage, also where this Condor could not use them any more."""
    path = directory.programs
    if not path.exists():
        return {}
    try:
        held = json.loads(read_text(path, what="the prompts of a run"))["prompts"]
        return {prompt.stage: prompt for prompt in map(CompiledPrompt.model_validate, held)}
    except (ValueError, KeyError, TypeError) as exc:
        raise LineageFault(f"{path}: does not hold the prompts of a run; restore it from a copy") from exc


def _add_prompts(
    graph: Lineage,
    origins: Origins,
    journal: Journal,
    *,
    void: str,
    refine: str,
    frozen: Mapping[str, CompiledPrompt],
) -> None:
    for stage, version in journal.used_prompts():
        prompt = frozen.get(stage)
        known = prompt if prompt is not None and prompt.prompt_version == version else None
        node_id = add_prompt(graph, origins, stage, version, known)
        graph.link(void if stage in VOID_STAGES else refine, node_id, "asked with")


def _add_source(graph: Lineage, directory: RunDirectory, journal: Journal, refine: str) -> None:
    """The run that this one was forked from, as it was then: the copy of its journal says what it had kept."""
    meta = journal.meta()
    inherited = open_inherited(directory, journal)
    if inherited is None:
        return
    with inherited:
        source = _add_sets(graph, inherited, meta["forked_from"], directory.inherited.name)
        void = next(node.id for how, node in graph.sources(source) if how == "refined from")
        graph.link(void, add_version(graph, meta["forked_from_tree"], "tree"), "sampled from")
    graph.link(refine, source, "forked from")


def _add_verdicts(graph: Lineage, origins: Origins, run: Path, refine: str) -> str | None:
    """What a judge said of the run: of which records, with which prompts, and by which model."""
    judged = judged_dataset(run)
    if judged is None:
        return None
    with Journal.open_read_only(RunDirectory(run / JUDGED).journal) as journal:
        facts = {"calls": str(journal.totals().calls), "records": str(judged.profile["num_rows"])}
        verdicts = graph.add(Node(f"verdicts:{judged.digest}", "verdicts", f"{run.resolve().name}/verdicts", facts))
        sample = add_dataset(graph, judged)
        graph.link(verdicts, sample, "judged")
        graph.link(sample, refine, "sampled from")
        for stage, version in journal.used_prompts():
            graph.link(verdicts, add_prompt(graph, origins, stage, version), "asked with")
    if (identity := _judging_model(run)) is not None:
        graph.link(verdicts, add_model(graph, identity), "judged by")
    return verdicts


def _judging_model(run: Path) -> dict[str, Any] | None:
    """The model of the last judging, as its report names it."""
    report = run / JUDGED / REPORT_FILE
    if not report.exists():
        return None
    try:
        model = json.loads(report.read_text("utf-8"))["model"]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise LineageFault(f"{report}: no report of a judging; judge the run again") from exc
    return model if isinstance(model, dict) else None
