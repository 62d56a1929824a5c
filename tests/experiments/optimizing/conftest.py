"""Small optimizations on the rehearsal model."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condor.experiments.compiled import CompiledStep
from condor.experiments.optimizing import Optimization, OptimizePlan, OptimizerName, OptimizeUse, optimize
from condor.knowledge import KnowledgeTree, seed_tree
from condor.runtime.models import ModelSpec

#: Calls of a small optimization: enough for every optimizer and every step.
BUDGET = 240


@pytest.fixture(scope="session")
def tree() -> KnowledgeTree:
    """The English seed tree."""
    return seed_tree("en")


@pytest.fixture
def plan_for(tree: KnowledgeTree) -> Callable[..., OptimizePlan]:
    """A small plan for a step and an optimizer."""

    def plan(step: CompiledStep, optimizer: OptimizerName, **changes: Any) -> OptimizePlan:
        sizes: dict[str, Any] = {"train": 4, "val": 4, "holdout": 6, "budget_calls": BUDGET}
        return OptimizePlan(step=step, optimizer=optimizer, tree=tree, **(sizes | changes))

    return plan


@pytest.fixture
def run_plan(tmp_path: Path) -> Callable[..., Optimization]:
    """Runs a plan in `run`, on the rehearsal model."""

    def run(plan: OptimizePlan, name: str = "run", model: str = "rehearsal", **use: Any) -> Optimization:
        use = {"concurrency": 8} | use
        return asyncio.run(optimize(plan, tmp_path / name, OptimizeUse(ModelSpec(name=model), **use)))

    return run
