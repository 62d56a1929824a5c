"""What a run under way will come to, by its own figures: the forecast, refined as it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from dspy.lm15 import Usage

from ..runtime.journal import StageFigures
from ..runtime.ledger import Price
from ..runtime.models import model_price
from ..runtime.synthesizer import Tally
from .forecast import ENOUGH_STEPS, tokens_assumed
from .recipe import Recipe

_NONE = StageFigures()


@dataclass(frozen=True)
class Expectations:
    """What is known of a run besides its figures.

    Attributes:
        difficulties: items of a cell.
        rounds: of critique and refinement.
        items: that the whole walk has.
        tokens: stage -> (input, output) tokens of one call, assumed.
        price: of a reply.
        inheritable: stage -> steps of the run that this one was forked from.
    """

    difficulties: int
    rounds: int
    items: int
    tokens: Mapping[str, tuple[float, float]]
    price: Price
    inheritable: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, recipe: Recipe, *, cells: int, inheritable: Mapping[str, StageFigures]) -> "Expectations":
        """What a recipe says; `cells` is the length of its walk."""
        return cls(
            difficulties=len(recipe.difficulties),
            rounds=recipe.refine.rounds,
            items=cells * len(recipe.difficulties),
            tokens=tokens_assumed(recipe),
            price=model_price(recipe.model),
            inheritable={stage: figures.ended for stage, figures in inheritable.items()},
        )


@dataclass(frozen=True)
class RefinedForecast:
    """What a run will have come to at its end.

    Attributes:
        calls, input_tokens, output_tokens: of all its sessions, those made so far included.
        cost_usd: likewise; None where a price is unknown.
        calls_left: still to be made.
        assumed: stages that were not executed often enough, whose calls and tokens are assumed.
    """

    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    calls_left: int
    assumed: tuple[str, ...]


def refine_forecast(tally: Tally, expected: Expectations) -> RefinedForecast:
    """What a run will come to: what it has come to, and what is left by its own yield, calls and tokens a step.

    Args:
        tally: the run's figures so far.
        expected: what is known besides.
    """
    needed = _steps_needed(tally, expected)
    calls = taken = given = 0.0
    assumed = []
    for stage, steps in needed.items():
        done = tally.stages.get(stage, _NONE)
        left = _to_execute(done, steps, expected.inheritable.get(stage, 0)) if tally.kept < tally.asked else 0.0
        calls_each, taken_each, given_each = 1.0, *expected.tokens[stage]
        if done.executed >= ENOUGH_STEPS:
            figures = (done.calls, done.input_tokens, done.output_tokens)
            calls_each, taken_each, given_each = (figure / done.executed for figure in figures)
        elif left:
            assumed.append(stage)
        calls, taken, given = calls + left * calls_each, taken + left * taken_each, given + left * given_each
    cost = expected.price(Usage(input_tokens=ceil(taken), output_tokens=ceil(given)))
    return RefinedForecast(
        calls=tally.calls + ceil(calls),
        input_tokens=tally.input_tokens + ceil(taken),
        output_tokens=tally.output_tokens + ceil(given),
        cost_usd=None if cost is None or tally.cost_usd is None else tally.cost_usd + cost,
        calls_left=ceil(calls),
        assumed=tuple(assumed),
    )


def _steps_needed(tally: Tally, expected: Expectations) -> dict[str, float]:
    """Stage -> steps of the whole run, by the share of items that has passed each stage so far.

    By stage, and not kept / ended: what is lost ends sooner than what is kept, so that early in a run, or with many
    items under way, the ends seen are mostly losses.
    """
    stages = {name: tally.stages.get(name, _NONE) for name in ("question", "answer", "critique", "refinement")}
    question, answer, critique, refinement = stages.values()
    size = expected.difficulties
    asked = _share(question.ended * size, question.lost * size + tally.rejected_questions)
    answered = _share(answer.ended, answer.lost + tally.rejected - tally.rejected_questions)
    reviewed = _share(critique.ended, critique.lost)
    a_round = reviewed * _share(refinement.ended, refinement.lost)
    items = min(expected.items, tally.asked / (asked * answered * a_round**expected.rounds))
    critiques = items * asked * answered * sum(a_round**number for number in range(expected.rounds))
    return {
        "question": items / size,
        "answer": items * asked,
        "critique": critiques,
        "refinement": critiques * reviewed,
    }


def _share(ended: int, lost: int) -> float:
    """The share that passes; never 0, and 1 as long as nothing was lost."""
    return (max(0, ended - lost) + 1) / (ended + 1)


def _to_execute(done: StageFigures, steps: float, inheritable: int) -> float:
    """Steps of a stage that calls are still to be made for: those left without what will be taken over."""
    left = max(0.0, steps - done.ended)
    if not done.inherited:
        return left
    return left - min(left * done.inherited / done.ended, max(0, inheritable - done.inherited))
