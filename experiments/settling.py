"""Which compiled prompts a run asks with: those that it was begun with, whatever becomes of where they came from."""

from pathlib import Path

import dspy

from ..errors import RunMismatch, UnreadableFile
from ..runtime.run_directory import RunDirectory
from .compiled import Programs, load_programs


def read_programs(directory: Path, run: Path) -> Programs | None:
    """The compiled prompts that a run is told to ask with; None where it was begun with some, and they are gone.

    Args:
        directory: as for `load_programs`.
        run: the run's directory.

    Raises:
        UnreadableFile: there are none in the directory, and the run has none of its own.
        ProgramFault: as for `load_programs`.
    """
    try:
        return load_programs(directory)
    except UnreadableFile:
        held = RunDirectory(run)
        if held.exists and held.programs.exists():
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
        RunMismatch: it was begun with other prompts.
        ProgramFault: those cannot be used any more.
    """
    wanted = (Programs() if given is None else given).within(*works)
    if not directory.exists:
        return wanted
    begun = Programs.frozen(directory.programs)
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
