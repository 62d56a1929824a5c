"""`condor tree grow --embedder`: with the stand-in and over HTTP, broken off and gone on with, and refused."""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from condor.runtime.rehearsal.server import EndpointCount
from condor.runtime.rehearsal.settings import RehearsalSettings

from embedding_server import ScriptedEndpoint
from support import Cli, Endpoint, ServerThread, clean_environment
from warm_cli import WarmCli, WarmInterpreter

GROW = ("tree", "grow", "--roots", "12", "--depth", "3", "--branching", "5", "--date", "2026-11-22")
SPLIT = ("--embedder", "openai/rehearsal", "--embedder-api-base")


def held(run: Path) -> int:
    """Vectors that a run has paid for."""
    with sqlite3.connect(run / "vectors.db") as database:
        return database.execute("SELECT count(*) FROM vectors").fetchone()[0]


def begin_with(cli: Cli, lines: str) -> None:
    """Make t.json, a tree to grow from."""
    (cli.directory / "start.txt").write_text(lines)
    imported = cli.run("tree", "import", "start.txt", "--format", "paths", "--language", "en", "--out", "t.json")
    assert imported.returncode == 0, imported.stderr


def written(run: Path) -> tuple[bytes, bytes]:
    return (run / "tree.json").read_bytes(), (run / "growth.json").read_bytes()


def test_a_tree_is_grown_with_the_stand_in_and_the_second_run_embeds_nothing(cli: Cli) -> None:
    command = (*GROW, "--run", "grown", "--embedder", "rehearsal", "--min-cosine", "0.8")
    result = cli.run(*command)
    assert result.returncode == 0, result.stderr
    run = cli.directory / "grown"
    growth = json.loads((run / "growth.json").read_text())
    embedding, report = growth["embedding"], growth["report"]
    by_meaning = [merge for merge in report["merges"] if merge["why"] == "meaning"]
    assert growth["plan"]["limits"]["min_cosine"] == 0.8
    assert by_meaning
    assert all(0.8 <= merge["score"] <= 1 for merge in by_meaning)
    assert all(0.75 <= miss["cosine"] <= 0.8 for miss in report["near_misses"])
    assert 0 < len(report["near_misses"]) <= 100
    assert (embedding["name"], embedding["cost_usd"]) == ("rehearsal", 0.0)
    assert embedding["texts"] == held(run)
    assert result.stdout.splitlines()[-1].startswith(f"embedded {held(run)} texts: {embedding['calls']} calls, ")
    assert result.stdout.splitlines()[-1].endswith(
        f"$0.0000; {len(by_meaning)} merged by meaning, {len(report['near_misses'])} near misses"
    )
    before = written(run)
    assert cli.run(*command).returncode == 0
    assert written(run) == before


def test_over_http_the_tree_is_the_same_and_each_text_is_embedded_once(cli: Cli, endpoint: Endpoint) -> None:
    assert cli.run(*GROW, "--run", "here", "--embedder", "rehearsal", "--min-cosine", "0.8").returncode == 0
    result = cli.run(*GROW, "--run", "served", *SPLIT, endpoint.base, "--min-cosine", "0.8")
    assert result.returncode == 0, result.stderr
    assert "cost unknown" in result.stdout
    assert written(cli.directory / "here")[0] == written(cli.directory / "served")[0]
    assert set(endpoint.count.embedded.values()) == {1}
    assert endpoint.count.embedded.total() == held(cli.directory / "served")
    calls = endpoint.count.embeddings
    assert cli.run(*GROW, "--run", "served", *SPLIT, endpoint.base, "--min-cosine", "0.85").returncode == 0
    reports = [json.loads(written(cli.directory / name)[1]) for name in ("here", "served")]
    assert len(reports[1]["report"]["merges"]) < len(reports[0]["report"]["merges"])
    assert endpoint.count.embeddings - calls < calls  # another threshold asks for what it has not seen yet


