"""What a run under way will come to, by its own figures: the forecast, refined as it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from dspy.lm15 import Usage

from ..runtime.journal import StageFigures
from ..runtime.ledger import Price
from ..runtime.models import model_price
from ..runtime.synthesizer import Tally
from .compiled import Programs
from .forecast import ENOUGH_STEPS, JUDGED_STAGE, tokens_assumed
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
        judge_price: of a reply of the gate's judge; None without a gate.
        inheritable: stage -> steps of the run that this one was forked from.
    """

    difficulties: int
    rounds: int
    items: int
    tokens: Mapping[str, tuple[float, float]]
    price: Price
    inheritable: Mapping[str, int] = field(default_factory=dict)
    judge_price: Price | None = None

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        *,
        cells: int,
        inheritable: Mapping[str, StageFigures],
        programs: Programs | None = None,
    ) -> "Expectations":
        """What a recipe says; `cells` is the length of its walk, and `programs` are the compiled prompts of the run."""
        return cls(
            difficulties=len(recipe.difficulties),
            rounds=recipe.refine.rounds,
            items=cells * len(recipe.difficulties),
            tokens=tokens_assumed(recipe, programs or Programs()),
            price=model_price(recipe.model),
            judge_price=model_price(recipe.judge_spec) if recipe.refine.gate else None,
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


@dataclass(frozen=True)
class _Left:
    """What a stage will still use, and whether its calls and tokens are assumed."""

    calls: float
    input_tokens: float
    output_tokens: float
    assumed: bool


def refine_forecast(tally: Tally, expected: Expectations) -> RefinedForecast:
    """What a run will come to: what it has come to, and what is left by its own yield, calls and tokens a step.

    Args:
        tally: the run's figures so far.
        expected: what is known besides.
    """
    left = {stage: _left(stage, steps, tally, expected) for stage, steps in _steps_needed(tally, expected).items()}
    cost, calls = _cost(left, expected), ceil(sum(each.calls for each in left.values()))
    return RefinedForecast(
        calls=tally.calls + calls,
        input_tokens=tally.input_tokens + ceil(sum(each.input_tokens for each in left.values())),
        output_tokens=tally.output_tokens + ceil(sum(each.output_tokens for each in left.values())),
        cost_usd=None if cost is None or tally.cost_usd is None else tally.cost_usd + cost,
        calls_left=calls,
        assumed=tuple(stage for stage, each in left.items() if each.assumed),
    )


def _left(stage: str, steps: float, tally: Tally, expected: Expectations) -> _Left:
    done = tally.stages.get(stage, _NONE)
    left = _to_execute(done, steps, expected.inheritable.get(stage, 0)) if tally.kept < tally.asked else 0.0
    calls_each, taken_each, given_each = 1.0, *expected.tokens[stage]
    known = done.executed >= ENOUGH_STEPS
    if known:
        figures = (done.calls, done.input_tokens, done.output_tokens)
        calls_each, taken_each, given_each = (figure / done.executed for figure in figures)
    return _Left(left * calls_each, left * taken_each, left * given_each, assumed=left > 0 and not known)


def _cost(left: Mapping[str, _Left], expected: Expectations) -> float | None:
    """What is left costs, each model's calls at its price; None where one is unknown."""
    writer = _price(expected.price, [each for stage, each in left.items() if stage != JUDGED_STAGE])
    if expected.judge_price is None:
        return writer
    judge = _price(expected.judge_price, [left[JUDGED_STAGE]])
    return None if writer is None or judge is None else writer + judge


def _price(price: Price, left: Sequence[_Left]) -> float | None:
    taken, given = sum(each.input_tokens for each in left), sum(each.output_tokens for each in left)
    return price(Usage(input_tokens=ceil(taken), output_tokens=ceil(given)))


def _steps_needed(tally: Tally, expected: Expectations) -> dict[str, float]:
    """Stage -> steps of the whole run, by the share of items that has passed each stage so far.

    By stage, and not kept / ended: what is lost ends sooner than what is kept, so that early in a run, or with many
    items under way, the ends seen are mostly losses.
    """
    names = ("question", "answer", "critique", "refinement", JUDGED_STAGE)
    question, answer, critique, refinement, compare = (tally.stages.get(name, _NONE) for name in names)
    size = expected.difficulties
    asked = _share(question.ended * size, question.lost * size + tally.rejected_questions)
    answered = _share(answer.ended, answer.lost + tally.rejected - tally.rejected_questions)
    reviewed = _share(critique.ended, critique.lost)
    a_round = reviewed * _share(refinement.ended, refinement.lost)
    won = _share(tally.gate_kept + tally.gate_refused, tally.gate_refused)
    items = min(expected.items, tally.asked / (asked * answered * _come_through(expected.rounds, a_round, won)))
    critiques = items * asked * answered * sum((a_round * won) ** number for number in range(expected.rounds))
    needed = {
        "question": items / size,
        "answer": items * asked,
        "critique": critiques,
        "refinement": critiques * reviewed,
    }
    if expected.judge_price is not None:
        # The second order is asked about where the first one could be read.
        needed[JUDGED_STAGE] = critiques * a_round * (1 + _share(compare.ended, compare.lost))
    return needed


def _come_through(rounds: int, a_round: float, won: float) -> float:
    """The share of items that is kept of those that are refined: a refinement that is refused is the last one."""
    share = 1.0
    for _ in range(rounds):
        share = a_round * (1 - won + won * share)
    return share


def _share(ended: int, lost: int) -> float:
    """The share that passes; never 0, and 1 as long as nothing was lost."""
    return (max(0, ended - lost) + 1) / (ended + 1)


def _to_execute(done: StageFigures, steps: float, inheritable: int) -> float:
    """Steps of a stage that calls are still to be made for: those left without what will be taken over."""
    left = max(0.0, steps - done.ended)
    if not done.inherited:
        return left
    return left - min(left * done.inherited / done.ended, max(0, inheritable - done.inherited))
