"""The refined forecast: exact where nothing is lost, near where much is, and at the end what the run has come to."""

import asyncio
import math
import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.experiments import Recipe, forecast, prepare_synthesis, refine_forecast
from condor.experiments.refined_forecast import Expectations
from condor.runtime.journal import StageFigures, StepEntry
from condor.runtime.ledger import Price
from condor.runtime.synthesizer import Tally

STAGES = ("question", "answer", "critique", "refinement")


def price(usage: object) -> float:
    return (usage.input_tokens + 2 * usage.output_tokens) / 1e6  # pyright: ignore[reportAttributeAccessIssue]


def expected(rounds: int = 1, price: Price = price) -> Expectations:
    tokens = {str(stage): (100.0, 50.0) for stage in STAGES}
    return Expectations(3, rounds, 10**6, tokens, price)


def entry(stage: str, *, done: bool = True, calls: int = 1, tokens: int = 10) -> StepEntry:
    outcome = "done" if done else "invalid"
    used = {"calls": calls, "input_tokens": tokens * calls, "output_tokens": tokens, "cost_usd": 0.001 * calls}
    return StepEntry("k", stage, outcome, "p", "m", seconds=0.0, finished_at="t", **used)  # pyright: ignore[reportArgumentType]


class Pipeline:
    """A run without calls: items go through the stages in any order, and are lost on the way by given chances."""

    def __init__(self, asked: int, rounds: int, lost: dict[str, float], at_once: int, seed: int) -> None:
        self.tally = Tally(asked)
        self._rounds = rounds
        self._lost = lost
        self._at_once = at_once
        self._rng = random.Random(seed)

    def run(self) -> Iterator[Tally]:
        """The tally after every step."""
        live: list[list[str]] = []
        pending = 0
        while self.tally.kept < self.tally.asked:
            while len(live) < self._at_once and self.tally.kept + pending < self.tally.asked:
                pending += 3
                live.append(["question"])
            way = live.pop(self._rng.randrange(len(live)))
            stage, items = way[-1], 3 if way[-1] == "question" else 1
            done = self._rng.random() >= self._lost.get(stage, 0.0)
            self.tally.add_step(entry(stage, done=done))
            for _ in range(items):
                pending -= not self._go_on(way, live, done)
            yield self.tally

    def _go_on(self, way: list[str], live: list[list[str]], done: bool) -> bool:
        """Take one item to its next stage; returns whether it is still under way."""
        stage = way[-1]
        if not done:
            self.tally.failed += 1
        elif stage in ("question", "answer") and self._rng.random() < self._lost.get(f"{stage} rejected", 0.0):
            self.tally.rejected += 1
            self.tally.rejected_questions += stage == "question"
        elif way.count("refinement") == self._rounds:
            self.tally.kept += 1
        else:
            following = {"question": "answer", "answer": "critique", "critique": "refinement", "refinement": "critique"}
            live.append([*way, following[stage]])
            return True
        return False


@settings(deadline=None, max_examples=50)
@given(
    asked=st.integers(1, 40).map(lambda n: 3 * n),
    rounds=st.integers(1, 4),
    at_once=st.integers(1, 100),
    seed=st.integers(0, 2**32),
)
def test_where_nothing_is_lost_it_is_exact_from_the_first_step_on(
    asked: int, rounds: int, at_once: int, seed: int
) -> None:
    for tally in Pipeline(asked, rounds, {}, at_once, seed).run():
        refined = refine_forecast(tally, expected(rounds))
        assert refined.calls == asked // 3 + asked + 2 * rounds * asked
        assert refined.calls_left == refined.calls - tally.calls


@settings(deadline=None, max_examples=50)
@given(
    asked=st.integers(1, 30),
    rounds=st.integers(1, 3),
    lost=st.dictionaries(st.sampled_from([*STAGES, "question rejected", "answer rejected"]), st.floats(0, 0.6)),
    at_once=st.integers(1, 50),
    seed=st.integers(0, 2**32),
)
def test_whatever_is_lost_it_is_never_below_what_was_used_and_at_the_end_just_that(
    asked: int, rounds: int, lost: dict[str, float], at_once: int, seed: int
) -> None:
    tally, refined = Tally(asked), refine_forecast(Tally(asked), expected(rounds))
    for tally in Pipeline(asked, rounds, lost, at_once, seed).run():
        refined = refine_forecast(tally, expected(rounds))
        assert refined.calls >= tally.calls
        assert refined.cost_usd is not None
        assert math.isfinite(refined.cost_usd)
        more = refine_forecast(replace(tally, asked=asked + 10), expected(rounds))
        assert more.calls >= refined.calls
    assert (refined.calls, refined.calls_left) == (tally.calls, 0)
    assert (refined.input_tokens, refined.output_tokens) == (tally.input_tokens, tally.output_tokens)
    assert refined.cost_usd == pytest.approx(tally.cost_usd)
    assert refined.assumed == ()


