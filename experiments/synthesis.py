"""From a recipe and a directory to a synthesis that is ready to run or to go on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ModelFault
from ..knowledge import CellSampler, KnowledgeTree
from ..programs import Judge, Refine, Void
from ..runtime.batch import BatchSession, TakenIn
from ..runtime.journal import Journal
from ..runtime.plan import Plan
from ..runtime.run_directory import RunDirectory
from ..runtime.synthesizer import Outcome, Synthesizer, Tally
from .batch import BatchUse, check_batches, open_batch_session
from .compiled import Programs
from .filling import read_covered
from .fork import open_inherited
from .opening import begin_run, resume_run
from .recipe import Recipe
from .refined_forecast import Expectations, RefinedForecast, refine_forecast
from .roles import Roles, assign_roles
from .settling import read_programs, settle_programs
from .tracking.synthesis import show_beginning, show_outcome
from .tracking.tracker import Tracker
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
        batch: takes replies from batch files and writes requests into them, in the place of calls.
        forked_from: the name of the run that it keeps steps of, or None.
        changes: what differs from that run, a line each; of a run that begins.
        expected: what the refined forecast rests on besides the run's figures.
        tracker: shows it in MLflow, if anything does.
        programs: the compiled prompts that it asks with.
    """

    recipe: Recipe
    tree: KnowledgeTree
    directory: RunDirectory
    journal: Journal
    synthesizer: Synthesizer
    resumed: bool
    expected: Expectations
    batch: BatchSession | None = None
    forked_from: str | None = None
    changes: tuple[str, ...] = ()
    tracker: Tracker | None = None
    programs: Programs = field(default_factory=Programs)

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
        outcome = await self._run()
        if self.tracker is not None:
            show_outcome(self.tracker, outcome)
        return outcome

    async def _run(self) -> Outcome:
        if self.batch is not None:
            return await self.batch.run(self.synthesizer.run)
        try:
            outcome = await self.synthesizer.run()
        except ModelFault:
            taken_over = self.resumed and self.journal.totals().inherited
            if not (self.journal.holds_replies() or taken_over or self.directory.batch.exists()):
                if self.tracker is not None:
                    self.tracker.abandon()
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
    fill: Sequence[Path] = (),
    batch: BatchUse | None = None,
    programs: Programs | None = None,
    on_change: Callable[[Tally], None] = lambda _: None,
    on_taken: Callable[[TakenIn], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
    tracker: Tracker | None = None,
) -> Iterator[Synthesis]:
    """Check everything that can be checked without a call, make or open the run, and hold it.

    Args:
        fork: an earlier run, of which a run that begins keeps what still holds (see experiments/fork.py).
        fill: earlier runs; the walk of a run that begins starts with what they have covered least.
        batch: how batch files are used; by default not at all.
        programs: compiled prompts in place of the built-in ones; by default those that the recipe names. A run that
            exists goes on with those that it was begun with.
        on_change: is called with the figures whenever they change.
        on_taken: is told what results of batches were taken in.
        tell: is told, in a line, of what makes the run wait.
        tracker: shows the run in MLflow; by default nothing does.

    Raises:
        BadInput: a tree, a model, a key or a directory is not what the recipe needs, the run was made from another
            recipe, tree or prompt, there is nothing to fork, or requests are pending in batch files: nothing was
            changed.
    """
    tree = load_trees(recipe.tree)
    if programs is None and recipe.programs is not None:
        programs = read_programs(Path(recipe.programs), run)
    sampler = CellSampler(tree, languages=recipe.languages, tasks=recipe.tasks, seed=recipe.seed)
    use = batch or BatchUse()
    roles = assign_roles(recipe, use)
    roles.tell_through(tell)
    if recipe.budget_usd is not None:
        roles.limit(recipe.budget_usd, spent_usd=0.0)
    with ExitStack() as held:
        directory = held.enter_context(RunDirectory(run))
        resumed, changes = directory.exists, ()
        check_batches(directory, use)
        settled = settle_programs(directory, programs, Void(), Refine())
        if resumed:
            journal = held.enter_context(resume_run(directory, recipe, tree, settled, fork, fill))
        else:
            journal, changes = begin_run(directory, recipe, tree, settled, fork, fill)
            held.enter_context(journal)
        sampler = sampler.least_covered_first(read_covered(directory, journal))
        if (inherited := open_inherited(directory, journal)) is not None:
            held.enter_context(inherited)
        session = held.enter_context(open_batch_session(directory, journal, roles.writer, use, on_taken))
        if recipe.budget_usd is not None:
            _resume_budget(roles, recipe.budget_usd, journal)
        if tracker is not None:
            show_beginning(tracker, recipe, tree, journal)
        yield Synthesis(
            recipe=recipe,
            tree=tree,
            directory=directory,
            journal=journal,
            synthesizer=_synthesizer(recipe, tree, sampler, roles, journal, inherited, session, settled, on_change),
            resumed=resumed,
            batch=session,
            forked_from=journal.meta().get("forked_from"),
            changes=changes,
            tracker=tracker,
            programs=settled,
            expected=Expectations.of(
                recipe,
                cells=len(sampler),
                inheritable=inherited.stage_figures() if inherited is not None else {},
                programs=settled,
            ),
        )


def _resume_budget(roles: Roles, limit_usd: float, journal: Journal) -> None:
    """Limit what a run may cost, with what it has cost: by its journal, or more if a session was killed in mid-call."""

    async def store(bound_usd: float) -> None:
        await journal.write_meta(_SPENT_AT_MOST, repr(bound_usd))

    spent, bound = journal.totals().cost_usd, float(journal.meta().get(_SPENT_AT_MOST, 0.0))
    roles.limit(limit_usd, spent_usd=None if spent is None else max(spent, bound), store_bound=store)


def _synthesizer(
    recipe: Recipe,
    tree: KnowledgeTree,
    sampler: CellSampler,
    roles: Roles,
    journal: Journal,
    inherited: Journal | None,
    batch: BatchSession | None,
    programs: Programs,
    on_change: Callable[[Tally], None],
) -> Synthesizer:
    void, refine = Void(), Refine(rounds=recipe.refine.rounds, gate=Judge() if recipe.refine.gate else None)
    for program in (void, refine):
        programs.apply(program)
    return Synthesizer(
        journal=journal,
        model=roles.writer,
        judge=roles.judge,
        plan=Plan(sampler, recipe.difficulties, tree.version, journal.final_positions()),
        void=void,
        refine=refine,
        records=recipe.records,
        concurrency=recipe.concurrency,
        parse_retries=recipe.parse_retries,
        on_change=on_change,
        inherited=inherited,
        replies=batch.replies if batch else None,
    )
