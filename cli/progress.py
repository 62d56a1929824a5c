"""A run's figures while it goes: a live bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from ..runtime.synthesizer import Tally

#: Seconds between two plain lines.
_EVERY_S = 5.0


class SynthesisProgress:
    """Shows a tally. Use it as a context manager and hand `show` to the synthesis."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = self._said = time.monotonic()
        self._bar = _bar(console) if console.is_terminal else None
        self._task = self._bar.add_task("", total=None, figures="") if self._bar else None

    def __enter__(self) -> "SynthesisProgress":
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, tally: "Tally") -> None:
        """Bring the display up to date."""
        now = time.monotonic()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=tally.kept, total=tally.asked, figures=self._figures(tally, now))
        elif now - self._said >= _EVERY_S:
            self._said = now
            line = f"kept {tally.kept}/{tally.asked}  {self._figures(tally, now)}"
            self._console.print(line)

    def _figures(self, tally: "Tally", now: float) -> str:
        rate = tally.new_calls / max(now - self._started, 1e-9)
        tokens = f"{thousands(tally.input_tokens)} tokens in  {thousands(tally.output_tokens)} out"
        return (
            f"rejected {tally.rejected}  failed {tally.failed}  {tally.calls} calls  {rate:.1f} calls/s  "
            f"{tokens}  {dollars(tally.cost_usd)}"
        )


@contextmanager
def counting(console: Console, what: str) -> Iterator["Counter"]:
    """Shows how many calls have been made, for work whose extent is not known beforehand."""
    counter = Counter(console, what)
    with console.status(what) if console.is_terminal else _nothing() as status:
        counter.status = status
        yield counter


class Counter:
    """Counts calls and says so."""

    def __init__(self, console: Console, what: str) -> None:
        self.status: object | None = None
        self._console = console
        self._what = what
        self._count = 0
        self._said = time.monotonic()

    def add(self, calls: int) -> None:
        """Count some calls."""
        self._count += calls
        text = f"{self._what}: {self._count} calls"
        if self.status is not None:
            self.status.update(text)  # pyright: ignore[reportAttributeAccessIssue]  # rich's Status
        elif time.monotonic() - self._said >= _EVERY_S:
            self._said = time.monotonic()
            self._console.print(text)


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("kept"),
        MofNCompleteColumn(),
        BarColumn(bar_width=24),
        TimeRemainingColumn(),
        TextColumn("{task.fields[figures]}"),
        console=console,
        transient=True,
    )


def thousands(count: int) -> str:
    """A number of tokens: 950, 12.3k, 4.56M."""
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 1_000_000 else f"{count / 1_000_000:.2f}M"


def dollars(cost: float | None) -> str:
    """A cost, or that its price is unknown."""
    return "cost unknown" if cost is None else f"${cost:.4f}"
