"""Weights: the total is met, shares as nearly as there are records, and no exchange of two would come nearer."""

from collections import Counter
from fractions import Fraction
from itertools import permutations, product
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.corpus.entries import Entry
from condor.corpus.selection import Dimension, keep_weighted, record_order
from condor.corpus.selection.exchange import Margin, exchange_cells
from condor.corpus.selection.weights import shares_asked
from condor.vocabulary import DIFFICULTIES, LANGUAGES, TASKS

from entry_samples import ENTRIES, FIXED, SEEDS, grid, shuffled_entries

_VALUES = {"language": LANGUAGES, "task": TASKS, "difficulty": DIFFICULTIES, "root": ("Health", "健康", "x", "nowhere")}
WEIGHTS = st.fixed_dictionaries(
    {},
    optional={
        dimension: st.dictionaries(st.sampled_from(values), st.sampled_from([0, 0.1, 1, 2, 7.5]), max_size=3)
        for dimension, values in _VALUES.items()
    },
)
Weights = dict[Dimension, dict[str, float]]


def weighted(entries: list[Entry], weights: Weights, total: int, seed: int = 0, prefer: str = "random") -> list[Entry]:
    return keep_weighted(entries, weights, total, record_order(entries, seed, prefer))  # pyright: ignore[reportArgumentType]


def tasks_of(entries: list[Entry]) -> Counter[str]:
    return Counter(entry.task for entry in entries)


@FIXED
@given(entries=ENTRIES, weights=WEIGHTS, total=st.integers(1, 70), seed=SEEDS)
def test_the_total_is_met_and_what_weighs_nothing_is_left_out(
    entries: list[Entry], weights: Weights, total: int, seed: int
) -> None:
    usable = [
        entry
        for entry in entries
        if all(values.get(getattr(entry, dimension), 1) for dimension, values in weights.items())
    ]
    kept = weighted(entries, weights, total, seed)
    assert set(kept) <= set(usable)
    assert len(kept) == min(total, len(usable))
    assert kept == [entry for entry in entries if entry in kept]


@FIXED
@given(both=shuffled_entries(), weights=WEIGHTS, total=st.integers(1, 70), seed=SEEDS)
def test_the_order_of_the_input_makes_no_difference(
    both: tuple[list[Entry], list[Entry]], weights: Weights, total: int, seed: int
) -> None:
    one, other = (weighted(part, weights, total, seed) for part in both)
    assert set(one) == set(other)


@FIXED
@given(
    numbers=st.lists(st.sampled_from([0, 0.5, 1, 2, 3, 10]), min_size=7, max_size=7).filter(any),
    total=st.integers(1, 140),
)
def test_shares_of_one_dimension_are_met_where_there_is_enough(numbers: list[float], total: int) -> None:
    entries = grid(70, per_leaf=14)
    weights: dict[str, float] = dict(zip(TASKS, numbers, strict=True))
    got = tasks_of(weighted(entries, {"task": weights}, total))
    assert sum(got.values()) == total
    for task, weight in weights.items():
        share = total * Fraction(str(weight)) / sum(Fraction(str(number)) for number in numbers)
        assert floor(share) <= got[task] <= ceil(share)


def test_twice_the_weight_is_twice_the_records() -> None:
    got = tasks_of(weighted(grid(40), {"task": {"creation": 2}}, 400))
    assert got == {task: 100 if task == "creation" else 50 for task in TASKS}


def test_what_one_value_lacks_the_others_give_in_proportion() -> None:
    """Of creation 400 are asked for and 240 are there: 360 are left for weights of 3 and five times 1."""
    got = tasks_of(weighted(grid(40), {"task": {"creation": 16, "view": 3}}, 600))
    assert got["creation"] == 240
    assert got["view"] == 135
    assert {got[task] for task in TASKS[:5]} == {45}


def test_several_dimensions_are_met_together() -> None:
    weights: Weights = {"task": {"creation": 2}, "difficulty": {"hard": 2}, "language": {"en": 3}}
    kept = weighted(grid(40), weights, 320)
    assert tasks_of(kept) == {task: 80 if task == "creation" else 40 for task in TASKS}
    assert Counter(entry.difficulty for entry in kept) == {"easy": 80, "medium": 80, "hard": 160}
    assert Counter(entry.language for entry in kept) == {"en": 240, "zh": 80}


