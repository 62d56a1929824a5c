"""The figures of a run while it goes: on one line that fits, with one time left, and the forecast said once."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment

from condor.cli.progress import SynthesisProgress, duration, figures_line
from condor.experiments import RefinedForecast
from condor.runtime.synthesizer import Tally

from support import Cli

LARGE = Tally(50000, 12345, 1234, 432, 98765, 98765, 123_456_789, 45_678_901, 1234.5678)
SMALL = Tally(300, 120, 3, 1, 412, 412, 350_000, 98_000, 0.0512)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("tally", "width", "line"),
    [
        (
            SMALL,
            199,
            "kept 120/300  rejected 3  failed 1  412 calls  8.5 calls/s  350k tokens in  98.0k out  $0.0512  "
            "12 min left",
        ),
        (SMALL, 79, "kept 120/300 rej 3 fail 1  8.5/s  350k in 98.0k out  $0.0512  12 min left"),
        (SMALL, 60, "kept 120/300 rej 3 fail 1  8.5/s  $0.0512  12 min left"),
        (
            Tally(12000, 8358, inherited=30000),
            79,
            "kept 8358/12000 rej 0 fail 0  30000 taken over  8.5/s  $0.0000  12 min left",
        ),
        (LARGE, 79, "kept 12345/50000 rej 1234 fail 432  8.5/s  $1234.57  12 min left"),
    ],
)
def test_a_line_says_what_fits(tally: Tally, width: int, line: str) -> None:
    assert figures_line(tally, 8.49, 700.0, width) == line


def test_what_is_not_known_yet_is_two_dashes() -> None:
    line = figures_line(Tally(10, cost_usd=None), None, None, 199)
    assert "-- calls/s" in line
    assert "cost unknown" in line
    assert line.endswith("-- left")


@given(
    numbers=st.lists(st.integers(0, 10**9), min_size=7, max_size=7),
    cost=st.none() | st.floats(0, 1e6),
    rate=st.none() | st.floats(1e-6, 1e5),
    left=st.none() | st.floats(0, 1e8),
    width=st.integers(45, 220),
)
def test_no_line_is_wider_than_its_terminal(
    numbers: list[int], cost: float | None, rate: float | None, left: float | None, width: int
) -> None:
    asked, kept, rejected, failed, calls, taken, given_ = numbers
    tally = Tally(asked, kept, rejected, failed, calls, 0, taken, given_, cost)
    line = figures_line(tally, rate, left, width)
    assert len(line) <= width
    assert f"kept {kept}/{asked}" in line
    assert line.endswith(" left")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "--"),
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.7, "1 min"),
        (61, "1 min"),
        (3569, "59 min"),
        (3580, "1 h 00 min"),
        (11100, "3 h 05 min"),
        (86_399, "1 d 0 h"),
        (200_000, "2 d 7 h"),
    ],
)
def test_a_duration_in_words(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def forecast(assumed: tuple[str, ...] = ()) -> RefinedForecast:
    return RefinedForecast(1980, 2_100_000, 600_000, 1.23, 7200, assumed)


def plain(clock: Clock, width: int = 80) -> tuple[SynthesisProgress, io.StringIO]:
    out = io.StringIO()
    return SynthesisProgress(Console(file=out, width=width, soft_wrap=True), clock=clock), out


def going(clock: Clock, seconds: int, *, begun: int = 0) -> Iterator[Tally]:
    """A tally that grows by ten calls a second."""
    tally = Tally(300, calls=begun, cost_usd=0.1)
    for _ in range(seconds * 10):
        clock.now += 0.1
        tally.calls += 1
        tally.new_calls += 1
        yield tally


def test_plain_lines_come_every_five_seconds_with_the_recent_rate_and_the_time_left() -> None:
    clock = Clock()
    progress, out = plain(clock)
    progress.expect(forecast, before="1,000 calls, $1.1000")
    for tally in going(clock, 21):
        progress.show(tally)
    lines = [line for line in out.getvalue().splitlines() if line.startswith("kept")]
    assert len(lines) == 4
    assert all(len(line) < 80 for line in lines)
    assert lines[-1].endswith("12 min left")  # 7,200 calls at 10 a second
    assert "10.0/s" in lines[-1]


def test_the_forecast_is_said_once_when_the_run_has_made_a_hundred_calls() -> None:
    clock = Clock()
    progress, out = plain(clock)
    progress.expect(lambda: forecast(assumed=("refinement",)), before="1,000 calls, $1.1000")
    for tally in going(clock, 20):
        progress.show(tally)
    said = [line for line in out.getvalue().splitlines() if line.startswith("after")]
    assert said == [
        "after 100 calls: about 1,980 calls, 2.10M tokens in, 600k out, $1.2300 in all, 12 min left; "
        "forecast before: 1,000 calls, $1.1000; assumed, not yet measured: refinement"
    ]


@pytest.mark.parametrize(("begun", "times"), [(60, 1), (100, 0), (5000, 0)])
def test_a_later_session_says_it_only_if_no_earlier_one_has(begun: int, times: int) -> None:
    clock = Clock()
    progress, out = plain(clock)
    progress.expect(forecast, before="1,000 calls")
    for tally in going(clock, 20, begun=begun):
        progress.show(tally)
    assert out.getvalue().count("calls: about") == times


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_live_line_takes_one_row_and_the_forecast_stays_above_it(width: int) -> None:
    clock, out = Clock(), io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, soft_wrap=True, color_system=None)
    progress = SynthesisProgress(console, clock=clock)
    progress.expect(forecast, before="1,000 calls")
    assert console.render_lines(progress._render(), pad=False) == [[Segment("")]]
    with progress:
        for tally in going(clock, 12):
            progress.show(tally)
        rows = console.render_lines(progress._render(), pad=False)
    assert len(rows) == 1
    text = "".join(segment.text for segment in rows[0]).rstrip()
    assert text.endswith("12 min left")
    assert len(text) < width
    assert "after 100 calls" in out.getvalue()


def test_a_real_run_says_it_in_its_output(cli: Cli) -> None:
    recipe = cli.recipe("tree: seed:en\nrecords: 60\nmodel: rehearsal\n")
    result = cli.run("synth", recipe, "--run", "run")
    assert result.returncode == 0, result.stderr
    said = [line for line in result.stdout.splitlines() if line.startswith("after ")]
    assert len(said) == 1
    assert ": about 200 calls, " in said[0]
    assert "forecast before: 200 calls, $0.0000" in said[0]
