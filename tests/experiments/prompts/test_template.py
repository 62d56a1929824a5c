"""A prompt in MLflow's syntax gives, filled in by MLflow, the very messages that the model reads."""

from typing import Any, cast

import dspy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mlflow.entities.model_registry import PromptVersion

from condor.experiments.prompts.names import stage_of, stages
from condor.experiments.prompts.template import prompt_template
from condor.programs import AnswerQuestion, Stage

#: What MLflow's search, Jinja and our own marks look out for.
PIECES = (
    "{",
    "}",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "question",
    " ",
    "\n",
    "\r",
    "\\",
    "'",
    "\ue0000.question\ue001",
)
HOSTILE = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12).map("".join)


def filled(stage: Stage[Any]) -> list[dict[str, Any]]:
    """The registered prompt as MLflow fills it in, with `{field}` for each input."""
    version = PromptVersion("condor.test", 1, prompt_template(stage))
    names = cast("type[dspy.Signature]", stage.predict.signature).input_fields
    assert version.variables == set(names)
    inputs: dict[str, Any] = {name: f"{{{name}}}" for name in names}
    return cast("list[dict[str, Any]]", version.format(**inputs))


@pytest.mark.parametrize("name", sorted(stages()))
def test_every_built_in_prompt_survives(name: str) -> None:
    stage = stage_of(name)
    assert filled(stage) == stage.prompt()


@settings(deadline=None, max_examples=300)
@given(instructions=HOSTILE, answer=HOSTILE)
@example(instructions="{{ question }}", answer="")
@example(instructions="{% if question %}", answer="%}\r\n{{{{question}}")
@example(instructions="%} {%", answer="{")
@example(instructions="", answer="{\r{")
def test_whatever_a_compiled_prompt_holds_survives(instructions: str, answer: str) -> None:
    stage = AnswerQuestion()
    stage.predict.signature = AnswerQuestion.signature.with_instructions(instructions)
    stage.predict.demos = [{"question": "{{ language }}", "language": "en", "answer": answer}]
    assert filled(stage) == stage.prompt()


def test_a_prompt_without_any_such_text_is_readable() -> None:
    last = prompt_template(AnswerQuestion())[-1]
    assert last["role"] == "user"
    assert "{{ question }}" in last["content"]
    assert "{%" not in str(prompt_template(AnswerQuestion()))
