"""Coverage of a tree by runs, and runs that fill the holes."""

import json
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
