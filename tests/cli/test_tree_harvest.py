"""Trending topics are filed and a tree is brought up to date, as a person does it."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from condor.knowledge import KnowledgeTree, load_tree, save_tree, tree_stats
from condor.runtime.rehearsal.settings import RehearsalSettings

from support import Cli, Endpoint, ServerThread, refused

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Trends</title>
<item><title>Health of city trees: a long summer</title><pubDate>Mon, 01 Jun 2026 08:00:00 GMT</pubDate></item>
<item><title>Weather &amp; warnings</title><pubDate>Tue, 02 Jun 2026 08:00:00 GMT</pubDate></item>
<item><title>Qqq zzz</title></item>
<item><title>城市交通拥堵</title><pubDate>Wed, 03 Jun 2026 08:00:00 GMT</pubDate></item>
</channel></rss>
"""
ON = ("--date", "2026-06-10")


def _forest(cli: Cli) -> str:
    tree = KnowledgeTree()
    tree.add_path(["Health", "Sleep"], language="en")
    tree.add_path(["Weather", "Floods"], language="en")
    tree.add_path(["交通", "地铁"], language="zh")
    save_tree(tree, cli.directory / "tree.json")
    return "tree.json"


def _feed(cli: Cli, text: str = RSS, name: str = "feed.xml") -> str:
    (cli.directory / name).write_text(text, encoding="utf-8")
    return name


def _ok(cli: Cli, *args: str, **environment: str) -> str:
    result = cli.run(*args, **environment)
    assert result.returncode == 0, result.stderr
    return result.stdout


def _attributes(tree: KnowledgeTree, *path: str) -> dict[str, Any]:
    node = tree.find(path)
    assert node is not None, path
    return {name: value for name, value in tree.graph.nodes[node].items() if name != "name"}


def _steps(run: Path) -> int:
    with sqlite3.connect(run / "journal.db") as database:
        return database.execute("SELECT count(*) FROM steps").fetchone()[0]


# -- harvest ---------------------------------------------------------------------------------------------------------


def test_a_feed_is_filed_in_both_languages_with_source_and_date(cli: Cli) -> None:
    out = _ok(cli, "tree", "harvest", _forest(cli), _feed(cli), "--run", "harvest", *ON)
    tree = load_tree(cli.directory / "harvest" / "tree.json")
    assert _attributes(tree, "Health", "Health of city trees") == {"source": "feed.xml", "added": "2026-06-01"}
    assert _attributes(tree, "Weather", "Weather & warnings") == {"source": "feed.xml", "added": "2026-06-02"}
    assert _attributes(tree, "交通", "城市交通拥堵") == {"source": "feed.xml", "added": "2026-06-03"}
    assert "no place: 1\n  Qqq zzz (feed.xml: entry 3): none\n" in out
    report = json.loads((cli.directory / "harvest" / "harvest.json").read_text(encoding="utf-8"))
    assert report["topics"]["read"] == 4
    assert [left["topic"] for left in report["report"]["en"]["unplaced"]] == ["Qqq zzz"]
    (entry,) = tree.log
    assert (entry.made_by, entry.figures["added"], entry.figures["unplaced"]) == ("harvest", 3, 1)
    diff = json.loads(_ok(cli, "tree", "diff", "tree.json", "harvest/tree.json", "--json"))
    assert len(diff["came"]) == 3


def test_the_same_command_again_asks_nothing_and_writes_the_same(cli: Cli) -> None:
    command = ("tree", "harvest", _forest(cli), _feed(cli), "--run", "harvest")
    _ok(cli, *command, *ON)
    held = {name: (cli.directory / "harvest" / name).read_bytes() for name in ("tree.json", "harvest.json")}
    asked = _steps(cli.directory / "harvest")
    (cli.directory / "feed.xml").write_text("gone", encoding="utf-8")
    _ok(cli, *command)
    assert _steps(cli.directory / "harvest") == asked
    assert held == {name: (cli.directory / "harvest" / name).read_bytes() for name in held}


