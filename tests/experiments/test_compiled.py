"""Compiled programs: what is stored is what is asked, and what does not fit is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dspy
import pytest

from condor.errors import ProgramFault, UnreadableFile
from condor.experiments.compiled import (
    STEP_STAGES,
    STEPS,
    CompiledProgram,
    CompiledPrompt,
    CompiledStep,
    Programs,
    load_compiled,
    load_programs,
    save_compiled,
)
from condor.programs import CritiqueAnswer, GrowTree, Refine, RefineAnswer, Stage, Void, WriteQuestions
from condor.signatures import QuestionTriple


def compiled_stage(kind: type[Stage[Any]], instruction: str = "Write in the requested language, and well.") -> Any:
    stage = kind()
    stage.predict.signature = kind.signature.with_instructions(instruction)
    return stage


def program_of(step: CompiledStep, *, improved: bool = True, instruction: str = "Do it well.") -> CompiledProgram:
    stages = [compiled_stage(kind, instruction) for kind in STEP_STAGES[step]]
    prompts = [CompiledPrompt.of(stage, base_version=type(stage)().prompt_version()) for stage in stages]
    return CompiledProgram(
        step=step,
        prompts=tuple(prompts),
        optimizer="gepa",
        seed=3,
        models={"generator": {"name": "rehearsal"}},
        sets={"train": ("a",), "val": ("b",), "holdout": ("c",)},
        scores={"before": {"mean": 0.5, "low": 0.4, "high": 0.6, "count": 9, "missing": 0}},
        improved=improved,
    )


@pytest.mark.parametrize("step", STEPS)
def test_a_compiled_program_comes_back_as_it_was(step: CompiledStep, tmp_path: Path) -> None:
    program = program_of(step)
    save_compiled(program, tmp_path / program.file_name)
    assert load_compiled(tmp_path / f"{step}.json") == program
    assert load_programs(tmp_path).prompts == {prompt.stage: prompt for prompt in program.prompts}


def test_demos_of_every_type_are_asked_as_they_were_compiled(tmp_path: Path) -> None:
    stage = compiled_stage(WriteQuestions)
    triple = QuestionTriple(easy='Why "tea"?', medium="Two\nlines?", hard="为什么?")
    inputs = {"theme": ["Food"], "task": "View", "examples": ["A?"], "language": "English"}
    stage.predict.demos = [dspy.Example(augmented=True, **inputs, questions=triple)]
    prompt = CompiledPrompt.of(stage, base_version="0")
    program = program_of("question").model_copy(update={"prompts": (prompt,)})
    save_compiled(program, tmp_path / "question.json")
    fresh = Void()
    load_programs(tmp_path).apply(fresh)
    assert fresh.write_questions.prompt_version() == prompt.prompt_version
    assert fresh.write_questions.prompt() == stage.prompt()
    assert fresh.answer_question.prompt_version() == Void().answer_question.prompt_version()


def test_a_model_and_traces_do_not_get_into_the_file() -> None:
    stage = compiled_stage(RefineAnswer)
    stage.predict.lm = dspy.LM("openai/x", api_key="sk-canary", cache=False)
    stage.predict.traces = [{"anything": 1}]
    prompt = CompiledPrompt.of(stage, base_version="0")
    assert prompt.state["lm"] is None
    assert prompt.state["traces"] == []
    assert "canary" not in prompt.model_dump_json()


def test_it_is_applied_to_every_stage_of_a_program_and_to_a_stage() -> None:
    programs = Programs.of(program_of("refine+critique").prompts)
    refine, alone = Refine(rounds=2), CritiqueAnswer()
    programs.apply(refine)
    programs.apply(alone)
    assert refine.critique_answer.prompt_version() == alone.prompt_version() == programs.version(CritiqueAnswer)
    assert refine.refine_answer.prompt_version() == programs.version(RefineAnswer)
    assert programs.version(RefineAnswer) != RefineAnswer().prompt_version()
    assert programs.version(WriteQuestions) == WriteQuestions().prompt_version()


def edited(change: Callable[[dict[str, Any]], object], path: Path) -> Path:
    save_compiled(program_of("refine"), path)
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_a_changed_signature_is_refused_with_the_step_and_what_to_do(tmp_path: Path) -> None:
    path = edited(lambda data: data["prompts"][0].update(signature_hash="0123456789abcdef"), tmp_path / "refine.json")
    with pytest.raises(ProgramFault) as caught:
        load_compiled(path)
    assert str(caught.value) == (
        f"{path}: the prompt of refinement was compiled for another signature (0123456789abcdef, now "
        f"{RefineAnswer.signature_hash()}); compile it again: condor optimize refine"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(step="unknown"), "no compiled program: step"),
        (lambda data: data.pop("optimizer"), "no compiled program: optimizer"),
        (lambda data: data.update(extra=1), "no compiled program: extra"),
        (lambda data: data["prompts"][0].update(stage="answer"), "a compiled refine has the prompts of refinement"),
        (
            lambda data: data["prompts"][0]["state"].pop("signature"),
            r"prompts\.0\.state: Value error, signature: Field",
        ),
        (lambda data: data["prompts"][0]["state"]["signature"].update(instructions="Else."), "was changed by hand"),
    ],
)
def test_a_file_that_is_no_compiled_program_is_refused(
    change: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ProgramFault, match=said):
        load_compiled(edited(change, tmp_path / "refine.json"))


#: What a state could carry beside the prompt, and a version that is a hash of the prompt would not show.
SMUGGLED: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda state: state.update(lm={"model": "openai/gpt-4o", "model_type": "chat"}), "lm: Input should be None"),
    (lambda state: state.update(config={"temperature": 2.0}), "config: Extra inputs are not permitted"),
    (lambda state: state.update(fields={"answer": "Else."}), "fields: Extra inputs are not permitted"),
    (lambda state: state.update(traces=[{"anything": 1}]), "traces: List should have at most 0 items"),
    (lambda state: state.update(train=["anything"]), "train: List should have at most 0 items"),
    (lambda state: state.update(demos="abc"), "demos: Input should be a valid list"),
    (lambda state: state["signature"].update(more=1), r"signature\.more: Extra inputs are not permitted"),
    (lambda state: state["signature"]["fields"].pop(), "state has 6 fields, and the signature of refinement 7"),
    (lambda state: state["signature"].update(fields=[]), "state has 0 fields, and the signature of refinement 7"),
]


@pytest.mark.parametrize(("change", "said"), SMUGGLED)
def test_a_state_holds_the_prompt_and_nothing_else(
    change: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ProgramFault, match=said) as caught:
        load_compiled(edited(lambda data: change(data["prompts"][0]["state"]), tmp_path / "refine.json"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("change", "said"), SMUGGLED)
def test_neither_the_prompt_of_a_registry_nor_a_frozen_one_brings_anything_else(
    change: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    """A registry's prompt is a `CompiledPrompt`, too, and goes through `Programs.apply`."""
    data = program_of("refine").prompts[0].model_dump(mode="json")
    change(data["state"])
    with pytest.raises(ValueError, match=said):
        Programs.of([CompiledPrompt.model_validate(data)]).apply(RefineAnswer())
    frozen = tmp_path / "programs.json"
    frozen.write_text(json.dumps({"named": True, "prompts": [data]}), encoding="utf-8")
    with pytest.raises(ProgramFault, match=said):
        Programs.frozen(frozen)


