"""Coverage of a tree by runs, and runs that fill the holes."""

import json
import shutil
from typing import Any

from support import Cli

RECIPE = "tree: small.json\nrecords: {records}\ntasks: [view, creation]\nmodel: rehearsal\n"
CELLS = 12


def small_tree(cli: Cli) -> None:
    (cli.directory / "small.json").write_text(
        '{"Health": ["Sleep", "Food", "Sport"], "Music": ["Jazz", "Rock", "Folk"]}'
    )


def coverage(cli: Cli, *runs: str) -> dict[str, Any]:
    result = cli.run("tree", "coverage", "small.json", *runs, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_a_runs_coverage_is_told_from_its_journal(cli: Cli) -> None:
    small_tree(cli)
    assert cli.run("synth", cli.recipe(RECIPE.format(records=9)), "--run", "first").returncode == 0
    found = coverage(cli, "first")
    assert found["records"] == 9
    assert found["cells"] == {"covered": 3, "total": CELLS, "share": 3 / CELLS}
    assert found["points"] == {"covered": 9, "total": 3 * CELLS, "share": 0.25}
    assert {name: share["covered"] for name, share in found["by_difficulty"].items()} == {
        "easy": 3,
        "medium": 3,
        "hard": 3,
    }
    text = cli.run("tree", "coverage", "small.json", "first", "--holes", "2").stdout
    assert "cells    3 of 12 (25.0%)" in text
    assert text.splitlines()[-3] == "cells without a record: 9"


def test_coverage_of_what_is_no_synthesis_is_refused(cli: Cli) -> None:
    small_tree(cli)
    none = cli.run("tree", "coverage", "small.json", "absent")
    assert none.returncode == 2
    assert "absent: no run here" in none.stderr


def test_a_run_fills_the_holes_of_an_earlier_one_first_and_goes_on_without_it(cli: Cli) -> None:
    small_tree(cli)
    recipe = cli.recipe(RECIPE.format(records=20))
    assert cli.run("synth", recipe, "--run", "first").returncode == 0
    fill = ("synth", recipe, "--run", "second", "--fill", "first")
    assert cli.run(*fill, "--records", "6").returncode == 0
    shutil.rmtree(cli.directory / "first")
    again = cli.run("synth", recipe, "--run", "second", "--records", "15")
    assert again.returncode == 0, again.stderr
    whole = cli.run("tree", "coverage", "small.json", "second", "--json")
    assert json.loads(whole.stdout)["cells"]["covered"] == 5


def test_what_two_runs_cover_together_has_no_holes(cli: Cli) -> None:
    small_tree(cli)
    recipe = cli.recipe(RECIPE.format(records=18))
    assert cli.run("synth", recipe, "--run", "first").returncode == 0
    assert coverage(cli, "first")["cells"]["covered"] == 6
    assert cli.run("synth", recipe, "--run", "second", "--fill", "first").returncode == 0
    both = coverage(cli, "first", "second")
    assert both["points"] == {"covered": 36, "total": 36, "share": 1.0}
    assert both["holes"] == []


def test_filling_is_for_runs_that_began_so_and_what_was_covered_stays_as_it_was(cli: Cli) -> None:
    small_tree(cli)
    recipe = cli.recipe(RECIPE.format(records=6))
    assert cli.run("synth", recipe, "--run", "first").returncode == 0
    late = cli.run("synth", recipe, "--run", "first", "--fill", "first")
    assert (late.returncode, "was not begun with --fill" in late.stderr) == (2, True)
    absent = cli.run("synth", recipe, "--run", "second", "--fill", "absent")
    assert (absent.returncode, "absent: no run here" in absent.stderr) == (2, True)
    assert not (cli.directory / "second").exists()
    assert cli.run("synth", recipe, "--run", "second", "--fill", "first").returncode == 0
    (cli.directory / "second" / "covered.json").write_text("[]")
    changed = cli.run("synth", recipe, "--run", "second")
    assert (changed.returncode, "not as the run began with it" in changed.stderr) == (2, True)