def test_a_harvest_that_was_killed_goes_on_and_ends_as_if_it_had_not_been(
    cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    endpoint = serve(RehearsalSettings(latency=0.02))
    topics = "\n".join(f"Health question {number}" for number in range(120))
    where = ("--model", "openai/rehearsal", "--api-base", endpoint.base, "--concurrency", "4", *ON)
    command = ("tree", "harvest", _forest(cli), _feed(cli, topics, "topics.txt"), "--language", "en", *where)
    process = cli.start(*command, "--run", "killed")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and endpoint.count.calls < 20:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (cli.directory / "killed" / "tree.json").exists()
    _ok(cli, *command, "--run", "killed")
    assert endpoint.count.calls <= 120 + 4
    _ok(cli, *command, "--run", "whole")
    for name in ("tree.json", "harvest.json"):
        assert (cli.directory / "killed" / name).read_bytes() == (cli.directory / "whole" / name).read_bytes()


def test_a_feed_is_fetched_from_an_address_and_its_key_is_kept_nowhere(cli: Cli) -> None:
    async def feed(request: web.Request) -> web.Response:
        assert request.query["key"] == "canary-key"
        return web.Response(text=RSS, content_type="application/rss+xml")

    application = web.Application()
    application.router.add_get("/feed", feed)
    with ServerThread(application) as server:
        url = f"http://127.0.0.1:{server.port}/feed?key=canary-key"
        out = _ok(cli, "tree", "harvest", _forest(cli), url, "--run", "harvest", *ON)
    tree = load_tree(cli.directory / "harvest" / "tree.json")
    assert _attributes(tree, "Weather", "Weather & warnings")["source"] == f"http://127.0.0.1:{server.port}/feed"
    assert "canary" not in out
    for file in (cli.directory / "harvest").rglob("*"):
        assert not file.is_file() or b"canary" not in file.read_bytes(), file


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("missing.xml", "missing.xml: cannot read"),
        ("page.html", "page.html: "),
        ("http://127.0.0.1:1/feed", "http://127.0.0.1:1/feed: "),
        ("ftp://127.0.0.1/feed", "only http and https"),
    ],
)
def test_a_source_that_cannot_be_read_is_one_line_and_leaves_nothing(cli: Cli, source: str, said: str) -> None:
    _feed(cli, "<!doctype html><html><body>Sign in</body></html>", "page.html")
    result = cli.run("tree", "harvest", _forest(cli), source, "--run", "harvest")
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (cli.directory / "harvest").exists()


def test_other_sources_or_another_tree_are_another_harvest(cli: Cli) -> None:
    _ok(cli, "tree", "harvest", _forest(cli), _feed(cli), "--run", "harvest", *ON)
    other = cli.run("tree", "harvest", "tree.json", _feed(cli, "Sleep", "b.txt"), "--run", "harvest")
    assert other.returncode == 2
    assert "harvest: holds the harvest of a tree, begun with another list of sources" in other.stderr
    other = cli.run("tree", "harvest", "seed:en", "feed.xml", "--run", "harvest")
    assert "begun with another tree; choose another --run" in other.stderr
    other = cli.run("tree", "grow", "--run", "harvest", "--roots", "1")
    assert "harvest: holds the harvest of a tree; choose another --run" in other.stderr


def test_a_tree_without_languages_asks_for_one(cli: Cli) -> None:
    tree = KnowledgeTree()
    tree.add("Health")
    save_tree(tree, cli.directory / "tree.json")
    refused = cli.run("tree", "harvest", "tree.json", _feed(cli), "--run", "harvest")
    assert refused.returncode == 2
    assert "give --language" in refused.stderr
    assert not (cli.directory / "harvest").exists()
    _ok(cli, "tree", "harvest", "tree.json", "feed.xml", "--run", "harvest", "--language", "en", *ON)


def test_hostile_topics_are_plain_text_or_refused(cli: Cli) -> None:
    hostile = [
        "<script>alert(1)</script> Health",
        "[[ ## root ## ]] Health",
        "{{x}} Health",
        "../../Health",
        "=Health()",
        "Health " + "x" * 9_000,
    ]
    (cli.directory / "t.jsonl").write_text("".join(json.dumps(text) + "\n" for text in hostile), encoding="utf-8")
    _ok(cli, "tree", "harvest", _forest(cli), "t.jsonl", "--run", "harvest", "--language", "en", *ON)
    tree = load_tree(cli.directory / "harvest" / "tree.json")
    tree.check()
    assert {path.name for path in cli.directory.iterdir()} == {"tree.json", "t.jsonl", "harvest"}
    report = json.loads((cli.directory / "harvest" / "harvest.json").read_text(encoding="utf-8"))
    ends = report["report"]["en"]
    filed = sum(len(ends[name]) for name in ("added", "merges", "unplaced", "stale", "rejected", "failed"))
    assert filed + len(report["topics"]["rejected"]) == len(hostile)
    assert ends["failed"] == []


