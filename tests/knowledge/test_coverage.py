"""How much of a tree records cover."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.knowledge import CellSampler, Grid, KnowledgeTree, Point, SampledCell, Share, measure_coverage
from condor.vocabulary import DIFFICULTIES, Difficulty, Language, TaskName

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=80)

GRID = Grid(languages=("en", "zh"), tasks=("view", "creation"), difficulties=("easy", "hard"))


def forest() -> KnowledgeTree:
    """Three leaves in English, one of them retired, one in Chinese, one in both."""
    tree = KnowledgeTree()
    tree.add_path(("AI", "Chips"), language="en")
    tree.add_path(("AI", "Robots"), language="en")
    old = tree.add_path(("AI", "Old"), language="en")
    tree.add_path(("AI", "芯片"), language="zh")
    tree.add_path(("Music",))
    tree.retire(old, date(2026, 11, 22))
    return tree


def at(*path: str, task: TaskName = "view", language: Language = "en", difficulty: Difficulty = "easy") -> Point:
    return SampledCell(path, task, language), difficulty


def test_a_tree_without_records_is_one_hole():
    coverage = measure_coverage(forest(), GRID, [])
    assert coverage.leaves == Share(0, 4)
    assert coverage.cells == Share(0, 10)
    assert coverage.points == Share(0, 20)
    assert coverage.by_root == {"AI (en)": Share(0, 4), "AI (zh)": Share(0, 2), "Music": Share(0, 4)}
    assert len(coverage.holes) == 10
    assert coverage.cells.share == 0


def test_records_are_counted_once_by_leaf_cell_and_point():
    points = [
        at("AI", "Chips"),
        at("ai", "chips"),
        at("AI", "Chips", difficulty="hard"),
        at("Music", language="zh", task="creation"),
        at("Music", language="en"),
    ]
    coverage = measure_coverage(forest(), GRID, points)
    assert (coverage.records, coverage.outside) == (5, 0)
    assert coverage.leaves == Share(2, 4)
    assert coverage.cells == Share(3, 10)
    assert coverage.points == Share(4, 20)
    assert coverage.by_root == {"AI (en)": Share(1, 4), "AI (zh)": Share(0, 2), "Music": Share(2, 4)}
    assert coverage.by_task == {"view": Share(3, 10), "creation": Share(1, 10)}
    assert coverage.by_difficulty == {"easy": Share(3, 10), "hard": Share(1, 10)}


@pytest.mark.parametrize(
    "point",
    [
        at("AI", "Gone"),
        at("AI", "Old"),
        at("AI"),
        at("AI", "芯片"),
        at("AI", "Chips", language="zh"),
        at("AI", "Chips", task="daily_chat"),
        at("AI", "Chips", difficulty="medium"),
    ],
    ids=["gone", "retired", "no leaf", "other language", "other root", "task not asked", "difficulty not asked"],
)
def test_a_record_that_covers_nothing_of_the_grid_is_outside(point: Point):
    coverage = measure_coverage(forest(), GRID, [point])
    assert (coverage.records, coverage.outside) == (1, 1)
    assert coverage.points.covered == coverage.leaves.covered == 0


def test_a_language_that_is_not_asked_for_is_no_hole():
    grid = Grid(languages=("zh",), tasks=("view",), difficulties=("easy",))
    coverage = measure_coverage(forest(), grid, [at("Music", language="en")])
    assert coverage.cells == Share(0, 2)
    assert coverage.leaves == Share(0, 2)
    assert coverage.outside == 1


def test_holes_are_named_from_the_emptiest_root_on_and_only_so_many():
    points = [at("AI", "Chips"), at("AI", "Robots"), at("AI", "芯片", language="zh")]
    coverage = measure_coverage(forest(), GRID, points, holes=5)
    assert [cell.path[0] for cell in coverage.holes] == ["Music"] * 4 + ["AI"]
    assert measure_coverage(forest(), GRID, points, holes=0).holes == ()


@FIXED
@given(
    paths=st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple), min_size=1, max_size=6),
    taken=st.integers(0, 60),
    seed=st.integers(0, 99),
)
def test_what_a_walk_took_is_covered_and_the_rest_are_the_holes(paths: list[tuple[str, ...]], taken: int, seed: int):
    tree = KnowledgeTree()
    languages: dict[str, Language | None] = {"a": "en", "b": "zh", "c": None}
    for path in paths:
        tree.add_path(path, language=languages[path[0]])
    cells = list(CellSampler(tree, languages=GRID.languages, tasks=GRID.tasks, seed=seed))
    points: list[Point] = [(cell, DIFFICULTIES[0]) for cell in cells[:taken]]
    coverage = measure_coverage(tree, GRID, points, holes=len(cells))
    assert coverage.cells == Share(min(taken, len(cells)), len(cells))
    assert Counter(coverage.holes) == Counter(cells[taken:])
    assert coverage.outside == 0
    assert sum(share.covered for share in coverage.by_task.values()) == coverage.points.covered
    assert sum(share.covered for share in coverage.by_root.values()) == coverage.cells.covered
