"""Models that refuse the usual sampling settings are named on the command line like any other."""

import json
from collections.abc import Iterator

import pytest

from condor.cli.tree_work import read_model
from condor.runtime.models import build_model
from condor.runtime.rehearsal.server import RehearsalServer
from condor.runtime.rehearsal.settings import RehearsalSettings

from support import Cli, Endpoint, ServerThread

RECIPE = "tree: seed:en\nrecords: 4\nmodel: rehearsal\n"


@pytest.fixture
def reasoning() -> Iterator[Endpoint]:
    """The rehearsal model, served under the names of reasoning models."""
    server = RehearsalServer(RehearsalSettings(), models=("o3", "gpt-5"))
    with ServerThread(server.application()) as thread:
        yield Endpoint(f"http://127.0.0.1:{thread.port}/v1", server.count)


@pytest.mark.parametrize("name", ["openai/o3", "openai/gpt-5", "openai/gpt-5.1-mini"])
def test_a_reasoning_model_is_sent_no_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 20)
    spec = read_model(name, None)
    assert spec.sampling == {}
    assert build_model(spec, concurrency=1).lm.model == name


@pytest.mark.parametrize("name", ["rehearsal", "openai/gpt-4o-mini", "openai/gpt-5-chat-latest", "openai/"])
def test_any_other_model_keeps_the_usual_settings(name: str) -> None:
    assert read_model(name, None).sampling == {"temperature": 0.7, "max_tokens": 4096}


def test_a_reasoning_model_judges_a_run(cli: Cli, reasoning: Endpoint) -> None:
    assert cli.run("synth", cli.recipe(RECIPE), "--run", "run").returncode == 0
    result = cli.run("judge", "run", "--model", "openai/o3", "--api-base", reasoning.base, "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["judged"] == 4
    assert reasoning.count.calls == 8


def test_reasoning_models_judge_and_propose_for_an_optimization(cli: Cli, reasoning: Endpoint) -> None:
    result = cli.run(
        "optimize", "answer", "--run", "opt", "--model", "rehearsal", "--json",
        "--train", "6", "--val", "4", "--holdout", "10", "--budget-calls", "300",
        "--judge", "openai/o3", "--judge-base", reasoning.base,
        "--optimizer-model", "openai/gpt-5", "--optimizer-base", reasoning.base,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["program"]["models"]["judge"] == {"name": "openai/o3"}
    assert reasoning.count.calls == found["calls"]["judge"] + found["calls"]["optimizer"] > 0
