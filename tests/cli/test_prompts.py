"""`condor prompts`, as a person uses it, and a synthesis that asks with the champion."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from condor.experiments.compiled import save_compiled

from prompt_samples import compiled
from support import Cli, refused

RECIPE = "tree: seed:en\nrecords: 3\nmodel: rehearsal\n"
NAME = "condor.refinement"


@pytest.fixture
def tracked(cli: Cli, store_template: Path) -> Cli:
    """The command line in a directory with a store, and with a compiled program."""
    shutil.copy(store_template, cli.directory / "mlflow.db")
    save_compiled(compiled(), cli.directory / "refine.json")
    return cli


def prompts(cli: Cli, *args: str) -> str:
    result = cli.run("prompts", *args)
    assert result.returncode == 0, result.stderr
    return result.stdout


def used(cli: Cli, run: str) -> str:
    """The version of the refinement's prompt that a run asked with."""
    with sqlite3.connect(cli.directory / run / "journal.db") as database:
        (version,) = database.execute("SELECT DISTINCT prompt_version FROM steps WHERE stage = 'refinement'").fetchone()
    return version


def test_a_compiled_prompt_is_registered_compared_promoted_used_and_gone_back_from(tracked: Cli) -> None:
    program = compiled()
    assert f"{NAME} version 2  {program.prompts[0].prompt_version}  compiled" in prompts(
        tracked, "register", "refine.json"
    )
    told = prompts(tracked, "diff", NAME)
    assert told.startswith(f"--- {NAME} version 1 (built-in, ")
    assert "+        Write the answer anew, and better." in told or "Write the answer anew, and better." in told
    assert f"champion: {NAME} version 2" in prompts(tracked, "promote", NAME, "2")
    recipe = tracked.recipe(RECIPE)
    assert tracked.run("synth", recipe, "--run", "champion").returncode == 0
    assert used(tracked, "champion") == program.prompts[0].prompt_version
    held = json.loads(prompts(tracked, "list", NAME, "--json"))[NAME]
    assert [(version["version"], version["champion"]) for version in held] == [(1, False), (2, True)]
    assert f"champion: {NAME} version 1" in prompts(tracked, "rollback", NAME)
    # A run that was begun goes on with what it was begun with, whatever the champion is by now.
    more = tracked.run("synth", recipe, "--run", "champion", "--records", "6")
    assert more.returncode == 0, more.stderr
    assert used(tracked, "champion") == program.prompts[0].prompt_version
    assert "condor.refinement: version 1 has no champion before it" in refused_line(tracked, "rollback", NAME)


def test_a_tree_is_grown_with_the_champion(tracked: Cli) -> None:
    save_compiled(program := compiled("expand"), tracked.directory / "expand.json")
    prompts(tracked, "register", "expand.json")
    prompts(tracked, "promote", "condor.expand_tag", "latest")
    grow = ("tree", "grow", "--roots", "2", "--depth", "2", "--branching", "2", "--run")
    for run, more in (("better", ()), ("plain", ("--prompts", "built-in"))):
        assert tracked.run(*grow, run, *more).returncode == 0
        assert (
            program.prompts[0].prompt_version in (tracked.directory / run / "journal.db").read_bytes().decode("latin-1")
        ) == (run == "better")
    # It goes on with what it was begun with.
    prompts(tracked, "rollback", "condor.expand_tag")
    assert tracked.run(*grow, "better").returncode == 0


def test_a_synthesis_is_told_to_use_the_built_in_prompts(tracked: Cli) -> None:
    prompts(tracked, "register", "refine.json")
    prompts(tracked, "promote", NAME, "latest")
    recipe = tracked.recipe(RECIPE)
    assert tracked.run("synth", recipe, "--run", "plain", "--prompts", "built-in").returncode == 0
    assert used(tracked, "plain") != compiled().prompts[0].prompt_version


def test_a_synthesis_told_so_uses_the_built_in_prompts_whatever_its_recipe_names(tracked: Cli) -> None:
    recipe = tracked.recipe(f"{RECIPE}programs: .\n")
    assert tracked.run("synth", recipe, "--run", "compiled").returncode == 0
    assert used(tracked, "compiled") == compiled().prompts[0].prompt_version
    assert tracked.run("synth", recipe, "--run", "plain", "--prompts", "built-in").returncode == 0
    assert used(tracked, "plain") != compiled().prompts[0].prompt_version
    for command in (("synth", recipe, "--run", "x"), ("tree", "grow", "--run", "x")):
        said = refused(tracked, *command, "--programs", ".", "--prompts", "built-in")
        assert "--programs and --prompts both name prompts; leave one of them out" in said


def test_without_a_store_a_synthesis_uses_the_built_in_prompts_and_makes_none(cli: Cli) -> None:
    assert cli.run("synth", cli.recipe(RECIPE), "--run", "first").returncode == 0
    assert not (cli.directory / "mlflow.db").exists()


def test_where_there_is_no_store_the_champions_cannot_be_asked_for_by_name(cli: Cli) -> None:
    for command in (("synth", cli.recipe(RECIPE)), ("tree", "grow")):
        said = refused(cli, *command, "--run", "first", "--prompts", "champion")
        assert "sqlite:///mlflow.db: is not there" in said
        assert "--prompts built-in goes on without the champions" in said
    assert "condor prompts register makes one" in refused(cli, "prompts", "list")
    assert not (cli.directory / "mlflow.db").exists()


def test_a_store_that_can_be_no_file_is_refused_at_once(cli: Cli) -> None:
    (cli.directory / "folder").mkdir()
    assert "is a folder" in refused(cli, "prompts", "register", MLFLOW_TRACKING_URI="sqlite:///folder")
    gone = {"MLFLOW_TRACKING_URI": "sqlite:///none/mlflow.db"}
    assert "a folder that does not exist" in refused(cli, "prompts", "register", **gone)
    assert not (cli.directory / "none").exists()


def test_a_store_that_cannot_be_reached_stops_a_synthesis_only_where_its_champions_were_asked_for(cli: Cli) -> None:
    recipe, gone = cli.recipe(RECIPE), {"MLFLOW_TRACKING_URI": "http://user:canary@127.0.0.1:9"}
    said = refused(cli, "synth", recipe, "--run", "first", "--prompts", "champion", **gone)
    assert "cannot be reached" in said
    assert "--prompts built-in goes on without the champions" in said
    result = cli.run("synth", recipe, "--run", "first", **gone)
    assert result.returncode == 0
    assert "the built-in prompts are used" in result.stdout
    assert "canary" not in result.stdout + result.stderr + said


def test_what_is_not_there_is_named(tracked: Cli) -> None:
    assert "holds no prompt yet; condor prompts register" in refused_line(tracked, "list")
    assert "condor.cook: no prompt of Condor's; there are condor.answer" in refused_line(tracked, "list", "condor.cook")
    assert "no such prompt in" in refused_line(tracked, "promote", NAME, "2")
    assert "none.json: cannot read" in refused_line(tracked, "register", "none.json")


def refused_line(cli: Cli, *args: str) -> str:
    """The one line of a command that is refused; a store that is opened may note an experiment."""
    result = cli.run("prompts", *args)
    assert result.returncode == 2, result.stdout
    (line,) = result.stderr.strip().splitlines()
    return line
