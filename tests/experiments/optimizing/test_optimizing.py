"""Steps are really compiled: by every optimizer, within the budget, resumable, and proven before they are used."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from condor.errors import BadInput, BudgetReached, RunMismatch, UsageFault
from condor.experiments.compiled import STEP_STAGES, STEPS, CompiledProgram, CompiledStep, load_compiled, load_programs
from condor.experiments.optimizing import OPTIMIZERS, Optimization, OptimizePlan, OptimizerName
from condor.experiments.optimizing.optimization import _Optimizing
from condor.experiments.optimizing.proof import is_improvement
from condor.experiments.optimizing.reckoning import least_budget
from condor.experiments.optimizing.tasks import TASKS_BY_STEP
from condor.runtime.journal import Journal

PlanFor = Callable[..., OptimizePlan]
RunPlan = Callable[..., Optimization]
GepaGives = Callable[[str | None], None]


def same(one: Optimization, other: Optimization) -> bool:
    """Whether two optimizations came to the same, wherever they left it."""
    changes = {"path": None, "budget_calls": 0, "calls": {}}
    return vars(one) | changes == vars(other) | changes


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_compiles_within_its_budget(
    optimizer: OptimizerName, plan_for: PlanFor, run_plan: RunPlan, tmp_path: Path
) -> None:
    found = run_plan(plan_for("refine", optimizer))
    assert sum(found.calls.values()) <= found.budget_calls
    assert found.calls["inputs"] == 14 * 3
    assert found.calls["judge"] > 0
    assert found.candidates
    assert found.candidates >= 2, "the built-in prompt alone is no search"
    assert found.before.count == found.after.count == 6
    assert found.path == str(tmp_path / "run" / "compiled" / "refine.json")
    stored = load_compiled(tmp_path / "run" / "compiled" / "refine.json")
    assert stored == found.program
    assert stored.improved == is_improvement(found.difference)
    assert {name: len(ids) for name, ids in stored.sets.items()} == {"train": 4, "val": 4, "holdout": 6}
    report = json.loads((tmp_path / "run" / "optimization.json").read_text(encoding="utf-8"))
    assert (report["improved"], report["calls"]) == (stored.improved, found.calls)
    left = {path.name for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert left <= {"refine.json", "optimization.json", "journal.db", "journal.db-wal", "journal.db-shm", "run.lock"}


@pytest.mark.parametrize("step", STEPS)
def test_every_step_can_be_compiled(step: CompiledStep, plan_for: PlanFor, run_plan: RunPlan, tmp_path: Path) -> None:
    found = run_plan(plan_for(step, "bootstrap"))
    assert [prompt.stage for prompt in found.program.prompts] == [stage.name for stage in STEP_STAGES[step]]
    assert found.before.mean is not None
    assert found.calls.get("inputs", 0) <= 14 * TASKS_BY_STEP[step].input_calls
    assert load_compiled(tmp_path / "run" / "compiled" / f"{step}.json") == found.program


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_comes_out_depends_on_the_seed_and_not_on_the_order_of_replies(
    optimizer: OptimizerName, plan_for: PlanFor, run_plan: RunPlan
) -> None:
    plan = plan_for("answer", optimizer)
    first = run_plan(plan, "one", concurrency=1)
    assert same(first, run_plan(plan, "many", concurrency=16))
    assert first.calls == run_plan(plan, "many", concurrency=5).calls


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_same_again_asks_nothing(optimizer: OptimizerName, plan_for: PlanFor, run_plan: RunPlan) -> None:
    plan, asked = plan_for("answer", optimizer), []
    first = run_plan(plan, on_call=asked.append)
    assert sum(asked) == sum(first.calls.values())
    asked.clear()
    assert run_plan(plan, on_call=asked.append) == first
    assert not asked


@pytest.mark.parametrize("step", STEPS)
def test_the_smallest_budget_that_is_not_refused_is_enough(
    step: CompiledStep, plan_for: PlanFor, run_plan: RunPlan, tmp_path: Path
) -> None:
    least = least_budget(plan_for(step, "gepa"), TASKS_BY_STEP[step]())
    with pytest.raises(UsageFault, match=f"--budget-calls {least - 1}: gepa needs {least} for "):
        run_plan(plan_for(step, "gepa", budget_calls=least - 1))
    assert not (tmp_path / "run").exists()
    found = run_plan(plan_for(step, "gepa", budget_calls=least))
    assert sum(found.calls.values()) <= least


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_repairs_count_and_never_pass_the_budget(
    optimizer: OptimizerName, plan_for: PlanFor, run_plan: RunPlan
) -> None:
    step: CompiledStep = "answer"
    least = least_budget(plan_for(step, optimizer), TASKS_BY_STEP[step]())
    model = "rehearsal?malformed=0.25"
    try:
        found = run_plan(plan_for(step, optimizer, budget_calls=least), model=model)
    except BudgetReached:
        found = run_plan(plan_for(step, optimizer, budget_calls=4 * least), model=model)
        assert sum(found.calls.values()) > least
    assert sum(found.calls.values()) <= found.budget_calls


def test_a_halted_gepa_gives_the_best_that_it_has(
    plan_for: PlanFor, run_plan: RunPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without its own end it runs into the limit.
    monkeypatch.setattr(_Optimizing, "_remaining", lambda _: 10_000)
    found = run_plan(plan_for("answer", "gepa", budget_calls=150))
    assert found.note == "the budget of 150 calls is used up (15 are kept to score the hold-out); a larger one goes on"
    assert sum(found.calls.values()) <= 150
    assert found.candidates
    assert found.program.prompts[0].prompt_version != found.program.prompts[0].base_version


def test_other_steps_in_the_same_directory_take_over_what_they_have_in_common(
    plan_for: PlanFor, run_plan: RunPlan
) -> None:
    run_plan(plan_for("answer", "bootstrap"))
    found = run_plan(plan_for("critique", "bootstrap"))
    assert found.calls["inputs"] == 14  # the answers; the questions were asked for before


@pytest.mark.parametrize("instruction", [None, "Answer in the requested language."])
def test_where_nothing_better_is_found_it_says_so_and_nothing_is_used(
    instruction: str | None, plan_for: PlanFor, run_plan: RunPlan, tmp_path: Path, gepa_gives: GepaGives
) -> None:
    gepa_gives(instruction)
    found = run_plan(plan_for("answer", "gepa"))
    assert not found.improved
    assert (found.note is None) == (instruction is not None)
    assert not load_programs(tmp_path / "run")
    assert load_compiled(tmp_path / "run" / "compiled" / "answer.json").improved is False


def test_a_better_program_keeps_its_place(
    plan_for: PlanFor, run_plan: RunPlan, tmp_path: Path, gepa_gives: GepaGives
) -> None:
    better = run_plan(plan_for("answer", "gepa"))
    path = tmp_path / "run" / "compiled" / "answer.json"
    stored = CompiledProgram.model_validate_json(path.read_text(encoding="utf-8"))
    path.write_text(stored.model_copy(update={"improved": True}).model_dump_json(), encoding="utf-8")
    before = path.read_bytes()
    gepa_gives(None)
    found = run_plan(plan_for("answer", "gepa", seed=5))
    assert (found.improved, found.path, path.read_bytes()) == (False, None, before)
    assert better.path == str(path)


def test_a_judge_that_cannot_be_read_is_refused(plan_for: PlanFor, run_plan: RunPlan) -> None:
    from condor.runtime.models import ModelSpec

    with pytest.raises(BadInput, match="gave no readable verdict on the hold-out; name another --judge"):
        run_plan(plan_for("answer", "gepa"), judge=ModelSpec(name="rehearsal?malformed=1"))


def test_a_directory_that_holds_something_else_is_refused(plan_for: PlanFor, run_plan: RunPlan, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    Journal.create(tmp_path / "run" / "journal.db", {"condor": "0", "kind": "synthesis"}).close()
    with pytest.raises(RunMismatch, match="holds a synthesis, no optimizations"):
        run_plan(plan_for("answer", "gepa"))