def test_after_a_kill_only_the_rest_is_paid_for(
    warm: WarmInterpreter, tmp_path: Path, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    condor = WarmCli(warm, tmp_path, clean_environment())
    slow, run = serve(RehearsalSettings(latency=0.05)), tmp_path / "grown"
    command = (*GROW, "--run", "grown", *SPLIT, slow.base)
    process = condor.start(*command)
    _wait_for(slow.count, 60)
    process.kill()
    process.wait(10)
    time.sleep(0.5)  # until the endpoint has ended what was in flight
    before, paid = Counter(slow.count.embedded), held(run)
    assert paid > 0
    assert not (run / "growth.json").exists()
    assert condor.run(*command).returncode == 0
    assert condor.run(*GROW, "--run", "whole", *SPLIT, serve(RehearsalSettings()).base).returncode == 0
    assert held(run) == held(tmp_path / "whole")
    assert (slow.count.embedded - before).total() == held(run) - paid
    assert written(run)[0] == written(tmp_path / "whole")[0]
    growths = [json.loads(written(tmp_path / name)[1]) for name in ("grown", "whole")]
    assert growths[0]["report"] == growths[1]["report"]
    asked = slow.count.embeddings
    assert condor.run(*command).returncode == 0
    assert slow.count.embeddings == asked


def _wait_for(count: EndpointCount, embeddings: int) -> None:
    until = time.monotonic() + 60
    while count.embeddings < embeddings:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_another_embedder_is_refused(cli: Cli) -> None:
    small = ("tree", "grow", "--roots", "3", "--depth", "1")
    assert cli.run(*small, "--run", "with", "--embedder", "rehearsal").returncode == 0
    assert cli.run(*small, "--run", "without").returncode == 0
    base = "http://127.0.0.1:9/v1"
    for run, options, holds in (
        ("with", (), "begun with the embedder rehearsal"),
        ("with", ("--embedder", "openai/other", "--embedder-api-base", base), "begun with the embedder rehearsal"),
        ("without", ("--embedder", "rehearsal"), "begun without an embedder"),
    ):
        result = cli.run(*small, "--run", run, *options)
        assert (result.returncode, result.stderr.count("\n")) == (2, 1)
        assert holds in result.stderr
    assert cli.run(*small, "--run", "with", "--embedder", "rehearsal?latency=0.01").returncode == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--min-cosine", "0.9"), "--min-cosine"),
        (("--embedder-api-base", "http://127.0.0.1:9/v1"), "--embedder-api-base"),
        (("--embedder", "rehearsal", "--min-cosine", "1.5"), "--min-cosine"),
        (("--embedder", "rehearsal?quality=1"), "--embedder"),
        (("--embedder", "openai/x", "--embedder-api-base", "http://u:pw@h/v1"), "--embedder-api-base"),
        (("--embedder", "openai/text-embedding-3-small"), "set OPENAI_API_KEY"),
        (("--embedder", "nonsense"), "unknown model"),
    ],
)
def test_options_that_do_not_go_together_begin_no_run(cli: Cli, options: tuple[str, ...], said: str) -> None:
    result = cli.run("tree", "grow", "--run", "grown", *options)
    assert result.returncode == 2
    assert said in result.stderr
    assert "pw@" not in result.stderr
    assert "Traceback" not in result.stderr
    assert not (cli.directory / "grown").exists()


def test_a_damaged_store_of_vectors_is_told_in_one_line(cli: Cli) -> None:
    small = ("tree", "grow", "--roots", "3", "--depth", "1", "--run", "grown", "--embedder", "rehearsal")
    assert cli.run(*small).returncode == 0
    path = cli.directory / "grown" / "vectors.db"
    path.write_bytes(path.read_bytes()[:5000])
    result = cli.run(*small)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "vectors.db" in result.stderr


def test_the_key_of_an_embedder_that_echoes_it_is_written_nowhere(cli: Cli) -> None:
    canary = "canary-4711-canary"
    begin_with(cli, "Food\tBread\nFood\tTea\n")
    scripted = ScriptedEndpoint(lambda number, body, good: good | {"data": [], "model": canary, "note": canary})
    with ServerThread(scripted.application()) as thread:
        base = f"http://127.0.0.1:{thread.port}/v1"
        options = ("--from", "t.json", "--run", "grown", *SPLIT, base)
        refused = cli.run(*GROW, *options, OPENAI_API_KEY=canary)
        scripted.script = lambda number, body, good: good | {"model": canary, "id": canary}
        grown = cli.run(*GROW, *options, OPENAI_API_KEY=canary)
    assert refused.returncode == 1
    assert "openai/rehearsal: the reply holds 0 vectors for 3 texts" in refused.stderr
    assert grown.returncode == 0
    assert set(scripted.keys) == {f"Bearer {canary}"}
    assert canary not in refused.stderr + refused.stdout + grown.stderr + grown.stdout
    written_files = [path for path in cli.directory.rglob("*") if path.is_file()]
    assert {"vectors.db", "journal.db", "growth.json"} <= {path.name for path in written_files}
    for path in written_files:
        assert canary.encode() not in path.read_bytes()


def test_a_refused_key_of_the_embedder_leaves_no_run_that_paid_for_nothing(cli: Cli) -> None:
    begin_with(cli, "Food\tBread\n")
    with ServerThread(ScriptedEndpoint(lambda *_: None).application()) as thread:
        base = f"http://127.0.0.1:{thread.port}/v2"  # 404
        result = cli.run(*GROW, "--from", "t.json", "--run", "grown", *SPLIT, base)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "the endpoint knows no such model" in result.stderr
    assert not (cli.directory / "grown").exists()


def test_vectors_that_were_paid_for_outlive_a_model_that_answers_nothing(cli: Cli, endpoint: Endpoint) -> None:
    begin_with(cli, "Food\tBread\n")
    options = ("--from", "t.json", "--run", "grown", *SPLIT, endpoint.base)
    dead = cli.run(*GROW, *options, "--model", "openai/x", "--api-base", "http://127.0.0.1:9/v1")
    assert (dead.returncode, dead.stderr.count("\n")) == (2, 1)
    assert held(cli.directory / "grown") == 2
    assert cli.run(*GROW, *options).returncode == 0
    assert endpoint.count.embedded["Food"] == endpoint.count.embedded["Bread"] == 1
