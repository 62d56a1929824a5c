"""What a recipe will take, before a run: calls, tokens and cost, with the assumptions that they rest on."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dspy.lm15 import Usage

from ..knowledge.tasks import tasks_for
from ..programs import AnswerQuestion, CompareStage, CritiqueAnswer, RefineAnswer, Stage, WriteQuestions
from ..runtime.models import ModelSpec, model_price
from ..runtime.run_directory import RunDirectory
from ..vocabulary import Language
from .compiled import Programs, load_programs
from .recipe import Recipe
from .status import open_run

#: Replies in tokens: guesses, which no model was measured for; a run's own figures replace them.
_REPLY_TOKENS = {"question": 350, "answer": 500, "critique": 300, "refinement": 600, "compare": 100}
#: Characters a token: guesses as well.
_CHARS_PER_TOKEN: dict[Language, float] = {"en": 4.0, "zh": 1.4}
#: What the gate's judge is asked; everything else is the writer's.
JUDGED_STAGE = CompareStage.name
#: Executed steps of a stage from which its own figures count.
ENOUGH_STEPS = 25


@dataclass(frozen=True)
class StageForecast:
    """What one stage will take.

    Attributes:
        stage: its name.
        calls: of the whole run.
        input_tokens, output_tokens: of all these calls.
        measured: whether the tokens a call come from the run itself and not from the assumptions.
    """

    stage: str
    calls: int
    input_tokens: int
    output_tokens: int
    measured: bool


@dataclass(frozen=True)
class Forecast:
    """What a recipe will take in all, its budget and what is done already left out of account.

    Attributes:
        cost_usd: None where the price of a model is unknown.
        assumptions: what the figures rest on, a line each.
    """

    model: str
    records: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    stages: tuple[StageForecast, ...]
    assumptions: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The figures as a JSON object."""
        return asdict(self)


def forecast(recipe: Recipe, *, run: Path | None = None, programs: Programs | None = None) -> Forecast:
    """Reckon what a recipe will take. No call is made and no key is needed.

    Args:
        run: a run of that recipe, whose own figures replace the assumptions for every stage that it has executed often
            enough.
        programs: the compiled prompts that are asked with; by default those that the run was begun with, or without a
            run those that the recipe names.

    Raises:
        BadInput: there is no run in that directory, or the compiled prompts cannot be read.
    """
    measured = _measured(run) if run is not None else {}
    asked = _programs(recipe, run) if programs is None else programs
    assumed = tokens_assumed(recipe, asked)
    stages = []
    for stage, calls in _calls(recipe).items():
        taken, given = measured.get(stage, assumed[stage])
        stages.append(StageForecast(stage, calls, round(calls * taken), round(calls * given), stage in measured))
    input_tokens, output_tokens = sum(s.input_tokens for s in stages), sum(s.output_tokens for s in stages)
    return Forecast(
        model=recipe.model.name,
        records=recipe.records,
        calls=sum(stage.calls for stage in stages),
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cost_usd=_cost(recipe, stages),
        stages=tuple(stages),
        assumptions=_assumptions(recipe, tuple(stages), asked),
    )


def _programs(recipe: Recipe, run: Path | None) -> Programs:
    if run is not None:
        return Programs.frozen(RunDirectory(run).programs)
    return Programs() if recipe.programs is None else load_programs(Path(recipe.programs))


def _cost(recipe: Recipe, stages: Sequence[StageForecast]) -> float | None:
    """What all calls cost, each model's at its price; None where one is unknown."""
    costs = [
        _price(recipe.model, [stage for stage in stages if stage.stage != JUDGED_STAGE]),
        _price(recipe.judge_spec, [stage for stage in stages if stage.stage == JUDGED_STAGE]),
    ]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def _price(spec: ModelSpec, stages: Sequence[StageForecast]) -> float | None:
    if not stages:
        return 0.0
    taken, given = sum(stage.input_tokens for stage in stages), sum(stage.output_tokens for stage in stages)
    return model_price(spec)(Usage(input_tokens=taken, output_tokens=given))


def _calls(recipe: Recipe) -> dict[str, int]:
    """Calls of each stage where nothing is rejected, refused, fails or has to be asked for again."""
    cells = math.ceil(recipe.records / len(recipe.difficulties))
    refined = recipe.records * recipe.refine.rounds
    calls = {"question": cells, "answer": recipe.records, "critique": refined, "refinement": refined}
    return calls | ({JUDGED_STAGE: 2 * refined} if recipe.refine.gate else {})


def tokens_assumed(recipe: Recipe, programs: Programs) -> dict[str, tuple[float, float]]:
    """Stage -> (input, output) tokens of one call: the rendered prompt, and replies of assumed length in its inputs.

    Args:
        programs: the compiled prompts that are asked with.
    """
    per_token = sum(_CHARS_PER_TOKEN[language] for language in recipe.languages) / len(recipe.languages)
    question, answer = _REPLY_TOKENS["question"] / 3, _REPLY_TOKENS["answer"]
    critique, refinement = _REPLY_TOKENS["critique"], _REPLY_TOKENS["refinement"]
    draft = (answer + (recipe.refine.rounds - 1) * refinement) / recipe.refine.rounds
    inputs = {
        WriteQuestions: _examples_chars(recipe) / per_token,
        AnswerQuestion: question,
        CritiqueAnswer: question + draft,
        RefineAnswer: question + draft + critique,
    }
    if recipe.refine.gate:
        inputs[CompareStage] = question + draft + refinement
    return {
        kind.name: (_prompt_chars(kind(), programs) / _CHARS_PER_TOKEN["en"] + tokens, _REPLY_TOKENS[kind.name])
        for kind, tokens in inputs.items()
    }


def _prompt_chars(stage: Stage[Any], programs: Programs) -> int:
    programs.apply(stage)
    return sum(len(message["content"]) for message in stage.prompt())


def _examples_chars(recipe: Recipe) -> float:
    """Characters of a task's description and examples, the mean over the recipe's tasks and languages."""
    tasks = [tasks_for(language)[name] for language in recipe.languages for name in recipe.tasks]
    return sum(len(task.description) + sum(map(len, task.examples)) for task in tasks) / len(tasks)


def _measured(run: Path) -> dict[str, tuple[float, float]]:
    """Stage -> (input, output) tokens of one step, repairs included, for stages that were executed often enough.

    Steps that were taken over from another run took none and do not count.
    """
    _, journal = open_run(run)
    with journal:
        figures = journal.stage_figures()
    return {
        stage: (figure.input_tokens / figure.executed, figure.output_tokens / figure.executed)
        for stage, figure in figures.items()
        if figure.executed >= ENOUGH_STEPS
    }


def _assumptions(recipe: Recipe, stages: tuple[StageForecast, ...], programs: Programs) -> tuple[str, ...]:
    guessed = [f"{stage.stage} {_REPLY_TOKENS[stage.stage]}" for stage in stages if not stage.measured]
    lines = ["nothing is rejected, fails or has to be asked for again; each of these adds calls"]
    if recipe.refine.gate:
        lines.append("the gate keeps every refinement; one that it refuses is the last, which takes calls away")
    if guessed:
        lines.append(f"tokens of a reply: {', '.join(guessed)}; prompts: {_CHARS_PER_TOKEN['en']:g} characters a token")
    if compiled := [stage.stage for stage in stages if stage.stage in programs.prompts]:
        lines.append(f"the compiled prompts of {', '.join(compiled)}")
    if len(guessed) < len(stages):
        lines.append("the other stages: the mean of what the run has used so far")
    return tuple(lines)
