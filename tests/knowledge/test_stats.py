"""What a tree holds, in numbers."""

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.knowledge import KnowledgeTree, TreeStats, seed_tree, tree_stats
from condor.knowledge.stats import entropy, gini
from condor.vocabulary import LANGUAGES, Language


def test_an_empty_tree_counts_nothing():
    tree = KnowledgeTree()
    assert tree_stats(tree) == TreeStats(
        version=tree.version,
        tags=0,
        distinct_tags=0,
        roots=0,
        leaves=0,
        depths={},
        leaves_by_root={},
        languages={},
        repeated_leaves={},
        tags_by_language={},
        duplicates_rate=0.0,
        retired=0,
        leaf_entropy=0.0,
        leaf_gini=0.0,
    )


def test_a_small_forest_is_counted():
    tree = KnowledgeTree()
    tree.add_path(("Health", "Sleep", "Naps"), language="en")
    tree.add_path(("Health", "Sleep", "Dreams"), language="en")
    tree.add_path(("Health", "Office", "NAPS"), language="en")
    tree.add_path(("健康", "睡眠"), language="zh")
    tree.add_path(("Music",))
    assert tree_stats(tree) == TreeStats(
        version=tree.version,
        tags=9,
        distinct_tags=8,
        roots=3,
        leaves=5,
        depths={1: 3, 2: 3, 3: 3},
        leaves_by_root={"Health": 3, "健康": 1, "Music": 1},
        languages={"en": 1, "zh": 1, "any": 1},
        repeated_leaves={"naps": 2},
        tags_by_language={"en": 6, "zh": 2, "any": 1},
        duplicates_rate=1 - 8 / 9,
        retired=0,
        leaf_entropy=entropy([3, 1, 1]),
        leaf_gini=gini([3, 1, 1]),
    )


def test_retired_tags_are_counted_apart_and_hold_no_leaves():
    tree = KnowledgeTree()
    for path in (("a", "b", "x"), ("a", "b", "y"), ("a", "c"), ("d", "x")):
        tree.add_path(path)
    for path in (("a", "b"), ("d", "x")):
        node = tree.find(path)
        assert node is not None
        tree.retire(node, date(2026, 11, 22))
    stats = tree_stats(tree)
    assert (stats.tags, stats.retired, stats.leaves) == (7, 4, 1)
    assert stats.leaves_by_root == {"a": 1, "d": 0}
    assert stats.repeated_leaves == {}
    assert stats.leaf_gini == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("counts", "bits", "inequality"),
    [([5, 5, 5, 5], 2.0, 0.0), ([9, 0, 0, 0], 0.0, 0.75), ([0, 0], 0.0, 0.0), ([], 0.0, 0.0), ([1, 3], 0.811278, 0.25)],
)
def test_balance_of_known_distributions(counts: list[int], bits: float, inequality: float):
    assert entropy(counts) == pytest.approx(bits)
    assert gini(counts) == pytest.approx(inequality)


@settings(derandomize=True, database=None, deadline=None, max_examples=80)
@given(counts=st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_balance_keeps_within_its_bounds_and_is_the_mean_difference(counts: list[int]):
    assert 0 <= entropy(counts) <= math.log2(len(counts)) + 1e-9
    differences = sum(abs(one - other) for one in counts for other in counts)
    mean = sum(counts) / len(counts)
    expected = differences / (2 * len(counts) ** 2 * mean) if mean else 0.0
    assert gini(counts) == pytest.approx(expected, abs=1e-9)


def test_a_branch_of_a_leafs_name_is_no_repeated_leaf():
    tree = KnowledgeTree()
    tree.add_path(("a", "b"))
    tree.add_path(("b", "c"))
    assert tree_stats(tree).repeated_leaves == {}
    assert tree_stats(tree).distinct_tags == 3


def test_counting_ten_thousand_levels_needs_no_recursion():
    tree = KnowledgeTree()
    tree.add_path([str(level) for level in range(10_000)])
    stats = tree_stats(tree)
    assert stats.leaves == 1
    assert max(stats.depths) == 10_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seed_tree_is_three_levels_deep_in_one_language(language: Language):
    stats = tree_stats(seed_tree(language))
    assert list(stats.depths) == [1, 2, 3]
    assert stats.depths[3] == stats.leaves
    assert stats.languages == {language: stats.roots}


@settings(derandomize=True, database=None, deadline=None, max_examples=80)
@given(paths=st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=4), max_size=12))
def test_the_counts_add_up(paths: list[list[str]]):
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path)
    stats = tree_stats(tree)
    assert sum(stats.depths.values()) == stats.tags == len(tree)
    assert sum(stats.leaves_by_root.values()) == stats.leaves == sum(1 for _ in tree.leaves())
    assert sum(stats.languages.values()) == stats.roots == len(stats.leaves_by_root) == len(tree.children())
    assert stats.distinct_tags <= stats.tags
    assert sum(stats.repeated_leaves.values()) <= stats.leaves
    assert stats.version == tree.version


def test_root_tags_of_one_name_in_two_languages_are_told_apart() -> None:
    tree = KnowledgeTree()
    tree.add_path(["AI", "Robots"], language="en")
    tree.add_path(["AI", "机器人"], language="zh")
    tree.add_path(["Food", "Tea"], language="en")
    assert tree_stats(tree).leaves_by_root == {"AI (en)": 1, "AI (zh)": 1, "Food": 1}