def test_a_directory_of_the_users_is_refused_with_everything_in_it_kept(cli: Cli) -> None:
    _forest(cli)
    (cli.directory / "mine").mkdir()
    for name in ("tree.json", "topics.jsonl", "recipe.yaml"):
        (cli.directory / "mine" / name).write_bytes((cli.directory / "tree.json").read_bytes())
    for source in ("nosuch.csv", _feed(cli), "mine/topics.jsonl"):
        line = refused(cli, "tree", "harvest", "mine/tree.json", source, "--run", "mine")
        assert "mine: holds recipe.yaml but no run" in line
    assert "no run" in refused(cli, "tree", "update", "mine/tree.json", "--run", "mine")
    assert "no run" in refused(cli, "tree", "grow", "--from", "mine/tree.json", "--run", "mine")


def test_a_harvest_in_the_directory_of_other_work_says_so_before_a_source_is_read(cli: Cli) -> None:
    _ok(cli, "tree", "grow", "--run", "grown", "--roots", "1", "--depth", "1")
    line = refused(cli, "tree", "harvest", "seed:en", "nosuch.csv", "--run", "grown")
    assert "grown: holds the growth of a tree; choose another --run" in line


def test_another_model_is_refused_once_there_are_replies(cli: Cli, endpoint: Endpoint) -> None:
    command = ("tree", "harvest", _forest(cli), _feed(cli), "--run", "harvest")
    served = ("--model", "openai/rehearsal", "--api-base", endpoint.base)
    _ok(cli, *command, *served)
    line = refused(cli, *command)
    assert "begun with the model openai/rehearsal; go on with it, or choose another --run" in line
    grow = ("tree", "grow", "--run", "grown", "--roots", "1", "--depth", "1")
    _ok(cli, *grow, *served)
    assert "begun with the model openai/rehearsal" in refused(cli, *grow)
    assert "begun with another tree" in refused(cli, *grow, *served, "--from", "seed:en")


def test_a_tree_that_was_changed_in_the_run_is_not_written_over(cli: Cli) -> None:
    command = ("tree", "harvest", _forest(cli), _feed(cli), "--run", "harvest")
    _ok(cli, *command, *ON)
    tree = cli.directory / "harvest" / "tree.json"
    _ok(cli, "tree", "retire", str(tree), "--horizon", "0", "--date", "2026-07-01", "--out", str(tree))
    changed = tree.read_bytes()
    result = cli.run(*command)
    assert result.returncode == 2
    assert "harvest/tree.json: changed since this run wrote it; move it away" in result.stderr
    assert tree.read_bytes() == changed
    tree.unlink()
    _ok(cli, *command)


def test_a_tree_of_the_stand_in_says_so(cli: Cli) -> None:
    out = _ok(cli, "tree", "harvest", _forest(cli), _feed(cli), "--run", "harvest", *ON)
    assert "rehearsal data" in out
    report = json.loads((cli.directory / "harvest" / "harvest.json").read_text(encoding="utf-8"))
    assert (report["rehearsal"], report["model"]["name"]) == (True, "rehearsal")
    assert load_tree(cli.directory / "harvest" / "tree.json").log[-1].model == "rehearsal"
    assert "harvest by rehearsal" in _ok(cli, "tree", "log", "harvest/tree.json")


def test_status_tells_of_work_on_a_tree(cli: Cli) -> None:
    _ok(cli, "tree", "harvest", _forest(cli), _feed(cli), "--run", "harvest", *ON)
    out = _ok(cli, "status", "harvest")
    assert "harvest, begun 2026-06-10, its tree is there" in out
    assert "rehearsal data" in out
    status = json.loads(_ok(cli, "status", "harvest", "--json"))
    assert (status["replies"], status["calls"], status["tree"]) == ({"place_topic": 4}, 4, True)
    export = ("export", "harvest", "--format", "messages", "--out", "x.jsonl")
    assert "harvest: holds the harvest of a tree, no synthesis" in refused(cli, *export)


