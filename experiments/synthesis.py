"""From a recipe and a directory to a synthesis that is ready to run or to go on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..errors import ModelFault, RunMismatch
from ..knowledge import CellSampler, KnowledgeTree, load_tree, save_tree
from ..programs import Refine, Void
from ..runtime.journal import Journal
from ..runtime.models import Model, build_model, set_budget
from ..runtime.plan import Plan
from ..runtime.run_directory import TREE_FILE, RunDirectory
from ..runtime.synthesizer import Outcome, Synthesizer, Tally
from .recipe import Recipe, differences, load_recipe, save_recipe
from .trees import load_trees

#: What the run has cost at most, in USD, in a journal's word on itself: kept where there is a budget.
_SPENT_AT_MOST = "spent_at_most_usd"


@dataclass(frozen=True)
class Synthesis:
    """A run that is held by this process.

    Attributes:
        recipe: in force.
        tree: what is sampled.
        directory: where the run lives.
        synthesizer: does the work.
        resumed: whether an earlier session began it.
    """

    recipe: Recipe
    tree: KnowledgeTree
    directory: RunDirectory
    journal: Journal
    synthesizer: Synthesizer
    resumed: bool

    async def run(self) -> Outcome:
        """Work until enough records are kept, the tree is used up, or it is stopped.

        Raises:
            ModelFault: no call can succeed. A run that never got a reply is taken away again; another is kept as it is.
            OutputFault: the journal cannot be written.
        """
        try:
            outcome = await self.synthesizer.run()
        except ModelFault:
            if not self.journal.totals().calls:
                self.journal.close()
                self.directory.discard()
            raise
        if (budget := self.synthesizer.budget) is not None:
            # Every call has ended: what is on disk need not cover any in flight.
            await self.journal.write_meta(_SPENT_AT_MOST, repr(budget.spent_usd))
        return outcome


@contextmanager
def prepare_synthesis(
    recipe: Recipe,
    run: Path,
    *,
    on_change: Callable[[Tally], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Synthesis]:
    """Check everything that can be checked without a call, make or open the run, and hold it.

    Args:
        on_change: is called with the figures whenever they change.
        tell: is told, in a line, of what makes the run wait.

    Raises:
        BadInput: a tree, a model, a key or a directory is not what the recipe needs, or the run was made from another
            recipe: nothing was changed.
    """
    tree = load_trees(recipe.tree)
    sampler = CellSampler(tree, languages=recipe.languages, tasks=recipe.tasks, seed=recipe.seed)
    model = build_model(recipe.model, concurrency=recipe.concurrency)
    model.engine.tell = lambda line: tell(model.redact(line))
    if recipe.budget_usd is not None:
        set_budget(model, recipe.budget_usd, spent_usd=0.0)
    with RunDirectory(run) as directory:
        resumed = directory.exists
        journal = _resume(directory, recipe, tree) if resumed else _begin(directory, recipe, tree)
        with journal:
            if recipe.budget_usd is not None:
                _resume_budget(model, recipe.budget_usd, journal)
            yield Synthesis(
                recipe=recipe,
                tree=tree,
                directory=directory,
                journal=journal,
                synthesizer=_synthesizer(recipe, tree, sampler, model, journal, on_change),
                resumed=resumed,
            )


def _resume_budget(model: Model, limit_usd: float, journal: Journal) -> None:
    """Limit what a run may cost, with what it has cost: by its journal, or more if a session was killed in mid-call."""

    async def store(bound_usd: float) -> None:
        await journal.write_meta(_SPENT_AT_MOST, repr(bound_usd))

    spent, bound = journal.totals().cost_usd, float(journal.meta().get(_SPENT_AT_MOST, 0.0))
    set_budget(model, limit_usd, spent_usd=None if spent is None else max(spent, bound), store_bound=store)


def _synthesizer(
    recipe: Recipe,
    tree: KnowledgeTree,
    sampler: CellSampler,
    model: Model,
    journal: Journal,
    on_change: Callable[[Tally], None],
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
    )


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
