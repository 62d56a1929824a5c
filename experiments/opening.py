"""Making a run, and opening one that exists: under the recipe, the tree and the prompts that it was made with."""

from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ..errors import BadInput, RunMismatch
from ..knowledge import KnowledgeTree, save_tree
from ..runtime.journal import Journal
from ..runtime.run_directory import PROGRAMS_FILE, TREE_FILE, RunDirectory
from .changes import changes_since
from .compiled import Programs
from .filling import check_filling, freeze_covered
from .fork import check_source, inherit
from .recipe import Recipe, save_recipe
from .tree_run import describe


def begin_run(
    directory: RunDirectory,
    recipe: Recipe,
    tree: KnowledgeTree,
    programs: Programs,
    fork: Path | None,
    fill: Sequence[Path],
) -> tuple[Journal, tuple[str, ...]]:
    """Write all that a run is made with, then the journal, which makes the directory a run.

    Returns:
        The journal, and what differs from the run that was forked.
    """
    meta = {"condor": __version__, "kind": "synthesis", "tree_version": tree.version, "tree": " ".join(recipe.tree)}
    changes: tuple[str, ...] = ()
    try:
        directory.inherited.unlink(missing_ok=True)
        if fork is not None:
            noted, changes = inherit(fork, directory, recipe, tree, programs)
            meta |= noted
        if fill:
            meta |= freeze_covered(fill, directory, recipe)
        _save(directory, recipe, programs)
        save_tree(tree, directory.tree)
        meta |= programs.freeze(directory.programs)
        return Journal.create(directory.journal, meta), changes
    except (BadInput, KeyboardInterrupt):
        directory.discard()
        raise


def _save(directory: RunDirectory, recipe: Recipe, programs: Programs) -> None:
    """Write the recipe in force, with the run's own tree and prompts in it: it is a recipe for this very run."""
    own = {"tree": (TREE_FILE,), "programs": PROGRAMS_FILE if programs.note() else None}
    save_recipe(recipe.model_copy(update=own), directory.recipe)


def resume_run(
    directory: RunDirectory,
    recipe: Recipe,
    tree: KnowledgeTree,
    programs: Programs,
    fork: Path | None,
    fill: Sequence[Path],
) -> Journal:
    journal = directory.open_journal()
    try:
        _check_unchanged(directory, journal, recipe, tree, programs, fork)
        check_filling(fill, directory, journal)
    except BadInput:
        journal.close()
        raise
    _save(directory, recipe, programs)
    return journal


def _check_unchanged(
    directory: RunDirectory,
    journal: Journal,
    recipe: Recipe,
    tree: KnowledgeTree,
    programs: Programs,
    fork: Path | None,
) -> None:
    """See that a run can go on as it was made."""
    if journal.meta().get("kind") != "synthesis":
        held = describe(journal.meta().get("kind"))
        raise RunMismatch(f"{directory.path}: holds {held}, no synthesis; choose another --run")
    if fork is not None:
        check_source(fork, directory, journal)
    if changed := changes_since(directory, journal, recipe, tree, programs):
        raise RunMismatch(
            f"{directory.path}: made from another recipe, tree or prompt ({'; '.join(changed)}); choose another --run, "
            f"or keep what still holds: --run NEW --fork {directory.path}"
        )
