"""The whole way through, as a person goes it: in processes, against a real endpoint, with real interruptions."""

import json
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.vocabulary import DIFFICULTIES, TASKS

from support import SHARED_TAGS, Cli, Endpoint, export, status, wait_for

RECIPE = "tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: {records}\nmodel: {model}\n"


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").removesuffix("\n").split("\n")]


def test_quickstart_covers_roots_tasks_difficulties_and_languages_in_every_format(cli: Cli) -> None:
    result = cli.run("quickstart")
    assert result.returncode == 0, result.stderr
    assert "rehearsal data" in result.stdout
    exports = cli.directory / "condor-quickstart" / "exports"
    assert sorted(path.name for path in exports.iterdir()) == [
        "alpaca.jsonl",
        "critique.jsonl",
        "dpo.jsonl",
        "messages.jsonl",
        "ranking.jsonl",
        "sharegpt.jsonl",
    ]
    lines = lines_of(exports / "messages.jsonl")
    assert len(lines) >= 60
    assert len({line["id"] for line in lines}) == len(lines)
    assert len({(line["language"], line["path"][0]) for line in lines}) >= 20  # pyright: ignore[reportIndexIssue]
    assert {line["task"] for line in lines} == set(TASKS)
    assert {line["difficulty"] for line in lines} == set(DIFFICULTIES)
    assert Counter(line["language"] for line in lines) == {"en": len(lines) // 2, "zh": len(lines) // 2}
    again = cli.run("quickstart")
    assert again.returncode == 0
    assert "84 of 84 kept" in again.stdout


@pytest.mark.parametrize("engine", ["auto", "litellm"])
def test_served_and_embedded_model_give_the_same_records(cli: Cli, endpoint: Endpoint, engine: str) -> None:
    """Through the engine of our own, and through LiteLLM."""
    recipe = cli.recipe(RECIPE.format(records=24, model="rehearsal"))
    assert cli.run("synth", recipe, "--run", "embedded").returncode == 0
    model = f"{{name: openai/rehearsal, engine: {engine}, api_base: '{endpoint.base}'}}"
    served = cli.run("synth", cli.recipe(RECIPE.format(records=24, model=model), "served.yaml"), "--run", "served")
    assert served.returncode == 0, served.stderr
    assert "rehearsal data" in served.stdout
    assert endpoint.count.calls == 80  # 8 cells, then 24 answers, critiques and refinements
    assert export(cli, "served") == export(cli, "embedded")
    assert status(cli, "served")["input_tokens"] == endpoint.count.input_tokens


def test_killed_run_goes_on_without_paying_twice_and_ends_as_if_nothing_had_happened(
    cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    """kill -9 three times in a 300-record run; at most the calls in flight are made again."""
    concurrency = 8
    recipe = cli.recipe(RECIPE.format(records=300, model="openai/rehearsal"))
    whole = serve(RehearsalSettings())
    options = ("--concurrency", str(concurrency))
    assert cli.run("synth", recipe, "--run", "whole", "--api-base", whole.base, *options).returncode == 0
    broken = serve(RehearsalSettings(latency=0.002))
    kills = (150, 400, 800)
    for calls in kills:
        process = cli.start("synth", recipe, "--run", "broken", "--api-base", broken.base, *options)
        wait_for(lambda calls=calls: broken.count.calls >= calls)
        process.kill()
        process.communicate()
    last = cli.run("synth", recipe, "--run", "broken", "--api-base", broken.base, *options)
    assert last.returncode == 0, last.stderr
    for format_ in ("messages", "dpo"):
        assert export(cli, "broken", format_) == export(cli, "whole", format_)
    assert set(broken.count.asked) == set(whole.count.asked)
    assert whole.count.summary()["repeated"] == 0
    repeated = sum(broken.count.asked.values()) - len(broken.count.asked)
    assert repeated <= concurrency * len(kills)
    with sqlite3.connect(cli.directory / "broken" / "journal.db") as db:
        (stored,) = db.execute("SELECT sum(calls) FROM steps").fetchone()
    assert stored == len(whole.count.asked)


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE.format(records=300, model="rehearsal?latency=0.05"))
    process = cli.start("synth", recipe, "--run", "run")
    journal = cli.directory / "run" / "journal.db"
    wait_for(lambda: journal.exists() and status(cli, "run")["calls"] != 0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "Go on with: condor synth recipe.yaml --run run" in out.replace("-c synth", "condor synth")
    before = status(cli, "run")
    assert before["calls"] != 0
    shorter = cli.run("synth", recipe, "--run", "run", "--records", "12")
    assert shorter.returncode == 0
    assert status(cli, "run")["kept"] == max(12, before["kept"])  # pyright: ignore[reportArgumentType]


def test_ctrl_c_ends_a_run_whose_endpoint_hangs(cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]) -> None:
    """Once: within 10 seconds. Twice: at once. Never with a traceback."""
    hanging = serve(RehearsalSettings(latency=3600))
    recipe = cli.recipe(RECIPE.format(records=30, model="openai/rehearsal"))
    for signals in (1, 2):
        process = cli.start("synth", recipe, "--run", "run", "--api-base", hanging.base)
        wait_for(lambda signals=signals: hanging.count.received == signals)
        for _ in range(signals):
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        out, err = process.communicate(timeout=10)
        assert process.returncode == 130
        assert "Traceback" not in err
        assert "everything finished is kept" in out + err


def test_second_process_on_a_run_is_refused(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE.format(records=300, model="rehearsal?latency=0.05"))
    first = cli.start("synth", recipe, "--run", "run")
    wait_for(lambda: (cli.directory / "run" / "journal.db").exists())
    second = cli.run("synth", recipe, "--run", "run")
    first.kill()
    first.communicate()
    assert second.returncode == 2
    assert "another process works on this run" in second.stderr


def test_shortfall_is_told_and_exits_3(cli: Cli) -> None:
    (cli.directory / "small.json").write_text('{"Bread": {"Dough": ["Sourdough", "Rye Bread"]}}')
    recipe = cli.recipe("tree: small.json\nrecords: 100\ntasks: [view]\nmodel: rehearsal\n")
    result = cli.run("synth", recipe, "--run", "run")
    assert result.returncode == 3
    assert "94 short: every cell of the tree was asked" in result.stdout
    assert status(cli, "run")["kept"] == 6


def test_explain_tells_a_records_whole_life(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE.format(records=6, model="rehearsal") + "refine:\n  rounds: 2\n")
    assert cli.run("synth", recipe, "--run", "run").returncode == 0
    export(cli, "run")
    line = lines_of(cli.directory / "run.messages")[0]
    record_id = str(line["id"])
    text = cli.run("explain", "run", record_id[:12]).stdout
    for part in (" > ".join(line["path"]), line["task"], f"question ({line['difficulty']})", record_id, "tokens in"):  # pyright: ignore[reportArgumentType, reportCallIssue]
        assert str(part) in text
    life = json.loads(cli.run("explain", "run", record_id, "--json").stdout)
    kinds = [record["kind"] for record in life["records"]]
    assert kinds == ["cell", "question", "answer", "critique", "refinement", "critique", "refinement"]
    for child, parent in zip(life["records"][1:], life["records"], strict=False):
        assert child["parent_id"] == parent["id"]
    assert life["records"][-1]["id"] == record_id
    assert life["records"][-1]["round"] == 2
    assert [outcome["outcome"] for outcome in life["outcomes"]] == ["kept"]
    versions = {record["provenance"]["prompt_version"] for record in life["records"][1:]}
    assert set(life["prompts"]) == versions
    assert len(versions) == 4
    assert all(messages[0]["role"] == "system" for messages in life["prompts"].values())


def test_tree_grows_and_a_second_run_asks_for_nothing(cli: Cli) -> None:
    grow = ("tree", "grow", "--run", "grown", "--language", "zh", "--roots", "5", "--depth", "3", "--branching", "3")
    first = cli.run(*grow)
    assert first.returncode == 0, first.stderr
    tree = (cli.directory / "grown" / "tree.json").read_bytes()
    with sqlite3.connect(cli.directory / "grown" / "journal.db") as db:
        (steps,) = db.execute("SELECT count(*) FROM steps").fetchone()
    second = cli.run(*grow)
    assert second.returncode == 0
    assert (cli.directory / "grown" / "tree.json").read_bytes() == tree
    with sqlite3.connect(cli.directory / "grown" / "journal.db") as db:
        assert db.execute("SELECT count(*) FROM steps").fetchone() == (steps,)
    stats = json.loads(cli.run("tree", "stats", "grown/tree.json", "--json").stdout)
    assert stats["depths"] == {"1": 5, "2": 15, "3": 45}
    shown = cli.run("tree", "show", "grown/tree.json", "--depth", "1").stdout
    assert len(shown.splitlines()) == 5


@pytest.mark.skipif(not SHARED_TAGS.exists(), reason="the public tag sample is not beside this checkout")
def test_public_tag_sample_is_imported_and_synthesised_from(cli: Cli) -> None:
    result = cli.run("tree", "import", str(SHARED_TAGS), "--out", "tags.json", "--language", "en")
    assert "45 roots, 270 branches, 811 leaf entries" in result.stdout
    recipe = cli.recipe("tree: tags.json\nrecords: 90\nmodel: rehearsal\n")
    assert cli.run("synth", recipe, "--run", "run").returncode == 0
    export(cli, "run")
    roots = {line["path"][0] for line in lines_of(cli.directory / "run.messages")}  # pyright: ignore[reportIndexIssue]
    assert len(roots) == 30


def test_help_imports_no_model_library(cli: Cli) -> None:
    script = (
        "import sys\nfrom condor.cli.main import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit as exit:\n    assert exit.code == 0\n"
        "heavy = {'dspy', 'litellm', 'mlflow', 'networkx', 'aiohttp', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    import subprocess
    import sys

    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=cli.directory, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "quickstart" in result.stdout


def test_synthesis_and_growth_keep_out_of_each_others_directories(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE.format(records=6, model="rehearsal"))
    grow = ("--roots", "2", "--depth", "2", "--branching", "2")
    assert cli.run("synth", recipe, "--run", "synth").returncode == 0
    assert cli.run("tree", "grow", "--run", "grown", *grow).returncode == 0
    trees = {name: (cli.directory / name / "tree.json").read_bytes() for name in ("synth", "grown")}
    for command, said in (
        (("tree", "grow", "--run", "synth", *grow), "holds a synthesis"),
        (
            ("tree", "grow", "--run", "grown", "--language", "zh", *grow),
            "growth of a tree, begun with another language",
        ),
        (("synth", recipe, "--run", "grown"), "holds the growth of a tree"),
    ):
        result = cli.run(*command)
        assert result.returncode == 2, command
        assert said in result.stderr
    assert {name: (cli.directory / name / "tree.json").read_bytes() for name in trees} == trees


def test_names_that_look_like_markup_are_printed_as_they_are(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE.format(records=3, model="rehearsal"))
    run = "a[v1] [/b] :warning:"
    result = cli.run("synth", recipe, "--run", run)
    assert result.returncode == 0, result.stderr
    assert f"{run}: kept 3 of 3" in result.stdout
    assert cli.run("status", run).returncode == 0
    quick = cli.run("quickstart", "--out", "[/x]", "--records", "3")
    assert quick.returncode == 0, quick.stderr
    assert "[/x]/exports/dpo.jsonl" in quick.stdout


def test_a_terminal_that_cannot_show_chinese_shows_numbers(cli: Cli) -> None:
    result = cli.run("tree", "show", "seed:zh", "--depth", "1", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert result.returncode == 0, result.stderr
    assert "\\u" in result.stdout


def test_explain_shows_a_failed_item_with_the_reply_as_it_came(cli: Cli) -> None:
    recipe = cli.recipe("tree: seed:en\nrecords: 6\nmodel: rehearsal?malformed=1\nparse_retries: 0\n")
    assert cli.run("synth", recipe, "--run", "run").returncode == 3
    with sqlite3.connect(cli.directory / "run" / "journal.db") as db:
        (cell,) = db.execute("SELECT cell_id FROM items LIMIT 1").fetchone()
    told = cli.run("explain", "run", cell).stdout
    assert told.count("outcome     failed") == 3
    assert "unreadable" in told
    assert "**questions**" in told
