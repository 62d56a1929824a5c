"""Filters over a run: what they find, what a person puts back, and that no record is changed by either."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from condor.corpus.filters.screening import RULES, FilterSettings
from condor.corpus.records import Answer, Cell, Critique, Preference, Question, Refinement
from condor.errors import BadInput, FilterFault, UnknownRecord
from condor.experiments import (
    JudgePlan,
    ModelUse,
    Recipe,
    judge_run,
    prepare_synthesis,
    read_filter_settings,
    rejects,
    restore,
    screen_run,
    unrestore,
)
from condor.experiments.screening import filtered_otherwise, last_settings, restored, screen_chain, standing_chains
from condor.experiments.status import open_run
from condor.runtime.journal import ItemEntry, Journal, StepEntry
from condor.runtime.models import ModelSpec
from condor.runtime.run_directory import RunDirectory

#: It takes out every record whose question is longer than 200 characters.
SHORT = {"question_least": 1, "question_most": 200, "answer_least": 1, "answer_most": 9999}
SETTINGS = FilterSettings.model_validate({"length": {"en": SHORT, "zh": SHORT | {"question_most": 60}}})


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 24 records, with three items that it rejected itself: a question, and answers with and without more."""
    run = tmp_path_factory.mktemp("screening") / "run"
    recipe = {"tree": ["seed:en", "seed:zh"], "languages": ["en", "zh"], "records": 24, "model": "rehearsal"}
    with prepare_synthesis(Recipe.model_validate(recipe), run) as synthesis:
        asyncio.run(synthesis.run())
    with RunDirectory(run) as directory, directory.open_journal() as journal:
        asyncio.run(_reject_three(journal))
    return run


async def _reject_three(journal: Journal) -> None:
    """As a synthesis leaves items whose question, first answer or refinement is in the wrong language."""
    cell = Cell.at(["Food", "Tea"], task="view", language="en", tree_version="t")
    for position, name in enumerate(("question", "answer", "refinement")):
        origin = cell.origin.model_copy(update={"difficulty": "easy"})
        asked = Question(parent_id=cell.id, origin=origin, text=f"Is tea at noon a habit or a {name}?")
        answered = Answer(parent_id=asked.id, origin=origin, text=f"它是一种习惯，也是一种{name}，看人而定。")
        critique = Critique(parent_id=answered.id, origin=origin, strengths="s", weaknesses="w", suggestions="g")
        refined = Refinement(parent_id=critique.id, origin=origin, round=1, text="它既是习惯，也是一场小小的仪式。")
        records = [asked, answered, critique, refined][: (1, 2, 4)[position]]
        step = StepEntry(name, name, "done", "p", "m", 1, 1, 1, 0.0, 0.0, "t", output="{}", records=records)
        await journal.write_step(step)
        why: dict[str, Any] = {"reason": "language", "figure": 1.0, "detail": "1.00 of the text is Chinese"}
        answer_id = answered.id if position else None
        await journal.write_item(
            ItemEntry(1000 + position, "rejected", cell.id, "easy", question_id=asked.id, answer_id=answer_id, **why)
        )


@pytest.fixture
def run(written: Path, tmp_path: Path) -> Path:
    shutil.copytree(written, tmp_path / "run")
    return tmp_path / "run"


def content(run: Path) -> list[tuple[Any, ...]]:
    """What no filter may change."""
    with closing(sqlite3.connect(run / "journal.db")) as database:
        return [row for table in ("records", "items", "steps") for row in database.execute(f"SELECT * FROM {table}")]


def own_rejects(run: Path) -> dict[str, str]:
    """What the synthesis rejected: the last word of its question -> its id."""
    with open_run(run)[1] as journal:
        found = {each.question_id: journal.record(each.question_id) for each in rejects(run, rule="language")}
    return {each.text.split()[-1].strip("?"): name for name, each in found.items() if isinstance(each, Question)}


def test_a_default_run_loses_nothing_to_the_default_filters(run: Path) -> None:
    for stage in ("void", "refine"):
        found = screen_run(run, FilterSettings(), stage=stage)
        assert (found.examined, found.kept, found.removed) == (24, 24, {})
        assert found.rehearsal
    assert last_settings(run) == FilterSettings()


def test_the_figures_add_up_and_no_record_is_changed(run: Path) -> None:
    before = content(run)
    found = screen_run(run, SETTINGS)
    assert found.kept + sum(found.removed.values()) == found.examined == 24
    assert 0 < found.removed["length"] < 24
    listed = [each for each in rejects(run) if each.by == "filter"]
    assert len(listed) == found.removed["length"]
    assert {each.rule for each in listed} == {"length"}
    assert all(each.text and each.figure > 60 and not each.restored for each in listed)
    assert last_settings(run) == SETTINGS
    assert last_settings(run, "void") is None
    assert filtered_otherwise(run, FilterSettings())
    assert not filtered_otherwise(run, SETTINGS)
    assert not filtered_otherwise(run, FilterSettings(), "void")
    restore(run, [listed[0].question_id])
    assert content(run) == before
    Journal.open(run / "journal.db").close()


