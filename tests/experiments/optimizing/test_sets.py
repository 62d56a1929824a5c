"""The sets of an optimization: of the sizes asked for, and no root tag in two of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import UsageFault
from condor.experiments.compiled import CompiledStep
from condor.experiments.optimizing import OptimizePlan
from condor.experiments.optimizing.sets import sample_sets, share_roots, tag_path
from condor.knowledge import KnowledgeTree, seed_tree
from condor.vocabulary import Language

SEEDS = {"en": seed_tree("en"), "zh": seed_tree("zh")}
BOTH = KnowledgeTree()
BOTH.merge(SEEDS["en"])
BOTH.merge(SEEDS["zh"])


def small_tree(roots: int, leaves: int) -> KnowledgeTree:
    tree = KnowledgeTree()
    for root in range(roots):
        node = tree.add(f"Root {root}")
        for leaf in range(leaves):
            tree.add(f"Leaf {root} {leaf}", parent=node)
    return tree


def plan(tree: KnowledgeTree, sizes: tuple[int, int, int], **changes: object) -> OptimizePlan:
    train, val, holdout = sizes
    given = {"step": "refine", "optimizer": "gepa", "budget_calls": 1000} | changes
    return OptimizePlan(tree=tree, train=train, val=val, holdout=holdout, **given)  # pyright: ignore[reportArgumentType]


@settings(max_examples=20, deadline=None)
@given(
    sizes=st.tuples(*[st.integers(2, 25)] * 3),
    seed=st.integers(0, 2**32),
    languages=st.sampled_from([("en",), ("zh",), ("en", "zh")]),
    step=st.sampled_from(["refine", "expand"]),
)
def test_no_root_tag_is_in_two_sets(
    sizes: tuple[int, int, int], seed: int, languages: tuple[Language, ...], step: CompiledStep
) -> None:
    wanted = plan(BOTH, sizes, seed=seed, languages=languages, step=step)
    sets = sample_sets(wanted)
    assert tuple(len(cells) for cells in sets.values()) == sizes
    roots = [{cell.path[0] for cell in cells} for cells in sets.values()]
    assert sum(map(len, roots)) == len(set().union(*roots))
    cells = [cell for cells in sets.values() for cell in cells]
    assert len({(cell.origin.language, tag_path(cell)) if step == "expand" else cell.id for cell in cells}) == sum(
        sizes
    )
    assert {cell.origin.language for cell in cells} <= set(languages)
    assert sample_sets(wanted) == sets


@given(
    names=st.lists(st.text(min_size=1), min_size=3, max_size=60, unique=True),
    sizes=st.tuples(*[st.integers(1, 10_000)] * 3),
    seed=st.integers(0, 1000),
)
def test_every_root_tag_has_one_set_and_every_set_one_root_tag(
    names: list[str], sizes: tuple[int, int, int], seed: int
) -> None:
    owners = share_roots(names, {"train": sizes[0], "val": sizes[1], "holdout": sizes[2]}, seed)
    assert set(owners) == set(names)
    assert set(owners.values()) == {"train", "val", "holdout"}


def test_another_seed_gives_other_sets_and_another_budget_the_same() -> None:
    first = plan(SEEDS["en"], (5, 5, 5))
    assert sample_sets(first) == sample_sets(plan(SEEDS["en"], (5, 5, 5), budget_calls=9))
    assert sample_sets(first) != sample_sets(plan(SEEDS["en"], (5, 5, 5), seed=1))


def test_a_tree_with_too_few_root_tags_is_refused() -> None:
    with pytest.raises(UsageFault, match="the tree has 2 root tags for these languages; train, val and holdout need"):
        sample_sets(plan(small_tree(2, 50), (2, 2, 2)))


def test_a_set_whose_root_tags_have_too_few_cells_is_refused() -> None:
    with pytest.raises(UsageFault, match=r"--holdout 30: the 1 root tags of this set have only 14 of these"):
        sample_sets(plan(small_tree(3, 2), (2, 2, 30)))


@pytest.mark.parametrize("leaves", [0, 1])
def test_a_tag_to_split_is_the_one_above_a_leaf_or_a_root_tag_without_any(leaves: int) -> None:
    sets = sample_sets(plan(small_tree(6, leaves), (2, 2, 2), step="expand"))
    assert {tag_path(cell) for cells in sets.values() for cell in cells} == {(f"Root {root}",) for root in range(6)}
