"""What a run has come to, reckoned for a comparison: yield, price, waiting times, lengths."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...corpus.records import Chain
from ...runtime.journal import Journal
from ...vocabulary import LANGUAGES, Language

#: A record's stages, from the first to the last.
_ORDER = ("question", "answer", "critique", "refinement")


@dataclass(frozen=True)
class PerKept:
    """What a kept record took, with all that was lost on the way; None where nothing is kept yet.

    Attributes:
        calls: requests.
        tokens: input and output together.
        cost_usd: None also where a call's price is unknown.
    """

    calls: float | None
    tokens: float | None
    cost_usd: float | None


@dataclass(frozen=True)
class Waiting:
    """Seconds that a step waited for its replies: the median, and what 95 % of them stayed below."""

    p50_s: float
    p95_s: float


@dataclass(frozen=True)
class Lengths:
    """Mean lengths in characters of the kept records in a language: first answers, and last refinements."""

    records: int
    answer: float
    refinement: float


@dataclass(frozen=True)
class RunFigures:
    """A run's figures.

    Attributes:
        asked: records wanted.
        kept: of these.
        rejected, failed: rule, or name of the failure -> items.
        inherited: steps that were taken over from another run, which paid for them.
        calls, input_tokens, output_tokens: of all sessions, without those of judging.
        cost_usd: None where the price of any call is unknown.
        per_kept: what a kept record took.
        waiting: stage -> seconds of its steps.
        lengths: language -> mean lengths.
    """

    asked: int
    kept: int
    rejected: dict[str, int]
    failed: dict[str, int]
    inherited: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    per_kept: PerKept
    waiting: dict[str, Waiting]
    lengths: dict[Language, Lengths]

    @property
    def finished(self) -> bool:
        """Whether as many are kept as were asked for."""
        return self.kept >= self.asked


class LengthCount:
    """Adds up the lengths of kept records."""

    def __init__(self) -> None:
        self._sums: dict[Language, tuple[int, int, int]] = {}

    def add(self, chain: Chain) -> None:
        """Count a record."""
        language = chain.question.origin.language
        records, answers, refinements = self._sums.get(language, (0, 0, 0))
        self._sums[language] = (records + 1, answers + len(chain.answer.text), refinements + len(chain.final.text))

    def means(self) -> dict[Language, Lengths]:
        """Language -> mean lengths."""
        means: dict[Language, Lengths] = {}
        for language in LANGUAGES:
            if found := self._sums.get(language):
                records, answers, refinements = found
                means[language] = Lengths(records, answers / records, refinements / records)
        return means


def run_figures(journal: Journal, asked: int, lengths: dict[Language, Lengths]) -> RunFigures:
    """Reckon a run's figures from its journal and what its kept records gave."""
    totals = journal.totals()
    reasons: dict[str, dict[str, int]] = {"rejected": {}, "failed": {}}
    for (outcome, reason), count in sorted(totals.reasons.items()):
        reasons[outcome][reason] = count

    def each(total: float | None) -> float | None:
        return None if total is None or not totals.kept else total / totals.kept

    return RunFigures(
        asked=asked,
        kept=totals.kept,
        rejected=reasons["rejected"],
        failed=reasons["failed"],
        inherited=totals.inherited,
        calls=totals.calls,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cost_usd=totals.cost_usd,
        per_kept=PerKept(each(totals.calls), each(totals.input_tokens + totals.output_tokens), each(totals.cost_usd)),
        waiting=_all_waiting(journal),
        lengths=lengths,
    )


def _all_waiting(journal: Journal) -> dict[str, Waiting]:
    """Stage -> seconds of its steps, in the order in which stages are worked through."""
    seconds = journal.stage_seconds()
    in_order = (*(stage for stage in _ORDER if stage in seconds), *(stage for stage in seconds if stage not in _ORDER))
    return {stage: _waiting(seconds[stage]) for stage in in_order}


def _waiting(seconds: Sequence[float]) -> Waiting:
    p50, p95 = np.quantile(np.asarray(seconds, dtype=np.float64), [0.5, 0.95])
    return Waiting(float(p50), float(p95))
