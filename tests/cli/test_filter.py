"""`condor filter` and `condor rejects`: what a person sees, and what costs one line."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from condor.corpus.filters.screening import FilterSettings
from condor.experiments import Recipe, prepare_synthesis
from condor.runtime.run_directory import RunDirectory

from support import Cli, refused

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "filters.md").read_text(encoding="utf-8")
STRICT = "length: {en: {question_least: 1, question_most: 200, answer_least: 1, answer_most: 9999}}\n"


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("filter") / "run"
    with prepare_synthesis(
        Recipe.model_validate({"tree": "seed:en", "records": 12, "model": "rehearsal"}), run
    ) as synthesis:
        asyncio.run(synthesis.run())
    return run


@pytest.fixture
def filtered(cli: Cli, written: Path) -> Cli:
    """A directory with a run, and with filters that some of its records do not pass."""
    shutil.copytree(written, cli.directory / "run")
    (cli.directory / "strict.yaml").write_text(STRICT, encoding="utf-8")
    return cli


def said(cli: Cli, *args: str) -> str:
    result = cli.run(*args)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_from_a_table_to_a_restored_record(filtered: Cli) -> None:
    table = said(filtered, "filter", "run", "--filters", "strict.yaml", "--without", "refusal")
    header, length, kept, *notes = table.splitlines()
    assert header.split() == ["rule", "records", "share"]
    removed = int(length.split()[1])
    assert length.split()[0] == "length"
    assert 0 < removed < 12
    assert kept.split() == ["kept", str(12 - removed), f"{(12 - removed) / 12:.2%}"]
    assert notes[0] == f"run: kept {12 - removed} of 12 records (refine)"
    assert notes[1] == "switched off: refusal"
    assert notes[-1].startswith("rehearsal data")

    listed = json.loads(said(filtered, "rejects", "run", "--json"))
    assert len(listed) == removed
    first = listed[0]
    lines = said(filtered, "rejects", "run", "--rule", "length", "--sample", "1", "--seed", "2").splitlines()
    assert lines[-1] == "run: 1 rejects"
    assert lines[0].split()[0] in {each["question_id"] for each in listed}
    assert "more than 200" in lines[1]
    assert any(each["text"][:40] in lines[2] for each in listed)

    two = [each["question_id"] for each in listed[:2]]
    assert said(filtered, "rejects", "run", "--restore", *two).count("length: does not remove it any more") == 2
    assert "(restored)" in said(filtered, "rejects", "run")
    again = json.loads(said(filtered, "filter", "run", "--filters", "strict.yaml", "--json"))
    assert (again["kept"], again["overruled"]) == (14 - removed, 2)
    assert FilterSettings.model_validate(again["settings"]).length.en.question_most == 200
    assert "counts again" in said(filtered, "rejects", "run", "--unrestore", first["question_id"])


def test_looking_on_changes_nothing_also_where_it_was_never_filtered(filtered: Cli) -> None:
    before = (filtered.directory / "run" / "journal.db").read_bytes()
    assert said(filtered, "rejects", "run") == "run: 0 rejects\n"
    assert (filtered.directory / "run" / "journal.db").read_bytes() == before


def test_a_run_that_another_process_works_on_is_filtered_as_it_stands(filtered: Cli) -> None:
    with RunDirectory(filtered.directory / "run") as held, held.open_journal():
        assert "kept 12 of 12" in said(filtered, "filter", "run")
        assert said(filtered, "rejects", "run").startswith("run: 0")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["filter", "nowhere"], "no run here"),
        (["filter", "run", "--without", "nothing"], "--without nothing: no such rule"),
        (["filter", "run", "--min-score", "0"], "greater than or equal to 1"),
        (["filter", "run", "--filters", "none.yaml"], "none.yaml: cannot read filter settings"),
        (["rejects", "run", "--restore", "ffffffffffff", "zz"], "has the id ffffffffffff, zz"),
        (["rejects", "run", "--restore", "a", "--unrestore", "b"], "one at a time"),
        (["rejects", "run", "abc"], "say --restore abc"),
        (["rejects", "run", "--rule", "nothing"], "no rule nothing; there are"),
        (["rejects", "run", "--restore", "a", "--sample", "1"], "--sample is for listing"),
    ],
)
def test_a_mistake_costs_one_line_and_changes_nothing(filtered: Cli, args: list[str], line: str) -> None:
    assert line in refused(filtered, *args)


def test_what_the_docs_name_exists(cli: Cli) -> None:
    commands = [line.partition("#")[0].split() for line in PAGE.splitlines() if line.startswith("condor ")]
    assert len(commands) >= 8
    for name in ("filter", "rejects"):
        shown = said(cli, name, "--help")
        options = {word for words in commands if words[1] == name for word in words if word.startswith("--")}
        assert options
        assert all(option in shown for option in options)
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert FilterSettings.model_validate(yaml.safe_load(example)).length.zh.answer_least == 20
