"""Quotas: never exceeded, nothing left out that would still fit."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.corpus.entries import Entry
from condor.corpus.selection import DIMENSIONS, Dimension, keep_quotas, record_order
from condor.vocabulary import DIFFICULTIES, LANGUAGES, TASKS

from entry_samples import ENTRIES, FIXED, SEEDS, grid, shuffled_entries

_VALUES = {"language": LANGUAGES, "task": TASKS, "difficulty": DIFFICULTIES, "root": ("Health", "健康", "x", "nowhere")}
QUOTAS = st.fixed_dictionaries(
    {},
    optional={
        dimension: st.dictionaries(st.sampled_from(values), st.integers(0, 20), max_size=3)
        for dimension, values in _VALUES.items()
    },
)
Quotas = dict[Dimension, dict[str, int]]


def counts(entries: list[Entry]) -> Counter[tuple[str, str]]:
    return Counter((dimension, getattr(entry, dimension)) for entry in entries for dimension in DIMENSIONS)


@FIXED
@given(entries=ENTRIES, quotas=QUOTAS, seed=SEEDS)
def test_no_quota_is_exceeded_and_nothing_is_left_out_that_fits(
    entries: list[Entry], quotas: Quotas, seed: int
) -> None:
    kept = keep_quotas(entries, quotas, record_order(entries, seed))
    got = counts(kept)
    limits = {(dimension, value): most for dimension, values in quotas.items() for value, most in values.items()}
    assert all(got[limit] <= most for limit, most in limits.items())
    full = {limit for limit, most in limits.items() if got[limit] == most}
    for entry in entries:
        places = {(dimension, getattr(entry, dimension)) for dimension in DIMENSIONS}
        assert entry in kept or places & full


@FIXED
@given(both=shuffled_entries(), quotas=QUOTAS, seed=SEEDS, prefer=st.sampled_from(["random", "judge"]))
def test_the_order_of_the_input_makes_no_difference_and_is_kept(
    both: tuple[list[Entry], list[Entry]], quotas: Quotas, seed: int, prefer: str
) -> None:
    one, other = (
        keep_quotas(part, quotas, record_order(part, seed, prefer))  # pyright: ignore[reportArgumentType]
        for part in both
    )
    assert set(one) == set(other)
    assert one == [entry for entry in both[0] if entry in one]


@FIXED
@given(entries=ENTRIES, most=st.tuples(st.integers(0, 30), st.integers(0, 30)), seed=SEEDS)
def test_a_smaller_quota_lies_inside_a_larger_one(entries: list[Entry], most: tuple[int, int], seed: int) -> None:
    smaller, larger = (
        keep_quotas(entries, {"difficulty": {"hard": number}}, record_order(entries, seed)) for number in sorted(most)
    )
    assert set(smaller) <= set(larger)


def test_each_value_of_one_dimension_gives_all_it_may() -> None:
    entries = grid(10)
    kept = keep_quotas(entries, {"difficulty": {"hard": 50, "easy": 1_000}}, record_order(entries, 0))
    assert Counter(entry.difficulty for entry in kept) == {"easy": 140, "medium": 140, "hard": 50}


@pytest.mark.parametrize("number", [1, 5, 17])
def test_the_best_judged_are_taken_where_they_are_preferred(number: int) -> None:
    entries = grid(6)
    kept = keep_quotas(entries, {"task": dict.fromkeys(TASKS, number)}, record_order(entries, 0, "judge"))
    for task in TASKS:
        scores = sorted((entry.score or 0 for entry in entries if entry.task == task), reverse=True)
        assert sorted((entry.score or 0 for entry in kept if entry.task == task), reverse=True) == scores[:number]
