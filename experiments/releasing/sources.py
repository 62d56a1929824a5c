"""The runs that a release is made from, open for reading: their chains, what a judge said, what a person put back."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...corpus.formats import StageName
from ...corpus.records import Chain, Verdict
from ...corpus.scores import UNJUDGED, Scores
from ...errors import UsageFault
from ...runtime.journal import Journal
from ..recipe import Recipe, load_recipe
from ..screening import restored, standing_chains
from ..status import open_run
from ..verdicts import KnownJudge, known_judges, last_judged_by, open_verdicts, read_judged


@dataclass(frozen=True)
class Source:
    """A run.

    Attributes:
        name: of its directory, without the way there.
        recipe: in force.
        journal: of the synthesis.
        verdicts: of its judging; None where it was never judged.
        judge: whose scores count: that of the last judging; None likewise.
        restored: (question id, rule): what a person had put back.
    """

    name: str
    recipe: Recipe
    journal: Journal
    verdicts: Journal | None
    judge: KnownJudge | None
    restored: frozenset[tuple[str, str]]

    def chains(self, *, scored: bool = True) -> Iterator[tuple[Chain, Scores]]:
        """Every kept chain, and each that a person has put back, in the order of the run's walk.

        Args:
            scored: whether a judge's scores are looked up.
        """
        chains = standing_chains(self.journal)
        if self.verdicts is None or self.judge is None or not scored:
            yield from ((chain, UNJUDGED) for chain in chains)
            return
        for chain, judged in read_judged(chains, self.verdicts, self.judge):
            yield chain, UNJUDGED if judged is None else Scores(_overall(judged.void), _overall(judged.refine))


@contextmanager
def open_sources(runs: Sequence[Path]) -> Iterator[list[Source]]:
    """Open runs.

    Raises:
        BadInput: there is no synthesis in one of the directories.
        JournalFault: a journal is damaged.
        UsageFault: a run is named twice.
    """
    places = [run.resolve() for run in runs]
    if len(set(places)) < len(places):
        raise UsageFault("a run is named twice; name each once")
    with ExitStack() as stack:
        yield [_open(run, stack) for run in runs]


def _open(run: Path, stack: ExitStack) -> Source:
    directory, journal = open_run(run, whole=True)
    stack.enter_context(journal)
    verdicts = open_verdicts(run)
    if verdicts is not None:
        stack.enter_context(verdicts)
    judge = None if verdicts is None else _last_judge(run, verdicts)
    recipe = load_recipe(directory.recipe)
    return Source(run.resolve().name, recipe, journal, verdicts, judge, restored(journal))


def _last_judge(run: Path, verdicts: Journal) -> KnownJudge | None:
    """The judge of the last finished judging; where none was finished, the one that began last."""
    judges = [judge for judge in known_judges(verdicts) if judge.score_prompt is not None]
    last = last_judged_by(run)
    return next((judge for judge in judges if judge.identity == last), judges[-1] if judges else None)


def _overall(verdict: Verdict | None) -> float | None:
    return None if verdict is None else verdict.overall


def score_of(scores: Scores, stage: StageName) -> float | None:
    """The score of what is released."""
    return scores.void if stage == "void" else scores.refine
