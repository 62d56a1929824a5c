"""Prompts in a lineage: each back to the optimisation that made it, its sets, its models, and the prompt before it."""

import json
from collections.abc import Mapping
from typing import Any

from ...hashing import canonical_json, content_hash
from ..compiled import CompiledPrompt
from ..prompts.names import prompt_name, stages
from ..prompts.registering import BASE_VERSION, PROGRAM, SETS
from .graph import Lineage, Node
from .origins import Origins

#: How each set of an optimisation was used.
_SET_NAMES = {"train": "training set", "val": "validation set", "holdout": "hold-out set"}


def add_prompt(
    graph: Lineage, origins: Origins, stage: str, prompt_version: str, frozen: CompiledPrompt | None = None
) -> str:
    """Add the prompt of a stage and all that it was made from; returns its node's id.

    Args:
        frozen: the prompt as a run has frozen it, which knows at least what it was compiled from.

    Raises:
        StoreFault: the store failed.
    """
    name = prompt_name(stage)
    node_id = f"prompt:{name}:{prompt_version}"
    if node_id in graph:
        return node_id
    registered = origins.registered(name, prompt_version)
    tags = origins.compiled(name, prompt_version)
    base = tags[BASE_VERSION] if tags else frozen.base_version if frozen else None
    facts = {"prompt version": prompt_version}
    if registered is not None:
        facts["registry"] = f"version {registered.version}" + (", champion" if registered.champion else "")
    facts["made by"] = _made_by(name, prompt_version, compiled=base is not None)
    graph.add(Node(node_id, "prompt", name, facts))
    if tags is not None:
        optimization = _add_optimization(graph, origins, tags)
        graph.link(node_id, optimization, "compiled by")
        _add_base(graph, origins, stage, optimization, base, prompt_version)
    elif base is not None:
        _add_base(graph, origins, stage, node_id, base, prompt_version)
    return node_id


def _made_by(name: str, prompt_version: str, *, compiled: bool) -> str:
    if compiled:
        return "an optimizer"
    kind = stages().get(name)
    return "this Condor" if kind is not None and kind().prompt_version() == prompt_version else "another Condor"


def _add_base(
    graph: Lineage, origins: Origins, stage: str, node_id: str, base: str | None, prompt_version: str
) -> None:
    # An optimizer that found nothing leaves the prompt that it began with: no prompt is made from itself.
    if base and base != prompt_version:
        graph.link(node_id, add_prompt(graph, origins, stage, base), "from the prompt")


def _add_optimization(graph: Lineage, origins: Origins, tags: Mapping[str, str]) -> str:
    node_id = f"optimization:{tags.get(PROGRAM, '')}"
    if node_id in graph:
        return node_id
    step, optimizer = tags.get("condor.step", "?"), tags.get("condor.optimizer", "?")
    facts = {"seed": tags.get("condor.seed", "?"), "improved": tags.get("condor.improved", "?")} | _scores(tags)
    graph.add(Node(node_id, "optimization", f"{optimizer} {step}", facts))
    for name, digest in _object(tags.get(SETS)).items():
        graph.link(
            node_id, _add_set(graph, origins, name, str(digest)), "compiled on" if name != "holdout" else "scored on"
        )
    for role, identity in _object(tags.get("condor.models")).items():
        if isinstance(identity, dict):
            graph.link(node_id, add_model(graph, identity), role)
    return node_id


def _add_set(graph: Lineage, origins: Origins, name: str, digest: str) -> str:
    """A set of cells, and the tree that it was drawn from where a run in the store says so."""
    node_id = graph.add(Node(f"set:{digest}", "set", _SET_NAMES.get(name, name), {"digest": digest}))
    for run in origins.touching(digest):
        for dataset in run.inputs:
            if run.kind == "optimize" and dataset.context == "tree":
                facts = {"digest": dataset.digest} | {k: v for k, v in dataset.source.items() if k == "version"}
                tree = graph.add(Node(f"tree:{dataset.digest}", "tree", "tree", facts))
                graph.link(node_id, tree, "drawn from")
    return node_id


def add_model(graph: Lineage, identity: Mapping[str, Any]) -> str:
    """Add a model with its sampling settings; returns its node's id."""
    sampling = {name: str(value) for name, value in identity.items() if name != "name" and value is not None}
    name = str(identity.get("name", "?"))
    return graph.add(Node(f"model:{content_hash(canonical_json(dict(identity)))}", "model", name, sampling))


def _scores(tags: Mapping[str, str]) -> dict[str, str]:
    """What the optimizer brought on the hold-out."""
    scores = {name: _object(tags.get(f"condor.score.{name}")) for name in ("before", "after", "difference")}
    means = {name: score.get("mean") for name, score in scores.items()}
    if not all(isinstance(mean, int | float) for mean in means.values()):
        return {}
    low, high = scores["difference"].get("low"), scores["difference"].get("high")
    interval = f" [{low:+.2f}, {high:+.2f}]" if isinstance(low, int | float) and isinstance(high, int | float) else ""
    return {"held out": f"{means['before']:.2f} -> {means['after']:.2f}, {means['difference']:+.2f}{interval}"}


def _object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}  # a tag that somebody changed tells nothing
    return value if isinstance(value, dict) else {}
