"""What a run was made with, flattened: recipe, tree, prompts by stage, version of Condor."""

from typing import Any

from ...runtime.addresses import several, shown
from ...runtime.journal import Journal
from ..recipe import Recipe, flatten

#: A value of a recipe, or the versions of a prompt.
Value = Any


def run_parameters(recipe: Recipe, journal: Journal) -> dict[str, Value]:
    """Name -> value, in the order of the recipe, and then what the journal has noted.

    A tree is named as the run was begun with it, and told apart by its version; prompts by theirs alone, wherever the
    compiled ones lay.
    """
    meta = journal.meta()
    flat: dict[str, Value] = flatten(recipe.model_dump(mode="json"))
    for name in (name for name in flat if name.endswith("api_base")):
        flat[name] = [shown(address) for address in several(flat[name])]
    flat.pop("programs", None)
    flat["tree"] = meta.get("tree", "").split()
    flat["tree version"] = meta.get("tree_version")
    flat["condor"] = meta.get("condor")
    flat["forked from"] = meta.get("forked_from")
    prompts: dict[str, list[str]] = {}
    for stage, version in journal.used_prompts():
        prompts.setdefault(stage, []).append(version)
    return flat | {f"prompt of {stage}": versions for stage, versions in prompts.items()}


def differing(parameters: list[dict[str, Value]]) -> list[str]:
    """The names of the parameters that not all runs have the same value of."""
    names = dict.fromkeys(name for some in parameters for name in some)
    return [name for name in names if any(some.get(name) != parameters[0].get(name) for some in parameters[1:])]
