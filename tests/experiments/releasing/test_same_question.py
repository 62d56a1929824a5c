"""A question that two runs have: a clean answer never gives way to one that is left out, and the reason is true."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from condor.experiments.recipe import Recipe, save_recipe
from condor.experiments.releasing import Release
from condor.runtime.journal.entries import ItemEntry
from condor.runtime.journal.file import connect, create_file
from condor.runtime.journal.writer import insert_item

from corpus_support import build_chain
from release_support import check_whole, rows

MakeOne = Callable[..., Release]
PASSAGE = "seven wise owls watch the quick brown fox from old oak trees at midnight while the lazy dog sleeps below"
QUESTION = "What do you think a fox feels when it hunts alone through a forest at night?"
CLEAN = "A fox feels careful, hungry and curious, and it listens more than it looks around in the dark."
DIRTY = f"I recall a line about it: {PASSAGE}. That is my whole answer."


def make_run(run: Path, answer: str) -> Path:
    """A run that has kept one answer to the question."""
    chain = build_chain(question=QUESTION, answer="A fox feels alert and calm in the woods.", refined=(answer,))
    run.mkdir()
    save_recipe(
        Recipe.model_validate({"tree": "seed:en", "records": 1, "model": "openai/some-model"}), run / "recipe.yaml"
    )
    create_file(run / "journal.db", {"kind": "synthesis", "tree_version": "t1", "tree": "seed:en"})
    made = (chain.question, chain.answer, *chain.rounds[0])
    held = [(each.id, each.kind, each.parent_id, "", each.model_dump_json(exclude_none=True)) for each in made]
    insert = "INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, seal_of(?1, ?2, ?3, ?4, ?5))"
    item = ItemEntry(
        position=0,
        outcome="kept",
        cell_id=chain.question.parent_id,
        difficulty="hard",
        question_id=chain.question.id,
        answer_id=chain.answer.id,
        record_id=chain.final.id,
    )
    with closing(connect(run / "journal.db", read_only=False)) as database:
        database.execute("BEGIN")
        database.executemany(insert, held)
        insert_item(database, item)
        database.execute("COMMIT")
    return run


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, Path]:
    """Two runs with one question, whose answers differ."""
    return {"clean": make_run(tmp_path / "clean", CLEAN), "dirty": make_run(tmp_path / "dirty", DIRTY)}


@pytest.mark.parametrize("order", [("clean", "dirty"), ("dirty", "clean")])
def test_a_clean_answer_stays_where_another_run_has_a_contaminated_one(
    release: MakeOne, runs: dict[str, Path], tmp_path: Path, order: tuple[str, str]
) -> None:
    (tmp_path / "bench.txt").write_text(f"{PASSAGE}\n")
    made = release(runs=[runs[name] for name in order], decontaminate=[str(tmp_path / "bench.txt")])
    manifest = check_whole(made.directory)
    assert (manifest.released, manifest.removed["contaminated"], manifest.removed["same_question"]) == (1, 1, 0)
    (row,) = rows(made.directory, "records")
    assert row["rounds"][-1]["refinement"]["text"] == CLEAN
    (told,) = map(json.loads, (made.directory / "reports/removed.jsonl").read_text("utf-8").splitlines())
    assert (told["run"], told["rule"]) == ("dirty", "contaminated")


def test_why_an_answer_gave_way_is_said_as_it_was(release: MakeOne, runs: dict[str, Path]) -> None:
    made = release(runs=[runs["dirty"], runs["clean"]])
    (told,) = map(json.loads, (made.directory / "reports/removed.jsonl").read_text("utf-8").splitlines())
    assert told["detail"] == "gave way to the answer of dirty, which came first: neither was judged"
