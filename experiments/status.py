"""What a run has come to, from its journal and recipe alone."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import BadInput, RunMismatch
from ..programs import CompareStage
from ..runtime.batch.session import pending_requests
from ..runtime.journal import Journal
from ..runtime.run_directory import RunDirectory
from .recipe import Recipe, load_recipe
from .tree_run import describe


@dataclass(frozen=True)
class GateStatus:
    """What a gate has decided, over the kept records.

    Attributes:
        kept: refinements that stand.
        refused: refinements in whose place the earlier answer stays: the last one of a record at most.
        unreadable: the judge's replies that were no verdict, over the whole run; each refuses a refinement.
    """

    kept: int
    refused: int
    unreadable: int


@dataclass(frozen=True)
class RunStatus:
    """A run's figures.

    Attributes:
        asked: records wanted; items are attempted until so many are kept.
        attempted: items that have ended: kept + rejected + failed.
        kept, rejected, failed: items by how they ended.
        missing: records still to be kept.
        pending: requests in batch files whose results are awaited.
        calls, input_tokens, output_tokens: of all sessions.
        cost_usd: None where the price of a model is unknown.
        calls_by_stage: calls of each stage.
        reasons: outcome -> reason -> number of items, for what was not kept.
        model: what wrote it; `rehearsal` is whether that is the embedded stand-in.
        forked_from: the name of the run that it keeps steps of, or None; `inherited` is how many.
        gate: what the gate has decided, and `judge` which model it asks; None without a gate.
    """

    run: str
    asked: int
    attempted: int
    kept: int
    rejected: int
    failed: int
    missing: int
    pending: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    calls_by_stage: dict[str, int]
    reasons: dict[str, dict[str, int]]
    model: str
    rehearsal: bool
    tree_version: str
    forked_from: str | None = None
    inherited: int = 0
    gate: GateStatus | None = None
    judge: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The figures as a JSON object."""
        return asdict(self)


def open_run(run: Path, *, whole: bool = False) -> tuple[RunDirectory, Journal]:
    """A run's paths, and its journal for reading.

    Args:
        run: its directory.
        whole: whether the journal is read from end to end for damage, however long that takes.

    Raises:
        BadInput: there is no synthesis in the directory.
    """
    directory = RunDirectory(run)
    if not directory.exists:
        raise BadInput(f"{run}: no run here; condor synth RECIPE --run {run} makes one")
    journal = Journal.open_read_only(directory.journal, whole=whole)
    if (kind := journal.meta().get("kind")) != "synthesis" or not directory.recipe.exists():
        journal.close()
        raise RunMismatch(f"{run}: holds {describe(kind)}, no synthesis that can be read")
    return directory, journal


def run_status(run: Path) -> RunStatus:
    """A run's figures, also while it is under way.

    Raises:
        BadInput: there is no run in the directory.
    """
    directory, journal = open_run(run)
    recipe = load_recipe(directory.recipe)
    with journal:
        totals = journal.totals()
        meta = journal.meta()
        gate = _gate_status(journal, recipe) if recipe.refine.gate else None
    reasons: dict[str, dict[str, int]] = {}
    for (outcome, reason), count in sorted(totals.reasons.items()):
        reasons.setdefault(outcome, {})[reason] = count
    return RunStatus(
        run=str(run),
        asked=recipe.records,
        attempted=totals.kept + totals.rejected + totals.failed,
        kept=totals.kept,
        rejected=totals.rejected,
        failed=totals.failed,
        missing=max(0, recipe.records - totals.kept),
        pending=pending_requests(directory.batch),
        calls=totals.calls,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cost_usd=totals.cost_usd,
        calls_by_stage=totals.calls_by_stage,
        reasons=reasons,
        model=recipe.model.name,
        rehearsal=recipe.model.is_rehearsal,
        tree_version=meta.get("tree_version", ""),
        forked_from=meta.get("forked_from"),
        inherited=totals.inherited,
        gate=gate,
        judge=recipe.judge_spec.name if gate else None,
    )


def _gate_status(journal: Journal, recipe: Recipe) -> GateStatus:
    kept, refused = journal.gate_figures(recipe.refine.rounds)
    compared = journal.stage_figures().get(CompareStage.name)
    return GateStatus(kept, refused, unreadable=compared.lost if compared is not None else 0)
