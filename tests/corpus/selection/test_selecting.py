"""A whole selection: its steps in order, its report, its settings from files and options."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from condor.corpus.entries import Entry
from condor.corpus.selection import (
    EVERYTHING,
    TAG_SHARES,
    SelectionSettings,
    Step,
    load_selection,
    parse_rule,
    select,
    select_with_report,
    settings_from_options,
)
from condor.errors import SelectionFault, UnreadableFile
from condor.hashing import canonical_json

from entry_samples import ENTRIES, FIXED, SEEDS, grid, shuffled_entries

WHOLE = """\
include: [language=en, 'tag!="leaf 3"']
subset: {difficulty: [hard, easy], tasks: 6, tags: 87.5, fraction: 50}
quotas:
  difficulty: {hard: 30}
weights:
  task: {view: 2}
  root: {Helth: 0.5}
total: 40
prefer: judge
split: {validation: 0.05, eval: 0.05}
"""


def made(**values: Any) -> SelectionSettings:
    return SelectionSettings.model_validate(values)


SETTINGS = st.builds(
    made,
    include=st.lists(st.sampled_from(["difficulty=hard,easy", "language=en", "tag!=x", "judge>=4", "root=Health,x"])),
    subset=st.fixed_dictionaries(
        {},
        optional={
            "difficulty": st.sampled_from(["all", "hard", ["easy", "medium"]]),
            "tasks": st.integers(1, 7),
            "tags": st.sampled_from([12.5, 50, 100]),
            "fraction": st.sampled_from([1, 2.5, 50, 100]),
        },
    ),
    quotas=st.sampled_from([{}, {"difficulty": {"hard": 3}}, {"task": {"view": 1}, "root": {"x": 2}}]),
    weights=st.sampled_from([{}, {"task": {"creation": 2}}, {"language": {"en": 3}, "difficulty": {}}]),
    total=st.integers(1, 30),
    prefer=st.sampled_from(["random", "judge"]),
)


@FIXED
@given(entries=ENTRIES, settings=SETTINGS, seed=SEEDS)
def test_what_is_kept_and_what_each_step_left_out_add_up(
    entries: list[Entry], settings: SelectionSettings, seed: int
) -> None:
    selection = select_with_report(entries, settings, seed)
    report = selection.report
    assert report.given == len(entries)
    assert report.kept == len(selection.entries) == report.given - sum(step.left_out for step in report.steps)
    assert all(rule.keeps(entry) for rule in settings.rules for entry in selection.entries)
    assert selection.entries == [entry for entry in entries if entry in selection.entries]
    for target in report.targets:
        places = [e for e in selection.entries if not target.dimension or getattr(e, target.dimension) == target.value]
        assert target.got == len(places) <= target.available
        assert target.kind == "weight" or target.got <= target.asked
    canonical_json(report.as_json())


@FIXED
@given(both=shuffled_entries(), settings=SETTINGS, seed=SEEDS)
def test_a_selection_depends_on_the_records_and_not_on_their_order(
    both: tuple[list[Entry], list[Entry]], settings: SelectionSettings, seed: int
) -> None:
    one, other = (select_with_report(part, settings, seed) for part in both)
    assert set(one.entries) == set(other.entries)
    assert one.report == other.report


def test_by_default_everything_is_taken() -> None:
    entries = grid(2)
    selection = select_with_report(entries, EVERYTHING, 0)
    assert selection.entries == select(entries, EVERYTHING, 0) == entries
    assert (selection.report.steps, selection.report.targets, selection.report.unmatched) == ((), (), ())


def test_the_steps_come_in_one_order_and_each_counts_what_it_left_out(tmp_path: Path) -> None:
    path = tmp_path / "selection.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    entries = grid(16)  # 672: of each language 336 under 16 leaf tags
    report = select_with_report(entries, load_selection(path), 3).report
    assert report.steps == (
        Step("include language=en", 336),
        Step("include tag!=leaf 3", 21),
        Step("difficulty", 105),
        Step("tasks", 30),
        Step("tags", 24),  # 13 of 15 leaf tags
        Step("fraction", 78),
        Step("quotas", 6),
        Step("weights", 32),
    )
    assert report.kept == 40
    assert report.unmatched == ("weights.root: no record has the root 'Helth'",)
    assert [str(target) for target in report.targets if target.kind != "weight"] == [
        "quota difficulty=hard: asked 30, got 18 of 36",
        "total: asked 40, got 40 of 72",
    ]
    # What a value lacks, the others of its dimension share: there is no root Helth, and there are only 8 of view.
    assert [str(target) for target in report.missed] == [
        "weight root=Helth: asked 8, got 0 of 0",
        "weight root=en root 0: asked 16, got 20 of 37",
        "weight root=en root 1: asked 16, got 20 of 35",
        "weight task=daily_chat: asked 5.71, got 7 of 10",
        "weight task=domain_knowledge_qa: asked 5.71, got 7 of 17",
        "weight task=view: asked 11.43, got 8 of 8",
    ]


def test_a_tag_that_no_record_has_is_told_with_the_nearest() -> None:
    settings = made(include=["tag=Leaf 1", "root!=nothing of the kind"], quotas={"root": {"en root  0": 3}})
    assert select_with_report(grid(3), settings, 0).report.unmatched == (
        "tag=Leaf 1: no record has the tag 'Leaf 1' (did you mean 'leaf 1'?)",
        "root!=nothing of the kind: no record has the root 'nothing of the kind'",
        "quotas.root: no record has the root 'en root  0' (did you mean 'en root 0'?)",
    )


def test_what_the_docs_show_is_a_selection_and_rules(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "subsets.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "s.yaml").write_text(shown, encoding="utf-8")
    settings = load_selection(tmp_path / "s.yaml")
    assert set(settings.model_dump()) == settings.model_fields_set
    for rule in re.findall(r"`((?:language|task|judge|root)[<>=!]+[^`]+)`", text):
        parse_rule(rule)
    (tags,) = re.findall(r"`R --name eighth --tags (12.5)`, then ([\d., ]+)", text)
    assert tuple(float(share) for share in (tags[0], *re.findall(r"[\d.]*\d", tags[1]))) == TAG_SHARES


def test_a_total_without_weights_takes_so_many() -> None:
    entries = grid(5)
    report = select_with_report(entries, made(total=20), 0).report
    assert report.steps == (Step("total", len(entries) - 20),)
    assert report.missed == ()
    assert [str(t) for t in select_with_report(entries, made(total=999), 0).report.missed] == [
        "total: asked 999, got 210 of 210"
    ]


def test_a_fraction_of_one_difficulty_is_that_of_its_records() -> None:
    kept = select(grid(10), made(subset={"difficulty": "hard", "fraction": 10}), 0)
    assert [entry.difficulty for entry in kept] == ["hard"] * 14


def test_settings_come_back_from_their_json() -> None:
    settings = made(include=['root="a,b"'], quotas={"task": {"view": 3}, "language": {"en": 1}}, split={"eval": 0.1})
    assert SelectionSettings.model_validate(settings.model_dump(mode="json")) == settings
    assert list(settings.quotas) == ["language", "task"]


def test_a_file_and_options_make_one_selection(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("include: language=en\nsubset: {fraction: 50, tags: 25}\ntotal: 9\nsplit: {eval: 0.5}\n")
    settings = settings_from_options(
        include=["judge >= 7"], difficulty="hard,easy", fraction="2.5%", tasks="3", split="eval=0.1", selection=path
    )
    assert settings == made(
        include=["language=en", "judge>=7"],
        subset={"difficulty": ["easy", "hard"], "fraction": 2.5, "tags": 25, "tasks": 3},
        total=9,
        split={"eval": 0.1},
    )


def test_options_by_themselves() -> None:
    assert settings_from_options() == settings_from_options(difficulty="all") == EVERYTHING
    settings = settings_from_options(tags="12.5", split="validation=0.05, eval=0.05, train=0.9")
    assert settings.subset.tags == 12.5
    assert settings.split.train == 0.9


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"include": ["judge=7"]}, ["--include", "judge takes >="]),
        ({"difficulty": "hard,harder"}, ["--difficulty", "'harder'", "did you mean 'hard'"]),
        ({"difficulty": ""}, ["--difficulty", "easy, medium, hard"]),
        ({"fraction": "0"}, ["--fraction", "'0'", "above 0"]),
        ({"fraction": "101"}, ["--fraction"]),
        ({"fraction": "nan"}, ["--fraction"]),
        ({"fraction": "half"}, ["--fraction", "'half'"]),
        ({"tags": "-12.5"}, ["--tags"]),
        ({"tasks": "8"}, ["--tasks", "'8'", "first 7"]),
        ({"tasks": "2.5"}, ["--tasks"]),
        ({"tasks": "²"}, ["--tasks"]),
        ({"split": "test=0.1"}, ["--split", "'test=0.1'", "train, validation, eval"]),
        ({"split": "eval=0.1,eval=0.1"}, ["--split", "once"]),
        ({"split": "eval"}, ["--split"]),
        ({"split": "eval=much"}, ["--split", "eval=much"]),
        ({"split": "eval=0.7,validation=0.7"}, ["--split", "more than 1"]),
        ({"split": "train=0.7,eval=0.1"}, ["--split", "add up to 1"]),
        ({"split": "eval=-0.1"}, ["--split", "eval"]),
        ({"split": "eval=inf"}, ["--split", "eval"]),
    ],
)
def test_an_option_that_says_nothing_is_refused_by_its_name(options: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SelectionFault) as caught:
        settings_from_options(**options)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["expected keys and values"]),
        ("- a\n", ["found list"]),
        ("total: [\n", ["s.yaml:2:1", "mend the YAML"]),
        ("total: 5\nprefer: judge\ntotal: 6\n", ["s.yaml:3:1", "'total' stands twice"]),
        ("quotas: {task: {view: 1, view: 2}}\n", ["'view' stands twice"]),
        ("include: &a [*a]\n", ["include"]),
        ("total: 2026-99-99\n", ["not YAML: month"]),
        ("fractions: 5\n", ["fractions: unknown key", "include, subset"]),
        ("subset: {fractions: 5}\n", ["subset.fractions: unknown key", "difficulty, tasks, tags, fraction"]),
        ("split: {test: 0.1}\n", ["split.test: unknown key", "train, validation, eval"]),
        ("subset: {fraction: 0}\n", ["subset.fraction", "greater than 0"]),
        ("subset: {fraction: .nan}\n", ["subset.fraction"]),
        ("subset: {tasks: 0}\n", ["subset.tasks"]),
        ("subset: {difficulty: []}\n", ["subset.difficulty"]),
        ("include: [judge=7]\n", ["include.0", "judge takes >="]),
        ("quotas: {topic: {x: 1}}\n", ["quotas.topic"]),
        ("quotas: {task: {creatoin: 1}}\n", ["quotas", "did you mean 'creation'"]),
        ("quotas: {task: {view: -1}}\n", ["quotas.task.view"]),
        ("quotas: {task: {view: 1.5}}\n", ["quotas.task.view"]),
        ("quotas: {root: {'': 1}}\n", ["empty name"]),
        ("quotas: {root: {1: 1}}\n", ["quotas.root"]),
        ("weights: {task: {view: -1}}\ntotal: 5\n", ["weights.task.view"]),
        ("weights: {task: {view: .inf}}\ntotal: 5\n", ["weights.task.view"]),
        ("weights: {task: {view: 2}}\n", ["weights need a total"]),
        ("total: 0\n", ["total", "greater than or equal to 1"]),
        ("prefer: judge\n", ["prefer: judge decides nothing"]),
        ("prefer: best\ntotal: 5\n", ["prefer"]),
        ("split: {eval: 0.8, validation: 0.8}\n", ["split", "more than 1"]),
    ],
)
def test_a_file_that_says_nothing_is_refused_in_one_line(text: str, words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SelectionFault) as caught:
        load_selection(path)
    assert "\n" not in str(caught.value)
    for word in ("s.yaml", *words):
        assert word in str(caught.value)


def test_a_file_that_is_not_there_or_nested_without_end(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        load_selection(tmp_path / "none.yaml")
    (tmp_path / "deep.yaml").write_text("[" * 3_000)
    with pytest.raises(SelectionFault, match="nested too deeply"):
        load_selection(tmp_path / "deep.yaml")


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        EVERYTHING.total = 3  # pyright: ignore[reportAttributeAccessIssue]