@pytest.mark.parametrize("at_once", [4, 64, 256])
@pytest.mark.parametrize(
    "lost",
    [
        {"question rejected": 0.3},
        {"answer": 0.1, "answer rejected": 0.2},
        {"question": 0.1, "critique": 0.2, "refinement": 0.2},
    ],
)
def test_with_losses_it_is_near_the_end_long_before_it_however_many_are_under_way(
    lost: dict[str, float], at_once: int
) -> None:
    """Where only kept and ended items counted, 256 under way would make it several times too high."""
    said = {}
    tally = Tally(1500)
    for tally in Pipeline(1500, 2, lost, at_once, 5).run():
        if tally.calls in (500, 1500):
            said[tally.calls] = refine_forecast(tally, expected(2)).calls
    assert said[500] == pytest.approx(tally.calls, rel=0.25)
    assert said[1500] == pytest.approx(tally.calls, rel=0.15)


def figures(ended: int, *, lost: int = 0, inherited: int = 0, calls: int | None = None) -> StageFigures:
    calls = ended - inherited if calls is None else calls
    return StageFigures(ended, lost, inherited, calls, 10 * calls, 5 * calls)


@pytest.mark.parametrize(
    ("stages", "inheritable", "calls", "assumed"),
    [
        # Nothing yet: the recipe's own calls, all assumed.
        ({}, {}, 100 + 900, STAGES),
        # Measured questions take two calls each: the 50 that are left as well.
        ({"question": figures(50, calls=100)}, {}, 200 + 900, STAGES[1:]),
        # Half of the answers are lost: twice the questions and answers, and no more of the rest.
        ({"question": figures(100), "answer": figures(99, lost=50)}, {}, 200 + 600 + 600, ("critique", "refinement")),
        # Everything so far was taken over, and as much again can be: only critiques and refinements are left.
        (
            {"question": figures(30, inherited=30), "answer": figures(80, inherited=80), "critique": figures(40)},
            {"question": 100, "answer": 300},
            600,
            ("refinement",),
        ),
        # What the other run had is used up: the rest has to be asked.
        ({"question": figures(30, inherited=30)}, {"question": 30}, 70 + 900, STAGES),
    ],
)
def test_calls_of_the_whole_run(
    stages: dict[str, StageFigures], inheritable: dict[str, int], calls: int, assumed: tuple[str, ...]
) -> None:
    tally = Tally(300, stages=stages, calls=sum(stage.calls for stage in stages.values()))
    refined = refine_forecast(tally, replace(expected(), inheritable=inheritable))
    assert refined.calls == pytest.approx(calls, abs=2)
    assert refined.assumed == assumed


def test_tokens_and_cost_are_those_used_and_those_of_the_calls_left() -> None:
    tally = Tally(300, calls=100, input_tokens=5000, output_tokens=700, cost_usd=1.0)
    tally.stages["question"] = figures(100)
    refined = refine_forecast(tally, expected())
    assert (refined.input_tokens, refined.output_tokens) == (5000 + 900 * 100, 700 + 900 * 50)
    assert refined.cost_usd == pytest.approx(1.0 + 0.09 + 0.09)
    assert refine_forecast(tally, expected(price=lambda _: None)).cost_usd is None
    assert refine_forecast(replace(tally, cost_usd=None), expected()).cost_usd is None


def test_no_more_is_expected_than_the_walk_has() -> None:
    short = replace(expected(), items=30)
    assert refine_forecast(Tally(300), short).calls == 10 + 30 + 60


@pytest.mark.parametrize("session", [0, 1])
def test_a_real_run_is_forecast_from_live_figures_in_each_of_its_sessions(tmp_path: Path, session: int) -> None:
    settled = Recipe.model_validate(
        {"tree": "seed:en", "records": 120, "model": "rehearsal?malformed=0.2", "parse_retries": 1}
    )
    if session:
        with prepare_synthesis(settled, tmp_path / "run") as synthesis:
            asyncio.run(synthesis.run())
        settled = settled.model_copy(update={"records": 240})
    tallies: list[Tally] = []
    with prepare_synthesis(settled, tmp_path / "run", on_change=lambda tally: tallies.append(deepcopy(tally))) as run:
        begun = run.refined_forecast().calls
        final = asyncio.run(run.run()).tally
        assert run.refined_forecast().calls == final.calls
        half = refine_forecast(tallies[len(tallies) // 2], run.expected).calls
    assert final.calls > 1.1 * forecast(settled).calls
    assert half == pytest.approx(final.calls, rel=0.1)
    assert begun == pytest.approx(final.calls, rel=0.1) or not session
