"""Forking, as a person does it: in processes, against an endpoint that counts, with kills; the old run stays whole."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from condor.runtime.rehearsal.settings import RehearsalSettings

from support import Cli, Endpoint, export, refused, status, wait_for

RECIPE = "tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: {records}\nmodel: {model}\n"
#: Stands for a version of Condor whose critique prompt is another one.
OTHER_CRITIQUE = (
    "from condor.programs import CritiqueAnswer\n"
    "CritiqueAnswer.signature = CritiqueAnswer.signature.with_instructions('Say what is wrong with the answer.')"
)


@pytest.fixture
def changed(cli: Cli) -> Cli:
    """The command line in the same directory, with another critique prompt."""
    return Cli(cli.directory, OTHER_CRITIQUE, cli.warm)


def files_of(run: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in run.iterdir()}


def test_a_fork_of_an_unchanged_run_makes_no_call_and_needs_the_old_run_no_more(cli: Cli, endpoint: Endpoint) -> None:
    recipe = cli.recipe(RECIPE.format(records=30, model="openai/rehearsal"))
    served = ("--api-base", endpoint.base)
    assert cli.run("synth", recipe, "--run", "old", *served).returncode == 0
    before, calls = files_of(cli.directory / "old"), endpoint.count.received
    forked = cli.run("synth", recipe, "--run", "new", "--fork", "old", *served)
    assert forked.returncode == 0, forked.stderr
    assert "new, forked from old; what differs: nothing" in forked.stdout
    assert f"kept from old: {calls} steps, without a call" in forked.stdout
    assert endpoint.count.received == calls
    assert files_of(cli.directory / "old") == before
    old = export(cli, "old")
    shutil.rmtree(cli.directory / "old")
    assert export(cli, "new") == old
    figures = status(cli, "new")
    assert (figures["calls"], figures["cost_usd"], figures["inherited"]) == (0, 0.0, calls)
    assert figures["forked_from"] == "old"
    assert f"old ({calls} steps taken over without a call)" in cli.run("status", "new").stdout
    life = json.loads(cli.run("explain", "new", str(json.loads(old.splitlines()[0])["id"]), "--json").stdout)
    assert all(record["provenance"]["calls"] == 1 for record in life["records"][1:])
    assert all(life["prompts"].values())
    more = cli.run("synth", recipe, "--run", "new", "--fork", "old", "--records", "33", *served)
    assert more.returncode == 0, more.stderr
    assert "going on with new, forked from old: 30 of 33 kept" in more.stdout
    assert endpoint.count.received == calls + 10


def test_a_changed_prompt_is_refused_and_a_fork_asks_for_what_comes_after_it_only(
    cli: Cli, changed: Cli, endpoint: Endpoint
) -> None:
    recipe = cli.recipe(RECIPE.format(records=30, model="openai/rehearsal"))
    served = ("--api-base", endpoint.base)
    assert cli.run("synth", recipe, "--run", "old", *served).returncode == 0
    calls = endpoint.count.received
    refused = changed.run("synth", recipe, "--run", "old", *served)
    assert refused.returncode == 2
    assert "prompt of critique: " in refused.stderr
    assert "(system message)" in refused.stderr
    assert refused.stderr.strip().endswith("or keep what still holds: --run NEW --fork old")
    assert len(refused.stderr.strip().splitlines()) == 1
    before = files_of(cli.directory / "old")
    forked = changed.run("synth", recipe, "--run", "new", "--fork", "old", *served)
    assert forked.returncode == 0, forked.stderr
    assert "what differs: prompt of critique: " in forked.stdout
    by_stage = status(cli, "new")["calls_by_stage"]
    assert by_stage == {"question": 0, "answer": 0, "critique": 30, "refinement": by_stage["refinement"]}  # pyright: ignore[reportIndexIssue]
    assert endpoint.count.received == calls + 30 + by_stage["refinement"]  # pyright: ignore[reportIndexIssue]
    assert files_of(cli.directory / "old") == before
    fresh = changed.run("synth", recipe, "--run", "fresh", *served)
    assert fresh.returncode == 0, fresh.stderr
    assert export(cli, "new") == export(cli, "fresh")
    back = cli.run("synth", recipe, "--run", "new", *served)
    assert back.returncode == 2
    assert "prompt of critique" in back.stderr


def test_a_fork_that_is_killed_goes_on_without_paying_twice(
    cli: Cli, changed: Cli, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    endpoint = serve(RehearsalSettings(latency=0.005))
    recipe = cli.recipe(RECIPE.format(records=90, model="openai/rehearsal"))
    options = ("--api-base", endpoint.base, "--concurrency", "4")
    assert cli.run("synth", recipe, "--run", "old", *options).returncode == 0
    before, old_calls = files_of(cli.directory / "old"), endpoint.count.received
    fork = ("synth", recipe, "--run", "new", "--fork", "old", *options)
    for calls in (0, 20, 50):
        process = changed.start(*fork)
        wait_for(lambda calls=calls: (cli.directory / "new" / "inherited.db").exists())
        wait_for(lambda calls=calls: endpoint.count.received >= old_calls + calls)
        process.kill()
        process.communicate()
    last = changed.run(*fork)
    assert last.returncode == 0, last.stderr
    with sqlite3.connect(cli.directory / "new" / "journal.db") as db:
        (paid,) = db.execute("SELECT sum(calls) FROM steps").fetchone()
        taken = dict(db.execute("SELECT stage, count(*) FROM steps WHERE calls = 0 GROUP BY stage"))
    assert taken["question"] == 30
    assert taken["answer"] == 90
    assert paid <= endpoint.count.received - old_calls <= paid + 3 * 4
    assert files_of(cli.directory / "old") == before
    assert changed.run("synth", recipe, "--run", "fresh", *options).returncode == 0
    assert export(cli, "new", "dpo") == export(cli, "fresh", "dpo")


def test_a_run_that_is_under_way_or_was_broken_off_can_be_forked(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE.format(records=300, model="rehearsal?latency=0.01"))
    process = cli.start("synth", recipe, "--run", "old")
    wait_for(lambda: (cli.directory / "old" / "journal.db").exists() and status(cli, "old")["calls"] != 0)
    live = cli.run("synth", recipe, "--run", "live", "--fork", "old", "--records", "6")
    process.kill()
    process.communicate()
    assert live.returncode == 0, live.stderr
    assert status(cli, "live")["inherited"] != 0
    stood = int(str(status(cli, "old")["calls"]))
    whole = cli.run("synth", recipe, "--run", "new", "--fork", "old")
    assert whole.returncode == 0, whole.stderr
    figures = status(cli, "new")
    assert figures["inherited"] == stood
    assert figures["calls"] == 1000 - stood


def test_what_a_kill_left_before_there_was_a_run_is_made_anew(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE.format(records=6, model="rehearsal"))
    assert cli.run("synth", recipe, "--run", "old").returncode == 0
    for name in ("new", "plain"):
        (cli.directory / name).mkdir()
        for half in ("run.lock", ".inherited.db.new", ".inherited.db.new-journal", "inherited.db", "recipe.yaml"):
            (cli.directory / name / half).write_bytes(b"half of it")
    assert cli.run("synth", recipe, "--run", "new", "--fork", "old").returncode == 0
    assert status(cli, "new")["inherited"] == 20
    assert cli.run("synth", recipe, "--run", "plain").returncode == 0
    assert (status(cli, "plain")["inherited"], status(cli, "plain")["forked_from"]) == (0, None)
    assert not (cli.directory / "plain" / "inherited.db").exists()


def test_what_cannot_be_forked_is_refused_in_one_line_and_nothing_is_made(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE.format(records=6, model="rehearsal"))
    for run in ("old", "other", "torn"):
        assert cli.run("synth", recipe, "--run", run).returncode == 0
    grown = cli.run("tree", "grow", "--run", "grown", "--roots", "2", "--depth", "2", "--branching", "2")
    assert grown.returncode == 0
    torn = cli.directory / "torn" / "journal.db"
    torn.write_bytes(torn.read_bytes()[: torn.stat().st_size // 2])
    (cli.directory / "strange").mkdir()
    (cli.directory / "strange" / "journal.db").write_bytes(b"this is no database at all" * 100)
    fork = ("synth", recipe, "--run", "new", "--fork")
    assert "none: no run here to fork from" in refused(cli, *fork, "none")
    assert "holds the growth of a tree" in refused(cli, *fork, "grown")
    assert "torn/journal.db" in refused(cli, *fork, "torn")
    assert "strange/journal.db: not a journal" in refused(cli, *fork, "strange")
    assert "no run here" in refused(cli, *fork, "new")
    assert not (cli.directory / "new").exists()
    assert "cannot be forked from itself" in refused(cli, "synth", recipe, "--run", "old", "--fork", "./old")
    assert "was not forked" in refused(cli, "synth", recipe, "--run", "other", "--fork", "old")
    assert cli.run(*fork, "old").returncode == 0
    assert "was forked from old, not from other" in refused(cli, *fork, "other")
    (cli.directory / "new" / "inherited.db").unlink()
    assert "inherited.db: missing" in refused(cli, *fork, "old")


def test_a_fork_whose_model_is_unknown_to_the_endpoint_is_taken_away_again_but_never_a_later_session(
    cli: Cli, endpoint: Endpoint
) -> None:
    recipe = cli.recipe(RECIPE.format(records=6, model="openai/rehearsal"))
    served = ("--api-base", endpoint.base)
    assert cli.run("synth", recipe, "--run", "old", *served).returncode == 0
    fork = ("synth", recipe, "--run", "new", "--fork", "old")
    unknown = cli.run(*fork, *served, "--model", "openai/unknown")
    assert unknown.returncode == 2
    assert not (cli.directory / "new").exists()
    assert cli.run(*fork, *served).returncode == 0
    stood = export(cli, "new")
    dead = cli.run(*fork, "--records", "60", "--api-base", "http://127.0.0.1:9/v1")
    assert dead.returncode == 2
    assert "cannot be reached" in dead.stderr
    assert export(cli, "new") == stood


def test_a_fork_can_be_moved_and_forked_and_says_no_place_of_the_machine(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE.format(records=6, model="rehearsal"))
    rounds = cli.recipe(RECIPE.format(records=6, model="rehearsal") + "refine: {rounds: 2}\n", "rounds.yaml")
    assert cli.run("synth", recipe, "--run", "old").returncode == 0
    assert cli.run("synth", rounds, "--run", "new", "--fork", str(cli.directory / "old")).returncode == 0
    shutil.rmtree(cli.directory / "old")
    (cli.directory / "new").rename(cli.directory / "moved")
    assert cli.run("synth", recipe, "--run", "third", "--fork", "moved").returncode == 0
    assert status(cli, "third")["calls"] == 0
    assert status(cli, "third")["inherited"] == 20
    with sqlite3.connect(cli.directory / "third" / "journal.db") as db:
        meta = dict(db.execute("SELECT key, value FROM meta"))
        kinds = dict(db.execute("SELECT kind, count(*) FROM records GROUP BY kind"))
    assert meta["forked_from"] == "moved"
    assert str(cli.directory) not in json.dumps(meta)
    assert kinds == {"cell": 2, "question": 6, "answer": 6, "critique": 6, "refinement": 6}
