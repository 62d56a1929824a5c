"""A tree that is none, and places that cannot be written, cost `condor tree` one line and change nothing."""

import json
from typing import Any

import pytest

from support import Cli, refused

NODES = [[1, 0, "Food", {"language": "en"}], [2, 1, "Bread"], [3, 2, "Rye"], [4, 2, "Wheat"]]
ENTRY = {"version": "0" * 32, "parent": None, "made_by": "grow", "date": "2026-11-22"}
#: An escape sequence that paints a terminal red; a line break and what looks like one more line.
PAINT, FORGED = "\x1b[31mred", "grow\nx Food > Bread"
#: What each command is given besides the tree that it reads.
COMMANDS = {
    "show": [],
    "stats": [],
    "log": [],
    "diff": ["good.json"],
    "coverage": ["nowhere"],
    "retire": ["--horizon", "3", "--out", "out.json"],
    "export": ["--format", "csv", "--out", "out.csv"],
}


def write_tree(cli: Cli, *nodes: list[Any], name: str = "tree.json", **more: Any) -> str:
    """A tree file with more rows than a good one has; returns its name."""
    data = {"format": "condor-tree", "format_version": 1, "version": "", **more, "nodes": [*NODES, *nodes]}
    (cli.directory / name).write_text(json.dumps(data), encoding="utf-8")
    return name


def under_bread(tag: str, **attributes: Any) -> list[list[Any]]:
    return [[5, 2, tag, attributes]]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_tree_is_refused_by_every_command(cli: Cli, command: str) -> None:
    write_tree(cli, name="good.json")
    (cli.directory / "folder.json").mkdir()
    files = {"empty.json": b"", "binary.json": bytes(range(256)), "other.json": b'{"a": 1}', "number.json": b"42"}
    for name, data in files.items():
        (cli.directory / name).write_bytes(data)
    for name in (*files, "folder.json", "missing.json"):
        assert name in refused(cli, "tree", command, name, *COMMANDS[command])


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([[5, 6, "A"], [6, 5, "B"]], "own descendant"),
        ([[3, 1, "Rye"]], "stands twice"),
        ([[5, 5, "A"]], "under itself"),
        ([[5, 99, "A"]], "no node 99"),
        (under_bread(""), "a tag is empty"),
        (under_bread("x" * 10_000), "10000 characters, more than 200"),
        (under_bread(PAINT), "U+001B"),
        (under_bread("\x00"), "U+0000"),
        (under_bread("rye"), "a sibling of that name exists"),
        ([[5, 0, "A", {"language": "fr"}]], "language must be one of en, zh"),
        ([[5, 0, "A", {"language": ["en"]}]], "language must be one of en, zh"),
        (under_bread("A", language="zh"), "a language belongs to a root tag"),
        (under_bread("A", added="2026-02-30"), "added must be a date"),
        (under_bread("A", retired=True), "retired must be a date"),
        (under_bread("A", added="x" * 10_000), "added must be a date"),
        (under_bread("A", source="\ud800"), "U+D800"),
        (under_bread("A", source=PAINT), "U+001B"),
        (under_bread("A", note={"\ud800": 1}), "U+D800"),
    ],
)
def test_a_tree_that_is_no_forest_is_refused_in_a_line_of_reasonable_length(
    cli: Cli, nodes: list[list[Any]], said: str
) -> None:
    line = refused(cli, "tree", "retire", write_tree(cli, *nodes), "--horizon", "3", "--out", "out.json")
    assert said in line
    assert "tree.json: " in line
    assert len(line) < 300


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ({"date": "2026-13-01"}, "log.0.date"),
        ({"figures": {"added": "many"}}, "log.0.figures.added"),
        ({"made_by": PAINT}, "log.0.made_by"),
        ({"made_by": FORGED}, "log.0.made_by"),
        ({"version": PAINT}, "log.0.version"),
        ({"parent": FORGED}, "log.0.parent"),
        ({"figures": {FORGED: 1}}, "log.0.figures"),
        ({"merged": [{"path": [PAINT], "into": ["Food"], "reason": "text"}]}, "log.0.merged.0.path.0"),
        ({"merged": [{"path": ["A"], "into": ["Food"], "reason": FORGED}]}, "log.0.merged.0.reason"),
        ({"made_by": "\ud800"}, "log"),
    ],
)
def test_a_log_that_is_none_or_would_paint_the_terminal_is_refused(cli: Cli, entry: dict[str, Any], place: str) -> None:
    tree = write_tree(cli, log=[ENTRY | entry])
    assert f"tree.json: {place}" in refused(cli, "tree", "log", tree)
    assert f"tree.json: {place}" in refused(cli, "tree", "diff", write_tree(cli, name="good.json"), tree)


def test_what_a_file_says_cannot_paint_the_terminal_out_of_an_error(cli: Cli) -> None:
    assert "tree format \\x1b[31mred;" in refused(cli, "tree", "show", write_tree(cli, format_version=PAINT))


@pytest.mark.parametrize(
    "command", [["retire", "--horizon", "3"], ["export", "--format", "csv"], ["import"]], ids=lambda words: words[0]
)
def test_out_makes_the_folders_above_it_or_says_why_it_cannot(cli: Cli, command: list[str]) -> None:
    tree = write_tree(cli)
    (cli.directory / "file").write_text("in the way")
    (cli.directory / "folder").mkdir()
    write = ("tree", command[0], tree, *command[1:], "--out")
    assert "no regular file" in refused(cli, *write, "folder")
    assert "no regular file" in refused(cli, *write, ".")
    assert "file: cannot write here" in refused(cli, *write, "file/out")
    assert cli.run(*write, "new/deep/out").returncode == 0
    assert (cli.directory / "new" / "deep" / "out").stat().st_size


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["show", "good.json", "--root", "Drink"], "no root tag 'Drink'"),
        (["coverage", "good.json", "nowhere"], "no run here"),
        (["coverage", "good.json", "."], "no run here"),
        (["coverage", "good.json", "nowhere", "--holes", "-1"], "'--holes'"),
        (["coverage", "good.json"], "Missing argument"),
        (["show", "good.json", "--depth", "many"], "'--depth'"),
        (["show", "good.json", "--detph", "2"], "--detph"),
        (["shwo", "good.json"], "shwo"),
        (["retire", "good.json", "--out", "o.json", "--horizon", "-1"], "'--horizon'"),
        (["retire", "good.json", "--out", "o.json", "--horizon", "9" * 30], "'--horizon'"),
        (["retire", "good.json", "--out", "o.json", "--horizon", "3", "--date", "soon"], "'soon' is no date"),
        (["export", "good.json", "--format", "docx", "--out", "new/o.docx"], "--format docx"),
        (["import", "good.json", "--language", "fr", "--out", "new/o.json"], "'--language'"),
    ],
)
def test_options_that_cannot_be_are_told_in_one_line(cli: Cli, args: list[str], said: str) -> None:
    write_tree(cli, name="good.json")
    assert said in refused(cli, "tree", *args)


def test_a_horizon_before_all_time_retires_nothing(cli: Cli) -> None:
    tree = write_tree(cli, *under_bread("A", source="feed.xml", added="2026-01-01"))
    for days in ("800000", "999999999"):
        result = cli.run("tree", "retire", tree, "--horizon", days, "--out", "out.json")
        assert result.returncode == 0, result.stderr
        assert "retired 0" in result.stdout


def test_help_is_still_printed_where_no_command_is_given(cli: Cli) -> None:
    for args in ((), ("tree",)):
        result = cli.run(*args)
        assert "Usage: condor" in result.stdout + result.stderr
        assert "Commands" in result.stdout + result.stderr
