"""The order of a root tag's leaves: mixed well, decided by seed and paths alone, and stable when leaves are added."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.knowledge import KnowledgeTree
from condor.knowledge.leaf_order import LeafOrder

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=80)
BRANCHES, LEAVES = 10, 100

Path = tuple[str, ...]


def tree_of(paths: Sequence[Path]) -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path)
    return tree


def ordered(tree: KnowledgeTree, seed: int = 0) -> list[Path]:
    """The paths of the leaves under the first root tag, in order."""
    return [tree.path(leaf) for leaf in LeafOrder(tree, seed)(tree.children()[0])]


def wide() -> KnowledgeTree:
    """One root tag over ten branches of a hundred leaves, all with names next to each other."""
    return tree_of([("root", f"branch {b}", f"leaf {n}") for b in range(BRANCHES) for n in range(LEAVES)])


def places(tree: KnowledgeTree, seed: int) -> list[int]:
    """Where each leaf, in the tree's own order, comes in the order of a seed."""
    place = {path: n for n, path in enumerate(ordered(tree, seed))}
    return [place[tree.path(leaf)] for leaf in tree.leaves()]


PATHS = st.lists(st.lists(st.sampled_from("abcdé"), max_size=4).map(lambda tags: ("r", *tags)), min_size=1, max_size=12)


@FIXED
@given(paths=PATHS, seed=st.integers(-5, 2**70))
def test_every_leaf_comes_once_and_the_order_of_insertion_does_not_matter(paths: list[Path], seed: int) -> None:
    tree = tree_of(paths)
    order = ordered(tree, seed)
    assert Counter(order) == Counter(tree.path(leaf) for leaf in tree.leaves())
    assert ordered(tree_of(sorted(paths, reverse=True)), seed) == order


@FIXED
@given(paths=PATHS, more=PATHS, seed=st.integers(0, 50))
def test_what_is_added_finds_its_place_among_the_others(paths: list[Path], more: list[Path], seed: int) -> None:
    before, after = ordered(tree_of(paths), seed), ordered(tree_of([*paths, *more]), seed)
    assert [path for path in after if path in before] == [path for path in before if path in after]


def test_retired_leaves_and_what_stands_under_retired_tags_are_left_out() -> None:
    tree = tree_of([("r", "a", "x"), ("r", "a", "y"), ("r", "b", "z"), ("r", "c")])
    whole = ordered(tree)
    for path in (("r", "a", "x"), ("r", "b")):
        node = tree.find(path)
        assert node is not None
        tree.retire(node, date(2026, 11, 22))
    assert ordered(tree) == [path for path in whole if path in {("r", "a", "y"), ("r", "c")}]


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (7, 8), (0, 1 << 40)])
def test_the_places_for_two_seeds_are_not_correlated(pair: tuple[int, int]) -> None:
    tree = wide()
    one, other = (places(tree, seed) for seed in pair)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1
    assert abs(np.corrcoef(one, range(BRANCHES * LEAVES))[0, 1]) < 0.1


def test_neighbours_by_name_are_no_neighbours_in_the_order() -> None:
    """For a thousand leaves two places lie 333 apart on average; under 10 apart lie 2 % of all pairs."""
    steps = np.abs(np.diff(places(wide(), 3)))
    assert 280 < steps.mean() < 390
    assert (steps < 10).mean() < 0.05


def test_the_first_leaves_of_several_seeds_fall_on_all_branches_alike() -> None:
    tree, seeds = wide(), 20
    hits = Counter(path[1] for seed in range(seeds) for path in ordered(tree, seed)[:100])
    assert len(hits) == BRANCHES
    expected = seeds * 100 / BRANCHES
    assert sum((n - expected) ** 2 / expected for n in hits.values()) < 27.9  # chi-squared, 9 degrees: p = 0.001


def test_each_leaf_is_as_often_among_the_first_as_any_other() -> None:
    """A leaf alone in its branch and one of many come first equally often."""
    tree = tree_of([("r", "alone", "x"), *(("r", "many", f"leaf {n}") for n in range(9))])
    firsts = Counter(ordered(tree, seed)[0] for seed in range(2_000))
    assert len(firsts) == 10
    assert sum((n - 200) ** 2 / 200 for n in firsts.values()) < 27.9


def test_tags_of_one_checksum_come_in_the_order_of_their_names() -> None:
    # CRC-32 makes 1306201125 of both, so that they share a hash under every seed.
    paths = [("r", "plumless"), ("r", "buckeroo"), ("r", "other")]
    for seed in range(20):
        order = ordered(tree_of(paths), seed)
        assert order == ordered(tree_of(paths[::-1]), seed)
        assert order.index(("r", "plumless")) - order.index(("r", "buckeroo")) == 1


def test_an_order_is_pinned() -> None:
    tree = tree_of([("健康", "睡眠", "午睡"), ("健康", "睡眠", "失眠"), ("健康", "饮食"), ("健康", "Sport", "Chess")])
    assert [path[-1] for path in ordered(tree, 7)] == ["午睡", "失眠", "Chess", "饮食"]


def test_ten_thousand_levels_are_no_limit() -> None:
    path = tuple(f"level {n}" for n in range(10_000))
    assert ordered(tree_of([path])) == [path]
