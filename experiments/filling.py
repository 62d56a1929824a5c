"""Filling the holes first: a run whose walk begins with the cells that earlier runs have covered least.

What those runs had covered is written beside the new journal when the run begins (`covered.json`), and the journal
holds its hash. So the walk is the same in every session, whatever becomes of the earlier runs.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from ..errors import RunMismatch
from ..files import read_text, write_atomically
from ..hashing import content_hash
from ..knowledge import SampledCell
from ..runtime.journal import Journal
from ..runtime.run_directory import RunDirectory
from ..vocabulary import Difficulty
from .coverage import kept_points, synthesis_recipe
from .recipe import Recipe

_META = "covered"


def freeze_covered(fill: Sequence[Path], directory: RunDirectory, recipe: Recipe) -> dict[str, str]:
    """Write down what earlier runs have covered; returns what the new journal says of it.

    Args:
        fill: the earlier runs' directories; they are only read.
        directory: of the new run, which this process holds.
        recipe: of the new run: only its difficulties count.

    Raises:
        BadInput: there is no synthesis in one of the directories, or the file cannot be written.
    """
    rows = _covered_rows(fill, recipe)
    with write_atomically(directory.covered) as file:
        json.dump(rows, file, ensure_ascii=False)
    return {_META: content_hash(rows)}


def read_covered(directory: RunDirectory, journal: Journal) -> dict[SampledCell, int]:
    """How many difficulties of each cell earlier runs had covered when the run began; empty if it fills no holes.

    Raises:
        RunMismatch: the file is not the one that the run began with.
    """
    noted = journal.meta().get(_META)
    if noted is None:
        return {}
    try:
        rows = json.loads(read_text(directory.covered, what="a run's list of covered cells"))
    except json.JSONDecodeError as exc:
        raise RunMismatch(
            f"{directory.covered}: not JSON: {exc.msg}; put back the file that was written there"
        ) from exc
    if content_hash(rows) != noted:
        raise RunMismatch(
            f"{directory.covered}: not as the run began with it; put back the file that was written there"
        )
    return {SampledCell(tuple(path), task, language): count for path, task, language, count in rows}


def check_filling(fill: Sequence[Path], directory: RunDirectory, journal: Journal) -> None:
    """See that a run that goes on was begun to fill holes, if it is said to.

    Raises:
        RunMismatch: it was not.
    """
    if fill and _META not in journal.meta():
        raise RunMismatch(f"{directory.path}: was not begun with --fill; choose another --run, or leave out --fill")


def _covered_rows(fill: Sequence[Path], recipe: Recipe) -> list[list[object]]:
    covered: dict[SampledCell, set[Difficulty]] = {}
    for run in fill:
        synthesis_recipe(run)
        for cell, difficulty in kept_points(run):
            if difficulty in recipe.difficulties:
                covered.setdefault(cell, set()).add(difficulty)
    return [[list(cell.path), cell.task, cell.language, len(found)] for cell, found in covered.items()]