def test_the_same_filtering_finds_the_same(run: Path) -> None:
    assert screen_run(run, SETTINGS) == screen_run(run, SETTINGS)
    listed = rejects(run)
    screen_run(run, SETTINGS)
    assert rejects(run) == listed


def test_what_is_restored_is_kept_until_that_is_taken_back(run: Path) -> None:
    first = screen_run(run, SETTINGS)
    chosen = [each.question_id for each in rejects(run, rule="length")][:2]
    assert restore(run, chosen) == [(question, "length") for question in chosen]
    again = screen_run(run, SETTINGS)
    assert (again.kept, again.overruled) == (first.kept + 2, 2)
    assert [each.question_id for each in rejects(run) if each.restored] == chosen
    with open_run(run)[1] as journal:
        assert restored(journal) == {(question, "length") for question in chosen}
    assert unrestore(run, chosen[:1]) == [(chosen[0], "length")]
    assert screen_run(run, SETTINGS).kept == first.kept + 1


def test_a_release_that_asks_chain_by_chain_keeps_what_the_filtering_keeps(run: Path) -> None:
    screen_run(run, SETTINGS)
    restore(run, [each.question_id for each in rejects(run, rule="length")][:3])
    found = screen_run(run, SETTINGS)
    with open_run(run)[1] as journal:
        overruled = restored(journal)
        asked = [
            screen_chain(chain, SETTINGS, stage="refine", score=None, overruled=overruled)
            for chain in standing_chains(journal)
        ]
    assert asked.count(None) == found.kept
    assert {each.rule for each in asked if each is not None} == {"length"}


def test_a_rule_that_is_overruled_leaves_the_others(run: Path) -> None:
    low = {"question_least": 1, "question_most": 9999, "answer_least": 1, "answer_most": 5}
    settings = FilterSettings.model_validate({"length": {"en": low, "zh": low}})
    question = own_rejects(run)["answer"]
    assert restore(run, [question]) == [(question, "language")]
    found = screen_run(run, settings)
    assert (found.examined, found.kept, found.removed) == (25, 0, {"length": 25})
    assert restore(run, [question], "length") == [(question, "length")]
    again = screen_run(run, settings)
    assert (again.kept, again.removed, again.overruled) == (1, {"length": 24}, 1)


def test_any_id_of_the_chain_restores_it_also_its_first_digits(run: Path) -> None:
    screen_run(run, SETTINGS)
    question = next(each.question_id for each in rejects(run, rule="length"))
    with open_run(run)[1] as journal:
        chain = next(chain for chain in journal.kept_chains() if chain.question.id == question)
    for name in (chain.answer.id, chain.final.id[:16], question.upper()):
        assert restore(run, [name]) == [(question, "length")]


def test_unknown_ids_are_named_in_one_line_and_nothing_is_restored(run: Path) -> None:
    screen_run(run, SETTINGS)
    good = next(each.question_id for each in rejects(run, rule="length"))
    with pytest.raises(UnknownRecord, match=r"ffffffffff, no id$"):
        restore(run, [good, "f" * 10, "no id"])
    with open_run(run)[1] as journal:
        kept = {chain.question.id for chain in journal.kept_chains()} - {each.question_id for each in rejects(run)}
        with pytest.raises(UnknownRecord, match="is not rejected"):
            restore(run, [good, sorted(kept)[0]])
        with pytest.raises(UnknownRecord, match="is not rejected by refusal"):
            restore(run, [good], "refusal")
        with pytest.raises(UnknownRecord, match="was not restored"):
            unrestore(run, [good])
        assert restored(journal) == frozenset()


def test_what_the_synthesis_rejected_comes_back_with_what_was_made_of_it(run: Path) -> None:
    own = own_rejects(run)
    with pytest.raises(BadInput, match=f"{own['question']}: rejected before an answer was asked for"):
        restore(run, [own["answer"], own["question"]])
    assert screen_run(run, FilterSettings()).examined == 24
    restore(run, [own["answer"], own["refinement"]])
    with open_run(run)[1] as journal:
        chains = {chain.question.id: chain for chain in standing_chains(journal)}
        assert list(chains)[-2:] == [own["answer"], own["refinement"]]
        assert len(list(journal.kept_chains())) == 24
    assert chains[own["answer"]].rounds == ()
    assert isinstance(chains[own["refinement"]].final, Refinement)
    found = screen_run(run, FilterSettings())
    assert (found.examined, found.kept, found.overruled) == (26, 26, 2)
    assert [each.restored for each in rejects(run)] == [False, True, True]
    unrestore(run, [own["answer"]])
    assert screen_run(run, FilterSettings()).examined == 25