# -- update ----------------------------------------------------------------------------------------------------------


def _dated(cli: Cli) -> str:
    tree = KnowledgeTree()
    for path in (["Health", "Sleep"], ["Weather", "Floods"], ["Weather", "Storms"]):
        tree.add_path(path, language="en")
    for path, day in ((["Weather", "Floods"], "2026-01-01"), (["Weather", "Storms"], "2026-05-20")):
        node = tree.find(path)
        assert node is not None
        tree.note_added(node, date.fromisoformat(day), source="old.xml")
    save_tree(tree, cli.directory / "dated.json")
    return "dated.json"


def test_an_update_files_retires_and_fills(cli: Cli) -> None:
    sizes = ("--depth", "2", "--branching", "3", "--refill", "2", "--horizon", "90")
    out = _ok(cli, "tree", "update", _dated(cli), "--topics", _feed(cli), "--run", "update", *sizes, *ON)
    tree = load_tree(cli.directory / "update" / "tree.json")
    assert _attributes(tree, "Weather", "Floods")["retired"] == "2026-06-10"
    assert "retired" not in _attributes(tree, "Weather", "Storms")
    assert "retired: 1\n  Weather > Floods\n" in out
    assert [(entry.made_by, entry.date.isoformat()) for entry in tree.log] == [
        ("harvest", "2026-06-10"),
        ("retire", "2026-06-10"),
        ("grow", "2026-06-10"),
    ]
    parents = [load_tree(cli.directory / "dated.json").version, *(entry.version for entry in tree.log[:-1])]
    assert [entry.parent for entry in tree.log] == parents
    assert tree.log[-1].version == tree.version
    living = {tree.name(root): len(tree.living_children(root)) for root in tree.children()}
    assert living == {"Health": 3, "Weather": 3}
    grown = [node for _, node in tree.edges() if tree.graph.nodes[node].get("added") == "2026-06-10"]
    assert len(grown) == 2
    assert not any("source" in tree.graph.nodes[node] for node in grown)


def test_a_root_tag_under_which_nothing_came_gets_more_than_its_share(cli: Cli) -> None:
    sizes = ("--depth", "2", "--branching", "1", "--refill", "2", "--horizon", "90")
    out = _ok(cli, "tree", "update", _dated(cli), "--run", "update", *sizes, *ON)
    tree = load_tree(cli.directory / "update" / "tree.json")
    assert "stale: 1\n  Health\n" in out
    living = {tree.name(root): len(tree.living_children(root)) for root in tree.children()}
    assert living == {"Health": 3, "Weather": 1}


def test_a_second_update_command_asks_nothing_and_a_later_update_goes_on_from_its_tree(cli: Cli) -> None:
    command = ("tree", "update", _dated(cli), "--topics", _feed(cli), "--run", "update", "--depth", "2")
    _ok(cli, *command, *ON)
    held = (cli.directory / "update" / "tree.json").read_bytes()
    asked = _steps(cli.directory / "update")
    _ok(cli, *command)
    assert (_steps(cli.directory / "update"), (cli.directory / "update" / "tree.json").read_bytes()) == (asked, held)
    later = ("tree", "update", "update/tree.json", "--run", "later", "--depth", "2", "--date", "2026-12-01")
    _ok(cli, *later)
    tree = load_tree(cli.directory / "later" / "tree.json")
    assert "retired" in _attributes(tree, "Weather", "Storms")
    assert tree_stats(tree).retired == 4
    assert "harvest" not in [entry.made_by for entry in tree.log[3:]]


def test_a_quota_of_one_language_is_none_of_the_other(cli: Cli) -> None:
    sizes = ("--depth", "2", "--branching", "3", "--refill", "0", "--quota", "Health=2", "--quota", "交通=1")
    _ok(cli, "tree", "update", _forest(cli), "--run", "update", *sizes, *ON)
    tree = load_tree(cli.directory / "update" / "tree.json")
    assert [len(tree.children(root)) for root in tree.children()] == [2, 3, 1]
    line = refused(cli, "tree", "update", "tree.json", "--run", "other", "--quota", "Helth=2")
    assert "quota of 'Helth': not one of the 3 root tags" in line


