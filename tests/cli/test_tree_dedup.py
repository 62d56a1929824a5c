"""`condor tree dedup --embedder`: with the stand-in and over HTTP, counted at the server, broken off, and refused."""

import json
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web

from condor.knowledge import KnowledgeTree, load_tree, save_tree
from condor.runtime.rehearsal.settings import RehearsalSettings

from embedding_server import ScriptedEndpoint
from support import Cli, Endpoint, ServerThread, clean_environment, wait_for
from warm_cli import WarmCli, WarmInterpreter

DEDUP = ("tree", "dedup", "t.json", "--out", "out.json", "--date", "2026-11-22")
SERVED = ("--embedder", "openai/rehearsal", "--embedder-api-base")
#: By the stand-in's vectors the two names about film are 0.59 alike, and the two about food 0.40.
EN = ("Arts", "Film Festivals", "Python", "Leisure", "Film Festival Awards", "Juries")
ZH = ("生活", "饮食文化", "历史", "饮食文化史", "Python")
FILM = (("Leisure", "Film Festival Awards"), ("Arts", "Film Festivals"))
FOOD = (("历史", "饮食文化史"), ("生活", "饮食文化"))


@pytest.fixture
def tree(cli: Cli) -> KnowledgeTree:
    """A forest of both languages, with a name that both have and with a retired tag, left in t.json."""
    tree = KnowledgeTree()
    for path in (["Arts", "Film Festivals"], ["Arts", "Python"], ["Leisure", "Film Festival Awards", "Juries"]):
        tree.add_path(path, language="en")
    for path in (["生活", "饮食文化"], ["历史", "饮食文化史"], ["历史", "Python"]):
        tree.add_path(path, language="zh")
    tree.retire(tree.parent(tree.add_path(["Leisure", "Film Festival", "Gone"], language="en")), date(2026, 1, 1))
    save_tree(tree, cli.directory / "t.json")
    return tree


def held(path: Path) -> int:
    """Vectors that were paid for."""
    with sqlite3.connect(path) as database:
        return database.execute("SELECT count(*) FROM vectors").fetchone()[0]


