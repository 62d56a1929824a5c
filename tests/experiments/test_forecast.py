"""The forecast: calls are exact where nothing goes wrong, tokens become the run's own, assumptions are said."""

from pathlib import Path

import pytest

from condor.experiments import Recipe, forecast, prepare_synthesis
from condor.experiments.compiled import Programs, save_compiled
from condor.experiments.forecast import Forecast
from condor.programs import RefineAnswer
from condor.runtime.models import ModelSpec

from prompt_samples import compiled
from support import Cli


def recipe(**changes: object) -> Recipe:
    return Recipe.model_validate({"tree": "seed:en", "records": 300, "model": "rehearsal"} | changes)


@pytest.mark.parametrize(
    ("changes", "calls"),
    [
        ({}, 100 + 300 + 300 + 300),
        ({"refine": {"rounds": 3}}, 100 + 300 + 2 * 900),
        ({"difficulties": ["hard"]}, 300 + 900),
        ({"records": 100}, 34 + 300),
    ],
)
def test_calls_follow_from_the_recipe(changes: dict[str, object], calls: int) -> None:
    assert forecast(recipe(**changes)).calls == calls


@pytest.mark.usefixtures("no_keys")
def test_cost_is_tokens_times_price_and_unknown_where_the_price_is() -> None:
    priced = {"name": "openai/mine", "price": {"input_usd": 2.0, "output_usd": 8.0}}
    figures = forecast(recipe(model=priced))
    expected = (figures.input_tokens * 2.0 + figures.output_tokens * 8.0) / 1e6
    assert figures.cost_usd == pytest.approx(expected)
    assert forecast(recipe(model=ModelSpec(name="openai/gpt-4o-mini"))).cost_usd is not None
    assert forecast(recipe(model="openai/nobody-knows-this")).cost_usd is None
    assert forecast(recipe()).cost_usd == 0.0


def test_more_examples_rounds_and_chinese_take_more_tokens() -> None:
    one, two = forecast(recipe()), forecast(recipe(refine={"rounds": 2}))
    assert two.input_tokens > one.input_tokens
    per_call = {stage.stage: stage.input_tokens / stage.calls for stage in one.stages}
    assert per_call["refinement"] > per_call["critique"] > per_call["answer"]


def test_a_runs_own_figures_replace_the_assumptions(cli: Cli) -> None:
    text = "tree: seed:en\nrecords: 90\nmodel: rehearsal\n"
    path = cli.recipe(text)
    assert cli.run("synth", path, "--run", "run").returncode == 0
    figures = forecast(recipe(records=90), run=cli.directory / "run")
    assert all(stage.measured for stage in figures.stages)
    assert not any("tokens of a reply" in line for line in figures.assumptions)
    import json

    status = json.loads(cli.run("status", "run", "--json").stdout)
    assert figures.calls == status["calls"]
    assert figures.input_tokens == pytest.approx(status["input_tokens"], rel=0.001)
    assert figures.output_tokens == pytest.approx(status["output_tokens"], rel=0.001)
    shown = cli.run("forecast", path, "--records", "300", "--run", "run")
    assert shown.returncode == 0, shown.stderr
    assert "1,000" in shown.stdout
    assert "question (measured)" in shown.stdout
    assert "assumed: nothing is rejected" in shown.stdout


def put_in(directory: Path, instructions: str) -> int:
    """Compile the refinement with other instructions; the characters that its prompt has more than the built-in one."""
    program = compiled("refine", instructions)
    directory.mkdir(exist_ok=True)
    save_compiled(program, directory / program.file_name)
    stage = RefineAnswer()
    built_in = stage.prompt()
    Programs.of(program.prompts).apply(stage)
    long, short = (sum(len(message["content"]) for message in prompt) for prompt in (stage.prompt(), built_in))
    return long - short


def refinement_tokens(figures: Forecast) -> float:
    (stage,) = (stage for stage in figures.stages if stage.stage == "refinement")
    return stage.input_tokens / stage.calls


def test_compiled_prompts_are_reckoned_with(tmp_path: Path) -> None:
    more = put_in(tmp_path / "opt", "Write it anew, and better. " * 400)
    assert more > 10_000
    plain, figures = forecast(recipe()), forecast(recipe(programs=str(tmp_path / "opt")))
    assert refinement_tokens(figures) - refinement_tokens(plain) == pytest.approx(more / 4, abs=0.01)
    assert "the compiled prompts of refinement" in figures.assumptions
    assert not any("compiled" in line for line in plain.assumptions)


def test_a_run_is_reckoned_with_the_prompts_that_are_frozen_into_it(cli: Cli) -> None:
    more = put_in(cli.directory / "opt", "Write it anew, and better. " * 400)
    path = cli.recipe("tree: seed:en\nrecords: 3\nmodel: rehearsal\n")
    assert cli.run("synth", path, "--run", "run", "--programs", "opt").returncode == 0
    assert cli.run("synth", path, "--run", "plain", "--prompts", "built-in").returncode == 0
    put_in(cli.directory / "opt", "Write it anew.")
    named = recipe(programs=str(cli.directory / "opt"))
    plain = forecast(recipe(), run=cli.directory / "plain")
    assert refinement_tokens(plain) == refinement_tokens(forecast(recipe()))
    for settled in (recipe(), named):
        found = refinement_tokens(forecast(settled, run=cli.directory / "run"))
        assert found - refinement_tokens(plain) == pytest.approx(more / 4, abs=0.01)
    shown = cli.run("forecast", path, "--run", "run")
    assert "assumed: the compiled prompts of refinement" in shown.stdout, shown.stderr
    shown = cli.run("forecast", "run/recipe.yaml")
    assert "assumed: the compiled prompts of refinement" in shown.stdout, shown.stderr


def test_a_run_under_way_reckons_with_its_compiled_prompts(tmp_path: Path) -> None:
    more = put_in(tmp_path / "opt", "Write it anew, and better. " * 400)
    taken = []
    for name, programs in (("plain", None), ("compiled", str(tmp_path / "opt"))):
        with prepare_synthesis(recipe(programs=programs), tmp_path / name) as synthesis:
            taken.append(synthesis.expected.tokens["refinement"][0])
    assert taken[1] - taken[0] == pytest.approx(more / 4)


def test_forecasting_makes_nothing(cli: Cli) -> None:
    path = cli.recipe("tree: seed:zh\nlanguages: zh\nrecords: 30\nmodel: openai/gpt-4o-mini\n")
    before = set(Path(cli.directory).iterdir())
    assert cli.run("forecast", path, "--json").returncode == 0
    assert set(Path(cli.directory).iterdir()) == before
