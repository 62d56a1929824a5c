"""A tree through its versions, as a person goes it."""

import json

from condor.knowledge import load_tree

from support import Cli

ROWS = [
    [1, 0, "News", {"language": "en"}],
    [2, 1, "Floods", {"source": "feed.xml", "added": "2026-01-01"}],
    [3, 1, "Storms", {"source": "feed.xml", "added": "2026-06-01"}],
    [4, 1, "Weather"],
]


def write_tree(cli: Cli, name: str = "news.json") -> str:
    data = {"format": "condor-tree", "format_version": 1, "version": "", "nodes": ROWS}
    (cli.directory / name).write_text(json.dumps(data), encoding="utf-8")
    return name


def test_a_tree_is_retired_logged_and_compared(cli: Cli) -> None:
    tree = write_tree(cli)
    retire = cli.run("tree", "retire", tree, "--horizon", "90", "--date", "2026-06-15", "--out", "later.json")
    assert retire.returncode == 0, retire.stderr
    assert retire.stdout.splitlines()[0] == "x News > Floods"
    before, after = load_tree(cli.directory / tree).version, load_tree(cli.directory / "later.json").version
    log = cli.run("tree", "log", "later.json")
    assert log.stdout.strip() == f"{after}  2026-06-15  retire  from {before}  retired 1"
    assert json.loads(cli.run("tree", "log", "later.json", "--json").stdout)["log"][0]["parent"] == before
    diff = json.loads(cli.run("tree", "diff", tree, "later.json", "--json").stdout)
    assert diff["retired"] == [["News", "Floods"]]
    assert (diff["before"], diff["after"], diff["came"], diff["went"]) == (before, after, [], [])
    assert "x News > Floods" in cli.run("tree", "diff", tree, "later.json").stdout
    again = cli.run("tree", "retire", "later.json", "--horizon", "90", "--date", "2026-06-15", "--out", "third.json")
    assert "retired 0" in again.stdout
    assert (cli.directory / "third.json").read_bytes() == (cli.directory / "later.json").read_bytes()


def test_retired_tags_are_synthesised_no_more(cli: Cli) -> None:
    tree = write_tree(cli)
    assert cli.run("tree", "retire", tree, "--horizon", "0", "--date", "2026-07-01", "--out", tree).returncode == 0
    recipe = cli.recipe(f"tree: {tree}\nrecords: 50\ntasks: [view]\nmodel: rehearsal\n")
    assert cli.run("synth", recipe, "--run", "run").returncode == 3
    assert cli.run("export", "run", "--format", "messages", "--out", "out.jsonl").returncode == 0
    lines = (cli.directory / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert {tuple(json.loads(line)["path"]) for line in lines} == {("News", "Weather")}
    resumed = cli.run("synth", recipe, "--run", "run", "--records", "3")
    assert resumed.returncode == 0, resumed.stderr


def test_what_is_no_date_is_refused(cli: Cli) -> None:
    result = cli.run("tree", "retire", "seed:en", "--horizon", "9", "--date", "today", "--out", "t.json")
    assert result.returncode == 2
    assert "--date: 'today' is no date" in result.stderr
    assert not (cli.directory / "t.json").exists()


def test_an_import_is_where_a_trees_log_begins(cli: Cli) -> None:
    (cli.directory / "tags.json").write_text('{"Food": {"Drinks": ["Tea", "Tea", "Coffee"]}}', encoding="utf-8")
    done = cli.run("tree", "import", "tags.json", "--out", "tree.json", "--language", "en", "--date", "2026-01-31")
    assert done.returncode == 0, done.stderr
    (entry,) = load_tree(cli.directory / "tree.json").log
    assert (entry.parent, entry.made_by, entry.date.isoformat()) == (None, "import", "2026-01-31")
    assert entry.figures == {"roots": 1, "branches": 1, "leaves": 3, "merged": 1, "rejected": 0}
    again = cli.run("tree", "import", "tree.json", "--out", "again.json", "--date", "2026-02-01")
    assert again.returncode == 0, again.stderr
    assert (cli.directory / "again.json").read_bytes() == (cli.directory / "tree.json").read_bytes()