def merged_in(path: Path) -> set[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The merges by meaning in a tree's log."""
    merges = [merge for entry in load_tree(path).log for merge in entry.merged]
    assert {merge.reason for merge in merges} <= {"meaning"}
    return {(merge.path, merge.into) for merge in merges}


def one_line(result: "subprocess.CompletedProcess[str]", code: int) -> str:
    """What a command said that failed."""
    assert (result.returncode, result.stderr.count("\n")) == (code, 1), result.stderr
    return result.stderr


def grown_large(directory: Path, tags: int) -> None:
    """A tree of many tags and 7 root tags, left in t.json."""
    tree = KnowledgeTree()
    for number in range(tags):
        tree.add_path([f"Root {number % 7}", f"Tag {number}"], language="en")
    save_tree(tree, directory / "t.json")


def test_tags_of_one_meaning_are_merged_within_their_language(cli: Cli, tree: KnowledgeTree) -> None:
    result = cli.run(*DEDUP, "--embedder", "rehearsal", "--min-cosine", "0.35")
    assert result.returncode == 0, result.stderr
    out = cli.directory / "out.json"
    assert merged_in(out) == {FILM, FOOD}
    merged = load_tree(out)
    assert merged.find(["Arts", "Film Festivals", "Juries"], language="en") is not None
    assert merged.find(["历史", "Python"], language="zh") is not None
    retired = merged.find(["Leisure", "Film Festival", "Gone"])
    assert retired is not None
    assert merged.is_retired(retired)
    *lines, last = result.stdout.splitlines()
    assert "= Leisure > Film Festival Awards into Arts > Film Festivals (meaning 0.59)" in lines
    names = len({*EN, *ZH})
    assert held(cli.directory / "out.json.vectors.db") == names
    assert last.startswith(f"embedded {names} texts: 1 calls, ")
    assert last.endswith(f"$0.0000; {names} of them now, all kept in out.json.vectors.db; 2 merged by meaning")
    listed = json.loads(cli.run("tree", "merges", "out.json", "--json").stdout)
    assert {merge["why"] for merge in listed} == {"meaning"}


@pytest.mark.parametrize(
    ("within", "merged"),
    [
        ("siblings", {"Film Festival Awards"}),
        ("root", {"Film Festival Awards", "Cinema Festivals"}),
        ("tree", {"Film Festival Awards", "Cinema Festivals", "Film Festival Guides"}),
    ],
)
def test_the_scope_holds_for_meanings_as_well(cli: Cli, within: str, merged: set[str]) -> None:
    tree = KnowledgeTree()
    for path in (["Film Festivals"], ["Film Festival Awards"], ["Shows", "Cinema Festivals"]):
        tree.add_path(["Arts", *path], language="en")
    tree.add_path(["Leisure", "Trips", "Film Festival Guides"], language="en")
    save_tree(tree, cli.directory / "t.json")
    result = cli.run(*DEDUP, "--within", within, "--embedder", "rehearsal", "--min-cosine", "0.55")
    assert result.returncode == 0, result.stderr
    found = merged_in(cli.directory / "out.json")
    assert {path[-1] for path, _ in found} == merged
    assert {into for _, into in found} == {("Arts", "Film Festivals")}


def test_nothing_is_paid_for_twice_and_nothing_for_what_is_retired(
    cli: Cli, tree: KnowledgeTree, endpoint: Endpoint
) -> None:
    command, out = (*DEDUP, *SERVED, endpoint.base), cli.directory / "out.json"
    first = cli.run(*command, "--min-cosine", "0.55")
    assert first.returncode == 0, first.stderr
    assert merged_in(out) == {FILM}
    assert "cost unknown" in first.stdout
    assert endpoint.count.embedded == Counter({*EN, *ZH})
    calls, written = endpoint.count.embeddings, out.read_bytes()
    again = cli.run(*command, "--min-cosine", "0.55")
    assert "; 0 of them now, all kept in out.json.vectors.db; 1 merged" in again.stdout
    assert out.read_bytes() == written
    other = cli.run(*command, "--min-cosine", "0.35")
    assert other.returncode == 0, other.stderr
    assert merged_in(out) == {FILM, FOOD}
    assert endpoint.count.embeddings == calls
    merged = cli.run("tree", "dedup", "out.json", *command[3:], "--min-cosine", "0.35")  # of its own result
    assert "out.json: merged 0, " in merged.stdout
    assert endpoint.count.embeddings == calls


def test_without_an_embedder_nothing_is_kept(cli: Cli, tree: KnowledgeTree) -> None:
    assert cli.run(*DEDUP).returncode == 0
    assert {path.name for path in cli.directory.iterdir()} == {"t.json", "out.json"}


def test_after_a_kill_only_the_rest_is_paid_for(
    warm: WarmInterpreter, tmp_path: Path, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    condor, slow = WarmCli(warm, tmp_path, clean_environment()), serve(RehearsalSettings(latency=0.1))
    grown_large(tmp_path, 400)
    store = tmp_path / "out.json.vectors.db"
    command = (*DEDUP, *SERVED, slow.base, "--concurrency", "2")
    process = condor.start(*command)
    wait_for(lambda: slow.count.embeddings >= 4)
    process.kill()
    process.wait(10)
    paid = held(store)
    assert 0 < paid < 407
    assert not (tmp_path / "out.json").exists()
    done = condor.run(*command)
    assert done.returncode == 0, done.stderr
    assert held(store) == 407
    assert f"; {407 - paid} of them now, " in done.stdout
    paid_twice = [text for text, times in slow.count.embedded.items() if times > 1]
    assert len(paid_twice) <= 2 * 32, "no more than was in flight"
    asked = slow.count.embeddings
    assert condor.run(*command, "--min-cosine", "0.99").returncode == 0
    assert slow.count.embeddings == asked
    assert condor.run(*command).returncode == 0
    undisturbed = (*DEDUP[:4], "whole.json", *DEDUP[5:], "--embedder", "rehearsal")
    assert condor.run(*undisturbed).returncode == 0
    assert (tmp_path / "whole.json").read_bytes() == (tmp_path / "out.json").read_bytes()


def test_one_process_at_a_time_and_ctrl_c_loses_nothing(
    warm: WarmInterpreter, tmp_path: Path, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    condor, slow = WarmCli(warm, tmp_path, clean_environment()), serve(RehearsalSettings(latency=0.3))
    grown_large(tmp_path, 400)
    command = (*DEDUP, *SERVED, slow.base, "--concurrency", "1")
    process = condor.start(*command)
    wait_for(lambda: slow.count.embeddings >= 2)
    assert "another process works with these vectors" in one_line(condor.run(*command), 2)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    said = process.output()[1]
    assert said.splitlines()[-1].startswith("condor: stopped")
    assert "Traceback" not in said
    assert not (tmp_path / "out.json").exists()
    paid = held(tmp_path / "out.json.vectors.db")
    assert paid == slow.count.embedded.total() < 400
    assert condor.run(*command).returncode == 0
    assert set(slow.count.embedded.values()) == {1}


@pytest.mark.parametrize("content", [b"", b"not a database, but of some length" * 200])
def test_a_foreign_file_of_vectors_is_refused_and_left(cli: Cli, tree: KnowledgeTree, content: bytes) -> None:
    store = cli.directory / "out.json.vectors.db"
    store.write_bytes(content)
    assert "out.json.vectors.db: not a store of vectors" in one_line(cli.run(*DEDUP, "--embedder", "rehearsal"), 2)
    assert store.read_bytes() == content
    assert not (cli.directory / "out.json").exists()


def test_a_damaged_file_of_vectors_and_a_journal_are_refused(cli: Cli, tree: KnowledgeTree) -> None:
    command, store = (*DEDUP, "--embedder", "rehearsal"), cli.directory / "out.json.vectors.db"
    assert cli.run(*command).returncode == 0
    store.write_bytes(store.read_bytes()[:5000])
    assert "out.json.vectors.db: " in one_line(cli.run(*command), 2)
    assert cli.run("tree", "grow", "--roots", "2", "--depth", "1", "--run", "grown").returncode == 0
    shutil.copy(cli.directory / "grown" / "journal.db", store)
    assert "out.json.vectors.db: not a store of vectors of Condor" in one_line(cli.run(*command), 2)


def test_a_place_that_cannot_hold_the_result_is_refused_before_anything_is_paid(
    cli: Cli, tree: KnowledgeTree, endpoint: Endpoint
) -> None:
    (cli.directory / "folder").mkdir()
    for out in ("folder", "t.json/out.json", "x" * 245):
        result = cli.run("tree", "dedup", "t.json", "--out", out, *SERVED, endpoint.base)
        one_line(result, 2)
    assert endpoint.count.embeddings == 0


def test_a_key_that_is_refused_costs_one_call_and_leaves_nothing(cli: Cli) -> None:
    grown_large(cli.directory, 600)
    answer = {"error": {"message": "wrong key canary-4711", "code": 401}}
    refusing = ScriptedEndpoint(lambda *_: web.json_response(answer, status=401))
    with ServerThread(refusing.application()) as thread:
        options = (*SERVED, f"http://127.0.0.1:{thread.port}/v1")
        said = one_line(cli.run(*DEDUP, *options, OPENAI_API_KEY="canary-4711"), 2)
    assert "canary" not in said
    assert len(refusing.bodies) == 1
    assert {path.name for path in cli.directory.iterdir()} == {"t.json"}


def test_the_key_is_written_nowhere_and_what_is_no_vector_is_asked_for_again(cli: Cli, tree: KnowledgeTree) -> None:
    canary = "canary-4711-canary"
    scripted = ScriptedEndpoint(lambda number, body, good: good | {"data": [], "model": canary})
    with ServerThread(scripted.application()) as thread:
        command = (*DEDUP, *SERVED, f"http://127.0.0.1:{thread.port}/v1")
        said = one_line(cli.run(*command, OPENAI_API_KEY=canary), 1)
        scripted.script = lambda number, body, good: good | {"model": canary, "id": canary}
        done = cli.run(*command, OPENAI_API_KEY=canary)
    assert "the reply holds 0 vectors" in said
    assert done.returncode == 0, done.stderr
    assert set(scripted.keys) == {f"Bearer {canary}"}
    assert canary not in said + done.stdout + done.stderr
    files = [path for path in cli.directory.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"t.json", "out.json", "out.json.vectors.db", "out.json.vectors.lock"}
    assert not any(canary.encode() in path.read_bytes() for path in files)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--min-cosine", "0.9"), "--min-cosine"),
        (("--embedder-api-base", "http://127.0.0.1:9/v1"), "--embedder-api-base"),
        (("--embedder", "rehearsal?quality=1"), "--embedder"),
        (("--embedder", "openai/text-embedding-3-small"), "set OPENAI_API_KEY"),
    ],
)
def test_options_that_do_not_go_together_leave_nothing(
    cli: Cli, tree: KnowledgeTree, options: tuple[str, ...], said: str
) -> None:
    assert said in one_line(cli.run(*DEDUP, *options), 2)
    assert {path.name for path in cli.directory.iterdir()} == {"t.json"}
