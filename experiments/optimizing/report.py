"""What became of an optimization: the compiled program in its place, and a report beside it."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...errors import BadInput
from ...files import make_directory, write_atomically
from ...runtime.run_directory import COMPILED, OPTIMIZATION_FILE
from ..compiled import CompiledProgram, load_compiled, save_compiled
from ..statistics import Difference, Estimate


@dataclass(frozen=True)
class Standing:
    """The improved program of an earlier optimization, which keeps its place.

    Attributes:
        path: of its file.
        optimizer: what made it.
        difference: its mean difference on its hold-out.
    """

    path: str
    optimizer: str
    difference: float | int | None


@dataclass(frozen=True)
class Optimization:
    """What became of an optimization.

    Attributes:
        program: what was compiled; where nothing better was found, the built-in prompts or what the hold-out refuted.
        path: of its file; None where a better program of an earlier optimization keeps the place.
        standing: that better program.
        before, after, difference: on the hold-out, from 0 to 1; `difference` is paired.
        broken: the rules that results on the hold-out broke: `before` and `after` -> rule -> how many.
        unreadable: cells whose inputs could not be made, by set.
        candidates: programs that the optimizer tried, where it says so.
        note: why the optimizer did not come to its own end, that it found nothing, or why it could not be graded.
        number: which one it is among the programs that were graded on this hold-out, from 1; 0 if it was not.
        budget_calls, calls: what was allowed, and what was made for what, in all sessions.
        input_tokens, output_tokens, cost_usd: of all replies that were paid for, the inputs' as well, in all sessions.
        rehearsal: whether the stand-in wrote it.
    """

    program: CompiledProgram
    path: str | None
    before: Estimate
    after: Estimate
    difference: Difference
    broken: dict[str, dict[str, int]]
    unreadable: dict[str, int]
    candidates: int | None
    note: str | None
    number: int
    budget_calls: int
    calls: dict[str, int]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    rehearsal: bool
    standing: "Standing | None" = None

    @property
    def improved(self) -> bool:
        """Whether the hold-out proves that the program is better (see `is_improvement`)."""
        return self.program.improved

    def as_json(self) -> dict[str, Any]:
        """Everything but the prompts, as plain values for JSON."""
        held = vars(self) | {name: vars(getattr(self, name)) for name in ("before", "after", "difference")}
        program = self.program.model_dump(mode="json", exclude={"prompts": {"__all__": {"state"}}})
        standing = None if self.standing is None else vars(self.standing)
        return held | {"program": program, "standing": standing, "improved": self.improved}


def save_optimization(found: Optimization, run: Path) -> Optimization:
    """Write the compiled program and the report.

    An improved program gives up its place only to one that is improved by more.

    Returns:
        The same, with the program's path where it was written, or else with what stands there.

    Raises:
        OutputFault: a file cannot be written.
    """
    path = run / COMPILED / found.program.file_name
    make_directory(path.parent)
    if standing := _find_better(path, found):
        found = replace(found, standing=standing)
    else:
        save_compiled(found.program, path)
        found = replace(found, path=str(path))
    with write_atomically(run / OPTIMIZATION_FILE) as file:
        json.dump(found.as_json(), file, ensure_ascii=False, indent=1)
        file.write("\n")
    return found


def _find_better(path: Path, found: Optimization) -> Standing | None:
    """The program in a place, if it is to stay there."""
    try:
        held = load_compiled(path) if path.exists() else None
    except BadInput:
        return None  # damaged, or of another signature: of no use to anybody
    if held is None or not held.improved:
        return None
    brought = held.scores.get("difference", {}).get("mean")
    more = brought is None or (found.difference.mean or 0.0) > brought
    if found.improved and (more or held.prompts == found.program.prompts):
        return None
    return Standing(str(path), held.optimizer, brought)
