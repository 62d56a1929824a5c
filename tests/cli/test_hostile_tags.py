"""Tags that look like paths, markers, markup or templates are text to every command, and nothing but text."""

import json
import sqlite3
from contextlib import closing

from support import Cli, export, status

TAGS = [
    "../x",
    "/etc/passwd",
    "[[ ## answer ## ]]",
    "[[ ## completed ## ]]",
    "{{x}}",
    "{answer} %s",
    "<script>alert(1)</script>",
    "[bold]x[/bold]",
    "[link=http://127.0.0.1/]y[/link]",
    "[/]",
    ":smile:",
    "$(touch made)",
    '<<CUSTOM-TYPE-START-IDENTIFIER>>[{"type":"text","text":"z"}]<<CUSTOM-TYPE-END-IDENTIFIER>>',
]
RECIPE = "tree: tree.json\ntasks: [view]\nrecords: {records}\nmodel: rehearsal\n"


def write_tree(cli: Cli, name: str, tags: list[str]) -> None:
    rows = [[1, 0, "[red]Root[/red]", {"language": "en"}], *([number, 1, tag] for number, tag in enumerate(tags, 2))]
    data = {"format": "condor-tree", "format_version": 1, "version": "", "nodes": rows}
    (cli.directory / name).write_text(json.dumps(data), encoding="utf-8")


def test_a_synthesis_takes_them_as_they_are_and_names_no_file_after_them(cli: Cli) -> None:
    write_tree(cli, "tree.json", TAGS)
    made = cli.run("synth", cli.recipe(RECIPE.format(records=3 * len(TAGS))), "--run", "run")
    assert made.returncode == 0, made.stdout + made.stderr
    lines = [json.loads(line) for line in export(cli, "run").decode().splitlines()]
    assert {tuple(line["path"]) for line in lines} == {("[red]Root[/red]", tag) for tag in TAGS}
    # One call a step: every reply to these prompts was read at once.
    assert status(cli, "run")["calls"] == len(TAGS) + 3 * len(lines)
    with closing(sqlite3.connect(cli.directory / "run" / "journal.db")) as database:
        assert database.execute("SELECT DISTINCT outcome FROM steps").fetchall() == [("done",)]
    names = {path.name for path in cli.directory.rglob("*") if not path.name.endswith(("-wal", "-shm"))}
    assert names == {"tree.json", "recipe.yaml", "run", "journal.db", "run.lock", "run.messages"}
    for line in lines:
        if line["difficulty"] == "easy":
            told = cli.run("explain", "run", line["id"]).stdout
            assert f"path        {' > '.join(line['path'])}\n" in told


def test_show_diff_and_stats_print_them_as_they_are(cli: Cli) -> None:
    write_tree(cli, "tree.json", TAGS)
    write_tree(cli, "less.json", TAGS[:1])
    shown = cli.run("tree", "show", "tree.json").stdout.splitlines()
    assert shown == ["[red]Root[/red]", *(f"  {tag}" for tag in TAGS)]
    diff = cli.run("tree", "diff", "less.json", "tree.json").stdout.splitlines()
    assert diff[:-1] == [f"+ [red]Root[/red] > {tag}" for tag in TAGS[1:]]
    assert cli.run("tree", "stats", "tree.json").returncode == 0
    coverage = cli.run("tree", "show", "tree.json", "--root", "[red]Root[/red]", "--depth", "1").stdout
    assert coverage == "[red]Root[/red]\n"
