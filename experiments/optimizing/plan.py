"""What to compile, with what, and on how much."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from ...knowledge import KnowledgeTree
from ...vocabulary import DIFFICULTIES, TASKS, Difficulty, Language, TaskName
from ..compiled import CompiledStep, SetName

#: DSPy's GEPA, MIPROv2, BootstrapFewShotWithRandomSearch, COPRO and SIMBA.
OptimizerName = Literal["gepa", "mipro", "bootstrap", "copro", "simba"]
OPTIMIZERS: tuple[OptimizerName, ...] = get_args(OptimizerName)
#: Those that choose by the validation set. The others know one set only, and are given train and val together.
CHOOSES_BY_VAL: frozenset[OptimizerName] = frozenset({"gepa", "mipro", "bootstrap"})


@dataclass(frozen=True)
class OptimizePlan:
    """What to compile.

    Attributes:
        step: the stage, or the two stages together.
        optimizer: which of DSPy's.
        tree: what the cells are sampled from.
        train, val, holdout: cells of each set; of `expand`, tags that are split.
        budget_calls: calls to any model, in all sessions: those that make the inputs of the sets, that judge, and that
            propose prompts included.
        seed: of the sets and of the optimizer.
        languages, tasks, difficulties: of the cells.
    """

    step: CompiledStep
    optimizer: OptimizerName
    tree: KnowledgeTree
    train: int
    val: int
    holdout: int
    budget_calls: int
    seed: int = 0
    languages: tuple[Language, ...] = ("en",)
    tasks: tuple[TaskName, ...] = TASKS
    difficulties: tuple[Difficulty, ...] = DIFFICULTIES

    @property
    def sizes(self) -> dict[SetName, int]:
        """Cells of each set."""
        return {"train": self.train, "val": self.val, "holdout": self.holdout}

    @property
    def identity(self) -> dict[str, Any]:
        """What tells it from other plans in one directory. With another budget it is the same, with more to spend."""
        names = ("step", "optimizer", "train", "val", "holdout", "seed", "languages", "tasks", "difficulties")
        return {"tree": self.tree.version} | {name: getattr(self, name) for name in names}
