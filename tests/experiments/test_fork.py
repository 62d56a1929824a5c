"""What holds after which change: counted in steps taken over and calls made, through the Python API."""

import asyncio
import json
from pathlib import Path

import pytest

from condor.corpus.formats import to_line
from condor.experiments import Recipe, prepare_synthesis, run_status
from condor.knowledge import KnowledgeTree, save_tree
from condor.programs import AnswerQuestion, CritiqueAnswer, RefineAnswer, WriteQuestions
from condor.runtime.journal import Journal
from condor.runtime.synthesizer import Tally

from support import Endpoint

RECORDS = 30


def recipe(tree: Path, **changes: object) -> Recipe:
    data = {"tree": str(tree), "records": RECORDS, "model": "rehearsal", "tasks": ["view", "creation"]}
    return Recipe.model_validate(data | changes)


def plant(path: Path, *further: tuple[str, ...]) -> Path:
    """Four root tags with six leaves each."""
    tree = KnowledgeTree()
    for root in ("Food", "Music", "Law", "Sport"):
        for leaf in range(6):
            tree.add_path((root, "Practice", f"{root} Topic {leaf}"), language="en")
    for tags in further:
        tree.add_path(tags, language="en")
    save_tree(tree, path)
    return path


def synthesise(settled: Recipe, run: Path, fork: Path | None = None) -> Tally:
    with prepare_synthesis(settled, run, fork=fork) as synthesis:
        return asyncio.run(synthesis.run()).tally


def lines(run: Path) -> list[str]:
    with Journal.open_read_only(run / "journal.db") as journal:
        return [json.dumps(to_line(chain, "messages", "refine")) for chain in journal.kept_chains()]


def forked(tmp_path: Path, before: Recipe, now: Recipe) -> tuple[dict[str, int], dict[str, int]]:
    """Stage -> steps taken over, and stage -> calls, of a fork; it is the same as the run made anew."""
    synthesise(before, tmp_path / "old")
    tally = synthesise(now, tmp_path / "new", tmp_path / "old")
    synthesise(now, tmp_path / "fresh")
    assert lines(tmp_path / "new") == lines(tmp_path / "fresh")
    return (
        {stage: figures.inherited for stage, figures in tally.stages.items()},
        {stage: figures.calls for stage, figures in tally.stages.items()},
    )


def steps(question: int, answer: int, critique: int, refinement: int) -> dict[str, int]:
    return {"question": question, "answer": answer, "critique": critique, "refinement": refinement}


ALL = steps(10, RECORDS, RECORDS, RECORDS)
NONE = steps(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "kept", "calls"),
    [
        ({}, ALL, NONE),
        ({"refine": {"rounds": 2}}, ALL, steps(0, 0, RECORDS, RECORDS)),
        ({"records": 2 * RECORDS}, ALL, ALL),
        ({"difficulties": ["hard", "easy"]}, steps(10, 20, 20, 20), steps(5, 10, 10, 10)),
        ({"model": {"name": "rehearsal", "temperature": 0.2}}, NONE, ALL),
        ({"model": "rehearsal?quality=0.9"}, NONE, ALL),
        ({"model": "rehearsal?latency=0.001"}, ALL, NONE),
        ({"concurrency": 1, "parse_retries": 0}, ALL, NONE),
    ],
)
def test_what_holds_after_a_change_of_the_recipe(
    tmp_path: Path, changes: dict[str, object], kept: dict[str, int], calls: dict[str, int]
) -> None:
    tree = plant(tmp_path / "tree.json")
    assert forked(tmp_path, recipe(tree), recipe(tree, **changes)) == (kept, calls)


