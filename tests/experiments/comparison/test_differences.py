"""What pairs two judged runs have, what is not compared, and what may be said of a difference."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.experiments.comparison.differences import differences, judged_means
from condor.experiments.comparison.figures import PerKept, RunFigures
from condor.experiments.comparison.measures import MEASURES, WINS
from condor.experiments.comparison.run import ComparedRun, JudgedRecord
from condor.experiments.verdicts import KnownJudge

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=15)
JUDGE = KnownJudge("openai/judge", '{"name":"openai/judge"}', "v1", "w1")
OTHER = KnownJudge("openai/other", '{"name":"openai/other"}', "v1", "w1")
FIGURES = RunFigures(10, 10, {}, {}, 0, 40, 1000, 500, 1.0, PerKept(4.0, 150.0, 0.1), {}, {})
MAIN = "refine overall"


def record(question: str, score: float | None, cell: str | None = None, wins: float | None = None) -> JudgedRecord:
    """A judged record of which every score is the same."""
    values = dict.fromkeys(MEASURES, score) | {WINS: wins}
    return JudgedRecord(question, cell or f"cell of {question}", values)


def run_of(path: str, records: Iterable[JudgedRecord], judge: KnownJudge | None = JUDGE) -> ComparedRun:
    return ComparedRun(path, {}, FIGURES, judge, tuple(records), rehearsal=False)


def scored(path: str, scores: Iterable[float | None], names: str = "q", **judge: KnownJudge | None) -> ComparedRun:
    return run_of(path, (record(f"{names}{n}", score) for n, score in enumerate(scores)), **judge)


def test_the_same_questions_are_pairs_in_whatever_order_they_stand() -> None:
    before = [record(f"q{n}", n % 7) for n in range(30)]
    after = [record(f"q{n}", n % 7 + 1) for n in range(30)]
    random.Random(0).shuffle(after)
    (found,) = differences(run_of("a", before), [run_of("b", after)])
    assert (found.basis, found.pairs, found.before, found.after) == ("question", 30, 30, 30)
    measured = found.measures[MAIN]
    assert (measured.difference.mean, measured.difference.low, measured.difference.high) == (1.0, 1.0, 1.0)
    assert measured.called == "higher"
    assert measured.p_adjusted == measured.difference.p_value


def test_other_questions_of_the_same_cells_are_paired_by_cell_and_by_their_means() -> None:
    before = [record(f"a{n}", n % 5, f"c{n // 2}") for n in range(40)]
    after = [record(f"b{n}", n % 5 + 2, f"c{n // 2}") for n in range(40)]
    (found,) = differences(run_of("a", before), [run_of("b", after)])
    assert (found.basis, found.pairs) == ("cell", 20)
    assert found.measures[MAIN].difference.count == 20
    assert found.measures[MAIN].difference.mean == pytest.approx(2)


def test_samples_with_too_little_in_common_are_not_paired() -> None:
    before = [record(f"q{n}", n % 5) for n in range(40)]
    after = [record(f"q{n + 21}", n % 5 + 3) for n in range(40)]
    (found,) = differences(run_of("a", before), [run_of("b", after)])
    assert (found.basis, found.pairs) == ("unpaired", 0)
    assert found.measures[MAIN].difference.mean == pytest.approx(3)
    half = [record(f"q{n + 20}", n % 5 + 3) for n in range(40)]
    (paired,) = differences(run_of("a", before), [run_of("b", half)])
    assert (paired.basis, paired.pairs) == ("question", 20)


def test_a_missing_verdict_takes_its_pair_with_it() -> None:
    (found,) = differences(scored("a", [1, 2, None, 4]), [scored("b", [2, None, 5, 6])])
    assert (found.pairs, found.measures[MAIN].difference.count, found.measures[MAIN].difference.missing) == (4, 2, 2)


def test_too_few_pairs_are_called_so() -> None:
    (found,) = differences(scored("a", [1]), [scored("b", [9])])
    measured = found.measures[MAIN]
    assert (measured.difference.mean, measured.p_adjusted, measured.called) == (8.0, None, "too few")
    (three,) = differences(scored("a", [1, 1, 2]), [scored("b", [9, 8, 9])])
    assert three.measures[MAIN].called == "no difference shown"


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        (None, "b is not judged: condor judge b"),
        (OTHER, "b is judged by openai/other, the baseline by openai/judge"),
        (KnownJudge(JUDGE.name, JUDGE.identity, "v2", "w1"), "with other settings or another prompt"),
        (KnownJudge(JUDGE.name, '{"max_tokens":9}', "v1", "w1"), "with other settings or another prompt"),
    ],
)
def test_scores_of_different_judges_are_not_compared(judge: KnownJudge | None, said: str) -> None:
    other = scored("b", [5] * 9, judge=judge)
    (found,) = differences(scored("a", [1] * 9), [other])
    assert found.basis is None
    assert not found.measures
    assert said in (found.refused or "")
    assert judged_means(other)[MAIN].mean == 5  # shown all the same


def test_a_baseline_that_is_not_judged_is_compared_with_nothing() -> None:
    found = differences(run_of("a", (), None), [scored("b", [1] * 5), scored("c", [1] * 5)])
    assert [each.refused for each in found] == ["a is not judged: condor judge a"] * 2


def test_pairs_asked_about_with_another_prompt_are_left_out_and_scores_are_not() -> None:
    other = KnownJudge(JUDGE.name, JUDGE.identity, "v1", "w2")
    before = [record(f"q{n}", n % 5, wins=1.0) for n in range(20)]
    same = differences(run_of("a", before), [run_of("b", before)])[0]
    different = differences(run_of("a", before), [run_of("b", before, other)])[0]
    assert WINS in same.measures
    assert MAIN in different.measures
    assert WINS not in different.measures


def test_more_runs_make_each_difference_less_sure() -> None:
    rng = random.Random(2)
    base = scored("a", [rng.gauss(5, 1) for _ in range(40)])
    better = scored("b", [(value or 0) + rng.gauss(0.8, 1) for value in (r.values[MAIN] for r in base.judged)])
    alone = differences(base, [better])[0].measures[MAIN]
    others = [scored(f"c{n}", [rng.gauss(5, 1) for _ in range(40)]) for n in range(4)]
    among = differences(base, [better, *others])[0].measures[MAIN]
    assert alone.p_adjusted is not None
    assert alone.called == "higher"
    assert among.p_adjusted is not None
    assert among.p_adjusted >= 4 * alone.p_adjusted
    assert among.difference == alone.difference


@FIXED
@given(scores=st.lists(st.tuples(st.none() | st.integers(1, 10), st.none() | st.integers(1, 10)), max_size=15))
def test_the_other_way_round_signs_and_words_are_opposite(scores: list[tuple[int | None, int | None]]) -> None:
    one, other = scored("a", [a for a, _ in scores]), scored("b", [b for _, b in scores])
    (there,), (back,) = differences(one, [other]), differences(other, [one])
    assert (there.basis, there.pairs) == (back.basis, back.pairs)
    opposite = {"higher": "lower", "lower": "higher"}
    for name, measured in there.measures.items():
        assert measured.difference.mean == -(back.measures[name].difference.mean or 0)
        assert measured.p_adjusted == back.measures[name].p_adjusted
        assert measured.called == opposite.get(back.measures[name].called, back.measures[name].called)


def test_a_copy_of_a_run_differs_in_nothing() -> None:
    rng = random.Random(7)
    scores = [rng.randint(1, 10) for _ in range(30)]
    (found,) = differences(scored("a", scores), [scored("copy", scores)])
    for measured in found.measures.values():
        assert (measured.difference.mean, measured.p_adjusted, measured.called) == (0.0, 1.0, "no difference shown")
