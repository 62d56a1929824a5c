"""Nothing secret reaches MLflow: no key, no token, no header, no user name or password of an address."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from condor.runtime.journal.spool import Spool

from fault_server import FaultServer, every, says_in_html
from support import Cli, ServerThread
from tracking_support import sent, tracked

Serve = Callable[[FaultServer], str]

#: What is secret, by where it comes from.
CANARIES = {
    "OPENAI_API_KEY": "canary-of-the-key-3c91",
    "SOME_TOKEN": "canary-of-a-token-5d02",
    "MY_OWN_ACCESS": "canary-of-a-named-key-77aa",
}
USER, PASSWORD = "canary-of-the-user-18b6", "canary-of-the-password-e04f"

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def serve_faults() -> Iterator[Serve]:
    running: list[ServerThread] = []

    def start(server: FaultServer) -> str:
        running.append(ServerThread(server.application()).__enter__())
        return f"http://127.0.0.1:{running[-1].port}/v1"

    yield start
    for thread in running:
        thread.__exit__()


def leaks(*places: Path) -> list[tuple[str, str]]:
    """(file, canary) of every canary in any byte of the files at some places, a write-ahead log like any other."""
    files = [path for place in places for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file()]
    secrets = [*CANARIES.values(), USER, PASSWORD]
    return [(str(path), secret) for path in files for secret in secrets if secret.encode() in path.read_bytes()]


@pytest.mark.parametrize("named", [False, True])
def test_no_canary_in_store_artifacts_run_or_console(
    cli: Cli, store_template: Path, serve_faults: Serve, named: bool
) -> None:
    # Every seventh call is refused with a page that echoes the caller's key, in body, headers and reason phrase.
    base = serve_faults(FaultServer(says_in_html(400), every(7)))
    mlflow = tracked(cli, store_template) | CANARIES
    model = {"name": "openai/rehearsal", "api_base": base}
    if named:
        model["api_key_env"] = "MY_OWN_ACCESS"
    recipe = f"tree: seed:en\nrecords: 12\nmodel: {json.dumps(model)}\ntracking: {{traces_every: 1}}\n"
    made = cli.run("synth", cli.recipe(recipe), "--run", "run", **mlflow)
    assert made.returncode == 0, made.stderr
    judged = cli.run("judge", "run", "--sample", "3", "--evaluate", **mlflow)
    assert judged.returncode in (0, 3), judged.stderr
    sent(cli, mlflow)
    with closing(sqlite3.connect(cli.directory / "mlflow.db")) as database:
        (failed,) = database.execute("SELECT count(*) FROM trace_info WHERE status = 'ERROR'").fetchone()
    assert failed, "an echoed key was among what was sent"
    assert leaks(cli.directory) == []
    said = made.stdout + made.stderr + judged.stdout + judged.stderr
    assert not any(canary in said for canary in CANARIES.values())


def test_no_user_or_password_of_the_stores_address(
    cli: Cli, mlflow_server: str, store_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    address = mlflow_server.replace("://", f"://{USER}:{PASSWORD}@")
    mlflow = tracked(cli, store_template, MLFLOW_TRACKING_URI=address, MLFLOW_EXPERIMENT_NAME="secrets")
    recipe = cli.recipe("tree: seed:en\nrecords: 6\nmodel: rehearsal\n")
    made = cli.run("synth", recipe, "--run", "run", **mlflow)
    judged = cli.run("judge", "run", "--sample", "3", "--evaluate", **mlflow)
    sent(cli, mlflow)
    nobody = mlflow | {"MLFLOW_TRACKING_URI": f"http://{USER}:{PASSWORD}@127.0.0.1:9"}
    refused = cli.run("track", "run", **nobody)
    assert (made.returncode, judged.returncode, refused.returncode) == (0, 0, 2)
    with Spool(cli.directory / "run" / "journal.db") as spool:
        assert spool.meta()["mlflow_store"] == mlflow_server
    server = next(path.parent for path in tmp_path_factory.getbasetemp().rglob("server.db"))
    assert leaks(cli.directory, server) == []
    said = "".join(each.stdout + each.stderr for each in (made, judged, refused))
    assert USER not in said
    assert PASSWORD not in said