@pytest.mark.parametrize("changes", [{"seed": 7}, {"tasks": ["view", "creation", "daily_chat"]}])
def test_after_another_seed_or_more_tasks_the_cells_that_both_walks_come_to_hold(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    tree = plant(tmp_path / "tree.json")
    kept, calls = forked(tmp_path, recipe(tree), recipe(tree, **changes))
    shared = kept["question"]
    assert 0 < shared < 10
    assert kept == steps(shared, 3 * shared, 3 * shared, 3 * shared)
    assert calls == steps(10 - shared, *(RECORDS - 3 * shared,) * 3)


def test_after_a_leaf_is_added_most_cells_hold_and_belong_to_the_new_tree(tmp_path: Path) -> None:
    before = plant(tmp_path / "before.json")
    now = plant(tmp_path / "now.json", ("Food", "Practice", "Sourdough"))
    kept, calls = forked(tmp_path, recipe(before, records=120), recipe(now, records=120))
    assert 30 <= kept["question"] < 40
    assert kept["question"] + calls["question"] == 40
    version = run_status(tmp_path / "new").tree_version
    assert version != run_status(tmp_path / "old").tree_version
    with Journal.open_read_only(tmp_path / "new" / "journal.db") as journal:
        for chain in journal.kept_chains():
            records = (chain.question, chain.answer, *chain.rounds[0])
            assert {record.origin.tree_version for record in records} == {version}
            cell = journal.record(chain.question.parent_id)
            assert cell is not None
            assert cell.origin.tree_version == version


@pytest.mark.parametrize(
    ("stage", "kept"),
    [
        (WriteQuestions, {}),
        (AnswerQuestion, {"question": 10}),
        (CritiqueAnswer, {"question": 10, "answer": RECORDS}),
        (RefineAnswer, {"question": 10, "answer": RECORDS, "critique": RECORDS}),
    ],
)
def test_after_a_changed_prompt_every_stage_before_it_holds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: type[WriteQuestions | AnswerQuestion | CritiqueAnswer | RefineAnswer],
    kept: dict[str, int],
) -> None:
    settled = recipe(plant(tmp_path / "tree.json"))
    synthesise(settled, tmp_path / "old")
    monkeypatch.setattr(stage, "signature", stage.signature.with_instructions("Write it with care."))
    tally = synthesise(settled, tmp_path / "new", tmp_path / "old")
    taken = {name: figures.inherited for name, figures in tally.stages.items()}
    assert {name: taken[name] for name in kept} == kept
    assert taken[stage.name] == 0
    assert tally.stages[stage.name].calls > 0


def test_a_prompt_that_was_never_used_binds_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that has not come to a stage has no version of it, whatever was noted for a call that never came back."""
    settled = recipe(plant(tmp_path / "tree.json"))
    with prepare_synthesis(settled, tmp_path / "run") as synthesis:
        asyncio.run(synthesis.journal.write_prompt("v0", "critique", []))
    monkeypatch.setattr(CritiqueAnswer, "signature", CritiqueAnswer.signature.with_instructions("Be strict."))
    assert synthesise(settled, tmp_path / "run").kept == RECORDS


def test_replies_that_were_no_records_are_taken_over_and_not_asked_for_again(tmp_path: Path) -> None:
    settled = recipe(plant(tmp_path / "tree.json"), model="rehearsal?malformed=0.3", parse_retries=0)
    before = synthesise(settled, tmp_path / "old")
    assert before.failed > 0
    after = synthesise(settled, tmp_path / "new", tmp_path / "old")
    assert (after.calls, after.failed, after.rejected) == (0, before.failed, before.rejected)
    with Journal.open_read_only(tmp_path / "new" / "journal.db") as journal:
        keys = [entry["step_key"] for cell in cells(journal) for entry in journal.items_of_cell(cell)]
        assert all(journal.raw_reply(key) for key in keys if key)


def cells(journal: Journal) -> set[str]:
    return {chain.question.parent_id for chain in journal.kept_chains()}


@pytest.mark.usefixtures("no_keys")
def test_what_is_kept_was_paid_for_in_the_old_run_and_takes_nothing_of_the_new_runs_budget(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    model = {"name": "openai/rehearsal", "api_base": endpoint.base, "price": {"input_usd": 10.0, "output_usd": 20.0}}
    settled = recipe(plant(tmp_path / "tree.json"), model=model)
    paid = synthesise(settled, tmp_path / "old").cost_usd
    assert paid is not None
    assert paid > 0.1
    after = synthesise(settled.model_copy(update={"budget_usd": 0.0001}), tmp_path / "new", tmp_path / "old")
    assert (after.kept, after.cost_usd) == (RECORDS, 0.0)
    with Journal.open_read_only(tmp_path / "new" / "journal.db") as journal:
        costs = [refinement.provenance for chain in journal.kept_chains() for _, refinement in chain.rounds]
    assert all(made is not None and made.cost_usd for made in costs)
