"""Subsets: nested, exact, the same whatever the order of the input."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.corpus.entries import Entry
from condor.corpus.selection import (
    FRACTIONS,
    TAG_SHARES,
    keep_difficulties,
    keep_first_tasks,
    keep_fraction,
    keep_tags,
    record_order,
)
from condor.corpus.selection.subsets import part_of
from condor.vocabulary import LANGUAGES, TASKS

from entry_samples import ENTRIES, FIXED, SEEDS, grid, grown_entries, make_entry, shuffled_entries

Cut = Callable[[Sequence[Entry], float, int], list[Entry]]
CUTS = pytest.mark.parametrize("cut", [keep_fraction, keep_tags])
PERCENTS = st.sampled_from([*FRACTIONS, *TAG_SHARES]) | st.floats(0.01, 100)


def test_the_papers_shares() -> None:
    assert FRACTIONS == (1, 2.5, 5, 10, 25, 50, 100)
    assert TAG_SHARES == (12.5, 25, 37.5, 50, 62.5, 75, 87.5, 100)


@CUTS
@FIXED
@given(entries=ENTRIES, percents=st.tuples(PERCENTS, PERCENTS), seed=SEEDS)
def test_a_smaller_share_lies_inside_a_larger_one(
    cut: Cut, entries: list[Entry], percents: tuple[float, float], seed: int
) -> None:
    smaller, larger = sorted(percents)
    assert set(cut(entries, smaller, seed)) <= set(cut(entries, larger, seed))
    assert cut(entries, 100, seed) == entries


@CUTS
@FIXED
@given(both=shuffled_entries(), percent=PERCENTS, seed=SEEDS)
def test_the_order_of_the_input_makes_no_difference_and_is_kept(
    cut: Cut, both: tuple[list[Entry], list[Entry]], percent: float, seed: int
) -> None:
    entries, shuffled = both
    kept = cut(entries, percent, seed)
    assert set(cut(shuffled, percent, seed)) == set(kept)
    assert kept == [entry for entry in entries if entry in kept]


@CUTS
@FIXED
@given(both=grown_entries(), percents=st.tuples(PERCENTS, PERCENTS), seed=SEEDS)
def test_what_a_grown_dataset_takes_of_the_old_records_and_what_the_old_one_took_are_nested(
    cut: Cut, both: tuple[list[Entry], list[Entry]], percents: tuple[float, float], seed: int
) -> None:
    before, after = both
    was, now = set(cut(before, percents[0], seed)), set(cut(after, percents[1], seed)) & set(before)
    assert was <= now or now <= was or cut is keep_tags
    for language in LANGUAGES:  # tags are taken of each language by itself
        old, new = ({entry for entry in part if entry.language == language} for part in (was, now))
        assert old <= new or new <= old or cut is keep_fraction


@FIXED
@given(entries=ENTRIES, percent=PERCENTS, seed=SEEDS)
def test_a_fraction_has_exactly_its_size_and_tags_theirs_in_each_language(
    entries: list[Entry], percent: float, seed: int
) -> None:
    assert len(keep_fraction(entries, percent, seed)) == part_of(len(entries), percent)
    whole, kept = ({e.leaf for e in part} for part in (entries, keep_tags(entries, percent, seed)))
    for language in LANGUAGES:
        there, taken = (sum(leaf[0] == language for leaf in leaves) for leaves in (whole, kept))
        assert taken == part_of(there, percent)


@FIXED
@given(entries=ENTRIES, percent=PERCENTS, seed=SEEDS)
def test_a_leaf_tag_is_taken_whole_or_not_at_all(entries: list[Entry], percent: float, seed: int) -> None:
    kept = keep_tags(entries, percent, seed)
    assert {entry.leaf for entry in kept}.isdisjoint(entry.leaf for entry in entries if entry not in kept)


@pytest.mark.parametrize(
    ("count", "percent", "part"),
    [
        *[(0, 50, 0), (1, 1, 1), (40, 1, 1), (200, 2.5, 5), (199, 2.5, 5), (20, 2.5, 1), (60, 2.5, 2), (8, 12.5, 1)],
        *[(20, 12.5, 3), (500, 0.7, 4), (1500, 0.1, 2), (1499, 0.1, 1), (7, 100, 7), (3, 99.9, 3), (10, 1e-300, 1)],
    ],
)
def test_a_part_is_rounded_with_halves_upwards_and_is_one_at_least(count: int, percent: float, part: int) -> None:
    assert part_of(count, percent) == part


def test_another_seed_takes_other_records_and_tags() -> None:
    entries = grid(40)
    for cut in (keep_fraction, keep_tags):
        one, other = (set(cut(entries, 25, seed)) for seed in (0, 1))
        assert one != other
        assert len(one & other) < 0.6 * len(one)


def test_a_fraction_is_a_fair_sample() -> None:
    """Of 8,400 records a quarter: 300 of each task on average. Chi-squared with 6 degrees: p = 0.001 at 22.5."""
    kept = keep_fraction(grid(200), 25, 5)
    assert len(kept) == 2_100
    assert sum((n - 300) ** 2 / 300 for n in Counter(entry.task for entry in kept).values()) < 22.5


@pytest.mark.parametrize("count", range(1, 8))
def test_the_first_tasks_are_those_of_the_paper_in_its_order(count: int) -> None:
    entries = grid(2)
    kept = keep_first_tasks(entries, count)
    assert [entry.task for entry in kept[:count]] == list(TASKS[:count])
    assert len(kept) == len(entries) * count // 7


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_one_difficulty_is_a_third_of_a_full_grid(difficulty: str) -> None:
    kept = keep_difficulties(grid(2), [difficulty])  # pyright: ignore[reportArgumentType]
    assert len(kept) == 28
    assert {entry.difficulty for entry in kept} == {difficulty}


def test_the_best_judged_come_first_and_the_unjudged_last() -> None:
    entries = grid(3)
    scores = [entries[position].score for position in record_order(entries, 0, "judge")]
    judged = [score for score in scores if score is not None]
    assert judged == sorted(judged, reverse=True)
    assert scores[len(judged) :] == [None] * (len(entries) - len(judged))


@FIXED
@given(both=shuffled_entries(), seed=SEEDS, prefer=st.sampled_from(["random", "judge"]))
def test_the_order_of_taking_depends_on_the_records_alone(
    both: tuple[list[Entry], list[Entry]], seed: int, prefer: str
) -> None:
    one, other = ([part[n] for n in record_order(part, seed, prefer)] for part in both)  # pyright: ignore[reportArgumentType]
    assert one == other


def test_an_order_is_pinned() -> None:
    entries = [make_entry(number) for number in range(8)]
    assert record_order(entries, 7) == [3, 4, 6, 7, 0, 1, 5, 2]
    paths = [("健康", "睡眠"), ("健康", "饮食"), ("Health", "Naps"), ("Health", "Sport"), ("AI",)]
    leaves = [make_entry(n, path=path) for n, path in enumerate(paths)]
    taken = [[entry.path[-1] for entry in keep_tags(leaves, share, 7)] for share in (20, 40, 60)]
    assert taken == [["Naps"], ["Naps", "Sport"], ["Naps", "Sport", "AI"]]


def test_neighbouring_shares_grow_step_by_step() -> None:
    entries = grid(80)
    sizes = [len({entry.leaf for entry in keep_tags(entries, share, 3)}) for share in TAG_SHARES]
    assert sizes == [20 * step for step in range(1, 9)]
    assert all(a < b for a, b in pairwise(len(keep_fraction(entries, share, 3)) for share in FRACTIONS))