def test_the_hash_sees_the_instruction_and_each_field() -> None:
    class Other(RefineAnswer):
        pass

    seen = {RefineAnswer.signature_hash()}
    built_in = RefineAnswer.signature
    for signature in (
        built_in.with_instructions("Other words."),
        built_in.delete("draft").prepend("draft", dspy.InputField(desc="another description"), str),
        built_in.with_updated_fields("answer", type_=list[str]),
        built_in.append("note", dspy.InputField(desc="a further input"), str),
        built_in.delete("strengths"),
    ):
        Other.signature = signature
        assert Other.signature_hash() not in seen
        seen.add(Other.signature_hash())


def test_compiling_does_not_change_the_hash() -> None:
    assert compiled_stage(RefineAnswer).signature_hash() == RefineAnswer.signature_hash()


def test_a_program_that_brought_nothing_takes_no_place(tmp_path: Path) -> None:
    save_compiled(program_of("refine", improved=False), tmp_path / "refine.json")
    assert not load_programs(tmp_path)


def test_two_prompts_for_one_stage_are_refused(tmp_path: Path) -> None:
    for step in ("critique", "refine+critique"):
        save_compiled(program_of(step), tmp_path / f"{step}.json")
    with pytest.raises(ProgramFault, match=r"critique\.json and refine\+critique\.json both hold a prompt"):
        load_programs(tmp_path)
    save_compiled(program_of("critique", improved=False), tmp_path / "critique.json")
    assert set(load_programs(tmp_path).prompts) == {"critique", "refinement"}


def test_a_directory_without_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no compiled program here"):
        load_programs(tmp_path)


def test_what_optimize_leaves_in_its_run_is_found(tmp_path: Path) -> None:
    (tmp_path / "compiled").mkdir()
    save_compiled(program_of("answer"), tmp_path / "compiled" / "answer.json")
    assert set(load_programs(tmp_path).prompts) == {"answer"}


def test_what_is_frozen_into_a_run_comes_back(tmp_path: Path) -> None:
    programs = Programs.of(program_of("refine+critique").prompts)
    programs.freeze(tmp_path / "programs.json")
    assert Programs.frozen(tmp_path / "programs.json") == programs
    assert not Programs.frozen(tmp_path / "programs.json").named
    assert Programs.frozen(tmp_path / "none.json") == Programs()
    assert load_programs(tmp_path / "programs.json").named


def test_a_directory_in_which_nothing_is_better_yet_is_noted(tmp_path: Path) -> None:
    save_compiled(program_of("refine", improved=False), tmp_path / "refine.json")
    load_programs(tmp_path).freeze(tmp_path / "programs.json")
    assert Programs.frozen(tmp_path / "programs.json").named
    Programs().freeze(tmp_path / "programs.json")
    assert not (tmp_path / "programs.json").exists()


def test_only_the_prompts_of_a_works_own_stages_are_its_own() -> None:
    programs = Programs.of((*program_of("expand").prompts, *program_of("refine+critique").prompts))
    assert set(programs.within(Void(), Refine()).prompts) == {"critique", "refinement"}
    assert set(programs.within(GrowTree()).prompts) == {"expand_tag"}
    assert not programs.within(Void())