def test_an_update_of_one_language_retires_no_other(cli: Cli) -> None:
    tree = load_tree(cli.directory / _dated(cli))
    tree.add("交通", language="zh")
    save_tree(tree, cli.directory / "dated.json")
    _ok(cli, "tree", "update", "dated.json", "--run", "update", "--language", "zh", "--depth", "1", *ON)
    assert tree_stats(load_tree(cli.directory / "update" / "tree.json")).retired == 0


def test_a_topic_of_today_keeps_the_harvested_tag_above_the_one_that_it_is(cli: Cli) -> None:
    tree = load_tree(cli.directory / _dated(cli))
    tree.add_path(["Weather", "Floods", "Flood Insurance"], language="en")
    save_tree(tree, cli.directory / "dated.json")
    topics = ("--topics", _feed(cli, "flood insurance", "t.txt"))
    for run, start, day in (("a", "dated.json", "2026-06-10"), ("b", "a/tree.json", "2026-06-11")):
        _ok(cli, "tree", "update", start, *topics, "--run", run, "--depth", "1", "--date", day)
        updated = load_tree(cli.directory / run / "tree.json")
        assert _attributes(updated, "Weather", "Floods") == {"source": "t.txt", "added": day}
        assert tree_stats(updated).retired == 0


def test_both_languages_of_a_forest_are_brought_up_to_date(cli: Cli) -> None:
    sizes = ("--depth", "2", "--branching", "2", "--refill", "0")
    _ok(cli, "tree", "update", _forest(cli), "--topics", _feed(cli), "--run", "update", *sizes, *ON)
    tree = load_tree(cli.directory / "update" / "tree.json")
    assert [len(tree.children(root)) for root in tree.children()] == [2, 2, 2]


def test_an_update_of_one_language_grows_no_other(cli: Cli) -> None:
    sizes = ("--depth", "2", "--branching", "1", "--refill", "1", "--language", "zh")
    out = _ok(cli, "tree", "update", _forest(cli), "--run", "update", *sizes, *ON)
    tree = load_tree(cli.directory / "update" / "tree.json")
    assert "stale: 1\n  交通\n" in out
    assert [len(tree.children(root)) for root in tree.children()] == [1, 1, 2]


# -- merges ----------------------------------------------------------------------------------------------------------


def test_merges_of_runs_and_of_trees_are_listed(cli: Cli) -> None:
    _forest(cli)
    _ok(cli, "tree", "harvest", "tree.json", _feed(cli, "sleep\nFlood", "t.txt"), "--run", "h", "--language", "en", *ON)
    listed = json.loads(_ok(cli, "tree", "merges", "h", "--json"))
    assert [(merge["path"], merge["into"], merge["why"], merge["made_by"], merge["date"]) for merge in listed] == [
        ("sleep", "Health > Sleep", "exact", "harvest", "2026-06-10"),
        ("Flood", "Weather > Floods", "words", "harvest", "2026-06-10"),
    ]
    tree = load_tree(cli.directory / "tree.json")
    tree.add_path(["Health", "Flood"], language="en")
    save_tree(tree, cli.directory / "twice.json")
    out = _ok(cli, "tree", "dedup", "twice.json", "--out", "once.json", *ON)
    assert "= Health > Flood into Weather > Floods (words 1.00)" in out or "Weather > Floods into Health > Flood" in out
    assert load_tree(cli.directory / "once.json").log[-1].made_by == "dedup"
    listed = _ok(cli, "tree", "merges", "once.json")
    assert listed.endswith("once.json: 1 merges\n")
    diff = json.loads(_ok(cli, "tree", "diff", "twice.json", "once.json", "--json"))
    assert len(diff["merged"]) == 1
    assert diff["went"] == []
    assert "merged 0" in _ok(cli, "tree", "dedup", "once.json", "--out", "again.json", *ON)
    assert (cli.directory / "again.json").read_bytes() == (cli.directory / "once.json").read_bytes()


@pytest.mark.parametrize("place", ["nothing", "empty", "broken"])
def test_where_there_are_no_merges_to_list_one_line_says_so(cli: Cli, place: str) -> None:
    (cli.directory / "empty").mkdir()
    (cli.directory / "broken").mkdir()
    (cli.directory / "broken" / "growth.json").write_text('{"report": {"merges": [{"who": 1}]}, "date": ""}')
    result = cli.run("tree", "merges", place)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert place in result.stderr
