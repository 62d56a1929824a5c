"""What became of an optimization: the compiled program in its place, and a report beside it."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...errors import BadInput
from ...files import make_directory, write_atomically
from ..compiled import CompiledProgram, load_compiled, save_compiled
from ..statistics import Estimate

#: In a directory of optimizations: the compiled programs, and what became of the last one.
COMPILED = "compiled"
REPORT_FILE = "optimization.json"


@dataclass(frozen=True)
class Optimization:
    """What became of an optimization.

    Attributes:
        program: what was compiled; where nothing better was found, the built-in prompts or what the hold-out refuted.
        path: of its file; None where a better program of an earlier optimization keeps the place.
        before, after, difference: on the hold-out, from 0 to 1; `difference` is paired.
        broken: the rules that results on the hold-out broke: `before` and `after` -> rule -> how many.
        unreadable: cells whose inputs could not be made, by set.
        candidates: programs that the optimizer tried, where it says so.
        note: why the optimizer did not come to its own end, that it found nothing, or why it could not be graded.
        budget_calls, calls: what was allowed, and what was made for what, in all sessions.
        input_tokens, output_tokens, cost_usd: of the replies to the program, the judge and the optimizer.
        rehearsal: whether the stand-in wrote it.
    """

    program: CompiledProgram
    path: str | None
    before: Estimate
    after: Estimate
    difference: Estimate
    broken: dict[str, dict[str, int]]
    unreadable: dict[str, int]
    candidates: int | None
    note: str | None
    budget_calls: int
    calls: dict[str, int]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    rehearsal: bool

    @property
    def improved(self) -> bool:
        """Whether the hold-out proves that the program is better (see `is_improvement`)."""
        return self.program.improved

    def as_json(self) -> dict[str, Any]:
        """Everything but the prompts, as plain values for JSON."""
        held = vars(self) | {name: vars(getattr(self, name)) for name in ("before", "after", "difference")}
        program = self.program.model_dump(mode="json", exclude={"prompts": {"__all__": {"state"}}})
        return held | {"program": program, "improved": self.improved}


def save_optimization(found: Optimization, run: Path) -> Optimization:
    """Write the compiled program and the report. A program that is better than the built-in one keeps its place.

    Returns:
        The same, with the program's path where it was written.

    Raises:
        OutputFault: a file cannot be written.
    """
    path = run / COMPILED / found.program.file_name
    make_directory(path.parent)
    if found.improved or not _holds_better(path):
        save_compiled(found.program, path)
        found = replace(found, path=str(path))
    with write_atomically(run / REPORT_FILE) as file:
        json.dump(found.as_json(), file, ensure_ascii=False, indent=1)
        file.write("\n")
    return found


def _holds_better(path: Path) -> bool:
    try:
        return path.exists() and load_compiled(path).improved
    except BadInput:
        return False  # damaged, or of another signature: of no use to anybody
