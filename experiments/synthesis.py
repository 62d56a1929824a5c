"""From a recipe and a directory to a synthesis that is ready to run or to go on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..errors import ModelFault, RunMismatch
from ..knowledge import CellSampler, KnowledgeTree, load_tree, save_tree
from ..programs import Refine, Void
from ..runtime.batch.intake import TakenIn
from ..runtime.batch.model import build_batch_model
from ..runtime.batch.session import BatchSession, check_directory, give_up_batches, open_session, refuse_pending
from ..runtime.journal import Journal
from ..runtime.models import Model, build_model, set_budget
from ..runtime.plan import Plan
from ..runtime.run_directory import TREE_FILE, RunDirectory
from ..runtime.synthesizer import Outcome, Synthesizer, Tally
from .recipe import Recipe, differences, load_recipe, save_recipe
from .trees import load_trees


@dataclass(frozen=True)
class Synthesis:
    """A run that is held by this process.

    Attributes:
        recipe: in force.
        tree: what is sampled.
        directory: where the run lives.
        synthesizer: does the work.
        resumed: whether an earlier session began it.
        batch: takes replies from batch files and writes requests into them, in the place of calls.
    """

    recipe: Recipe
    tree: KnowledgeTree
    directory: RunDirectory
    journal: Journal
    synthesizer: Synthesizer
    resumed: bool
    batch: BatchSession | None = None

    async def run(self) -> Outcome:
        """Work until enough records are kept, the tree is used up, or it is stopped.

        Raises:
            ModelFault: no call can succeed. A run that never got a reply is taken away again; another is kept as it is.
            OutputFault: the journal cannot be written.
        """
        if self.batch is not None:
            return await self.batch.run(self.synthesizer.run)
        try:
            return await self.synthesizer.run()
        except ModelFault:
            if not self.directory.batch.exists() and not self.journal.totals().calls:
                self.journal.close()
                self.directory.discard()
            raise


@contextmanager
def prepare_synthesis(
    recipe: Recipe,
    run: Path,
    *,
    on_change: Callable[[Tally], None] = lambda _: None,
    batch: Path | None = None,
    batch_again: bool = False,
    on_taken: Callable[[TakenIn], None] = lambda _: None,
) -> Iterator[Synthesis]:
    """Check everything that can be checked without a call, make or open the run, and hold it.

    Args:
        on_change: is called with the tally whenever it changes.
        batch: a directory of batch files, to work with them and make no call.
        batch_again: await no result any more that is pending in batch files: ask again, and perhaps pay twice.
        on_taken: is told what results were taken in.

    Raises:
        BadInput: a tree, a model, a key or a directory is not what the recipe needs, or the run was made from another
            recipe, or its requests are pending in batch files: nothing was changed.
    """
    tree = load_trees(recipe.tree)
    sampler = CellSampler(tree, languages=recipe.languages, tasks=recipe.tasks, seed=recipe.seed)
    if batch is None:
        model = build_model(recipe.model, concurrency=recipe.concurrency)
    else:
        model = build_batch_model(recipe.model, concurrency=recipe.concurrency)
        check_directory(batch)
    if recipe.budget_usd is not None:
        set_budget(model, recipe.budget_usd, spent_usd=0.0)
    with RunDirectory(run) as directory:
        resumed = directory.exists
        if batch is None and not batch_again:
            refuse_pending(directory.batch, directory.journal)
        journal = _resume(directory, recipe, tree) if resumed else _begin(directory, recipe, tree)
        with journal, _batch_session(directory, journal, model, batch, batch_again, on_taken) as session:
            if recipe.budget_usd is not None:
                set_budget(model, recipe.budget_usd, spent_usd=journal.totals().cost_usd)
            yield Synthesis(
                recipe=recipe,
                tree=tree,
                directory=directory,
                journal=journal,
                synthesizer=_synthesizer(recipe, tree, sampler, model, journal, on_change, session),
                resumed=resumed,
                batch=session,
            )


def _synthesizer(
    recipe: Recipe,
    tree: KnowledgeTree,
    sampler: CellSampler,
    model: Model,
    journal: Journal,
    on_change: Callable[[Tally], None],
    batch: BatchSession | None,
) -> Synthesizer:
    return Synthesizer(
        journal=journal,
        model=model,
        plan=Plan(sampler, recipe.difficulties, tree.version, journal.final_positions()),
        void=Void(),
        refine=Refine(rounds=recipe.refine.rounds),
        records=recipe.records,
        concurrency=recipe.concurrency,
        parse_retries=recipe.parse_retries,
        on_change=on_change,
        replies=batch.replies if batch else None,
    )


@contextmanager
def _batch_session(
    directory: RunDirectory,
    journal: Journal,
    model: Model,
    batch: Path | None,
    again: bool,
    on_taken: Callable[[TakenIn], None],
) -> Iterator[BatchSession | None]:
    """What stands in the place of calls, if batch files do."""
    if batch is not None:
        with open_session(directory.batch, batch, model, journal, again=again, on_taken=on_taken) as session:
            yield session
        return
    if again:
        give_up_batches(directory.batch)
    yield None


def _begin(directory: RunDirectory, recipe: Recipe, tree: KnowledgeTree) -> Journal:
    """Write the recipe and the tree, then the journal, which makes the directory a run."""
    _save(directory, recipe)
    save_tree(tree, directory.tree)
    meta = {"condor": __version__, "kind": "synthesis", "tree_version": tree.version, "tree": " ".join(recipe.tree)}
    return Journal.create(directory.journal, meta)


def _save(directory: RunDirectory, recipe: Recipe) -> None:
    """Write the recipe in force, with the run's own tree in it: so that it is a recipe for this very run."""
    save_recipe(recipe.model_copy(update={"tree": (TREE_FILE,)}), directory.recipe)


def _resume(directory: RunDirectory, recipe: Recipe, tree: KnowledgeTree) -> Journal:
    journal = directory.open_journal()
    if journal.meta().get("kind") != "synthesis":
        journal.close()
        raise RunMismatch(f"{directory.path}: holds the growth of a tree, no synthesis; choose another --run")
    before = load_recipe(directory.recipe)
    changed = differences(before, recipe)
    standing = load_tree(directory.tree).version
    if standing != tree.version:
        changed.append(f"tree: {standing} -> {tree.version}")
    if changed:
        journal.close()
        raise RunMismatch(f"{directory.path}: made from another recipe ({'; '.join(changed)}); choose another --run")
    _save(directory, recipe)
    return journal
