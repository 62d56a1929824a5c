"""A run is judged on the command line: journaled, resumable, with what is missing told."""

import json
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condor.experiments.status import open_run
from condor.runtime.rehearsal.settings import RehearsalSettings

from support import Cli, Endpoint, refused, wait_for

RECIPE = "tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: {records}\nmodel: rehearsal\n"


def _run(cli: Cli, records: int = 12) -> None:
    result = cli.run("synth", cli.recipe(RECIPE.format(records=records)), "--run", "run")
    assert result.returncode == 0, result.stderr


def _judge(cli: Cli, *options: str) -> dict[str, Any]:
    result = cli.run("judge", "run", "--json", *options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def _stages(cli: Cli) -> dict[str, int]:
    with sqlite3.connect(cli.directory / "run" / "judged" / "journal.db") as database:
        return dict(database.execute("SELECT stage, count(*) FROM steps GROUP BY stage"))


def test_refinements_are_scored_above_the_answers_that_they_came_from(cli: Cli) -> None:
    _run(cli, 30)
    found = _judge(cli, "--pairwise", "void:refine")
    overall = found["scores"]["overall"]
    assert (found["kept"], found["judged"], found["unanswered"], found["rehearsal"]) == (30, 30, 0, True)
    assert overall["gain"]["low"] > 0
    assert overall["gain"]["mean"] == pytest.approx(overall["refine"]["mean"] - overall["void"]["mean"])
    assert found["wins"]["wins"] + found["wins"]["ties"] + found["wins"]["losses"] == 30
    assert found["wins"]["low"] > 0.5
    for name, count in (("language", 2), ("difficulty", 3), ("task", 5)):
        parts = found["slices"][name]
        assert len(parts) == count
        assert sum(part["void"]["count"] for part in parts.values()) == 30
    assert _stages(cli) == {"score": 60, "compare": 60}
    held = json.loads((cli.directory / "run" / "judged" / "judgement.json").read_text(encoding="utf-8"))
    assert held["scores"] == found["scores"]


def test_the_table_shows_both_stages_the_gain_and_whose_data_it_is(cli: Cli) -> None:
    _run(cli)
    result = cli.run("judge", "run", "--pairwise", "void:refine")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "judged 12 of 12 kept records by rehearsal"
    assert lines[2].startswith("overall ")
    assert any(line.startswith("pairs: refine wins ") for line in lines)
    assert "rehearsal data" in lines[-1]
    assert "is the model that wrote the answers; --model names another" in result.stderr


def test_a_second_judging_asks_nothing_and_a_larger_sample_only_for_the_rest(cli: Cli) -> None:
    _run(cli)
    small = _judge(cli, "--sample", "5")
    assert (small["judged"], _stages(cli)) == (5, {"score": 10})
    assert _judge(cli, "--sample", "5") == small
    assert _stages(cli) == {"score": 10}
    assert _judge(cli, "--sample", "8")["judged"] == 8
    assert _stages(cli) == {"score": 16}
    whole = _judge(cli, "--pairwise", "void:refine")
    assert (whole["judged"], _stages(cli)) == (12, {"score": 24, "compare": 24})
    assert _judge(cli, "--sample", "99")["judged"] == 12


def test_another_judge_stands_beside_the_first(cli: Cli, endpoint: Endpoint) -> None:
    _run(cli)
    _judge(cli)
    other = _judge(cli, "--model", "openai/rehearsal", "--api-base", endpoint.base)
    assert (other["judge"], _stages(cli)) == ("openai/rehearsal", {"score": 48})
    asked = endpoint.count.calls
    _judge(cli, "--model", "openai/rehearsal", "--api-base", endpoint.base)
    assert endpoint.count.calls == asked == 24


def test_a_judging_that_was_killed_goes_on(cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]) -> None:
    _run(cli, 40)
    endpoint = serve(RehearsalSettings(latency=0.03))
    where = ("--model", "openai/rehearsal", "--api-base", endpoint.base, "--concurrency", "4")
    process = cli.start("judge", "run", *where)
    wait_for(lambda: endpoint.count.calls >= 20)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    found = _judge(cli, *where)
    assert found["judged"] == 40
    assert endpoint.count.calls <= 80 + 4


def test_a_verdict_that_cannot_be_read_is_missing_and_no_score(cli: Cli) -> None:
    _run(cli)
    found = _judge(cli, "--model", "rehearsal?malformed=0.6", "--pairwise", "void:refine")
    overall = found["scores"]["overall"]
    missing = overall["void"]["missing"]
    assert 0 < missing < 12
    assert overall["void"]["count"] == 12 - missing
    assert overall["void"]["mean"] > 3
    assert found["wins"]["missing"] + found["wins"]["count"] == 12
    assert _judge(cli, "--model", "rehearsal?malformed=0.6", "--pairwise", "void:refine") == found


