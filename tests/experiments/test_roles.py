"""Who writes and who judges: one engine where both are the same, both heard, neither key said."""

import pytest

from condor.errors import ModelFault
from condor.experiments import BatchUse, Recipe
from condor.experiments.roles import assign_roles

HERE = "http://127.0.0.1:9/v1"
WRITER = {"name": "openai/m", "api_base": HERE, "api_key_env": "WRITER_PASS"}
JUDGE = {"name": "openai/j", "api_base": HERE, "api_key_env": "JUDGE_PASS"}

pytestmark = pytest.mark.usefixtures("no_keys")


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key for each, in variables that are not named like keys."""
    monkeypatch.setenv("WRITER_PASS", "wwwwwwwwww")
    monkeypatch.setenv("JUDGE_PASS", "jjjjjjjjjj")


def recipe(**changes: object) -> Recipe:
    data = {"tree": "seed:en", "records": 3, "model": WRITER, "refine": {"gate": "judge"}}
    return Recipe.model_validate(data | changes)


def test_without_a_gate_nobody_judges_and_no_key_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUDGE_PASS")
    assert assign_roles(recipe(judge=JUDGE, refine={}), BatchUse()).judge is None
    with pytest.raises(ModelFault, match="JUDGE_PASS"):
        assign_roles(recipe(judge=JUDGE), BatchUse())


def test_the_writer_judges_through_its_own_engine_at_temperature_0() -> None:
    roles = assign_roles(recipe(), BatchUse())
    assert roles.judge is not None
    assert roles.judge.engine is roles.writer.engine
    assert (roles.writer.lm.kwargs["temperature"], roles.judge.lm.kwargs["temperature"]) == (0.7, 0.0)


def test_both_are_heard_and_the_key_of_neither_is_said() -> None:
    roles = assign_roles(recipe(judge=JUDGE), BatchUse())
    assert roles.judge is not None
    heard: list[str] = []
    roles.tell_through(heard.append)
    roles.writer.engine.tell("down: wwwwwwwwww, jjjjjjjjjj")
    roles.judge.engine.tell("slow: jjjjjjjjjj, wwwwwwwwww")
    assert heard == ["down: [key], [key]", "slow: [key], [key]"]
