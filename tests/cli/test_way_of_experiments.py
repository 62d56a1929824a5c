"""The way of an experiment, on the embedded model: a prompt is compiled, proven, promoted, used, compared, and traced
back from what was released.

Where the stand-in gets better by a prompt, that is a simulation (docs/rehearsal.md); what is shown is that the way
holds.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from condor.programs import RefineAnswer

from support import Cli
from tracking_support import tracked

RECIPE = "tree: seed:en\nrecords: 24\nmodel: rehearsal\n"
SETS = ("--train", "8", "--val", "8", "--holdout", "24", "--budget-calls", "700")


@pytest.fixture
def way(cli: Cli, store_template: Path) -> "Way":
    """An empty folder with a recipe, and a store that is ready."""
    cli.recipe(RECIPE)
    return Way(cli, tracked(cli, store_template))


class Way:
    """The command line with tracking on."""

    def __init__(self, cli: Cli, environment: dict[str, str]) -> None:
        self.directory = cli.directory
        self._cli = cli
        self._environment = environment

    def go(self, *args: str) -> str:
        """What a command prints that succeeds."""
        result = self._cli.run(*args, **self._environment)
        assert result.returncode == 0, result.stderr + result.stdout
        return result.stdout

    def read(self, *args: str) -> Any:
        """A command's JSON."""
        return json.loads(self.go(*args, "--json"))


@pytest.mark.timeout(300)
def test_a_better_prompt_is_found_promoted_used_compared_and_traced_back_to(way: Way) -> None:
    built_in = RefineAnswer().prompt_version()
    way.go("synth", "recipe.yaml", "--run", "runs/first")
    way.go("judge", "runs/first")
    found = way.read("optimize", "refine", "--optimizer", "gepa", "--recipe", "recipe.yaml", "--run", "opt", *SETS)
    assert found["improved"]
    assert found["difference"]["low"] > 0
    assert sum(found["calls"].values()) <= 700
    (compiled,) = found["program"]["prompts"]
    assert (compiled["base_version"], compiled["prompt_version"] == built_in) == (built_in, False)

    versions = {version["prompt_version"]: version for version in way.read("prompts", "list")["condor.refinement"]}
    assert versions[compiled["prompt_version"]]["champion"]
    assert not versions[built_in]["champion"]

    assert compiled["prompt_version"] in way.go("synth", "recipe.yaml", "--run", "runs/second")
    way.go("judge", "runs/second")
    compared = way.go("compare", "runs/first", "runs/second", "--format", "markdown")
    row = next(line for line in compared.splitlines() if "[" in line and "refine overall" in line and "p 0." in line)
    assert "higher" in row
    assert compiled["prompt_version"] in compared

    way.go("export", "runs/second", "--format", "messages", "--out", "second.jsonl")
    told = way.go("lineage", "second.jsonl")
    assert told.startswith("release second.jsonl")
    assert f"prompt version {compiled['prompt_version']}" in told
    assert f"prompt version {built_in}" in told
    assert "tree" in told


def test_where_nothing_better_is_found_it_says_so_and_promotes_nothing(way: Way) -> None:
    # A stand-in at its best leaves nothing to gain.
    best = ("--model", "rehearsal?quality=1.0")
    told = way.go("optimize", "answer", "--optimizer", "copro", "--run", "opt", *best, *SETS)
    assert "nothing better was found: the built-in prompts stay" in told
    assert "registered" not in told
    listed = way.read("prompts", "list") if (way.directory / "mlflow.db").exists() else {}
    assert all(version["source"] == "built-in" for version in listed.get("condor.answer", []))
    way.go("synth", "recipe.yaml", "--run", "runs/plain", "--records", "3")
    assert not (way.directory / "runs" / "plain" / "programs.json").exists()


def test_a_rollback_is_what_the_next_synthesis_uses(way: Way) -> None:
    way.go("optimize", "refine", "--optimizer", "gepa", "--recipe", "recipe.yaml", "--run", "opt", *SETS)
    way.go("prompts", "rollback", "condor.refinement")
    way.go("synth", "recipe.yaml", "--run", "runs/back", "--records", "3")
    way.go("prompts", "promote", "condor.refinement", "latest")
    way.go("synth", "recipe.yaml", "--run", "runs/forth", "--records", "3")
    shutil.rmtree(way.directory / "opt")
    used = {
        run: {record["stage"]: record["version"] for record in _prompts(way, run)}
        for run in ("runs/back", "runs/forth")
    }
    assert used["runs/back"]["refinement"] == RefineAnswer().prompt_version()
    assert used["runs/forth"]["refinement"] != RefineAnswer().prompt_version()


def _prompts(way: Way, run: str) -> list[dict[str, str]]:
    from condor.runtime.journal import Journal

    with Journal.open_read_only(way.directory / run / "journal.db") as journal:
        return [{"stage": stage, "version": version} for stage, version in journal.used_prompts()]
