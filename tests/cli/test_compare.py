"""Runs are compared on the command line, as a person does it: made, judged, and held against each other."""

import json
import shutil
from typing import Any

import pytest
from rich.cells import cell_len

from support import Cli, Endpoint, refused

RECIPE = "tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: {records}\nmodel: {model}\n{more}"
#: Stands for a version of Condor whose refinement prompt is another one.
OTHER_REFINEMENT = (
    "from condor.programs import RefineAnswer\n"
    "RefineAnswer.signature = RefineAnswer.signature.with_instructions('Write the answer anew after the critique.')"
)


def _run(cli: Cli, name: str, records: int = 12, *, model: str = "rehearsal", more: str = "") -> None:
    recipe = cli.recipe(RECIPE.format(records=records, model=model, more=more), f"{name}.yaml")
    result = cli.run("synth", recipe, "--run", name)
    assert result.returncode == 0, result.stderr


def _judge(cli: Cli, run: str, *options: str) -> None:
    result = cli.run("judge", run, *(options or ("--model", "rehearsal")))
    assert result.returncode == 0, result.stderr


def _compare(cli: Cli, *arguments: str) -> dict[str, Any]:
    result = cli.run("compare", *arguments, "--format", "json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_more_rounds_of_refinement_show_in_the_paired_difference_and_first_answers_do_not_differ(cli: Cli) -> None:
    _run(cli, "one", 30)
    _run(cli, "two", 30, more="refine: {rounds: 2}\n")
    for run in ("one", "two"):
        _judge(cli, run, "--pairwise", "void:refine")
    found = _compare(cli, "one", "two")
    assert found["differing"] == ["refine.rounds"]
    (difference,) = found["differences"]
    assert (difference["basis"], difference["pairs"], difference["refused"]) == ("question", 30, None)
    refine, void = (difference["measures"][f"{stage} overall"] for stage in ("refine", "void"))
    assert refine["difference"]["low"] > 0
    assert refine["called"] == "higher"
    assert (void["difference"]["mean"], void["p_adjusted"], void["called"]) == (0.0, 1.0, "no difference shown")
    assert "refine wins" in difference["measures"]
    one, two = found["runs"]
    judged = json.loads((cli.directory / "two" / "judged" / "judgement.json").read_text(encoding="utf-8"))
    for stage in ("void", "refine"):
        mean = judged["scores"]["overall"][stage]["mean"]
        assert two["means"][f"{stage} overall"]["mean"] == pytest.approx(mean)
    assert two["means"]["refine wins"]["mean"] == pytest.approx(judged["wins"]["mean"])
    assert two["figures"]["calls"] == one["figures"]["calls"] + 60
    assert two["figures"]["per_kept"]["calls"] == two["figures"]["calls"] / 30


def test_another_refinement_prompt_over_the_same_questions_is_paired_by_question(cli: Cli) -> None:
    _run(cli, "before")
    changed = Cli(cli.directory, OTHER_REFINEMENT, cli.warm)
    assert changed.run("synth", "before.yaml", "--run", "after").returncode == 0
    for run in ("before", "after"):
        _judge(cli, run)
    found = _compare(cli, "before", "after")
    assert found["differing"] == ["prompt of refinement"]
    (difference,) = found["differences"]
    assert (difference["basis"], difference["pairs"]) == ("question", 12)
    assert difference["measures"]["void overall"]["difference"]["mean"] == 0.0


def test_samples_are_paired_over_what_both_have(cli: Cli) -> None:
    _run(cli, "a", 20)
    _run(cli, "b", 20, more="refine: {rounds: 2}\n")
    _judge(cli, "a", "--sample", "8")
    _judge(cli, "b", "--sample", "14")
    (difference,) = _compare(cli, "a", "b")["differences"]
    assert (difference["basis"], difference["pairs"], difference["before"], difference["after"]) == (
        "question",
        8,
        8,
        14,
    )


def test_a_run_that_is_not_judged_and_one_by_another_judge_are_shown_apart(cli: Cli) -> None:
    for name in ("base", "same", "other", "unjudged"):
        _run(cli, name, 6)
    for name in ("base", "same"):
        _judge(cli, name)
    _judge(cli, "other", "--model", "rehearsal?quality=0.9")
    runs = ("base", "unjudged", "other", "same")
    found = _compare(cli, *runs)
    refused_by = {each["run"]: each["refused"] for each in found["differences"]}
    assert refused_by["unjudged"] == "unjudged is not judged: condor judge unjudged"
    assert "other is judged by rehearsal?quality=0.9, the baseline by rehearsal" in refused_by["other"]
    assert refused_by["same"] is None
    assert found["runs"][2]["means"]["void overall"]["count"] == 6
    text = cli.run("compare", *runs).stdout
    assert "refine wins" not in text  # no pairs were asked about
    assert "not judged: condor judge unjudged" in text
    assert "scores of different judges are not compared" in text
    _judge(cli, "other")
    again = _compare(cli, *runs)
    assert again["differences"][1]["refused"] is None  # the judge that the runs share, though another one judged last
    assert again["runs"][2]["judge"]["name"] == "rehearsal"


def test_runs_of_different_languages_have_no_pairs(cli: Cli) -> None:
    _run(cli, "both")
    recipe = cli.recipe("tree: seed:zh\nlanguages: zh\nrecords: 9\nseed: 3\nmodel: rehearsal\n", "zh.yaml")
    assert cli.run("synth", recipe, "--run", "中文").returncode == 0
    for run in ("both", "中文"):
        _judge(cli, run)
    found = _compare(cli, "both", "中文")
    assert found["differences"][0]["basis"] == "unpaired"
    assert found["differences"][0]["measures"]["refine overall"]["difference"]["count"] == 9
    assert list(found["runs"][0]["figures"]["lengths"]) == ["en", "zh"]
    assert list(found["runs"][1]["figures"]["lengths"]) == ["zh"]
    assert "unpaired: 12 and 9 records" in cli.run("compare", "both", "中文").stdout


def test_the_same_runs_give_the_same_bytes_in_every_format_and_stay_as_they_are(cli: Cli) -> None:
    _run(cli, "a", 6)
    _run(cli, "b", 6, model="rehearsal?quality=0.9")
    for run in ("a", "b"):
        _judge(cli, run)
    before = {path: path.read_bytes() for path in cli.directory.rglob("*") if path.is_file() and path.suffix != ".db"}
    for name in ("table", "markdown", "json"):
        for out in ("first", "second"):
            result = cli.run("compare", "a", "b", "--format", name, "--out", f"{out}.{name}")
            assert (result.returncode, result.stdout) == (0, f"{out}.{name}: 2 runs\n")
        first, second = ((cli.directory / f"{out}.{name}").read_bytes() for out in ("first", "second"))
        assert first == second
        assert first.endswith(b"\n")
        assert first.decode() == cli.run("compare", "a", "b", "--format", name).stdout
    assert {path: path.read_bytes() for path in before} == before


def test_equal_parameters_are_shown_where_they_are_asked_for(cli: Cli) -> None:
    _run(cli, "a", 3)
    _run(cli, "b", 3, more="seed: 1\n")
    text, everything = (cli.run("compare", "a", "b", *more).stdout for more in ((), ("--all",)))
    assert "Parameters that differ" in text
    assert "model.temperature" not in text
    assert "model.temperature" in everything
    assert "condor" in everything


def test_an_unfinished_run_and_an_unknown_price_are_said(cli: Cli, endpoint: Endpoint) -> None:
    recipe = cli.recipe(RECIPE.format(records=3, model="openai/rehearsal", more=""), "a.yaml")
    assert cli.run("synth", recipe, "--run", "a", "--api-base", endpoint.base).returncode == 0
    recipe = cli.recipe('{"tree": "small.json", "records": 50, "model": "rehearsal"}', "short.yaml")
    (cli.directory / "small.json").write_text('{"Music": ["Jazz"]}')
    assert cli.run("synth", recipe, "--run", "short").returncode == 3
    text = cli.run("compare", "short", "a").stdout
    assert "short is under way or fell short: " in text
    assert "a: the price of its model is unknown" in text
    assert "$0.000000" in text
    found = _compare(cli, "short", "a")
    assert [run["finished"] for run in found["runs"]] == [False, True]
    assert [run["figures"]["per_kept"]["cost_usd"] for run in found["runs"]] == [0.0, None]


def test_tables_keep_within_their_width_and_chinese_names_in_their_columns(cli: Cli) -> None:
    _run(cli, "甲一家庭", 6)
    _run(cli, "b", 6, model="rehearsal?quality=0.9")
    for run in ("甲一家庭", "b"):
        _judge(cli, run)
    lines = cli.run("compare", "甲一家庭", "b").stdout.splitlines()
    assert all(cell_len(line) <= 120 for line in lines)
    start = lines.index("Figures") + 1
    header, kept = lines[start], lines[start + 1]
    assert cell_len(header[: header.index("甲")]) == cell_len(kept[: kept.index("6")])
    assert cell_len(header[: header.rindex("b")]) == cell_len(kept[: kept.rindex("6")])


# -- what cannot be compared -------------------------------------------------------------------------------------------


def test_bad_input_is_one_line(cli: Cli) -> None:
    _run(cli, "a", 3)
    (cli.directory / "empty").mkdir()
    (cli.directory / "link").symlink_to("a")
    for arguments, said in (
        (("a",), "two runs at least"),
        (("a", "a"), "a: named twice"),
        (("a", "link"), "link: named twice"),
        (("a", "nowhere"), "nowhere: no run here"),
        (("empty", "a"), "empty: no run here"),
        (("a", "a.yaml"), "a.yaml: no run here"),
    ):
        assert said in refused(cli, "compare", *arguments)
    assert cli.run("tree", "grow", "--run", "grown", "--roots", "1", "--depth", "1").returncode == 0
    assert "holds the growth of a tree" in refused(cli, "compare", "a", "grown")
    assert "Invalid value for '--format'" in refused(cli, "compare", "a", "empty", "--format", "html")


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("journal.db", b"no journal at all", "judged/journal.db"),
        ("journal.db", b"", "the file is empty"),
        ("judgement.json", b"{", "not the figures of a judging"),
        ("judgement.json", b"[]", "not the figures of a judging"),
    ],
)
def test_a_damaged_judging_is_one_line(cli: Cli, name: str, damage: bytes, said: str) -> None:
    _run(cli, "a", 3)
    shutil.copytree(cli.directory / "a", cli.directory / "b")
    for run in ("a", "b"):
        _judge(cli, run)
    (cli.directory / "b" / "judged" / name).write_bytes(damage)
    line = refused(cli, "compare", "a", "b")
    assert said in line
    assert line.startswith("condor: b/judged/")


def test_a_place_that_cannot_be_written_is_one_line(cli: Cli) -> None:
    _run(cli, "a", 3)
    _run(cli, "b", 3, more="seed: 1\n")
    assert "cannot write" in refused(cli, "compare", "a", "b", "--out", "nowhere/table.txt")


def test_a_gate_that_lets_no_refinement_stand_counts_as_a_tie(cli: Cli) -> None:
    _run(cli, "free", 20)
    _run(cli, "gated", 20, more="refine: {gate: judge}\n")
    for run in ("free", "gated"):
        _judge(cli, run, "--pairwise", "void:refine")
    found = _compare(cli, "free", "gated")
    judged = json.loads((cli.directory / "gated" / "judged" / "judgement.json").read_text(encoding="utf-8"))
    assert judged["wins"]["ties"] > 0
    assert found["runs"][1]["means"]["refine wins"]["count"] == 20
    assert found["runs"][1]["means"]["refine wins"]["mean"] == pytest.approx(judged["wins"]["mean"])
    assert found["runs"][1]["figures"]["waiting"]["compare"]["p50_s"] >= 0
    assert found["differences"][0]["basis"] == "question"
