"""`condor release`, `verify`, `diff`, `lineage` and `track`, as a person uses them; full disks, kills, two at once."""

import json
import shutil
from pathlib import Path

import pytest

from condor.corpus.release.building import build_folder
from condor.experiments.mlflow_store import open_store

from release_support import check_whole, contents, judge, synthesise
from support import Cli, clean_environment, refused, wait_for
from warm_cli import WarmCli, WarmInterpreter

LEAST = ("--name", "set", "--version", "1.0", "--license", "mit")
MAKE = ("release", "first", *LEAST)


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judged run. It is not to be changed."""
    run = synthesise(tmp_path_factory.mktemp("run") / "first")
    judge(run)
    return run


@pytest.fixture
def condor(warm: WarmInterpreter, finished_run: Path, tmp_path: Path) -> WarmCli:
    """The command line in a directory with the run."""
    shutil.copytree(finished_run, tmp_path / "first")
    return WarmCli(warm, tmp_path, clean_environment())


def test_a_release_is_made_verified_compared_and_broken(condor: WarmCli) -> None:
    made = condor.run(*MAKE, "--split", "eval=0.25", "--date", "2026-11-23")
    assert made.returncode == 0, made.stderr
    assert "kept in the runs  24" in made.stdout
    assert "rehearsal data" in made.stdout
    assert condor.run("verify", "releases/set-1.0").returncode == 0
    unnamed = condor.run(*MAKE, "--version", "1.0.1", "--min-score", "7", "--embedder", "rehearsal")
    assert "not compared: --previous releases/set-1.0 would" in unnamed.stdout
    assert "without a score" not in unnamed.stdout
    assert check_whole(condor.directory / "releases/set-1.0.1").settings["embedder"] == {"name": "rehearsal"}
    assert (condor.directory / "releases/set.vectors.db").exists()
    shutil.move(condor.directory / "first/judged", condor.directory / "judged")
    unscored = condor.run(*MAKE, "--version", "1.0.2", "--min-score", "7")
    assert "released without a score: 24" in unscored.stdout
    shutil.move(condor.directory / "judged", condor.directory / "first/judged")
    options = (
        "--previous",
        "releases/set-1.0",
        "--version",
        "1.1",
        "--include",
        "language=zh",
        "--shards",
        "parquet",
        "--format",
        "messages,dpo",
    )
    other = condor.run("release", "first", "--name", "set", "--license", "mit", *options)
    assert other.returncode == 0, other.stderr
    assert "include language=zh  -12" in other.stdout
    assert "against set 1.0: added 0, removed 12" in other.stdout
    told = condor.run("diff", "releases/set-1.0", "releases/set-1.1", "--json", "--ids")
    counts = json.loads(told.stdout)["counts"]
    assert (counts["added"], counts["removed"], counts["changed"]) == (0, 12, 0)
    assert (counts["moved"], counts["unchanged"]) == (0, 12)
    assert condor.run("diff", "releases/set-1.0", "releases/set-1.1", "--ids").stdout.count("removed ") == 13
    shard = condor.directory / "releases/set-1.1/data/dpo/train-00000-of-00001.parquet"
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    broken = condor.run("verify", "releases/set-1.1")
    assert broken.returncode == 1
    assert "data/dpo/train-00000-of-00001.parquet: was changed" in broken.stdout
    assert "NOT whole" in broken.stdout
    assert json.loads(condor.run("verify", "releases/set-1.1", "--json").stdout)["whole"] is False


def test_a_release_that_goes_by_other_filters_than_the_last_says_so(condor: WarmCli) -> None:
    assert "other settings" not in condor.run(*MAKE).stderr
    assert condor.run("filter", "first", "--without", "refusal").returncode == 0
    made = condor.run(*MAKE, "--force")
    assert made.returncode == 0, made.stderr
    assert made.stderr.count("condor filter had other settings for first; the release goes by its own") == 1
    assert "other settings" not in condor.run(*MAKE, "--force", "--without", "refusal").stderr


def test_what_cannot_be_is_refused_in_a_line_and_changes_nothing(condor: WarmCli, cli: Cli) -> None:
    assert cli.directory == condor.directory
    for options, said in (
        (("--name", "../x", "--version", "1.0", "--license", "mit"), "use 1 to 64 letters"),
        (("--name", "知识", "--version", "1.0", "--license", "mit"), "use 1 to 64 letters"),
        (("--name", "nul", "--version", "1.0", "--license", "mit"), "Windows"),
        (("--name", "set", "--version", "v1", "--license", "mit"), "write it as 1"),
        (("--name", "set", "--version", "1.0"), "--license is missing, and has no default"),
        ((*LEAST, "--format", "csv"), "formats: 'csv' cannot be; write --format"),
        ((*LEAST, "--format", ""), "formats: '' cannot be; write --format"),
        ((*LEAST, "--include", "colour=red"), "colour"),
        ((*LEAST, "--without", "nothing"), "no such rule"),
        ((*LEAST, "--include", "judge>9.9"), "nothing is left to release: include judge>9.9 24"),
        ((*LEAST, "--public"), "--push"),
        ((*LEAST, "--push", "org/name"), "rehearsal data is not pushed"),
        ((*LEAST, "--push", "org/name", "--force", "--public"), "rehearsal data is not pushed"),
        ((*LEAST, "--plan", "missing.yaml"), "missing.yaml"),
        ((*LEAST, "--stage", "void", "--format", "dpo"), "needs refined answers"),
    ):
        assert said in refused(cli, "release", "first", *options), options
    assert "no run here" in refused(cli, "release", "elsewhere", *LEAST)
    assert "name the RUNs" in refused(cli, "release", *LEAST)
    assert "no release here" in refused(cli, "verify", "first")
    assert "no release here" in refused(cli, "diff", "first", "first")


def test_a_full_disk_is_one_line_and_leaves_nothing(condor: WarmCli) -> None:
    for limit in (34_000, 60_000):  # below that, SQLite cannot open a journal
        full = condor.run_with_small_files(limit, *MAKE)
        assert full.returncode == 2, full.stdout + full.stderr
        assert len(full.stderr.splitlines()) == 1, full.stderr
        assert "cannot" in full.stderr
        assert not (condor.directory / "releases").exists(), limit
    assert condor.run(*MAKE).returncode == 0
    check_whole(condor.directory / "releases/set-1.0")


def test_a_full_disk_leaves_the_release_that_was_to_be_replaced(condor: WarmCli) -> None:
    assert condor.run(*MAKE).returncode == 0
    before = contents(condor.directory / "releases")
    assert condor.run_with_small_files(34_000, *MAKE, "--stage", "void", "--force").returncode == 2
    assert contents(condor.directory / "releases") == before


def test_the_second_of_two_at_once_is_told_so(condor: WarmCli) -> None:
    with build_folder(condor.directory / "releases" / "set-1.0", replace=False):
        second = condor.run(*MAKE)
        assert (second.returncode, second.stdout) == (2, "")
        assert "another process is making this release" in second.stderr
    assert condor.run(*MAKE, "--force").returncode == 0


@pytest.mark.parametrize("after", ["data/messages", "reports/removed.jsonl"])
def test_a_killed_release_leaves_no_half_folder_and_the_next_one_is_whole(condor: WarmCli, after: str) -> None:
    process = condor.start(*MAKE)
    building = condor.directory / "releases" / ".set-1.0.building"
    wait_for(lambda: (building / after).exists() or (condor.directory / "releases/set-1.0").exists())
    process.kill()
    process.wait(30)
    if (condor.directory / "releases/set-1.0").exists():  # it was quicker
        check_whole(condor.directory / "releases/set-1.0")
        return
    assert condor.run(*MAKE).returncode == 0
    check_whole(condor.directory / "releases/set-1.0")
    assert [path.name for path in (condor.directory / "releases").iterdir()] == ["set-1.0"]


def test_a_release_is_in_mlflow_with_its_lineage_and_stands_without(condor: WarmCli, store_template: Path) -> None:
    made = condor.run(*MAKE, CONDOR_TRACKING="on", MLFLOW_TRACKING_URI="http://user:canary@127.0.0.1:9")
    assert made.returncode == 0, made.stderr
    assert "condor track releases/set-1.0 tells MLflow of it later" in made.stderr
    assert "canary" not in made.stdout + made.stderr
    shutil.copy(store_template, condor.directory / "mlflow.db")
    sent = [condor.run("track", "releases/set-1.0", CONDOR_TRACKING="on") for _ in range(2)]
    assert sent[0].returncode == 0, sent[0].stderr
    assert sent[0].stdout == sent[1].stdout
    told = condor.run("lineage", "releases/set-1.0", CONDOR_TRACKING="on")
    assert told.stdout.startswith("release set 1.0 (digest ")
    for line in ("released from: refined set first/refine", "sampled from: tree seed:en seed:zh", "scored by: model"):
        assert line in told.stdout
    assert told.stdout.count("asked with: prompt condor.") == 4
    store = open_store(f"sqlite:///{condor.directory}/mlflow.db")
    (run,) = store.client.search_runs([store.experiment_id])
    assert run.data.tags["condor.kind"] == "release"
    assert run.data.metrics["released"] == run.data.metrics["split.train"] == 24
    assert run.data.params["license"] == "mit"
    assert run.data.params["filters.repeated_question"] == "0.5"
    assert run.inputs is not None
    contexts = sorted(each.tags[0].value for each in run.inputs.dataset_inputs)
    assert contexts == ["refine", "release", "tree", "void"]
    assert sorted(each.path for each in store.client.list_artifacts(run.info.run_id)) == ["README.md", "manifest.json"]
