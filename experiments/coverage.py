"""How much of a tree one or several runs have written from."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from ..knowledge import Coverage, Grid, KnowledgeTree, Point, SampledCell, measure_coverage
from ..vocabulary import DIFFICULTIES, LANGUAGES, TASKS
from .recipe import Recipe, load_recipe
from .status import open_run


def runs_coverage(tree: KnowledgeTree, runs: Sequence[Path], *, holes: int = 10) -> Coverage:
    """Lay the kept records of runs over a tree; the journals are read one record at a time.

    Args:
        tree: theirs, or another: an earlier or a grown one.
        runs: directories of syntheses, also of such as are under way. The grid is what their recipes ask for together.
        holes: how many cells without a record to name at most.

    Raises:
        BadInput: there is no synthesis in one of the directories, or it cannot be read.
    """
    grid = _grid([synthesis_recipe(run) for run in runs])
    return measure_coverage(tree, grid, chain.from_iterable(kept_points(run) for run in runs), holes=holes)


def kept_points(run: Path) -> Iterator[Point]:
    """Where the kept records of a run stand, in the order of its walk.

    Raises:
        BadInput: there is no run in the directory.
    """
    _, journal = open_run(run)
    with journal:
        for life in journal.kept_chains():
            origin = life.question.origin
            if origin.difficulty is not None:  # a question always has one
                yield SampledCell(origin.path, origin.task, origin.language), origin.difficulty


def synthesis_recipe(run: Path) -> Recipe:
    """The recipe in force of a synthesis.

    Raises:
        BadInput: there is none in the directory.
    """
    directory, journal = open_run(run)
    journal.close()
    return load_recipe(directory.recipe)


def _grid(recipes: Sequence[Recipe]) -> Grid:
    return Grid(
        languages=tuple(name for name in LANGUAGES if any(name in recipe.languages for recipe in recipes)),
        tasks=tuple(name for name in TASKS if any(name in recipe.tasks for recipe in recipes)),
        difficulties=tuple(name for name in DIFFICULTIES if any(name in recipe.difficulties for recipe in recipes)),
    )
