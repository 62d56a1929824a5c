"""What the hold-out has to show before a compiled program counts as better than the built-in prompts."""

import json
from collections.abc import Mapping, Sequence

from ...corpus.records import Cell
from ...errors import BadInput, UsageFault
from ...hashing import content_hash
from ...runtime.journal import Journal
from ..compiled import CompiledPrompt, CompiledStep, SetName
from ..statistics import Difference
from .metric import Graded
from .plan import OptimizePlan

#: Fewer pairs than this can all point one way by chance more often than one time in twenty.
FEWEST_PAIRS = 6
_LEVEL = 0.05


def is_improvement(difference: Difference, *, programs: int = 1) -> bool:
    """Whether a difference on the hold-out is too large, over too many pairs, for chance.

    Args:
        difference: of the scores, after less before.
        programs: that were graded on the hold-out up to this one: of many, some look better by chance, so the level is
            divided by their number, as Bonferroni's method has it.
    """
    if difference.mean is None or difference.p_value is None or difference.count < FEWEST_PAIRS:
        return False
    return difference.mean > 0 and difference.p_value < _LEVEL / programs


async def count_graded(
    journal: Journal, step: CompiledStep, holdout: Sequence[str], prompts: Sequence[CompiledPrompt]
) -> int:
    """Note in a journal that a program was graded on a hold-out; the same one again is the same look.

    Args:
        journal: of a directory of optimizations.
        step: what was compiled: with the ids, what tells one hold-out from another.
        holdout: the ids of its cells.
        prompts: of the program.

    Returns:
        Which one this was among the programs that were graded on it, from 1.
    """
    key = f"graded:{content_hash([step, *holdout])}"
    graded: list[list[str]] = json.loads(journal.meta().get(key, "[]"))
    versions = [prompt.prompt_version for prompt in prompts]
    if versions not in graded:
        graded.append(versions)
        await journal.write_meta(key, json.dumps(graded))
    return graded.index(versions) + 1


def check_holdout(plan: OptimizePlan) -> None:
    """See that a plan's hold-out can prove anything.

    Raises:
        UsageFault: it is too small.
    """
    if plan.holdout < FEWEST_PAIRS:
        raise UsageFault(f"--holdout {plan.holdout}: fewer than {FEWEST_PAIRS} cells prove nothing; take more")


def check_inputs(inputs: Mapping[SetName, Sequence[object]], sets: Mapping[SetName, Sequence[Cell]]) -> None:
    """See that no set has lost so many cells that nothing can be said by it.

    Raises:
        UsageFault: one has.
    """
    for name, found in inputs.items():
        least = FEWEST_PAIRS if name == "holdout" else min(2, len(sets[name]))
        if len(found) < least:
            raise UsageFault(
                f"--{name} {len(sets[name])}: the inputs of {len(sets[name]) - len(found)} could not be read, and "
                f"{least} are needed; take more, or another model"
            )


def check_verdicts(before: Sequence[Graded], judge: str) -> None:
    """See, before the optimizer is paid for, that the judge's verdicts on the hold-out can prove anything.

    Raises:
        BadInput: it gave none that can be read; or too few.
    """
    known = sum(graded.score is not None for graded in before)
    if not known:
        raise BadInput(f"{judge}: gave no readable verdict on the hold-out; name another --judge")
    if known < FEWEST_PAIRS:
        raise BadInput(
            f"{judge}: gave a readable verdict on {known} of {len(before)} results of the hold-out, and fewer than "
            f"{FEWEST_PAIRS} prove nothing; take a larger --holdout, or another --judge"
        )
