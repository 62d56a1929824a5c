"""Batch files as a person uses them: in processes, with a batch service on this machine and without one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from condor.runtime.rehearsal.settings import RehearsalSettings

from batch_server import BatchServer, answer_request
from support import Cli, ServerThread, export, refused, status

WELL = RehearsalSettings()
RECIPE = "tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: {records}\nmodel: {model}\n"


@pytest.fixture
def server() -> BatchServer:
    """A batch service, not yet running."""
    return BatchServer()


@pytest.fixture
def base(server: BatchServer) -> Iterator[str]:
    """The service's address."""
    with ServerThread(server.application()) as thread:
        yield f"http://127.0.0.1:{thread.port}/v1"


def recipe(cli: Cli, records: int, base: str = "http://127.0.0.1:9/v1") -> str:
    return cli.recipe(RECIPE.format(records=records, model=f"{{name: openai/rehearsal, api_base: '{base}'}}"))


@pytest.mark.timeout(400)
def test_through_a_service_and_back_until_all_is_kept_as_in_a_live_run(
    cli: Cli, server: BatchServer, base: str
) -> None:
    synth = ("synth", recipe(cli, 6, base), "--run", "run", "--batch", "files")
    rounds = 0
    while (result := cli.run(*synth)).returncode == 4:
        rounds += 1
        assert "pending (" in result.stdout
        assert "next: condor batch submit run" in result.stdout
        assert "--run run --batch files" in result.stdout
        sent = cli.run("batch", "submit", "run")
        assert sent.returncode == 0, sent.stderr
        assert "1 shard submitted" in sent.stdout
        polled = cli.run("batch", "poll", "run", "--wait", "--every", "0.05")
        assert "next: condor batch fetch run" in polled.stdout
        fetched = cli.run("batch", "fetch", "run")
        assert "1 batch ended and fetched" in fetched.stdout
    assert result.returncode == 0, result.stderr
    assert rounds == 4
    assert server.chat.count.calls == 0
    assert server.count.batches == server.count.uploads == 4
    live = cli.run("synth", "recipe.yaml", "--run", "live")
    assert live.returncode == 0, live.stderr
    assert export(cli, "run", "dpo") == export(cli, "live", "dpo")
    ours, theirs = status(cli, "run"), status(cli, "live")
    assert ours | {"run": ""} == theirs | {"run": ""}
    assert ours["pending"] == 0


def test_by_hand_with_files_alone(cli: Cli) -> None:
    synth = ("synth", recipe(cli, 3), "--run", "run", "--batch", "files")
    first = cli.run(*synth)
    assert first.returncode == 4, first.stderr
    assert "1 request pending (1 newly written)" in first.stdout
    assert "files/requests-0001.jsonl" in first.stdout
    assert status(cli, "run")["pending"] == 1
    assert "requests are pending in batch files" in cli.run(*synth[:-2]).stderr
    shard = cli.directory / "files" / "requests-0001.jsonl"
    results = [json.dumps(answer_request(line, WELL)) for line in shard.read_text().splitlines()]
    (cli.directory / "files" / "mine.jsonl").write_text("\n".join([*results, "{broken", *results]))
    second = cli.run(*synth)
    assert second.returncode == 4
    assert "files/mine.jsonl:2: not JSON" in second.stdout
    assert "took in 1 results file: 1 reply, 1 known before" in second.stdout
    assert "3 requests pending (3 newly written)" in second.stdout
    third = cli.run(*synth, "--batch-again")
    assert "3 requests pending (3 newly written)" in third.stdout
    assert "--batch-again" not in third.stdout
    assert "Traceback" not in first.stderr + second.stderr + third.stderr


def test_a_live_run_goes_on_where_batch_files_are_given_up(cli: Cli, base: str) -> None:
    synth = ("synth", recipe(cli, 3, base), "--run", "run")
    assert cli.run(*synth, "--batch", "files").returncode == 4
    refused = cli.run(*synth)
    assert refused.returncode == 2
    assert "go on with --batch files, or add --batch-again" in refused.stderr
    done = cli.run(*synth, "--batch-again")
    assert done.returncode == 0, done.stderr
    assert status(cli, "run")["pending"] == 0


def test_a_shortfall_is_one_with_batch_files_too(cli: Cli) -> None:
    (cli.directory / "small.json").write_text('{"Bread": {"Dough": ["Sourdough"]}}')
    text = "tree: small.json\nrecords: 9\ntasks: [view]\nparse_retries: 0\nmodel: openai/rehearsal\n"
    synth = ("synth", cli.recipe(text), "--run", "run", "--batch", "files")
    assert cli.run(*synth).returncode == 4
    shard = (cli.directory / "files" / "requests-0001.jsonl").read_text()
    results = [answer_request(line, RehearsalSettings(malformed=1)) for line in shard.splitlines()]
    (cli.directory / "files" / "r.jsonl").write_text("\n".join(map(json.dumps, results)))
    last = cli.run(*synth)
    assert last.returncode == 3
    assert "9 short: every cell of the tree was asked (3 failed (unreadable))" in last.stdout


def test_what_cannot_work_is_told_in_one_line_before_anything_is_written(cli: Cli) -> None:
    (cli.directory / "file").write_text("in the way")
    synth = ("synth", recipe(cli, 3), "--run", "run", "--batch")
    assert "cannot write here" in refused(cli, *synth, "file")
    assert "cannot write here" in refused(cli, *synth, "file/below")
    assert "batch files are OpenAI's" in refused(cli, *synth, "files", "--model", "anthropic/claude")
    for command in ("submit", "poll", "fetch"):
        assert "no run here" in refused(cli, "batch", command, "nowhere")


def test_a_service_that_is_not_there_is_told_in_one_line(cli: Cli) -> None:
    assert cli.run("synth", recipe(cli, 3), "--run", "run", "--batch", "files").returncode == 4
    for command in ("submit",):
        result = cli.run("batch", command, "run")
        assert result.returncode == 2
        assert "cannot be reached" in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1


def test_a_run_without_batch_files_is_told(cli: Cli, tmp_path: Path) -> None:
    del tmp_path
    assert cli.run("synth", cli.recipe(RECIPE.format(records=3, model="rehearsal")), "--run", "run").returncode == 0
    result = cli.run("batch", "poll", "run")
    assert result.returncode == 2
    assert "has no batch files" in result.stderr
