"""What an optimization takes: calls for its inputs, for grading, for the optimizer, and for the hold-out in the end."""

from ...errors import UsageFault
from .compilers import COMPILERS
from .plan import CHOOSES_BY_VAL, OptimizePlan, OptimizerName
from .tasks import StepTask, stages_of


def kept_calls(plan: OptimizePlan, task: StepTask) -> int:
    """Calls that are kept from the optimizer at least, to grade the hold-out afterwards."""
    return with_spare(plan.holdout * task.calls)


def with_spare(calls: int) -> int:
    """Calls with a fifth more, for repairs."""
    return calls + -(-calls // 5)


def least_budget(plan: OptimizePlan, task: StepTask) -> int:
    """The smallest budget with which the plan's optimizer can be of use, where every reply can be read."""
    train, val = plan.train, plan.val
    if plan.optimizer not in CHOOSES_BY_VAL:
        train = val = train + val
    inputs = sum(plan.sizes.values()) * task.input_calls
    graded = (plan.holdout + val) * task.calls
    return inputs + graded + least_to_compile(plan.optimizer, task, train, val) + kept_calls(plan, task)


def least_to_compile(optimizer: OptimizerName, task: StepTask, train: int, val: int) -> int:
    """The fewest calls with which an optimizer can be of use, once the built-in prompt was graded on its sets."""
    predictors = len(stages_of(task.program()))
    return COMPILERS[optimizer]().least(train=train, val=val, per_result=task.calls, predictors=predictors)


def check_budget(plan: OptimizePlan, task: StepTask) -> None:
    """See that a budget is enough for its plan.

    Raises:
        UsageFault: it is not; the message says what would be.
    """
    if plan.budget_calls < (least := least_budget(plan, task)):
        raise UsageFault(
            f"--budget-calls {plan.budget_calls}: {plan.optimizer} needs {least} for {plan.step} with these sets "
            f"({sum(plan.sizes.values()) * task.input_calls} for their inputs, {task.calls} for each result)"
        )
