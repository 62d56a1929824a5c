"""From a recipe and a directory to a synthesis that is ready to run or to go on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..errors import BadInput, ModelFault, RunMismatch
from ..knowledge import CellSampler, KnowledgeTree, save_tree
from ..programs import Refine, Void
from ..runtime.journal import Journal
from ..runtime.models import Model, build_model, set_budget
from ..runtime.plan import Plan
from ..runtime.run_directory import TREE_FILE, RunDirectory
from ..runtime.synthesizer import Outcome, Synthesizer, Tally
from .changes import changes_since
from .fork import check_source, inherit, open_inherited
from .recipe import Recipe, save_recipe
from .refined_forecast import Expectations, RefinedForecast, refine_forecast
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
        forked_from: the name of the run that it keeps steps of, or None.
        changes: what differs from that run, a line each; of a run that begins.
        expected: what the refined forecast rests on besides the run's figures.
    """

    recipe: Recipe
    tree: KnowledgeTree
    directory: RunDirectory
    journal: Journal
    synthesizer: Synthesizer
    resumed: bool
    expected: Expectations
    forked_from: str | None = None
    changes: tuple[str, ...] = ()

    def refined_forecast(self) -> RefinedForecast:
        """What the run will come to, by its figures of this moment."""
        return refine_forecast(self.synthesizer.tally, self.expected)

    async def run(self) -> Outcome:
        """Work until enough records are kept, the tree is used up, or it is stopped.

        Raises:
            ModelFault: no call can succeed. A run that never got a reply is taken away again, unless an earlier session
                has taken steps over from another run; any other is kept as it is.
            OutputFault: the journal cannot be written.
        """
        try:
            outcome = await self.synthesizer.run()
        except ModelFault:
            totals = self.journal.totals()
            if not totals.calls and not (self.resumed and totals.inherited):
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
    fork: Path | None = None,
    on_change: Callable[[Tally], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Synthesis]:
    """Check everything that can be checked without a call, make or open the run, and hold it.

    Args:
        fork: an earlier run, of which a run that begins keeps what still holds (see experiments/fork.py).
        on_change: is called with the figures whenever they change.
        tell: is told, in a line, of what makes the run wait.

    Raises:
        BadInput: a tree, a model, a key or a directory is not what the recipe needs, the run was made from another
            recipe, tree or prompt, or there is nothing to fork: nothing was changed.
    """
    tree = load_trees(recipe.tree)
    sampler = CellSampler(tree, languages=recipe.languages, tasks=recipe.tasks, seed=recipe.seed)
    model = build_model(recipe.model, concurrency=recipe.concurrency)
    model.engine.tell = lambda line: tell(model.redact(line))
    if recipe.budget_usd is not None:
        set_budget(model, recipe.budget_usd, spent_usd=0.0)
    with ExitStack() as held:
        directory = held.enter_context(RunDirectory(run))
        resumed, changes = directory.exists, ()
        if resumed:
            journal = held.enter_context(_resume(directory, recipe, tree, fork))
        else:
            journal, changes = _begin(directory, recipe, tree, fork)
            held.enter_context(journal)
        if (inherited := open_inherited(directory, journal)) is not None:
            held.enter_context(inherited)
        if recipe.budget_usd is not None:
            _resume_budget(model, recipe.budget_usd, journal)
        yield Synthesis(
            recipe=recipe,
            tree=tree,
            directory=directory,
            journal=journal,
            synthesizer=_synthesizer(recipe, tree, sampler, model, journal, inherited, on_change),
            resumed=resumed,
            forked_from=journal.meta().get("forked_from"),
            changes=changes,
            expected=Expectations.of(
                recipe, cells=len(sampler), inheritable=inherited.stage_figures() if inherited is not None else {}
            ),
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
    inherited: Journal | None,
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
        inherited=inherited,
    )


def _begin(
    directory: RunDirectory, recipe: Recipe, tree: KnowledgeTree, fork: Path | None
) -> tuple[Journal, tuple[str, ...]]:
    """Write the recipe, the tree and what is inherited, then the journal, which makes the directory a run.

    Returns:
        The journal, and what differs from the run that was forked.
    """
    meta = {"condor": __version__, "kind": "synthesis", "tree_version": tree.version, "tree": " ".join(recipe.tree)}
    changes: tuple[str, ...] = ()
    try:
        directory.inherited.unlink(missing_ok=True)
        if fork is not None:
            noted, changes = inherit(fork, directory, recipe, tree)
            meta |= noted
        _save(directory, recipe)
        save_tree(tree, directory.tree)
        return Journal.create(directory.journal, meta), changes
    except (BadInput, KeyboardInterrupt):
        directory.discard()
        raise


def _save(directory: RunDirectory, recipe: Recipe) -> None:
    """Write the recipe in force, with the run's own tree in it: so that it is a recipe for this very run."""
    save_recipe(recipe.model_copy(update={"tree": (TREE_FILE,)}), directory.recipe)


def _resume(directory: RunDirectory, recipe: Recipe, tree: KnowledgeTree, fork: Path | None) -> Journal:
    journal = directory.open_journal()
    try:
        _check_unchanged(directory, journal, recipe, tree, fork)
    except BadInput:
        journal.close()
        raise
    _save(directory, recipe)
    return journal


def _check_unchanged(
    directory: RunDirectory, journal: Journal, recipe: Recipe, tree: KnowledgeTree, fork: Path | None
) -> None:
    """See that a run can go on as it was made."""
    if journal.meta().get("kind") != "synthesis":
        raise RunMismatch(f"{directory.path}: holds the growth of a tree, no synthesis; choose another --run")
    if fork is not None:
        check_source(fork, directory, journal)
    if changed := changes_since(directory, journal, recipe, tree):
        raise RunMismatch(
            f"{directory.path}: made from another recipe, tree or prompt ({'; '.join(changed)}); choose another --run, "
            f"or keep what still holds: --run NEW --fork {directory.path}"
        )
