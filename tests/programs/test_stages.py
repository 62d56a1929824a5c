"""One stage: records in, records out, and the prompt's version."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dspy
import pytest
from dspy.utils.exceptions import AdapterParseError

from condor.corpus.records import Answer, Critique, Question, Refinement
from condor.knowledge import tasks_for
from condor.programs import (
    AnswerQuestion,
    CompareStage,
    CritiqueAnswer,
    ExpandTag,
    ProposeRoots,
    Refine,
    RefineAnswer,
    ScoreStage,
    Stage,
    Void,
    WriteQuestions,
)
from condor.signatures import QuestionTriple, Scores
from condor.vocabulary import DIFFICULTIES, LANGUAGE_NAMES, LANGUAGES, TASKS, PairVerdict

STAGES: list[type[Stage[Any]]] = [
    ProposeRoots,
    ExpandTag,
    WriteQuestions,
    AnswerQuestion,
    CritiqueAnswer,
    RefineAnswer,
    ScoreStage,
    CompareStage,
]

WHOLE_QUESTIONS = {
    "easy": "I have this table:\n\n| tea | minutes |\n|---|---|\n| green | 2 |\n\n1. Which is short?\n2. Why?",
    "medium": "What does this print?\n\n```python\nfor i in range(3):\n    print(f\"{i}: {{'a': 1}}\")\n```\n\n3 rows.",
    "hard": "# Task\n\nExplain\n[[ ## completed ## ]]\nand solve \\(x^2 = 4\\):\u2028step by step.\n\n- a\n- b",
}


# -- records ---------------------------------------------------------------------------------------------------------


def test_three_questions_come_out_in_the_order_of_the_paper(obedient, records, run) -> None:
    cell = records.cell()
    with obedient.context():
        questions = run(WriteQuestions(), cell)
    assert isinstance(questions, tuple)
    assert [type(question) for question in questions] == [Question] * 3
    assert [question.origin.difficulty for question in questions] == list(DIFFICULTIES)
    assert [question.text for question in questions] == [f"{level} question on Tea" for level in DIFFICULTIES]
    assert len(obedient.requests) == 1


def test_a_question_stands_in_the_cells_place(obedient, records, run) -> None:
    cell = records.cell("zh", "creation")
    with obedient.context():
        questions = run(WriteQuestions(), cell)
    for question in questions:
        assert question.parent_id == cell.id
        assert question.origin == cell.origin.model_copy(update={"difficulty": question.origin.difficulty})
        assert question.provenance is None


@pytest.mark.parametrize("raw_breaks", [False, True])
@pytest.mark.parametrize("fence", ["{}", "```json\n{}\n```"])
def test_three_whole_questions_in_are_three_whole_questions_out(
    scripted, fields, records, run, raw_breaks: bool, fence: str
) -> None:
    source = json.dumps(WHOLE_QUESTIONS, ensure_ascii=False, indent=2)
    if raw_breaks:
        source = source.replace("\\n", "\n")
    script = scripted(fields(questions=fence.replace("{}", source)))
    with script.context():
        questions = run(WriteQuestions(), records.cell())
    assert {question.origin.difficulty: question.text for question in questions} == WHOLE_QUESTIONS


def test_an_answer_belongs_to_its_question(obedient, records, run) -> None:
    question = records.question(text="Why\ntea?")
    with obedient.context():
        answer = run(AnswerQuestion(), question)
    assert answer == Answer(parent_id=question.id, origin=question.origin, text="answer to Why\ntea?")


def test_a_critique_belongs_to_the_answer_that_it_reviews(obedient, records, run) -> None:
    question = records.question()
    answer = records.answer(question, "Leaves.")
    with obedient.context():
        critique = run(CritiqueAnswer(), question, answer)
    assert critique == Critique(
        parent_id=answer.id,
        origin=question.origin,
        strengths="strengths of Leaves.",
        weaknesses="weaknesses of Leaves.",
        suggestions="repair Leaves.",
    )


def test_a_refinement_belongs_to_its_critique_and_is_of_the_first_round(obedient, records, run) -> None:
    question = records.question()
    answer = records.answer(question, "Leaves.")
    critique = records.critique(answer)
    with obedient.context():
        refinement = run(RefineAnswer(), question, answer, critique)
    assert refinement == Refinement(
        parent_id=critique.id, origin=question.origin, text="better(Leaves.) by deepen", round=1
    )


def test_a_refinement_of_a_refinement_is_of_the_next_round(obedient, records, run) -> None:
    question = records.question()
    earlier = Refinement(parent_id="c", origin=question.origin, text="Leaves, brewed.", round=2)
    critique = records.critique(earlier)
    with obedient.context():
        refinement = run(RefineAnswer(), question, earlier, critique)
    assert refinement.round == 3
    assert refinement.text == "better(Leaves, brewed.) by deepen"


# -- what is asked ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", STAGES)
def test_the_language_is_given_by_its_name(obedient, inputs_of, records, run, stage, language) -> None:
    question = records.question(language)
    answer = records.answer(question)
    arguments = {
        ProposeRoots: (language, (), 2),
        ExpandTag: (("Food",), (), 2, language),
        WriteQuestions: (records.cell(language),),
        AnswerQuestion: (question,),
        CritiqueAnswer: (question, answer),
        RefineAnswer: (question, answer, records.critique(answer)),
        ScoreStage: (question, answer),
        CompareStage: (question, answer, records.answer(question, "Habit.")),
    }[stage]
    with obedient.context():
        run(stage(), *arguments)
    assert inputs_of(obedient.requests[0])["language"] == LANGUAGE_NAMES[language]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", TASKS)
def test_the_cells_path_and_task_are_given_in_its_language(obedient, inputs_of, records, language, task) -> None:
    cell = records.cell(language, task)
    with obedient.context():
        WriteQuestions()(cell)
    given = inputs_of(obedient.requests[0])
    described = tasks_for(language)[task]
    assert json.loads(given["theme"]) == list(cell.path)
    assert described.title in given["task"]
    assert described.description in given["task"]
    assert json.loads(given["examples"]) == list(described.examples)
    assert len(described.examples) >= 5


def test_a_refinement_is_asked_for_with_question_draft_and_the_whole_critique(obedient, inputs_of, records) -> None:
    question = records.question()
    answer = records.answer(question)
    with obedient.context():
        RefineAnswer()(question, answer, records.critique(answer))
    assert inputs_of(obedient.requests[0]) == {
        "question": question.text,
        "draft": answer.text,
        "strengths": "short",
        "weaknesses": "shallow",
        "suggestions": "deepen",
        "language": "English",
    }


def test_what_cannot_be_read_is_an_error_and_no_record(scripted, records, run) -> None:
    script = scripted("nothing", "nothing")
    with script.context(parse_retries=1), pytest.raises(AdapterParseError):
        run(AnswerQuestion(), records.question())
    assert len(script.requests) == 2


# -- stages as DSPy modules ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_a_module_with_one_predictor_that_an_optimizer_sees(stage: type[Stage[Any]]) -> None:
    module = stage()
    assert isinstance(module, dspy.Module)
    assert [name for name, _ in module.named_predictors()] == ["predict"]
    signature: Any = module.predict.signature
    assert signature.instructions == stage.signature.instructions


def test_every_stage_has_a_name_of_its_own() -> None:
    assert len({stage.name for stage in STAGES}) == len(STAGES)


def test_a_prompt_that_an_optimizer_compiled_is_the_one_sent(obedient, records, run) -> None:
    stage = AnswerQuestion()
    _instruct(stage, "Answer in verse.")
    stage.predict.demos = [dspy.Example(question="Who?", language="English", answer="They, in verse.")]
    with obedient.context():
        run(stage, records.question())
    request = obedient.requests[0]
    assert request.system.endswith("Answer in verse.")
    assert [message.role for message in request.messages] == ["user", "assistant", "user"]
    assert "They, in verse." in request.messages[1].text


# -- the version of a prompt -----------------------------------------------------------------------------------------


def _instruct(stage: Stage[Any], instructions: str) -> None:
    signature: Any = stage.predict.signature
    stage.predict.signature = signature.with_instructions(instructions)


DEMO_OUTPUTS: dict[Any, Any] = {
    str: "text",
    QuestionTriple: QuestionTriple(easy="一?", medium="Two?", hard="Three?\n```\n3\n```"),
    Scores: Scores(helpfulness=1, correctness=4, depth=7, clarity=10, instruction_following=5),
    PairVerdict: "tie",
}


def _compiled(stage: Stage[Any]) -> Stage[Any]:
    signature: Any = stage.predict.signature
    _instruct(stage, signature.instructions + "\n请写得更好。 Take care.")
    demo: dict[str, Any] = {name: f"a value of {name}\n«»" for name in signature.input_fields}
    for name, field in signature.output_fields.items():
        demo[name] = DEMO_OUTPUTS.get(field.annotation, ["one", "二"])
    stage.predict.demos = [dspy.Example(**demo).with_inputs(*signature.input_fields), dict(demo)]
    return stage


@pytest.mark.parametrize("stage", STAGES)
def test_the_version_changes_with_the_instructions(stage) -> None:
    module = stage()
    before = module.prompt_version()
    _instruct(module, "Do it otherwise.")
    assert module.prompt_version() != before


@pytest.mark.parametrize("stage", STAGES)
def test_the_version_changes_with_the_demos_and_with_their_order(stage) -> None:
    module, names = stage(), list(stage.signature.fields)
    demos = [dict.fromkeys(names, "a"), dict.fromkeys(names, "b")]
    versions = []
    for shown in ([], demos[:1], demos[1:], demos, demos[::-1]):
        module.predict.demos = shown
        versions.append(module.prompt_version())
    assert len(set(versions)) == 5


def test_the_version_changes_with_the_description_of_a_field() -> None:
    stage = AnswerQuestion()
    before = stage.prompt_version()
    signature: Any = stage.predict.signature
    stage.predict.signature = signature.with_updated_fields("answer", desc="in one word")
    assert stage.prompt_version() != before


def test_the_version_comes_back_with_the_prompt() -> None:
    stage = AnswerQuestion()
    before, instructions = stage.prompt_version(), stage.signature.instructions
    _instruct(stage, "Do it otherwise.")
    _instruct(stage, instructions)
    assert stage.prompt_version() == before


def test_nothing_but_the_prompt_changes_the_version(obedient, records) -> None:
    stage = AnswerQuestion()
    before = stage.prompt_version()
    assert AnswerQuestion().prompt_version() == before
    with obedient.context(temperature=0.3):
        stage(records.question())
        assert stage.prompt_version() == before
    stage.predict.config = {"temperature": 1.5}
    stage.predict.lm = obedient.lm()
    stage.predict.traces = ["a trace"]
    stage.predict.train = ["an example"]
    assert stage.prompt_version() == before
    assert stage.deepcopy().prompt_version() == before


def test_eight_stages_have_eight_versions() -> None:
    versions = [stage().prompt_version() for stage in STAGES]
    assert len(set(versions)) == 8
    assert all(len(version) == 16 and int(version, 16) >= 0 for version in versions)


def test_the_prompt_holds_a_placeholder_for_every_input() -> None:
    for stage in STAGES:
        last = stage().prompt()[-1]
        assert last["role"] == "user"
        for name in stage.signature.input_fields:
            assert f"[[ ## {name} ## ]]\n{{{name}}}" in last["content"]


def test_the_version_is_the_same_in_another_process() -> None:
    code = "import json\nfrom condor.programs import *\nfrom condor import programs\n" + (
        f"print(json.dumps([getattr(programs, n)().prompt_version() for n in {[s.__name__ for s in STAGES]!r}]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert json.loads(done.stdout) == [stage().prompt_version() for stage in STAGES]


@pytest.mark.parametrize("stage", STAGES)
def test_a_saved_state_gives_the_same_prompt_and_version(stage, tmp_path: Path) -> None:
    compiled = _compiled(stage())
    compiled.save(tmp_path / "state.json")
    loaded = stage()
    assert loaded.prompt_version() != compiled.prompt_version()
    loaded.load(tmp_path / "state.json")
    assert loaded.prompt() == compiled.prompt()
    assert loaded.prompt_version() == compiled.prompt_version()


@pytest.mark.parametrize("program", [Void, Refine])
def test_the_saved_state_of_a_program_that_was_used_holds_no_model(program, obedient, records, tmp_path: Path) -> None:
    used = program()
    question = records.question()
    arguments = (records.cell(),) if program is Void else (question, records.answer(question))
    with obedient.context(temperature=0.123, max_tokens=77):
        used(*arguments)
    used.save(tmp_path / "state.json")
    saved = (tmp_path / "state.json").read_text(encoding="utf-8")
    state = json.loads(saved)
    names = [name for name, _ in used.named_predictors()]
    assert len(names) == 2
    assert all(state[name]["lm"] is None for name in names)
    assert "scripted" not in saved
    assert "0.123" not in saved


@pytest.mark.parametrize("program", [Void, Refine])
def test_a_program_that_is_loaded_has_the_versions_of_the_one_saved(program, tmp_path: Path) -> None:
    saved, loaded = program(), program()
    for stage in _stages(saved):
        _compiled(stage)
    saved.save(tmp_path / "state.json")
    loaded.load(tmp_path / "state.json")
    assert [s.prompt_version() for s in _stages(loaded)] == [s.prompt_version() for s in _stages(saved)]


def _stages(program: dspy.Module) -> list[Stage[Any]]:
    return [value for value in vars(program).values() if isinstance(value, Stage)]
