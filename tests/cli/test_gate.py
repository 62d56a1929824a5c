"""The gate as a person meets it: killed and gone on with, told, exported, refused; both keys are written nowhere."""

import json
import sqlite3
from collections.abc import Callable

import pytest

from condor.runtime.rehearsal.settings import RehearsalSettings

from fault_checks import CANARY, check_journal, check_no_secret
from fault_server import FaultServer, refuses
from support import Cli, Endpoint, ServerThread, export, refused, status, wait_for

#: Answers so good that some refinements are no gain, and a judge of whom some verdicts cannot be read.
WRITER, JUDGE = RehearsalSettings(quality=0.9), RehearsalSettings(malformed=0.2)
CONCURRENCY = 8
RECIPE = "tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: {records}\nrefine: {{rounds: 2, gate: judge}}\n"


def gated(cli: Cli, records: int, model: object, judge: object = None, **more: object) -> str:
    keys = {"model": model, "judge": judge, "concurrency": CONCURRENCY, "parse_retries": 0} | more
    text = RECIPE.format(records=records) + "".join(f"{key}: {json.dumps(value)}\n" for key, value in keys.items())
    return cli.recipe(text)


def served(endpoint: Endpoint, **more: object) -> dict[str, object]:
    return {"name": "openai/rehearsal", "api_base": endpoint.base} | more


