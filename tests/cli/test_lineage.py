"""`condor lineage`, as a person uses it: on runs, forks, trees, optimisations and exported files."""

import shutil
from pathlib import Path

import pytest

from condor.experiments.lineage.datasets import run_datasets
from condor.experiments.lineage.inputs import runs_touching
from condor.experiments.mlflow_store import open_store

from support import Cli, refused

RECIPE = "tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: 6\nmodel: rehearsal\n"
OPTIMIZE = ("optimize", "refine", "--run", "opt", "--model", "rehearsal", "--budget-calls", "600")
SIZES = ("--train", "6", "--val", "6", "--holdout", "12")


def run(cli: Cli, *args: str, **environment: str) -> str:
    result = cli.run(*args, CONDOR_TRACKING="on", **environment)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_run_is_told_from_its_own_files_also_after_they_were_moved_and_without_a_store(cli: Cli) -> None:
    assert cli.run("synth", cli.recipe(RECIPE), "--run", "家庭").returncode == 0
    assert cli.run("judge", "家庭", "--pairwise", "void:refine").returncode == 0
    (cli.directory / "elsewhere").mkdir()
    (cli.directory / "家庭").rename(cli.directory / "elsewhere" / "家庭")
    told = run(cli, "lineage", "elsewhere/家庭", "--out", "图.svg").splitlines()
    assert told[0].startswith("verdicts 家庭/verdicts")
    assert told[1].startswith("  judged: set 家庭/judge")
    assert any("refined from: void set 家庭/void" in line for line in told)
    assert any("sampled from: tree seed:en seed:zh" in line for line in told)
    assert sum("asked with: prompt condor." in line for line in told) == 6
    assert told[-1].startswith("图.svg: 13 nodes, ")
    assert "家庭/refine" in (cli.directory / "图.svg").read_text("utf-8")
    assert str(cli.directory) not in (cli.directory / "图.svg").read_text("utf-8")
    assert not (cli.directory / "mlflow.db").exists()


def test_a_fork_is_told_with_the_run_that_it_came_from(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE)
    assert cli.run("synth", recipe, "--run", "old").returncode == 0
    assert cli.run("synth", recipe, "--run", "new", "--fork", "old", "--records", "9").returncode == 0
    told = run(cli, "lineage", "new")
    assert "forked from: refined set old/refine" in told
    assert "refined from: void set old/void" in told


def test_a_grown_tree_is_told_by_its_log(cli: Cli) -> None:
    grow = (
        "tree",
        "grow",
        "--run",
        "grown",
        "--roots",
        "2",
        "--depth",
        "2",
        "--branching",
        "2",
        "--model",
        "rehearsal",
    )
    assert cli.run(*grow).returncode == 0
    assert "made grow on " in run(cli, "lineage", "grown")
    cli.recipe("tree: grown/tree.json\nrecords: 3\nmodel: rehearsal\n")
    assert cli.run("synth", "recipe.yaml", "--run", "first").returncode == 0
    told = run(cli, "lineage", "first")
    assert "sampled from: tree tree.json" in told
    assert "made grow on " in told


def test_an_optimisation_is_told_from_its_directory(cli: Cli) -> None:
    assert cli.run(*OPTIMIZE, *SIZES).returncode == 0
    told = run(cli, "lineage", "opt")
    assert told.startswith("prompt condor.refinement (prompt version ")
    assert "compiled by: optimisation gepa refine" in told
    assert "from the prompt: prompt condor.refinement" in told


def test_what_is_not_known_is_refused_in_one_line_that_says_what_to_do(cli: Cli) -> None:
    (cli.directory / "strange.jsonl").write_text("{}\n", encoding="utf-8")
    (cli.directory / "empty").mkdir()
    assert "there is no store of MLflow's here" in refused(cli, "lineage", "strange.jsonl")
    assert "empty: nothing here whose lineage could be told" in refused(cli, "lineage", "empty")
    assert "written as .svg, .png, .dot, .mmd" in refused(cli, "lineage", "empty", "--out", "a.pdf")
    said = refused(cli, "lineage", "strange.jsonl", MLFLOW_TRACKING_URI="http://user:canary@127.0.0.1:9")
    assert "cannot be reached" in said
    assert "canary" not in said


def test_an_export_stands_also_where_the_store_cannot_be_reached(cli: Cli) -> None:
    assert cli.run("synth", cli.recipe(RECIPE), "--run", "first").returncode == 0
    environment = {"CONDOR_TRACKING": "on", "MLFLOW_TRACKING_URI": "http://user:canary@127.0.0.1:9"}
    result = cli.run("export", "first", "--format", "messages", "--out", "out.jsonl", **environment)
    assert result.returncode == 0
    assert "cannot be reached" in result.stderr
    assert "canary" not in result.stdout + result.stderr
    assert len((cli.directory / "out.jsonl").read_text("utf-8").splitlines()) == 6
    told = cli.run("lineage", "first", **environment)
    assert told.returncode == 0
    assert "what only the store knows is missing below" in told.stderr


def test_a_release_is_found_over_a_server(cli: Cli, mlflow_server: str) -> None:
    assert cli.run("synth", cli.recipe(RECIPE), "--run", "served").returncode == 0
    run(cli, "export", "served", "--format", "sharegpt", "--out", "served.jsonl", MLFLOW_TRACKING_URI=mlflow_server)
    told = run(cli, "lineage", "served.jsonl", MLFLOW_TRACKING_URI=mlflow_server)
    assert "exported from: refined set served/refine" in told
    assert "asked with: prompt condor.critique" in told


def test_a_synthesis_that_is_shown_in_mlflow_is_found_by_the_digests_of_its_data_sets(
    cli: Cli, store_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(store_template, cli.directory / "mlflow.db")
    run(cli, "synth", cli.recipe(RECIPE), "--run", "first")
    run(cli, "track", "first")  # what a busy machine had no time for
    store = open_store(f"sqlite:///{cli.directory}/mlflow.db")
    for dataset in run_datasets(cli.directory / "first"):
        (found,) = runs_touching(store, dataset.digest)
        assert (found.kind, found.tags["condor.run"]) == ("synth", "first")
        assert dataset in found.inputs
