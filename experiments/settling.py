"""Which compiled prompts a run asks with: those that it was begun with, whatever becomes of where they came from.

They stand beside its journal (`programs.json`), which holds their hash. Without the file, or with another one, a run
would go on with other prompts, and pay again for what these make of its steps.
"""

from pathlib import Path

import dspy

from ..errors import RunMismatch, UnreadableFile
from ..runtime.journal import Journal
from ..runtime.run_directory import RunDirectory
from .compiled import NOTE, Programs, load_programs


def read_programs(directory: Path, run: Path) -> Programs | None:
    """The compiled prompts that a run is told to ask with; None where it was begun with some, and they are gone.

    Args:
        directory: as for `load_programs`.
        run: the run's directory.

    Raises:
        UnreadableFile: there are none in the directory, and the run has none of its own.
        ProgramFault: as for `load_programs`.
        JournalFault: the run's journal cannot be read.
    """
    try:
        return load_programs(directory)
    except UnreadableFile:
        held = RunDirectory(run)
        if held.exists and _noted(held) is not None:
            return None
        raise


def settle_programs(directory: RunDirectory, given: Programs | None, *works: dspy.Module) -> Programs:
    """The prompts that a run asks with: what it was begun with, or for one that begins, what is given.

    What is given of a run that was begun with prompts from a directory may hold more by now, or less: only another
    prompt for a stage that has one is refused.

    Args:
        directory: the run's, which this process holds.
        given: what it is to ask with; None for whatever it was begun with, or for the built-in prompts.
        works: the programs of the run; prompts for other stages are left out.

    Raises:
        RunMismatch: it was begun with other prompts, or those that it was begun with are not there any more.
        ProgramFault: they cannot be used any more.
        JournalFault: the run's journal cannot be read.
    """
    wanted = (Programs() if given is None else given).within(*works)
    if not directory.exists:
        return wanted
    begun = _read_frozen(directory)
    other = [
        stage
        for stage, prompt in sorted(wanted.prompts.items())
        if begun.prompts.get(stage) != prompt and (stage in begun.prompts or not begun.named)
    ]
    if other:
        raise RunMismatch(
            f"{directory.path}: was begun with another prompt for {' and '.join(other)}; choose another --run"
        )
    return begun


def _read_frozen(directory: RunDirectory) -> Programs:
    """The prompts that a run was begun with, as they were then."""
    noted = _noted(directory)
    begun = Programs.frozen(directory.programs)
    if begun.note().get(NOTE) == noted:
        return begun
    put_back = "put back the file that was written there"
    if noted is None:
        raise RunMismatch(f"{directory.programs}: the run began without it; move it away")
    if not directory.programs.exists():
        raise RunMismatch(f"{directory.programs}: missing, and the run began with it; {put_back}")
    raise RunMismatch(f"{directory.programs}: not as the run began with it; {put_back}")


def _noted(directory: RunDirectory) -> str | None:
    with Journal.open_read_only(directory.journal) as journal:
        return journal.meta().get(NOTE)
