"""Which finished records of a run the filters take out, and which of them a person puts back.

Records and items stay as they are. What the filters find is a table beside them in the run's journal, and so are a
person's decisions; whoever releases the run asks for both.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..corpus.filters import Rejection
from ..corpus.filters.screening import RULES, FilterSettings, broken_rules, screen
from ..corpus.formats import StageName
from ..corpus.records import Chain
from ..errors import FilterFault
from ..hashing import canonical_json
from ..knowledge import tasks_for
from ..runtime.journal import Journal
from ..runtime.journal.screened import Screened
from ..runtime.run_directory import RunDirectory
from .filter_settings import parse_filter_settings
from .recipe import load_recipe
from .rejects import Reject, rejects
from .restoring import overruled_rejects, restore, unrestore
from .status import open_run
from .verdicts import known_judges, last_judged_by, open_verdicts, read_judged

__all__ = [
    "Reject",
    "Screening",
    "filtered_otherwise",
    "last_settings",
    "rejects",
    "restore",
    "restored",
    "screen_chain",
    "screen_run",
    "standing_chains",
    "unrestore",
]


@dataclass(frozen=True)
class Screening:
    """What the filters have found in a run.

    Attributes:
        run: its directory.
        stage: whose answers were looked at.
        examined: finished records.
        kept: of these, the ones that break no rule, or only rules that a person has overruled for them.
        removed: rule -> records that it takes out, in the order of the rules; each counts for the first that it breaks.
        overruled: records that are kept since a person has overruled a rule for them.
        unscored: records without a score of the judge; None where no threshold was set.
        settings: the rules' settings.
        rehearsal: whether the embedded stand-in wrote the records.
    """

    run: str
    stage: StageName
    examined: int
    kept: int
    removed: dict[str, int]
    overruled: int
    unscored: int | None
    settings: FilterSettings
    rehearsal: bool

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return asdict(self) | {"settings": self.settings.model_dump(mode="json")}


def screen_run(run: Path, settings: FilterSettings, *, stage: StageName = "refine") -> Screening:
    """Ask the rules about every finished record of a run, and note in its journal which break any.

    It takes the place of the stage's last screening. The run may be under way: what it has finished is looked at.

    Args:
        run: the directory of a synthesis.
        settings: which rules are asked, and their limits.
        stage: whose answers: `void` the first ones, `refine` the last that stand.

    Raises:
        BadInput: there is no synthesis in the directory.
        OutputFault: the journal cannot be written; the screening before still stands.
    """
    directory, journal = open_run(run, whole=True)
    broken: dict[str, tuple[Rejection, ...]] = {}
    examined = unscored = 0
    with journal:
        overruled = restored(journal)
        for chain, score in _scored(run, standing_chains(journal), stage, wanted=settings.min_score is not None):
            examined += 1
            unscored += score is None
            if found := tuple(broken_rules(chain, settings, stage=stage, score=score, examples=_examples(chain))):
                broken[chain.question.id] = found
    with Screened(directory.journal, writable=True) as screened:
        text = canonical_json(settings.model_dump(mode="json"))
        screened.write_screening(stage, text, examined, broken)
    removed = _first_that_stand(broken, overruled)
    return Screening(
        run=str(run),
        stage=stage,
        examined=examined,
        kept=examined - len(removed),
        removed=_by_rule(removed.values()),
        overruled=len(broken) - len(removed),
        unscored=None if settings.min_score is None else unscored,
        settings=settings,
        rehearsal=load_recipe(directory.recipe).model.is_rehearsal,
    )


def screen_chain(
    chain: Chain,
    settings: FilterSettings,
    *,
    stage: StageName,
    score: float | None,
    overruled: frozenset[tuple[str, str]] = frozenset(),
) -> Rejection | None:
    """The first rule that takes a finished record out, or None.

    This is `screen`, with the examples of the record's task, and without the rules that a person has overruled for it.

    Args:
        chain: the finished record.
        settings: which rules are asked, and their limits.
        stage: whose answer is released.
        score: the judge's overall score of it, or None.
        overruled: see `restored`.
    """
    waived = [rule for rule in RULES if (chain.question.id, rule) in overruled]
    return screen(chain, settings.switched_off(waived), stage=stage, score=score, examples=_examples(chain))


def last_settings(run: Path, stage: StageName = "refine") -> FilterSettings | None:
    """The settings of the last screening of a stage; None where there was none.

    Raises:
        FilterFault: another version of Condor wrote settings that this one does not know.
    """
    with Screened(RunDirectory(run).journal) as screened:
        found = screened.screening(stage)
    return None if found is None else parse_filter_settings(found[0])


def filtered_otherwise(run: Path, settings: FilterSettings, stage: StageName = "refine") -> bool:
    """Whether the last screening of a run's stage had other settings; without one nothing differs."""
    try:
        last = last_settings(run, stage)
    except FilterFault:
        return True  # rules or limits that this version does not have
    return last is not None and last != settings


def restored(journal: Journal) -> frozenset[tuple[str, str]]:
    """A person's decisions that stand: (question id, rule that shall not remove its record)."""
    with Screened(journal.path) as screened:
        return screened.restored()


def standing_chains(journal: Journal) -> Iterator[Chain]:
    """The kept records of a run with those that it rejected and a person has restored, in the order of its walk."""
    with Screened(journal.path) as screened:
        also = overruled_rejects(journal, screened)
    return journal.kept_chains(also)


def _first_that_stand(
    broken: dict[str, tuple[Rejection, ...]], overruled: frozenset[tuple[str, str]]
) -> dict[str, str]:
    """Question id -> the first rule that its record breaks and that nobody has overruled."""
    standing = {
        question: [rejection.rule for rejection in found if (question, rejection.rule) not in overruled]
        for question, found in broken.items()
    }
    return {question: rules[0] for question, rules in standing.items() if rules}


def _by_rule(rules: Iterable[str]) -> dict[str, int]:
    counts = Counter(rules)
    return {rule: counts[rule] for rule in RULES if counts[rule]}


def _examples(chain: Chain) -> tuple[str, ...]:
    origin = chain.question.origin
    return tasks_for(origin.language)[origin.task].examples


def _scored(
    run: Path, chains: Iterable[Chain], stage: StageName, *, wanted: bool
) -> Iterator[tuple[Chain, float | None]]:
    """Records with the score of the judge that was asked last, or None where it was not asked about one."""
    verdicts = open_verdicts(run) if wanted else None
    if verdicts is None:
        yield from ((chain, None) for chain in chains)
        return
    with verdicts:
        last = last_judged_by(run)
        judges = [judge for judge in known_judges(verdicts) if judge.score_prompt is not None]
        judges.sort(key=lambda judge: judge.identity != last)
        if not judges:
            yield from ((chain, None) for chain in chains)
            return
        for chain, judged in read_judged(chains, verdicts, judges[0]):
            verdict = None if judged is None else judged.void if stage == "void" else judged.refine
            yield chain, None if verdict is None else verdict.overall
