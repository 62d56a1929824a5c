"""Releases of a rehearsal run: what is in them, what is left out, and that the same makes the same bytes."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from condor.corpus.filters.screening import FilterSettings
from condor.corpus.formats import FORMATS
from condor.corpus.release.changes import diff_releases
from condor.errors import BadInput, ReleaseFault, UsageFault
from condor.experiments import restore, screen_run
from condor.experiments.releasing import Release, make_plan
from condor.experiments.releasing.plan import load_plan

from release_support import LEAST, check_whole, contents, header, rows, synthesise

MakeOne = Callable[..., Release]
HELD_OUT = {"split": {"validation": 0.2, "eval": 0.2}}


def test_a_release_holds_every_format_a_card_and_a_manifest_that_agree(release: MakeOne, judged_run: Path) -> None:
    made = release(selection=HELD_OUT, date="2026-11-23")
    manifest = check_whole(made.directory)
    assert (manifest.kept, manifest.released, manifest.rehearsal, manifest.date) == (24, 24, True, "2026-11-23")
    assert set(manifest.splits) == {"train", "validation", "eval"}
    assert set(contents(made.directory)) == set(manifest.files) | {"manifest.json"}
    told = header(made.directory)
    assert told["license"] == "cc-by-4.0"
    assert told["language"] == ["en", "zh"]
    assert told["size_categories"] == ["n<1K"]
    assert [config["config_name"] for config in told["configs"]] == [*FORMATS, "records"]
    assert [config["config_name"] for config in told["configs"] if config.get("default")] == ["messages"]
    assert "Rehearsal data" in (made.directory / "README.md").read_text("utf-8").split("\n\n")[2]
    assert "rehearsal" in told["tags"]
    (run,) = manifest.runs
    assert run.name == judged_run.name
    assert run.recipe["tree"] == ["seed:en", "seed:zh"]
    assert {maker.stage for maker in run.makers} == {"question", "answer", "critique", "refinement"}
    assert {maker.records for maker in run.makers} == {24}
    assert run.judge is not None
    assert (run.judge.scored, run.judge.rehearsal) == (24, True)


def test_the_same_runs_and_the_same_plan_make_the_same_bytes_wherever_they_are(
    release: MakeOne, own_run: Path, tmp_path: Path
) -> None:
    one = release(selection=HELD_OUT)
    other = release(selection=HELD_OUT, runs=[own_run], out=tmp_path / "elsewhere" / "deep")
    assert contents(one.directory) == contents(other.directory)


def test_how_a_run_was_operated_and_what_it_may_cost_is_in_no_byte_of_its_release(
    release: MakeOne, own_run: Path, tmp_path: Path
) -> None:
    one = release()
    recipe = yaml.safe_load((own_run / "recipe.yaml").read_text("utf-8"))
    recipe |= {"concurrency": 3, "budget_usd": 12.5, "parse_retries": 5, "tracking": {"traces_every": 7}}
    price = {"input_usd": 1.5, "output_usd": 2.5}
    recipe["model"] |= {"timeout_s": 9, "patience_s": 8, "requests_per_minute": 99, "engine": "litellm", "price": price}
    (own_run / "recipe.yaml").write_text(yaml.safe_dump(recipe), "utf-8")
    other = release(runs=[own_run], out=tmp_path / "elsewhere")
    assert contents(one.directory) == contents(other.directory)
    (run,) = other.manifest.runs
    assert set(run.recipe) == {"tree", "languages", "tasks", "difficulties", "refine", "seed", "prompts", "model"}
    assert run.recipe["model"] == {"name": "rehearsal", "temperature": 0.7, "max_tokens": 4096}


def test_no_folder_address_or_time_of_day_is_in_a_release(tmp_path: Path, release: MakeOne) -> None:
    served = {"name": "rehearsal", "api_base": "http://10.9.8.7:8000/v1", "api_key_env": "OUR_SECRET_VARIABLE"}
    run = synthesise(tmp_path / "run", records=3, judge=served)
    made = release(runs=[run])
    check_whole(made.directory)
    for name, data in contents(made.directory).items():
        for secret in (str(tmp_path), "10.9.8.7", "OUR_SECRET_VARIABLE", "created_at"):
            assert secret.encode() not in data, (name, secret)
        assert not re.search(rb"20\d\d-\d\d-\d\dT\d\d:", data), name


def test_what_every_rule_leaves_out_is_counted_and_named(release: MakeOne) -> None:
    made = release(
        filters={"min_score": 7.5},
        selection={"include": ["difficulty!=easy"], "subset": {"fraction": 50}, "total": 3},
    )
    manifest = check_whole(made.directory)
    assert manifest.released == 3
    told = [json.loads(line) for line in (made.directory / "reports/removed.jsonl").read_text("utf-8").splitlines()]
    assert Counter(row["rule"] for row in told) == {rule: n for rule, n in manifest.removed.items() if n}
    assert {"judge_threshold", "include difficulty!=easy", "fraction", "total"} <= set(manifest.removed)
    assert manifest.removed["include difficulty!=easy"] > 0
    assert {row["run"] for row in told} == {"first"}
    left_out, released = {row["id"] for row in told}, {row["id"] for row in rows(made.directory, "records")}
    assert len(left_out) == 21
    assert not left_out & released
    card = (made.directory / "README.md").read_text("utf-8")
    assert "| kept in the runs | 24 |" in card
    assert "| released | 3 |" in card


def test_of_a_question_in_two_runs_the_better_judged_answer_is_released(
    release: MakeOne, judged_run: Path, own_run: Path, tmp_path: Path
) -> None:
    unjudged = own_run.rename(own_run.with_name("second"))
    shutil.rmtree(unjudged / "judged")
    for number, runs in enumerate(([judged_run, unjudged], [unjudged, judged_run])):
        made = release(runs=runs, out=tmp_path / str(number))
        manifest = check_whole(made.directory)
        assert (manifest.kept, manifest.released, manifest.removed["same_question"]) == (48, 24, 24)
        assert {run.name: run.released for run in manifest.runs} == {"first": 24, "second": 0}
        assert all(row["scores"]["refine"] is not None for row in rows(made.directory, "records"))
        assert ", this one not judged" in (made.directory / "reports/removed.jsonl").read_text("utf-8")


def test_what_a_person_has_put_back_is_released(release: MakeOne, own_run: Path, tmp_path: Path) -> None:
    strict = {"min_score": 8.5}
    before = check_whole(release(runs=[own_run], filters=strict).directory)
    screen_run(own_run, FilterSettings(min_score=8.5))
    lost = [json.loads(line)["id"] for line in (tmp_path / "releases/set-1.0/reports/removed.jsonl").open()]
    restore(own_run, lost[:2])
    made = release(runs=[own_run], filters=strict, version="1.1", previous=str(tmp_path / "releases/set-1.0"))
    after = check_whole(made.directory)
    assert (after.released, after.restored) == (before.released + 2, 2)
    assert set(lost[:2]) <= {row["id"] for row in rows(made.directory, "records")}
    assert made.changes.added == tuple(
        sorted(lost[:2], key=[row["id"] for row in rows(made.directory, "records")].index)
    )


def test_records_that_pass_a_least_score_because_nobody_judged_them_are_counted(
    release: MakeOne, own_run: Path
) -> None:
    assert check_whole(release(filters={"min_score": 7.5}, version="0.9").directory).unscored == 0
    shutil.rmtree(own_run / "judged")
    made = release(runs=[own_run], filters={"min_score": 7.5})
    assert (check_whole(made.directory).unscored, made.manifest.unscored) == (24, 24)
    card = (made.directory / "README.md").read_text("utf-8")
    assert "Records below 7.5 were left out; 24 released ones have no score at all." in card


def test_nothing_left_is_refused_with_what_left_it_out_and_leaves_nothing(release: MakeOne, tmp_path: Path) -> None:
    with pytest.raises(ReleaseFault, match=r"nothing is left to release: judge_threshold \d+, include language=zh \d+"):
        release(filters={"min_score": 8.9}, selection={"include": ["language=zh", "judge<2"]}, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_tag_that_no_record_has_is_told_with_the_nearest(release: MakeOne) -> None:
    root = rows(release().directory, "records")[0]["path"][0]
    made = release(selection={"include": [f'root!="{root}x"']}, version="1.1")
    (line,) = made.selection.unmatched
    assert f"{root}x" in line
    assert f"did you mean {root!r}" in line
    with pytest.raises(ReleaseFault, match="did you mean"):
        release(selection={"include": [f'root="{root}x"']}, version="1.2")


def test_a_version_stays_as_it_is_but_where_it_is_to_be_replaced_and_was_not_pushed(release: MakeOne) -> None:
    before = contents(release().directory)
    with pytest.raises(ReleaseFault, match="is there already"):
        release(stage="void")
    with pytest.raises(ReleaseFault, match="in another spelling"):
        release(version="1.0.0")
    with pytest.raises(ReleaseFault, match="was pushed"):
        release(stage="void", options={"force": True, "pushed": lambda _: "0" * 64})
    assert contents(release(options={"force": True}).directory) == before
    made = release(stage="void", options={"force": True})
    assert check_whole(made.directory).stage == "void"
    assert [path.name for path in made.directory.parent.iterdir()] == ["set-1.0"]


def test_rehearsal_data_under_another_name_is_built_for_no_push_and_leaves_nothing(
    release: MakeOne, own_run: Path, tmp_path: Path
) -> None:
    recipe = yaml.safe_load((own_run / "recipe.yaml").read_text("utf-8"))
    recipe["model"]["name"] = "openai/another-model"
    (own_run / "recipe.yaml").write_text(yaml.safe_dump(recipe), "utf-8")
    with pytest.raises(ReleaseFault, match="rehearsal data is not pushed"):
        release(runs=[own_run], options={"to_push": True})
    assert not (tmp_path / "releases").exists()


def test_first_answers_come_without_what_followed_them(release: MakeOne) -> None:
    made = release(stage="void")
    manifest = check_whole(made.directory)
    assert {row["rounds"] == [] for row in rows(made.directory, "records")} == {True}
    assert {path.name for path in (made.directory / "data").iterdir()} == {"messages", "alpaca", "sharegpt", "records"}
    assert {maker.stage for maker in manifest.runs[0].makers} == {"question", "answer"}
    answers = {row["answer"]["id"] for row in rows(made.directory, "records")}
    assert {row["id"] for row in rows(made.directory, "messages")} == answers
    with pytest.raises(ReleaseFault, match="dpo: needs refined answers"):
        make_plan(LEAST | {"stage": "void", "formats": ["dpo"]})


def test_no_leaf_is_in_two_splits_and_it_stays_where_the_release_before_had_it(
    release: MakeOne, tmp_path: Path
) -> None:
    first = release(selection=HELD_OUT)
    splits = splits_of(first)
    other = release(
        selection={"split": {"validation": 0.4, "eval": 0.4}},
        seed=7,
        version="2.0",
        previous=str(first.directory),
    )
    assert check_whole(other.directory).splits == check_whole(first.directory).splits
    assert splits_of(other) == splits
    assert (other.changes.counts["moved"], other.changes.counts["unchanged"]) == (0, 24)
    free = release(selection={"split": {"validation": 0.4, "eval": 0.4}}, seed=7, version="3.0")
    assert (free.changes.before, free.before) == (None, other.directory)
    assert diff_releases(other.directory, free.directory).counts["moved"] > 0


def ids(made: Release, split: str) -> list[str]:
    return [row["id"] for row in rows(made.directory, "records", split)]


def splits_of(made: Release) -> dict[str, str]:
    return {id_: split for split in ("train", "validation", "eval") for id_ in ids(made, split)}


def test_a_smaller_fraction_lies_inside_a_larger_one(release: MakeOne) -> None:
    parts = [release(selection={"subset": {"fraction": share}}, version=f"1.{share}") for share in (10, 25, 50)]
    found = [set(ids(made, "train")) for made in parts]
    assert [len(part) for part in found] == [2, 6, 12]
    assert found[0] < found[1] < found[2]


@pytest.mark.parametrize("seed", [0, 1])
def test_every_subset_holds_out_the_leaves_that_the_whole_set_holds_out(release: MakeOne, seed: int) -> None:
    usual: dict[str, Any] = {"seed": seed, "formats": ["alpaca"]}
    held_in = splits_of(release(selection=HELD_OUT, **usual))
    cuts: list[dict[str, Any]] = [{"fraction": 25}, {"tags": 25}, {"difficulty": "hard", "tasks": 3}]
    for number, cut in enumerate(cuts):
        part = release(selection=HELD_OUT | {"subset": cut}, version=f"1.{number + 1}", **usual)
        found = splits_of(part)
        assert found == {id_: held_in[id_] for id_ in found}
        missing = {"train", "validation", "eval"} - set(part.manifest.splits)
        assert set(part.selection.unmatched) == {f"split {name}: no record" for name in missing}


def test_questions_of_an_earlier_release_and_of_a_benchmark_do_not_come_again(release: MakeOne, tmp_path: Path) -> None:
    half = release(selection={"subset": {"fraction": 50}})
    longest = max(rows(half.directory, "records"), key=lambda row: len(row["question"]["text"].split()))
    items = [{"problem": longest["question"]["text"]}, {"problem": "Why?"}]
    (tmp_path / "bench.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    rest = release(version="1.1", against=[str(half.directory)])
    assert check_whole(rest.directory).removed["near_duplicate"] >= 12
    assert not set(ids(rest, "train")) & set(ids(half, "train"))
    clean = release(version="1.2", decontaminate=[str(tmp_path / "bench.jsonl")])
    manifest = check_whole(clean.directory)
    assert manifest.removed["contaminated"] >= 1
    assert longest["id"] not in ids(clean, "train")
    (told,) = manifest.settings["decontaminate"]
    assert (told["name"], len(told["sha256"]), told["records"], told["too_short"]) == ("bench.jsonl", 64, 2, 1)
    assert "bench.jsonl" in (clean.directory / "reports/removed.jsonl").read_text("utf-8")
    assert "bench.jsonl (1 of 2 items by their passages, 1 too short for that with whole questions alone)" in (
        clean.directory / "README.md"
    ).read_text("utf-8")


def test_questions_that_mean_the_same_are_left_out_and_vectors_are_paid_for_once(release: MakeOne) -> None:
    meaning = {"embedder": "rehearsal", "duplicates": {"min_cosine": 0.2}}
    made = release(**meaning)
    manifest = check_whole(made.directory)
    assert manifest.removed["near_duplicate"] > check_whole(release(version="0.9").directory).removed["near_duplicate"]
    assert "means the same as" in (made.directory / "reports/removed.jsonl").read_text("utf-8")
    assert manifest.settings["embedder"] == {"name": "rehearsal"}
    vectors = made.directory.parent / "set.vectors.db"
    before = vectors.stat().st_size
    again = contents(release(options={"force": True}, **meaning).directory)
    assert (again, vectors.stat().st_size) == (contents(made.directory), before)


def test_parquet_holds_what_jsonl_holds(release: MakeOne) -> None:
    lines, columns = release(selection=HELD_OUT), release(selection=HELD_OUT, shards="parquet", version="1.1")
    manifest = check_whole(columns.directory)
    assert all(name.endswith(".parquet") for name in manifest.files if name.startswith("data/"))
    for format_ in (*FORMATS, "records"):
        assert rows(lines.directory, format_) == rows(columns.directory, format_)
    assert manifest.records_digest == check_whole(lines.directory).records_digest


def test_the_plan_that_a_card_names_makes_the_same_release(release: MakeOne, tmp_path: Path) -> None:
    made = release(
        selection={"include": ["judge>=7"], **HELD_OUT},
        filters={"without": ["refusal"]},
        duplicates=None,
        formats=["dpo"],
    )
    (block,) = re.findall(r"```yaml\n(.*?)```", (made.directory / "README.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "release.yaml").write_text(block, "utf-8")
    again = release(out=tmp_path / "again", **load_plan(tmp_path / "release.yaml"))
    assert contents(again.directory) == contents(made.directory)
    assert set(re.findall("data/([a-z]+)/", " ".join(contents(made.directory)))) == {"dpo", "records"}


def test_a_plan_that_says_one_thing_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text("seed: 1\nname: set\nseed: 2\n", "utf-8")
    with pytest.raises(ReleaseFault, match=r"release\.yaml:3:1: the key 'seed' stands twice"):
        load_plan(tmp_path / "release.yaml")


HOSTILE = [
    "a | b || c",
    "<script>alert(1)</script> &amp; <!-- x",
    "`code` ``` **bold** [x](http://y)",
    '=HYPERLINK("http://x")',
    "+1 -2 @SUM(A1)",
    "--- # heading: {yaml: [1]} 'quote' \"double\"",
    "竖线｜和|以及\u2028换行",
    "emoji 🌳 \u202e right to left",
]


def test_hostile_tags_break_neither_the_card_nor_any_format(release: MakeOne, tmp_path: Path) -> None:
    tree = {f"{tag} root": {"branch": [f"{tag} leaf"]} for tag in HOSTILE}
    (tmp_path / "tree.json").write_text(json.dumps(tree, ensure_ascii=False), "utf-8")
    run = synthesise(tmp_path / "run", tree=[str(tmp_path / "tree.json")], languages=["en"], records=24)
    made = release(runs=[run])
    check_whole(made.directory)
    roots = {row["path"][0] for row in rows(made.directory, "records")}
    assert len(roots) == len(tree)
    assert header(made.directory)["license"] == "cc-by-4.0"
    card = (made.directory / "README.md").read_text("utf-8")
    body = card.split("---\n", 2)[2]
    assert "<script" not in body
    assert "<!--" not in body
    tables = re.findall(r"(?:^\|.*\|\n)+", body, re.MULTILINE)
    assert len(tables) >= 8
    for table in tables:
        lines = table.splitlines()
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1, table
    for kind in ("jsonl", "parquet"):
        again = release(runs=[run], shards=kind, version=f"2.{kind == 'parquet':d}")
        assert {row["path"][0] for row in rows(again.directory, "messages")} == roots


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"runs": [Path("missing")]}, BadInput, "no run here"),
        ({"against": ["missing.jsonl"]}, BadInput, "missing.jsonl"),
        ({"decontaminate": ["missing.jsonl"]}, BadInput, "missing.jsonl"),
        ({"previous": "missing"}, ReleaseFault, "missing"),
    ],
)
def test_what_is_not_there_is_one_line_and_leaves_nothing(
    release: MakeOne, tmp_path: Path, changes: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        release(**changes)
    assert not (tmp_path / "releases").exists()


def test_a_run_named_twice_is_refused(release: MakeOne, judged_run: Path) -> None:
    with pytest.raises(UsageFault, match="named twice"):
        release(runs=[judged_run, judged_run.parent / "." / judged_run.name])


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"license": None}, "license"),
        ({"name": "../x"}, "--name"),
        ({"version": "first"}, "--version"),
        ({"license": "free"}, "--license"),
        ({"date": "yesterday"}, "no date"),
        ({"formats": ["csv"]}, "formats: 'csv' cannot be; write --format, or formats: .* with some of messages,"),
        ({"formats": "messages"}, "formats: 'messages' cannot be; write --format"),
        ({"formats": [""]}, "formats: '' cannot be; write --format"),
        ({"version": 1.0}, "version: 1.0 cannot be; write --version as a text, in a plan in quotes"),
        ({"seed": "one"}, "seed: 'one' cannot be; write --seed with a whole number"),
        ({"colour": "red"}, "colour: unknown key"),
        ({"embedder": "rehearsal", "duplicates": None}, "near duplicates"),
    ],
)
def test_a_plan_that_cannot_be_is_one_line(plan: dict[str, Any], said: str) -> None:
    with pytest.raises(ReleaseFault, match=said) as caught:
        make_plan(LEAST | plan)
    assert "\n" not in str(caught.value)


def test_a_licence_has_no_default() -> None:
    with pytest.raises(ReleaseFault, match="--license is missing, and has no default"):
        make_plan({"name": "set", "version": "1.0"})
