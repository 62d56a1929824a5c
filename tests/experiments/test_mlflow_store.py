"""MLflow's store: which one is taken, how it is made once by many, and what is said where it fails."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from condor.errors import StoreFault
from condor.experiments.mlflow_store import existing_store, open_store, shown, store_address
from condor.runtime.environment import prepare_mlflow

from support import clean_environment
from tracking_support import locked

_OPEN_AND_WRITE = """
import sys
from condor.experiments.mlflow_store import open_store
store = open_store()
run = store.client.create_run(store.experiment_id)
for step in range(5):
    store.client.log_metric(run.info.run_id, "number", float(sys.argv[1]), step=step)
print(store.uri)
"""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_eight_processes_at_once_on_a_store_that_is_not_there(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _OPEN_AND_WRITE, str(number)],
            cwd=tmp_path,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    said = [process.communicate(timeout=100) for process in processes]
    assert said == [("sqlite:///mlflow.db\n", "")] * 8, "and MLflow says nothing of its own"
    assert [process.returncode for process in processes] == [0] * 8
    store = open_store()
    runs = store.client.search_runs([store.experiment_id])
    assert sorted(run.data.metrics["number"] for run in runs) == [float(number) for number in range(8)]
    assert all(len(store.client.get_metric_history(run.info.run_id, "number")) == 5 for run in runs)


def test_a_server_serves_as_well(mlflow_server: str) -> None:
    store = open_store(mlflow_server)
    run = store.client.create_run(store.experiment_id)
    assert store.client.get_run(run.info.run_id).info.status == "RUNNING"
    assert open_store(mlflow_server).experiment_id == store.experiment_id


def test_the_environment_wins_over_what_a_command_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    assert store_address() == "sqlite:///mlflow.db"
    assert store_address("sqlite:///other.db") == "sqlite:///other.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///third.db")
    assert store_address("sqlite:///other.db") == "sqlite:///third.db"


def test_the_experiment_has_the_name_that_is_set(monkeypatch: pytest.MonkeyPatch, store_template: Path) -> None:
    shutil.copy(store_template, "mlflow.db")
    store = open_store()
    assert store.client.get_experiment(store.experiment_id).name == "condor"
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "另一个/other")
    store = open_store()
    experiment = store.client.get_experiment(store.experiment_id)
    assert experiment.name == "另一个/other"
    assert experiment.artifact_location.startswith(f"{Path.cwd().as_uri()}/mlruns/")


def test_a_store_that_was_begun_by_a_process_that_was_killed_is_made_anew(store_template: Path) -> None:
    Path(".mlflow.db.new").write_bytes(store_template.read_bytes()[:5000])
    Path("mlflow.db").touch()
    store = open_store()
    assert store.client.get_experiment(store.experiment_id).name == "condor"
    assert not Path(".mlflow.db.new").exists()


def test_a_locked_store_is_named_as_such(monkeypatch: pytest.MonkeyPatch, store_template: Path) -> None:
    shutil.copy(store_template, "mlflow.db")
    with locked(Path("mlflow.db")), pytest.raises(StoreFault, match=r"mlflow\.db: is locked by another process"):
        open_store()


@pytest.mark.parametrize("revision", ["b7c8d9e0f1a2", "fffffffffff0"])
@pytest.mark.parametrize("address", ["sqlite:///mlflow.db", "sqlite:///mlflow.db?timeout=9"])
def test_a_store_of_another_schema_is_left_alone(revision: str, address: str) -> None:
    with closing(sqlite3.connect("mlflow.db")) as database:
        database.execute("CREATE TABLE runs (run_uuid TEXT)")
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
        database.commit()
    before = Path("mlflow.db").read_bytes()
    with pytest.raises(StoreFault, match="another version of MLflow made it"):
        open_store(address)
    assert Path("mlflow.db").read_bytes() == before


@pytest.mark.parametrize("name", ["really?", "a%20b"])
def test_a_folder_that_an_address_cannot_name_is_refused_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(name)
    folder.mkdir()
    monkeypatch.chdir(folder)
    with pytest.raises(StoreFault, match=r"mlflow\.db: stands in a folder whose name .* name another in MLFLOW_TRACK"):
        open_store()
    assert not list(Path().iterdir())
    Path("mlflow.db").write_bytes(b"a store")
    with pytest.raises(StoreFault, match="stands in a folder whose name"):
        existing_store()
    assert [path.name for path in Path("..").iterdir()] == [name]


def test_a_folder_with_other_signs_holds_a_store(store_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path("100% #1 @home: 夹")
    folder.mkdir()
    monkeypatch.chdir(folder)
    shutil.copy(store_template, "mlflow.db")
    store = open_store()
    assert Path(store.client.get_experiment(store.experiment_id).artifact_location).name == "condor"
    assert (found := existing_store()) is not None
    assert found.address == f"sqlite:///{Path.cwd()}/mlflow.db"


def test_a_database_of_another_program_is_left_alone() -> None:
    with closing(sqlite3.connect("mlflow.db")) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
        database.commit()
    before = Path("mlflow.db").read_bytes()
    with pytest.raises(StoreFault, match="holds tables, but none of MLflow's"):
        open_store()
    assert Path("mlflow.db").read_bytes() == before


def test_what_is_no_store_is_said_in_a_line() -> None:
    Path("mlflow.db").write_text("no database at all, whatever its name may promise to its reader")
    with pytest.raises(StoreFault) as caught:
        open_store()
    assert len(str(caught.value)) < 500


def test_a_deleted_experiment_is_not_written_to(store_template: Path) -> None:
    shutil.copy(store_template, "mlflow.db")
    store = open_store()
    store.client.delete_experiment(store.experiment_id)
    with pytest.raises(StoreFault, match="condor was deleted; restore it"):
        open_store()


def test_user_and_password_are_neither_shown_nor_left_in_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "http://some%40one:canary-password@127.0.0.1:9"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "")
    with pytest.raises(StoreFault) as caught:
        open_store()
    assert str(caught.value) == "MLflow's store http://127.0.0.1:9: cannot be reached (connection refused)"
    assert os.environ["MLFLOW_TRACKING_URI"] == "http://127.0.0.1:9"
    assert os.environ["MLFLOW_TRACKING_USERNAME"] == "some@one"
    assert os.environ["MLFLOW_TRACKING_PASSWORD"] == "canary-password"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql+pg8000://me:canary@db.example/mlflow", r"postgresql\+pg8000://db.example/mlflow: needs .*pg8000"),
        ("postgresql://me:canary@db.example:port/mlflow", "postgresql://db.example:port/mlflow: "),
        ("http://me:canary@[::1", r"http://\.\.\.: is no address"),
        ("http://me:canary@[host]:80", r"http://\.\.\.: is no address"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_in_a_line_without_secrets(address: str, said: str) -> None:
    with pytest.raises(StoreFault, match=f"^MLflow's store {said}") as caught:
        open_store(address)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("postgresql://me:secret@db.example/mlflow?password=secret", "postgresql://db.example/mlflow"),
        ("sqlite:///folder/mlflow.db?timeout=9", "sqlite:///folder/mlflow.db"),
        ("mlruns", "mlruns"),
    ],
)
def test_an_address_is_shown_without_secrets(address: str, seen: str) -> None:
    assert shown(address) == seen
    assert prepare_mlflow(address) == address