def test_a_few_records_over_many_roots_are_even_in_every_dimension() -> None:
    entries = grid(100, per_leaf=21)
    kept = weighted(entries, {"root": {}, "task": {}, "difficulty": {}, "language": {}}, 50)
    for dimension, values in (("root", 20), ("task", 7), ("difficulty", 3), ("language", 2)):
        got = Counter(getattr(entry, dimension) for entry in kept)
        assert len(got) == values
        assert max(got.values()) - min(got.values()) <= 1


def test_shares_that_contradict_what_there_is_are_met_halfway() -> None:
    """English is all easy here and Chinese all hard: twice the English and twice the hard ones end in even numbers."""
    entries = [e for e in grid(40) if (e.language, e.difficulty) in {("en", "easy"), ("zh", "hard")}]
    kept = weighted(entries, {"language": {"en": 2}, "difficulty": {"hard": 2}}, 90)
    assert Counter(entry.language for entry in kept) == {"en": 45, "zh": 45}


def test_the_best_judged_of_each_share_are_taken_where_they_are_preferred() -> None:
    entries = grid(20)
    kept = weighted(entries, {"task": {}}, 70, prefer="judge")
    for task in TASKS:
        scores = sorted((entry.score or 0 for entry in entries if entry.task == task), reverse=True)
        assert sorted((entry.score or 0 for entry in kept if entry.task == task), reverse=True) == scores[:10]


def test_weights_of_nothing_leave_nothing() -> None:
    assert weighted(grid(2), {"task": dict.fromkeys(TASKS, 0.0)}, 10) == []
    assert weighted([], {"task": {"view": 2}}, 10) == []


def test_what_is_asked_adds_up_to_the_total() -> None:
    asked = shares_asked(grid(2), {"task": {"view": 0.1}, "language": {"en": 0}, "root": {"nowhere": 1}}, 100)
    assert [sum(values.values()) for values in asked.values()] == [100, 100, 100]
    assert asked["language"] == {"en": 0, "zh": 100}
    assert asked["root"] == {"nowhere": 50, "zh root 0": 50}
    assert asked["task"]["view"] * 10 == asked["task"]["creation"]


SHARES = st.lists(st.fractions(0, 9, max_denominator=4), min_size=3, max_size=3)


def cost(counts: list[int], margins: list[Margin]) -> Fraction:
    """How far counts are from what is asked, by its definition."""
    total = Fraction(0)
    for margin in margins:
        for number, share in enumerate(margin.asked):
            got = sum(count for count, value in zip(counts, margin.of_cell, strict=True) if value == number)
            beside = max(floor(share) - got, got - ceil(share), 0)
            total += Fraction(beside * beside, max(floor(share), 1))
    return total


@FIXED
@given(
    cells=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=9, max_size=9), one=SHARES, other=SHARES
)
def test_no_exchange_of_two_records_comes_nearer(
    cells: list[tuple[int, int]], one: list[Fraction], other: list[Fraction]
) -> None:
    available, start = [sum(pair) for pair in cells], [first for first, _ in cells]
    rows, columns = zip(*product(range(3), repeat=2), strict=True)
    margins = [Margin(one, rows), Margin(other, columns)]
    found = exchange_cells(available, start, margins)
    assert sum(found) == sum(start)
    assert all(0 <= count <= there for count, there in zip(found, available, strict=True))
    reached = cost(found, margins)
    assert reached <= cost(start, margins)
    for source, target in permutations(range(9), 2):
        if found[source] and found[target] < available[target]:
            moved = [count + (n == target) - (n == source) for n, count in enumerate(found)]
            # Weights are whole numbers of 2^-32, so that a difference below that is none.
            assert cost(moved, margins) > reached - Fraction(1, 2**20)


@pytest.mark.parametrize("asked", [Fraction(1, 10**6), Fraction(1), Fraction(10**6)])
def test_millions_of_records_are_counted_without_an_overflow(asked: Fraction) -> None:
    millions = [10_000_000, 10_000_000]
    found = exchange_cells(millions, [9_000_000, 0], [Margin([asked, 9_000_000 - asked], [0, 1])])
    assert found in ([ceil(asked), 9_000_000 - ceil(asked)], [floor(asked), 9_000_000 - floor(asked)])
