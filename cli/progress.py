"""A run's figures while it goes: a live line in a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from .rate import RecentRate

if TYPE_CHECKING:
    from ..experiments.refined_forecast import RefinedForecast
    from ..runtime.synthesizer import Tally

#: Seconds between two plain lines.
_EVERY_S = 5.0
#: Calls of a run after which its forecast is refined.
_ENOUGH_CALLS = 100
#: Columns of the bar, and what it takes besides the figures.
_BAR = 24


class SynthesisProgress:
    """Shows a tally. Use it as a context manager, hand `show` to the synthesis, and then `expect` its forecast."""

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._said = clock()
        self._rate = RecentRate(clock())
        self._tally: Tally | None = None
        self._counted = 0
        self._forecast: Callable[[], RefinedForecast] | None = None
        self._forecast_before = ""
        live = console.is_terminal and not console.is_dumb_terminal
        self._live = Live(console=console, get_renderable=self._render, transient=True) if live else None

    def __enter__(self) -> "SynthesisProgress":
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def expect(self, forecast: "Callable[[], RefinedForecast]", *, before: str) -> None:
        """Take what the run will come to into the figures.

        Args:
            forecast: says it, by the figures of the moment when it is called.
            before: what was forecast without them, in words.
        """
        self._forecast, self._forecast_before = forecast, before

    def show(self, tally: "Tally") -> None:
        """Bring the display up to date."""
        now = self._clock()
        earlier, self._tally = tally.calls - (tally.new_calls - self._counted), tally
        self._rate.add(tally.new_calls - self._counted, now)
        self._counted = tally.new_calls
        if earlier < _ENOUGH_CALLS <= tally.calls and self._forecast is not None:
            self._say_forecast(self._forecast(), tally.calls, now)
        if self._live is None and now - self._said >= _EVERY_S:
            self._said = now
            self._console.print(figures_line(tally, self._rate.at(now), self._seconds_left(now), self._width))

    @property
    def _width(self) -> int:
        return self._console.width - 1

    def _render(self) -> RenderableType:
        """The live line, made anew for every frame, so that it fits a terminal whose width changes."""
        if self._tally is None:
            return Text("")
        now = self._clock()
        rate, left = self._rate.at(now), self._seconds_left(now)
        line = figures_line(self._tally, rate, left, self._width)
        if len(line) + _BAR + 1 > self._width:
            return Text(line, no_wrap=True, overflow="crop")
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_row(ProgressBar(total=self._tally.asked, completed=self._tally.kept, width=_BAR), line)
        return table

    def _seconds_left(self, now: float) -> float | None:
        rate = self._rate.at(now)
        if self._forecast is None or not rate:
            return None
        return self._forecast().calls_left / rate

    def _say_forecast(self, forecast: "RefinedForecast", calls: int, now: float) -> None:
        tokens = f"{thousands(forecast.input_tokens)} tokens in, {thousands(forecast.output_tokens)} out"
        figures = f"about {forecast.calls:,} calls, {tokens}, {dollars(forecast.cost_usd)} in all"
        assumed = f"; assumed, not yet measured: {', '.join(forecast.assumed)}" if forecast.assumed else ""
        seconds = self._seconds_left(now)
        left = "" if seconds is None else f", {duration(seconds)} left"
        line = f"after {calls} calls: {figures}{left}; forecast before: {self._forecast_before}{assumed}"
        self._console.print(line, soft_wrap=self._live is None)


def figures_line(tally: "Tally", rate: float | None, seconds_left: float | None, width: int) -> str:
    """A run's figures in one line: in words where they fit, else in short, and then without the least important.

    Args:
        tally: the figures.
        rate: calls a second of late, or None where there is none yet.
        seconds_left: likewise.
        width: columns that the line may take.
    """
    words = _in_words(tally, rate, seconds_left)
    if len(words) <= width:
        return words
    kept = f"kept {tally.kept}/{tally.asked}"
    short = {
        "outcomes": f"{kept} rej {tally.rejected} fail {tally.failed}",
        "taken": f"{tally.inherited} taken over",
        "calls": f"{tally.calls} calls",
        "rate": f"{_speed(rate)}/s",
        "tokens": f"{thousands(tally.input_tokens)} in {thousands(tally.output_tokens)} out",
        "cost": _short_cost(tally.cost_usd),
        "left": f"{duration(seconds_left)} left",
    }
    if not tally.inherited:
        del short["taken"]
    elif not tally.calls:
        short["tokens"] = ""
    for name, instead in (("calls", ""), ("taken", ""), ("tokens", ""), ("outcomes", kept), ("cost", ""), ("rate", "")):
        if len(_joined(short)) <= width:
            break
        short[name] = instead
    return _joined(short)


def _in_words(tally: "Tally", rate: float | None, seconds_left: float | None) -> str:
    taken = f"{tally.inherited} steps taken over  " if tally.inherited else ""
    tokens = f"{thousands(tally.input_tokens)} tokens in  {thousands(tally.output_tokens)} out"
    return (
        f"kept {tally.kept}/{tally.asked}  rejected {tally.rejected}  failed {tally.failed}  {taken}"
        f"{tally.calls} calls  {_speed(rate)} calls/s  {tokens}  {dollars(tally.cost_usd)}  "
        f"{duration(seconds_left)} left"
    )


def _joined(parts: dict[str, str]) -> str:
    return "  ".join(part for part in parts.values() if part)


def _speed(rate: float | None) -> str:
    if rate is None:
        return "--"
    return f"{rate:.1f}" if rate < 100 else f"{rate:.0f}"


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


def thousands(count: int) -> str:
    """A number of tokens, in three digits: 950, 12.3k, 4.56M."""
    if count < 1000:
        return str(count)
    number, unit = (count / 1000, "k") if count < 999_500 else (count / 1_000_000, "M")
    digits = 2 if number < 9.995 else 1 if number < 99.95 else 0
    return f"{number:.{digits}f}{unit}"


def dollars(cost: float | None) -> str:
    """A cost, or that its price is unknown."""
    return "cost unknown" if cost is None else f"${cost:.4f}"


def _short_cost(cost: float | None) -> str:
    """A cost in as few columns as it takes: cents from a dollar on."""
    if cost is None:
        return "cost ?"
    return f"${cost:.4f}" if cost < 1 else f"${cost:.2f}"


def duration(seconds: float | None) -> str:
    """A time in its two largest units: 45 s, 12 min, 3 h 05 min, 2 d 4 h."""
    if seconds is None:
        return "--"
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"