def test_a_gated_run_killed_three_times_ends_as_if_nothing_had_happened(
    cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    whole = serve(WRITER), serve(JUDGE)
    recipe = gated(cli, 90, *map(served, whole))
    assert cli.run("synth", recipe, "--run", "whole").returncode == 0
    slow = {"latency": 0.003}
    writer, judge = serve(WRITER.model_copy(update=slow)), serve(JUDGE.model_copy(update=slow))
    # Where writer and judge are served is free, and is another place in each session.
    recipe = gated(cli, 90, served(writer), served(judge))
    kills = (100, 250, 450)
    for calls in kills:
        process = cli.start("synth", recipe, "--run", "broken")
        wait_for(lambda calls=calls: writer.count.calls + judge.count.calls >= calls)
        process.kill()
        process.communicate()
    last = cli.run("synth", recipe, "--run", "broken")
    assert last.returncode == 0, last.stderr
    for format_ in ("messages", "dpo"):
        assert export(cli, "broken", format_) == export(cli, "whole", format_)
    for ours, theirs in zip((writer, judge), whole, strict=True):
        assert set(ours.count.asked) == set(theirs.count.asked)
    repeated = sum(each.count.summary()["repeated"] for each in (writer, judge))
    assert repeated <= CONCURRENCY * len(kills)
    told = status(cli, "broken")
    assert told | {"run": ""} == status(cli, "whole") | {"run": ""}
    assert min(told["gate"].values()) > 0
    check_journal(cli.directory / "broken")


def test_status_export_and_explain_say_what_the_gate_did(cli: Cli) -> None:
    recipe = gated(cli, 24, "rehearsal?quality=0.9", "rehearsal?malformed=0.4")
    assert cli.run("synth", recipe, "--run", "run").returncode == 0
    gate = status(cli, "run")["gate"]
    shown = cli.run("status", "run").stdout
    assert f"refinements kept {gate['kept']}, refused {gate['refused']}, unreadable verdicts" in shown
    assert "the judge is rehearsal?malformed=0.4" in shown
    with sqlite3.connect(cli.directory / "run" / "journal.db") as database:
        rows = database.execute("SELECT question_id, answer_id, record_id FROM items ORDER BY position").fetchall()
    first = sum(answer == final for _, answer, final in rows)
    assert 0 < first < 24
    pairs = cli.run("export", "run", "--format", "dpo", "--out", "dpo.jsonl").stdout
    assert f"dpo.jsonl: {24 - first} lines, {first} pairs of equal answers left out" in pairs
    lives = [cli.run("explain", "run", question).stdout for question, _, _ in rows[:12]]
    for life, (_, answer, final) in zip(lives, rows, strict=False):
        assert "gate (round 1)" in life
        assert ("gate (round 2)" in life) == (answer != final)
        assert ("kept: the judge prefers the refinement in both orders" in life) == (answer != final)
    everything = "\n".join(lives)
    for said in (
        "refused: the judge does not prefer the refinement in both orders, the earlier answer stays",
        "refused: a verdict could not be read, the earlier answer stays",
        "earlier answer shown first: refinement is better",
        "refinement shown first: refinement is better",
        "made by     rehearsal?malformed=0.4 (temperature 0.0, max_tokens 4096)",
    ):
        assert said in everything


def test_a_verdict_can_be_asked_for_by_its_id(cli: Cli) -> None:
    assert cli.run("synth", gated(cli, 3, "rehearsal"), "--run", "run").returncode == 0
    with sqlite3.connect(cli.directory / "run" / "journal.db") as database:
        (verdict,) = database.execute("SELECT id FROM records WHERE kind = 'preference' LIMIT 1").fetchone()
    life = cli.run("explain", "run", verdict[:16]).stdout
    assert f"{verdict}  <- asked for" in life
    assert "question (" in life
    told = json.loads(cli.run("explain", "run", verdict, "--json").stdout)
    assert told["record_id"] == verdict
    assert verdict in [each for ruling in told["rulings"] for each in ruling["preference_ids"]]
    (held,) = [record for record in told["records"] if record["id"] == verdict]
    assert held["verdict"] in ("A", "B", "tie")
    assert held["provenance"]["stage"] == "compare"


def test_a_judge_that_is_not_there_ends_the_run_in_one_line_and_nothing_is_lost(cli: Cli, endpoint: Endpoint) -> None:
    gone = {"name": "openai/judge", "api_base": "http://127.0.0.1:9/v1"}
    result = cli.run("synth", gated(cli, 12, served(endpoint), gone), "--run", "run")
    assert result.returncode == 2
    (line,) = result.stderr.strip().splitlines()
    assert "openai/judge at http://127.0.0.1:9/v1: cannot be reached" in line
    before = status(cli, "run")["calls"]
    assert before == endpoint.count.calls > 0
    elsewhere = gated(cli, 12, served(endpoint), served(endpoint) | {"name": "openai/judge"})
    assert "knows no such model" in cli.run("synth", elsewhere, "--run", "run").stderr
    assert endpoint.count.summary()["repeated"] == 0


@pytest.mark.parametrize(
    ("judge", "options", "said"),
    [
        ("openai/gpt-4o", (), "set OPENAI_API_KEY"),
        ({"name": "openai/j", "api_base": "http://127.0.0.1:9/v1", "api_key_env": "NOT_THERE"}, (), "NOT_THERE"),
        ({"name": "openai/j", "key": "x"}, (), "line 6, judge.key: unknown key (known: name, api_base"),
        (
            {"name": "openai/j", "api_base": "http://127.0.0.1:9/v1"},
            ("--batch", "files"),
            "cannot judge in batch files",
        ),
        (
            {"name": "openai/j", "api_base": "http://127.0.0.1:9/v1"},
            ("--budget", "1"),
            "openai/j: a budget needs the model's price",
        ),
    ],
)
def test_a_judge_that_cannot_be_used_is_refused_before_anything_is_made(
    cli: Cli, judge: object, options: tuple[str, ...], said: str
) -> None:
    price = {"input_usd": 1, "output_usd": 1}
    recipe = gated(cli, 6, {"name": "openai/rehearsal", "api_base": "http://127.0.0.1:9/v1", "price": price}, judge)
    assert said in refused(cli, "synth", recipe, "--run", "run", *options)


def test_a_gate_is_a_judge_or_none(cli: Cli) -> None:
    recipe = cli.recipe("tree: seed:en\nrecords: 3\nmodel: rehearsal\nrefine: {gate: jury}\n")
    assert "line 4, refine.gate: Input should be 'judge', found 'jury'" in refused(cli, "synth", recipe, "--run", "run")


def test_the_keys_of_both_models_are_written_nowhere(cli: Cli) -> None:
    """Both endpoints echo the key that they were sent; neither variable is named like a key."""
    keys = {"WRITER_PASS": f"writer-{CANARY}", "JUDGE_PASS": f"judge-{CANARY}"}
    servers = [FaultServer(refuses(400), lambda call: call.number % 7 == 0) for _ in range(2)]
    with ServerThread(servers[0].application()) as writing, ServerThread(servers[1].application()) as judging:
        bases = [f"http://127.0.0.1:{thread.port}/v1" for thread in (writing, judging)]
        model, judge = (
            {"name": "openai/rehearsal", "api_base": base, "api_key_env": name, "timeout_s": 60 + number}
            for number, (base, name) in enumerate(zip(bases, keys, strict=True))
        )
        result = cli.run("synth", gated(cli, 12, model, judge), "--run", "run", **keys)
    assert result.returncode == 0, result.stderr
    for server, key in zip(servers, keys.values(), strict=True):
        assert {call.bearer for call in server.log.calls} == {key}
        assert server.log.hit
    told = status(cli, "run")
    assert told["reasons"]["failed"]["bad_request"] > 0
    assert told["gate"]["unreadable"] > 0
    check_no_secret(cli.directory, result.stdout, result.stderr)


def test_the_judge_of_a_recipe_is_asked_by_condor_judge_too(cli: Cli, endpoint: Endpoint) -> None:
    assert cli.run("synth", gated(cli, 3, "rehearsal", served(endpoint)), "--run", "run").returncode == 0
    asked = endpoint.count.calls
    found = cli.run("judge", "run", "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["judge"] == "openai/rehearsal"
    assert endpoint.count.calls > asked
