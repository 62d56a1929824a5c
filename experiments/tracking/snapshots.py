"""A run's figures of a moment, from its journal, as metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ...runtime.journal import Journal, JournalTotals
from ...runtime.journal.spool import Spool, now_ms
from .limits import fit_metrics

#: The kinds of the spool's entries: a session begins; figures; tags; files of the run; what a session came to.
BEGIN, METRICS, TAGS, FILES, END = "begin", "metrics", "tags", "files", "end"
#: The prefix of tags that say which prompt a stage has.
PROMPT_TAG = "condor.prompt."


@dataclass(frozen=True)
class Start:
    """Where a journal stood when a session began.

    Attributes:
        at_ms: when that was, in Unix milliseconds.
        calls: made by then; None where no session is known, and so no rate of calls either.
        steps: number of the last step by then.
    """

    at_ms: int
    calls: int | None
    steps: int

    @classmethod
    def of(cls, journal: Journal) -> "Start":
        """The start of a session that begins now."""
        return cls(now_ms(), journal.totals().calls, journal.last_step())

    @classmethod
    def unseen(cls, journal: Journal) -> "Start":
        """The start of a run whose sessions nobody noted: that of its first step."""
        first, ended_ms = journal.step_at(1), step_end_ms(journal, 1)
        return cls(now_ms() if first is None or ended_ms is None else ended_ms - int(first.seconds * 1000), None, 0)


class Recorder:
    """Puts a journal's figures into its spool. It has connections of its own; use it in one thread, and close it."""

    def __init__(self, journal: Path, start: Start) -> None:
        self._journal = Journal(journal, writable=False)
        self._spool = Spool(journal)
        self._start = start
        self._last: JournalTotals | None = None
        self._prompts: list[tuple[str, str]] = []

    def close(self) -> None:
        """Let go of the files."""
        self._journal.close()
        self._spool.close()

    def record(self, *, anew: bool = False, at_ms: int | None = None) -> None:
        """Add the figures of this moment, unless they are those of the last time.

        Args:
            anew: to add them all the same.
            at_ms: since when they stand, in Unix milliseconds; by default they are those of now.

        Raises:
            OutputFault: the journal cannot be written.
        """
        totals = self._journal.totals()
        if totals == self._last and not anew:
            return
        self._record_prompts()
        self._last, at_ms = totals, now_ms() if at_ms is None else at_ms
        seconds = (at_ms - self._start.at_ms) / 1000
        figures = totals_as_metrics(totals) | latencies(self._journal.step_seconds(after=self._start.steps))
        if seconds > 0 and self._start.calls is not None:
            figures["calls_per_s"] = (totals.calls - self._start.calls) / seconds
        self._spool.append(METRICS, {"step": totals.calls, "metrics": fit_metrics(figures)}, at_ms=at_ms)

    def _record_prompts(self) -> None:
        """Add the versions of the prompts that brought results, where there are new ones."""
        if (used := self._journal.used_prompts()) != self._prompts:
            self._prompts = used
            versions: dict[str, list[str]] = {}
            for stage, version in used:
                versions.setdefault(f"{PROMPT_TAG}{stage}", []).append(version)
            self._spool.append(TAGS, {"tags": {tag: ",".join(each) for tag, each in versions.items()}})


def totals_as_metrics(totals: JournalTotals) -> dict[str, float | None]:
    """Sums over a journal as metrics."""
    cost, kept = totals.cost_usd, totals.kept
    ended = {"kept": kept, "rejected": totals.rejected, "failed": totals.failed}
    reasons = {f"{outcome}.{reason}": float(count) for (outcome, reason), count in totals.reasons.items()}
    return {
        **(ended if any(ended.values()) else {}),  # a judging has no items
        "calls": totals.calls,
        "inherited_steps": totals.inherited,
        "input_tokens": totals.input_tokens,
        "output_tokens": totals.output_tokens,
        "cost_usd": cost,
        "cost_usd_per_kept": cost / kept if cost is not None and kept else None,
        **reasons,
    }


def step_end_ms(journal: Journal, number: int) -> int | None:
    """When the step of a number ended, in Unix milliseconds, known to the second; None where there is none."""
    step = journal.step_at(number)
    return int(datetime.fromisoformat(step.finished_at).timestamp()) * 1000 if step else None


def latencies(seconds: Sequence[float]) -> dict[str, float | None]:
    """The median and the 95th percentile of the time that steps took, in seconds."""
    if not seconds:
        return {}
    import numpy as np

    middle, high = np.percentile(np.asarray(seconds), (50, 95))
    return {"step_seconds_p50": float(middle), "step_seconds_p95": float(high)}


def begin_body(start: Start, facts: dict[str, Any]) -> dict[str, Any]:
    """What the spool says of a session that begins."""
    return {"calls": start.calls, "steps": start.steps, **facts}


def last_start(spool: Spool) -> Start | None:
    """The start of the last session, or None where there was none."""
    begin = spool.last(BEGIN)
    return Start(begin.at_ms, begin.body["calls"], begin.body["steps"]) if begin else None
