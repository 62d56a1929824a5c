"""Splits: no leaf in two of them, a leaf keeps its split as the dataset grows, and none stays empty without need."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from condor.corpus.entries import Entry
from condor.corpus.selection import (
    SPLITS,
    Leaf,
    SplitName,
    SplitShares,
    assign_splits,
    keep_fraction,
    keep_tags,
    split_leaves,
)

from entry_samples import ENTRIES, FIXED, SEEDS, grid, grown_entries, make_entry, shuffled_entries

SHARES = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(
    lambda cuts: SplitShares(validation=min(cuts) / 100, eval=(max(cuts) - min(cuts)) / 100)
)


def leaves_of(count: int, language: str = "en") -> list[Leaf]:
    return [(language, "root", f"leaf {number}") for number in range(count)]


@FIXED
@given(entries=ENTRIES, shares=SHARES, seed=SEEDS)
def test_every_entry_has_one_split_and_no_leaf_has_two(entries: list[Entry], shares: SplitShares, seed: int) -> None:
    splits = assign_splits(entries, shares, seed)
    assert len(splits) == len(entries)
    of_leaf: dict[Leaf, set[SplitName]] = {}
    for entry, split in zip(entries, splits, strict=True):
        of_leaf.setdefault(entry.leaf, set()).add(split)
    assert all(len(found) == 1 for found in of_leaf.values())


@FIXED
@given(both=shuffled_entries(), shares=SHARES, seed=SEEDS)
def test_the_order_of_the_input_makes_no_difference(
    both: tuple[list[Entry], list[Entry]], shares: SplitShares, seed: int
) -> None:
    one, other = (dict(zip(part, assign_splits(part, shares, seed), strict=True)) for part in both)
    assert one == other


@FIXED
@given(entries=ENTRIES, shares=SHARES, seed=SEEDS)
def test_no_split_with_a_share_is_empty_in_a_language_with_leaves_enough(
    entries: list[Entry], shares: SplitShares, seed: int
) -> None:
    splits = split_leaves((entry.leaf for entry in entries), shares, seed)
    wanted = [split for split in ("train", "eval", "validation") if shares.of(split)]
    for language in {leaf[0] for leaf in splits}:
        found = {split for leaf, split in splits.items() if leaf[0] == language}
        there = sum(leaf[0] == language for leaf in splits)
        assert found >= set(wanted[:there])
        assert found <= set(wanted)


@FIXED
@given(both=grown_entries(), shares=SHARES, seed=SEEDS)
def test_with_the_earlier_release_every_leaf_stays_where_it_was(
    both: tuple[list[Entry], list[Entry]], shares: SplitShares, seed: int
) -> None:
    before, after = ([entry.leaf for entry in part] for part in both)
    earlier = split_leaves(before, shares, seed)
    now = split_leaves(after, shares, seed, earlier=earlier)
    assert {leaf: now[leaf] for leaf in earlier} == earlier


@pytest.mark.parametrize("seed", range(12))
def test_leaves_that_the_thresholds_split_stay_without_any_memory(seed: int) -> None:
    shares = SplitShares(validation=0.1, eval=0.1)
    whole = split_leaves(leaves_of(1_000) + leaves_of(1_000, "zh"), shares, seed)
    part = split_leaves(leaves_of(300) + leaves_of(200, "zh"), shares, seed)
    assert part == {leaf: whole[leaf] for leaf in part}


def test_subsets_large_enough_hold_out_the_same_leaves_even_if_split_by_themselves() -> None:
    entries, shares = grid(300, per_leaf=7), SplitShares(validation=0.1, eval=0.1)
    whole = dict(zip(entries, assign_splits(entries, shares, 4), strict=True))
    for subset in (keep_fraction(entries, 50, 4), keep_tags(entries, 50, 4)):
        assert dict(zip(subset, assign_splits(subset, shares, 4), strict=True)) == {e: whole[e] for e in subset}


def test_which_tags_a_subset_takes_says_nothing_of_their_splits() -> None:
    """Of 500 leaves in each language a fifth in eval: 100 and 13 around it, two standard errors, in either half."""
    entries, shares = grid(1_000, per_leaf=1), SplitShares(eval=0.2)
    half = keep_tags(entries, 50, 2)
    held_out = Counter(
        (entry.language, split) for entry, split in zip(half, assign_splits(half, shares, 2), strict=True)
    )
    assert all(65 <= held_out[language, "eval"] <= 135 for language in ("en", "zh"))


@FIXED
@given(seed=SEEDS, small=st.integers(1, 50), more=st.integers(0, 49))
def test_a_larger_share_keeps_what_a_smaller_one_held_out(seed: int, small: int, more: int) -> None:
    few, many = (split_leaves(leaves_of(60), SplitShares(eval=share / 100), seed) for share in (small, small + more))
    assert {leaf for leaf in few if few[leaf] == "eval"} <= {leaf for leaf in many if many[leaf] == "eval"}


def test_shares_are_met_on_average_in_each_language() -> None:
    """3,000 leaves a language: 0.1 of them is 300, with a standard deviation of 16."""
    splits = split_leaves(leaves_of(3_000) + leaves_of(3_000, "zh"), SplitShares(validation=0.1, eval=0.1), 0)
    counts = Counter((leaf[0], split) for leaf, split in splits.items())
    for language in ("en", "zh"):
        assert abs(counts[language, "eval"] - 300) < 60
        assert abs(counts[language, "validation"] - 300) < 60


@pytest.mark.parametrize("seed", range(10))
def test_a_language_with_few_leaves_has_each_split_while_there_are_leaves(seed: int) -> None:
    shares = SplitShares(validation=0.05, eval=0.05)
    found = [sorted(split_leaves(leaves_of(count), shares, seed).values()) for count in range(5)]
    assert found[:4] == [[], ["train"], ["eval", "train"], ["eval", "train", "validation"]]
    assert set(found[4]) == set(SPLITS)


def test_a_held_out_leaf_of_an_earlier_release_is_all_that_a_small_language_needs() -> None:
    shares = SplitShares(eval=0.001)
    (only,) = (leaf for leaf, split in split_leaves(leaves_of(4), shares, 0).items() if split == "eval")
    now = split_leaves(leaves_of(40), shares, 0, earlier={only: "eval"})
    assert [leaf for leaf, split in now.items() if split == "eval"] == [only]


def test_an_earlier_release_stands_above_shares_and_seed() -> None:
    earlier: dict[Leaf, SplitName] = dict.fromkeys(leaves_of(10), "eval")
    earlier["en", "gone"] = "eval"
    now = split_leaves(leaves_of(20), SplitShares(), 5, earlier=earlier)
    assert Counter(now.values()) == {"eval": 10, "train": 10}
    assert all(now[leaf] == "eval" for leaf in leaves_of(10))


def test_one_leaf_in_two_languages_is_two_leaves() -> None:
    shares = SplitShares(eval=0.5)
    splits = split_leaves(leaves_of(200) + leaves_of(200, "zh"), shares, 0)
    assert any(splits[leaf] != splits["zh", *leaf[1:]] for leaf in leaves_of(200))


def test_by_default_everything_is_to_train_on_and_eval_may_be_everything() -> None:
    entries = grid(5)
    assert set(assign_splits(entries, SplitShares(), 0)) == {"train"}
    assert set(assign_splits(entries, SplitShares(eval=1), 0)) == {"eval"}
    assert set(assign_splits(entries, SplitShares(validation=0.3, eval=0.7), 0)) == {"validation", "eval"}


def test_a_split_is_pinned() -> None:
    entries = [make_entry(n, path=("健康", f"标签 {n}")) for n in range(12)]
    splits = assign_splits(entries, SplitShares(validation=0.2, eval=0.2), 7)
    assert "".join(split[0] for split in splits) == "tttevvetevvt"


@pytest.mark.parametrize(
    "shares",
    [
        {"train": 0.9, "validation": 0.05, "eval": 0.05},
        {"train": 0.7, "validation": 0.2, "eval": 0.1},
        {"train": 1},
        {"validation": 0.1},
        {"train": 0, "eval": 1},
        {"train": None, "validation": 0.7, "eval": 0.3},
    ],
)
def test_shares_that_add_up(shares: dict[str, Any]) -> None:
    parsed = SplitShares.model_validate(shares)
    assert sum(parsed.of(split) for split in SPLITS) == 1
    assert float(parsed.of("eval")) == shares.get("eval", 0)


def test_shares_that_add_up_but_for_a_rounding_are_made_to() -> None:
    shares = SplitShares(train=0, eval=1 - 1e-10)
    assert shares.of("eval") == 1
    assert set(split_leaves(leaves_of(50), shares, 0).values()) == {"eval"}


@pytest.mark.parametrize(
    "shares",
    [
        {"eval": -0.1},
        {"validation": 0.6, "eval": 0.6},
        {"train": 0.5, "eval": 0.1},
        {"train": 0.9, "validation": 0.1, "eval": 0.1},
        {"eval": float("nan")},
        {"eval": float("inf")},
        {"eval": "0.1"},
        {"eval": True},
        {"eval": 5},
        {"test": 0.1},
        {"train": 0},
    ],
)
def test_shares_that_do_not_are_refused(shares: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SplitShares.model_validate(shares)
