"""Small optimizations on the rehearsal model."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from condor.experiments.compiled import CompiledStep
from condor.experiments.optimizing import Optimization, OptimizePlan, OptimizerName, OptimizeUse, optimize
from condor.experiments.optimizing.compilers import COMPILERS, Compiled, Compiler, CompileWork
from condor.knowledge import KnowledgeTree, seed_tree
from condor.runtime.models import ModelSpec
from condor.runtime.rehearsal.writer import FEATURES
from condor.runtime.rehearsal.writer.language import get_language
from condor.signatures import WriteAnswer

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


class GivenInstruction(Compiler):
    """An optimizer that gives back an instruction that it was told, or the very prompt that it was given."""

    name = "gepa"
    instruction: ClassVar[str | None] = None

    def least(self, **_: int) -> int:
        return 0

    def compile(self, work: CompileWork) -> Compiled:
        program = work.program.deepcopy()
        if self.instruction is not None:
            (predictor,) = program.predictors()
            predictor.signature = cast("Any", predictor.signature).with_instructions(self.instruction)
        return Compiled(program, 1)


@pytest.fixture
def gepa_gives(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Settles what instruction GEPA comes to; with None, to the built-in one."""

    def settle(instruction: str | None) -> None:
        monkeypatch.setattr(GivenInstruction, "instruction", instruction)
        monkeypatch.setitem(COMPILERS, "gepa", GivenInstruction)

    return settle


@pytest.fixture
def asking() -> Callable[[int], str]:
    """The built-in instruction for answers, which asks for so many things besides: the rehearsal model does them."""

    def write(number: int) -> str:
        said = get_language("en").text
        return "\n".join([WriteAnswer.instructions, *(said[f"ask.{name}"][0] for name in FEATURES[:number])])

    return write
