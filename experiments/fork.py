"""Forking a run: a new run under a changed recipe, tree or prompt that keeps what still holds of an earlier one.

A step's key holds what it was given, the ids of the records that it works on, its prompt's version, and the model with
its sampling settings. The new run walks its own plan, and whatever step it comes to that the earlier run has finished
under the same key is copied into its journal without a call. So its journal holds what holds, and nothing else. Ids
hold no tree version, so cells that both trees have are the same cells. What holds after a change of

- a prompt: every step before that stage, and later ones where the stage writes the same as before;
- refine.rounds: all the rounds that both have;
- refine.gate, or its judge: every question, answer and first round, later ones where the same refinement stands, and
  the verdicts where the judge is the same;
- seed, tree, tasks or languages: the cells that both walks come to. A leaf that is added moves few. Another seed or
  another list of tasks turns the walk around, and of a large tree two short walks then share little;
- difficulties: the questions, which are always written in all three, and the answers of those that both have;
- model, temperature or max_tokens: nothing. They are part of every key.

What is kept was paid for in the earlier run: in the new one it counts no calls, no tokens and no cost. The provenance
of a record stays as it is; its place in the tree is that in the new run's tree.

The earlier run's journal is copied, as it stands, beside the new one's (`inherited.db`) before that appears. From then
on the new run needs the earlier one no more. Copying over only the steps that hold, at once, would need the whole walk
before the first call, and the replies that later keys depend on.
"""

from pathlib import Path

from ..errors import BadInput, JournalFault, RunMismatch
from ..knowledge import KnowledgeTree
from ..runtime.journal import Journal, take_snapshot
from ..runtime.run_directory import RunDirectory
from .changes import changes_since
from .recipe import Recipe
from .tree_run import describe


def inherit(
    fork: Path, directory: RunDirectory, recipe: Recipe, tree: KnowledgeTree
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Copy an earlier run's journal into the directory of a new run.

    Args:
        fork: the earlier run's directory; it is only read.
        directory: of the new run, which this process holds.
        recipe, tree: what the new run is made with.

    Returns:
        What the new journal says of where it comes from, and what differs, a line each.

    Raises:
        BadInput: there is no synthesis in `fork`, or it cannot be read; or the copy cannot be written.
    """
    source = RunDirectory(fork)
    if not source.exists:
        raise BadInput(f"{fork}: no run here to fork from")
    take_snapshot(source.journal, directory.inherited)
    with Journal.open_read_only(directory.inherited) as inherited:
        meta = inherited.meta()
        if meta.get("kind") != "synthesis":
            raise RunMismatch(f"{fork}: holds {describe(meta.get('kind'))}, no synthesis to fork from")
        changes = changes_since(source, inherited, recipe, tree)
    noted = {"forked_from": _name(fork), "forked_from_tree": meta["tree_version"], "forked_from_condor": meta["condor"]}
    return noted, changes


def open_inherited(directory: RunDirectory, journal: Journal) -> Journal | None:
    """The journal that a run takes its steps over from, or None for a run that was not forked.

    Raises:
        JournalFault: it is gone, or is no journal.
    """
    name = journal.meta().get("forked_from")
    if name is None:
        return None
    if not directory.inherited.exists():
        raise JournalFault(
            f"{directory.inherited}: missing; what this run keeps of {name} is in it, and would be paid for again"
        )
    return Journal.open_read_only(directory.inherited)


def check_source(fork: Path, directory: RunDirectory, journal: Journal) -> None:
    """See that a run that exists was forked from the run that is named again. It need no longer be there.

    Raises:
        RunMismatch: it was not.
    """
    if fork.resolve() == directory.path.resolve():
        raise RunMismatch(f"{directory.path}: a run cannot be forked from itself; choose another --run")
    name = journal.meta().get("forked_from")
    if name is None:
        raise RunMismatch(f"{directory.path}: holds a run that was not forked; choose another --run")
    if name != _name(fork):
        raise RunMismatch(f"{directory.path}: was forked from {name}, not from {_name(fork)}; choose another --run")


def _name(run: Path) -> str:
    """A run's name without the places above it, which are this machine's own."""
    return run.resolve().name