def test_the_run_that_is_judged_stays_as_it_is(cli: Cli) -> None:
    _run(cli)
    before = {path.name: path.read_bytes() for path in (cli.directory / "run").iterdir() if path.suffix != ".db"}
    _judge(cli)
    assert before == {name: (cli.directory / "run" / name).read_bytes() for name in before}
    resumed = cli.run("synth", "recipe.yaml", "--run", "run", "--records", "14")
    assert resumed.returncode == 0, resumed.stderr
    assert _judge(cli)["judged"] == 14


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--pairwise", "void:void"), "there is one pair of stages, void:refine"),
        (("--api-base", "http://127.0.0.1:9/v1"), "name one with --model"),
        (("--model", "nonsense"), "unknown model"),
        (("--model", "openai/gpt-4o-mini"), "set OPENAI_API_KEY"),
        (("--sample", "0"), "--sample"),
    ],
)
def test_what_cannot_be_judged_with_is_one_line_and_leaves_nothing(
    cli: Cli, options: tuple[str, ...], said: str
) -> None:
    _run(cli, 3)
    assert said in refused(cli, "judge", "run", *options)


def test_a_directory_without_a_synthesis_is_refused(cli: Cli) -> None:
    assert "no run here" in refused(cli, "judge", "nowhere")
    assert cli.run("tree", "grow", "--run", "grown", "--roots", "1", "--depth", "1").returncode == 0
    assert "holds the growth of a tree" in refused(cli, "judge", "grown")


def test_an_endpoint_that_goes_away_leaves_a_shortfall_and_no_lost_verdict(cli: Cli) -> None:
    _run(cli, 3)
    result = cli.run("judge", "run", "--model", "openai/rehearsal", "--api-base", "http://127.0.0.1:9/v1")
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (Path(cli.directory) / "run" / "judged").exists()


# -- against people ----------------------------------------------------------------------------------------------------


def _labels(cli: Cli, preferred: list[str], name: str = "labels.jsonl") -> str:
    """Labels of the run's first records, by the ids of their questions, answers and refinements in turn."""
    _, journal = open_run(cli.directory / "run")
    with journal:
        chains = [chain for chain, _ in zip(journal.kept_chains(), preferred, strict=False)]
    ids = [(chain.question.id, chain.answer.id, chain.final.id)[number % 3] for number, chain in enumerate(chains)]
    lines = [
        json.dumps({"id": each, "preferred": label, "by": "a"}) for each, label in zip(ids, preferred, strict=True)
    ]
    (cli.directory / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def test_a_judge_is_held_against_people(cli: Cli) -> None:
    _run(cli)
    pairs = _judge(cli, "--pairwise", "void:refine")["wins"]
    labels = _labels(cli, ["refine"] * 8 + ["void", "tie"])
    found = _judge(cli, "--against", labels)
    assert (found["labels"], found["unknown"], found["unanswered"]) == (10, [], 0)
    assert _stages(cli)["compare"] == 24  # nothing was asked again
    assert sum(count for row in found["table"].values() for count in row.values()) == 10
    agreed = found["table"]["refine"].get("refine", 0) + found["table"].get("tie", {}).get("tie", 0)
    assert found["agreement"]["share"] == pytest.approx(agreed / 10)
    assert found["agreement"]["kappa"] is not None
    assert pairs["wins"] >= found["table"]["refine"].get("refine", 0)
    shown = cli.run("judge", "run", "--against", labels)
    assert "agreement     " in shown.stdout
    assert "Cohen's kappa" in shown.stdout
    assert "the order decided " in shown.stdout


def test_only_labelled_pairs_are_asked_about(cli: Cli) -> None:
    _run(cli)
    labels = _labels(cli, ["refine", "refine"])
    with (cli.directory / labels).open("a", encoding="utf-8") as file:
        file.write('{"id": "ffff", "preferred": "tie"}\n')
    found = _judge(cli, "--against", labels)
    assert (found["labels"], found["unknown"], _stages(cli)) == (3, ["ffff"], {"compare": 4})


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"id": "x"}', "labels.jsonl:1: preferred: Field required"),
        (
            '{"id": "x", "preferred": "refine"}\n{"id": "x", "preferred": "void"}',
            "labels.jsonl:2: x is preferred otherwise",
        ),
        ('\n{"id": "x", "preferred": "A"}', "labels.jsonl:2: preferred:"),
        ("refine", "labels.jsonl:1: line:"),
        ("", "labels.jsonl: holds no label"),
        ('{"id": "x", "preferred": "tie"}', "none of the 1 labels is of a record that it has kept"),
    ],
)
def test_labels_that_cannot_be_used_are_one_line(cli: Cli, lines: str, said: str) -> None:
    _run(cli, 3)
    (cli.directory / "labels.jsonl").write_text(lines, encoding="utf-8")
    assert said in refused(cli, "judge", "run", "--against", "labels.jsonl")


def test_labels_and_a_sample_do_not_go_together(cli: Cli) -> None:
    _run(cli, 3)
    labels = _labels(cli, ["refine"])
    assert "leave out --sample and --pairwise" in refused(cli, "judge", "run", "--against", labels, "--sample", "2")
