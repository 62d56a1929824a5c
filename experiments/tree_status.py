"""What some work on a tree has come to, from its journal alone."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import BadInput
from ..runtime.journal import Journal
from ..runtime.rehearsal.settings import is_rehearsal
from ..runtime.run_directory import RunDirectory
from .tree_run import TREE_WORK


@dataclass(frozen=True)
class TreeRunStatus:
    """The figures of a growth, a harvest or an update; what its embeddings came to stands in its report.

    Attributes:
        run: its directory.
        work: `growth`, `harvest` or `update`.
        begun: the day on which it was begun, as 2026-11-22.
        model: the name of what is asked; `rehearsal` is whether that is the embedded stand-in.
        tree: whether a tree has come of it; where it is asked for more, an earlier one.
        replies, unreadable: that were read, and that could not be, by stage.
        calls, input_tokens, output_tokens: of all sessions.
        cost_usd: None where the model's price is unknown.
    """

    run: str
    work: str
    begun: str
    model: str
    rehearsal: bool
    tree: bool
    replies: dict[str, int]
    unreadable: dict[str, int]
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None

    def as_json(self) -> dict[str, Any]:
        """The figures as a JSON object."""
        return asdict(self)


def tree_run_status(run: Path) -> TreeRunStatus | None:
    """The figures of some work on a tree, also while it is under way; None where a directory holds a synthesis.

    Raises:
        BadInput: there is no run in the directory.
        JournalFault: its journal is none, or is damaged.
    """
    directory = RunDirectory(run)
    if not directory.exists:
        raise BadInput(f"{run}: no run here; condor synth RECIPE --run {run} makes one")
    with Journal.open_read_only(directory.journal) as journal:
        meta = journal.meta()
        if meta.get("kind") not in TREE_WORK:
            return None
        totals, stages = journal.totals(), journal.stage_figures()
    model = json.loads(meta["model"])["name"] if "model" in meta else ""
    return TreeRunStatus(
        run=str(run),
        work=meta["kind"],
        begun=meta.get("date", ""),
        model=model,
        rehearsal=is_rehearsal(model.rpartition("/")[2]),
        tree=directory.tree.exists(),
        replies={stage: figures.ended - figures.lost for stage, figures in stages.items()},
        unreadable={stage: figures.lost for stage, figures in stages.items() if figures.lost},
        calls=totals.calls,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cost_usd=totals.cost_usd,
    )