@pytest.mark.parametrize(("verdicts", "rounds"), [(("B", "A"), 1), (("B", "B"), 0), ((), 0)])
def test_under_a_gate_a_refinement_comes_back_only_where_it_stood(
    run: Path, verdicts: tuple[str, ...], rounds: int
) -> None:
    recipe = (run / "recipe.yaml").read_text("utf-8").replace("gate: null", "gate: judge")
    (run / "recipe.yaml").write_text(recipe, "utf-8")
    question = own_rejects(run)["refinement"]
    with Journal.open(run / "journal.db") as journal:
        answer = next(each for each in journal.children(question) if isinstance(each, Answer))
        refined = journal.children(journal.children(answer.id)[0].id)[0]
        pairs = zip(((answer, refined), (refined, answer)), verdicts, strict=False)
        said = [
            Preference.model_validate(
                {"parent_id": a.id, "other_id": b.id, "origin": answer.origin, "verdict": verdict, "reason": "r"}
            )
            for (a, b), verdict in pairs
        ]
        step = StepEntry("gate", "compare", "done", "p", "m", 1, 1, 1, 0.0, 0.0, "t", output="{}", records=said)
        asyncio.run(journal.write_step(step))
    restore(run, [question])
    with open_run(run)[1] as journal:
        assert len(list(standing_chains(journal))[-1].rounds) == rounds


def test_a_sample_is_the_same_each_time_and_lies_in_a_larger_one(run: Path) -> None:
    screen_run(run, SETTINGS)
    few, more = ([each.question_id for each in rejects(run, sample=size, seed=3)] for size in (2, 5))
    assert few == [each.question_id for each in rejects(run, sample=2, seed=3)]
    assert set(few) < set(more)
    everything = [each.question_id for each in rejects(run)]
    assert [each for each in everything if each in more] == more
    assert [each.question_id for each in rejects(run, sample=99)] == everything


def test_a_rule_without_rejects_lists_none_and_an_unknown_one_is_refused(run: Path) -> None:
    assert rejects(run, rule="refusal") == []
    with pytest.raises(BadInput, match=r"no rule refusals; there are .*refusal"):
        rejects(run, rule="refusals")


def test_the_threshold_takes_the_score_of_the_stage_that_is_released(run: Path) -> None:
    missing = screen_run(run, FilterSettings(min_score=9))
    assert (missing.kept, missing.unscored) == (24, 24)
    use = ModelUse(spec=ModelSpec(name="rehearsal", temperature=0.0), concurrency=4)
    figures = asyncio.run(judge_run(JudgePlan(sample=20), run, use))
    void, refine = (screen_run(run, FilterSettings(min_score=7), stage=stage) for stage in ("void", "refine"))
    assert void.unscored == refine.unscored == 4
    assert void.removed["judge_threshold"] > refine.removed.get("judge_threshold", 0)
    assert figures.scores["overall"].void.mean is not None
    for each in rejects(run, rule="judge_threshold", stage="void"):
        assert each.figure < 7


def test_filters_are_read_from_a_file_and_changed_by_options(tmp_path: Path) -> None:
    path = tmp_path / "filters.yaml"
    path.write_text("without: [refusal]\nmin_score: 3\nrepetition: {share: 0.4}\n", encoding="utf-8")
    found = read_filter_settings(path, without=["length"], min_score=5)
    assert (found.without, found.min_score, found.repetition.share) == (("length", "refusal"), 5.0, 0.4)
    assert read_filter_settings() == FilterSettings()
    path.write_text("", encoding="utf-8")
    assert read_filter_settings(path) == FilterSettings()


def test_a_limit_that_a_file_does_not_name_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "filters.yaml"
    path.write_text("length: {zh: {answer_least: 20}}\nrefusal: {zh: 300}\n", encoding="utf-8")
    found, usual = read_filter_settings(path), FilterSettings()
    assert found.length.zh == usual.length.zh.model_copy(update={"answer_least": 20})
    assert found.length.en == usual.length.en
    assert (found.refusal.en, found.refusal.zh) == (usual.refusal.en, 300)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("with: []", r"filters\.yaml: with: unknown key \(known: without, length"),
        ("off: []", r"filters\.yaml: False: unknown key"),
        ("1: []", r"filters\.yaml: 1: unknown key"),
        ("without: [nothing]", r"filters\.yaml: without\.0: "),
        ("length: {en: {question_least: 20000}}", r"length\.en: .*the least length must not be above the most"),
        ("length: {en: {least: 1}}", r"length\.en\.least: unknown key"),
        ("length: {zh: 5}", r"length\.zh: "),
        ("- length", r"filters\.yaml: "),
        ("without: [", r"filters\.yaml:1:\d+: .*mend the YAML"),
        ("x: 2026-99-99", r"filters\.yaml: not YAML: month"),
        ("min_score: 3\nwithout: []\nmin_score: 7", r"filters\.yaml:3:1: the key 'min_score' stands twice"),
        ("refusal: {en: 1, en: 2}", r"filters\.yaml:1:18: the key 'en' stands twice"),
        ("[" * 3000, "nested too deeply"),
        ("min_score: 11", "min_score: .*less than or equal to 10"),
    ],
)
def test_a_file_that_says_something_else_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "filters.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FilterFault, match=said) as caught:
        read_filter_settings(path)
    assert "\n" not in str(caught.value)


def test_a_rule_that_there_is_not_is_refused() -> None:
    with pytest.raises(FilterFault, match=f"--without nothing: no such rule; there are {', '.join(RULES)}"):
        read_filter_settings(without=["nothing"])
