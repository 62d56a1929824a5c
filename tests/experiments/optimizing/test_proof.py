"""A program counts as better only where the hold-out proves it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from condor.errors import BadInput, UsageFault
from condor.experiments.compiled import load_compiled
from condor.experiments.optimizing import Optimization, OptimizePlan
from condor.experiments.optimizing.proof import is_improvement
from condor.experiments.optimizing.report import Standing
from condor.experiments.statistics import estimate_difference
from condor.runtime.models import ModelSpec

PlanFor = Callable[..., OptimizePlan]
RunPlan = Callable[..., Optimization]
GepaGives = Callable[[str | None], None]
Asking = Callable[[int], str]


@pytest.mark.parametrize(
    ("gains", "proven"),
    [
        ([0.04, 0.1, 0.4], False),  # the bootstrap's interval lies above 0, and proves nothing
        ([0.3] * 5, False),
        ([0.1, 0.2, 0.3, 0.2, 0.1, 0.4], True),
        ([None, 0.1, 0.2, 0.3, 0.2, 0.1, 0.4], True),
        ([-0.1, -0.2, -0.3, -0.2, -0.1, -0.4], False),
        ([0.3, -0.3, 0.2, -0.2, 0.1, -0.1, 0.05], False),
        ([None] * 8, False),
    ],
)
def test_few_pairs_prove_nothing_however_alike(gains: list[float | None], proven: bool) -> None:
    difference = estimate_difference([0.0] * len(gains), gains)
    assert is_improvement(difference) == proven


def test_of_many_programs_one_must_show_more(plan_for: PlanFor) -> None:
    difference = estimate_difference([0.0] * 6, [0.1, 0.2, 0.3, 0.2, 0.1, 0.4])
    assert difference.p_value == 2.0**-5
    assert [is_improvement(difference, programs=number) for number in (1, 2)] == [True, False]


def test_programs_that_are_graded_on_one_holdout_are_counted(
    plan_for: PlanFor, run_plan: RunPlan, gepa_gives: GepaGives, asking: Asking
) -> None:
    plan, found = plan_for("answer", "gepa", budget_calls=400), []
    for aspects in (1, 5, 6, 5):
        gepa_gives(asking(aspects))
        found.append(run_plan(plan))
    assert [each.number for each in found] == [1, 2, 3, 2]
    assert [each.improved for each in found] == [False] * 4  # six pairs are too few for more than one look
    # What it came to is as in the second, and what it cost as in the third: it asked for nothing that was not paid.
    paid = {name: vars(found[2])[name] for name in ("calls", "input_tokens", "output_tokens", "cost_usd")}
    assert vars(found[3]) == vars(found[1]) | paid
    gepa_gives(None)
    assert run_plan(plan).number == 0
    gepa_gives(asking(6))
    assert [run_plan(plan_for("answer", "gepa", seed=1, budget_calls=400)).number] == [1]
    # Alone on its hold-out the same program is an improvement.
    alone = run_plan(plan, "other")
    assert (alone.number, alone.improved) == (1, True)
    assert alone.program.prompts == found[2].program.prompts


def test_only_what_is_improved_by_more_takes_the_place(
    plan_for: PlanFor, run_plan: RunPlan, gepa_gives: GepaGives, asking: Asking, tmp_path: Path
) -> None:
    plan, found = plan_for("answer", "gepa", holdout=12, budget_calls=400), []
    for aspects in (5, 4, 6, 5):
        gepa_gives(asking(aspects))
        found.append(run_plan(plan))
    first, smaller, larger, again = found
    path = str(tmp_path / "run" / "compiled" / "answer.json")
    assert all(each.improved for each in found)
    assert (first.path, first.standing, larger.path, larger.standing) == (path, None, path, None)
    assert (smaller.path, smaller.standing) == (None, Standing(path, "gepa", first.difference.mean))
    assert (again.path, again.standing) == (None, Standing(path, "gepa", larger.difference.mean))
    assert load_compiled(Path(path)) == larger.program


def test_a_prompt_that_asks_for_more_is_an_improvement(
    plan_for: PlanFor, run_plan: RunPlan, gepa_gives: GepaGives, asking: Asking
) -> None:
    gepa_gives(asking(6))
    found = run_plan(plan_for("answer", "gepa", budget_calls=400))
    assert (found.improved, found.difference.count) == (True, 6)


def test_a_holdout_that_can_prove_nothing_is_refused(plan_for: PlanFor, run_plan: RunPlan, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"--holdout 5: fewer than 6 cells prove nothing; take more"):
        run_plan(plan_for("answer", "gepa", holdout=5))
    assert not (tmp_path / "run").exists()


def test_too_few_verdicts_are_known_before_the_optimizer_is_paid(plan_for: PlanFor, run_plan: RunPlan) -> None:
    judge = ModelSpec(name="rehearsal?malformed=0.55")
    asked: list[int] = []
    with pytest.raises(
        BadInput, match=r"malformed=0.55: gave a readable verdict on [1-5] of 7 results of the hold-out"
    ):
        run_plan(plan_for("answer", "gepa", holdout=7), judge=judge, parse_retries=0, on_call=asked.append)
    assert sum(asked) == 15 + 2 * 7  # inputs and the hold-out, nothing else


def test_what_the_holdout_took_before_is_kept_for_it_afterwards(plan_for: PlanFor, run_plan: RunPlan) -> None:
    plan = plan_for("answer", "gepa", train=6, val=6, holdout=20, budget_calls=260)
    found = run_plan(plan, model="rehearsal?malformed=0.25")
    assert sum(found.calls.values()) <= 260
    assert found.difference.count >= 15  # but for verdicts that could not be read


def test_a_program_that_could_not_be_graded_is_kept_and_counts_as_no_improvement(
    plan_for: PlanFor, run_plan: RunPlan, gepa_gives: GepaGives, asking: Asking
) -> None:
    gepa_gives(asking(6))
    # The repairs that the compiled prompt needs are far more than those of the built-in one.
    plan = plan_for("answer", "gepa", seed=1, budget_calls=55)
    found = run_plan(plan, model="rehearsal?malformed=0.25")
    assert found.note == (
        "the hold-out could not be graded with what was found: the budget of 55 calls is used up; a larger one goes on"
    )
    assert (found.improved, found.after.count, found.after.missing) == (False, 0, 6)
    assert found.path is not None
    assert load_compiled(Path(found.path)) == found.program
    # One after the other: what was paid does not depend on how far the others come before the calls are used up.
    assert run_plan(plan, model="rehearsal?malformed=0.25", concurrency=1) == found
    larger = run_plan(replace(plan, budget_calls=90), model="rehearsal?malformed=0.25")
    assert (larger.program.prompts, larger.after.count) == (found.program.prompts, 6)
