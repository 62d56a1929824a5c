"""DSPy's optimizers take our programs as any other: in a notebook, without anything of ours around them."""

from collections.abc import Callable, Iterator
from typing import Any

import dspy
import pytest
from dspy.teleprompt import COPRO, SIMBA, BootstrapFewShot, MIPROv2

from condor.corpus.records import Answer, Cell
from condor.programs import (
    AnswerQuestion,
    AsPrediction,
    CondorAdapter,
    ExpandTag,
    Judge,
    Refine,
    Stage,
    Void,
    WriteQuestions,
)
from condor.programs.direct import DirectStage
from condor.runtime.models import Model, ModelSpec, build_model

LEAVES = ("Green tea", "Tea ceremony", "Iced tea", "Tea shops")


@pytest.fixture(scope="module")
def model() -> Model:
    """The rehearsal model."""
    return build_model(ModelSpec(name="rehearsal"), concurrency=4)


@pytest.fixture(autouse=True)
def _context(model: Model) -> Iterator[None]:
    with dspy.context(lm=model.lm, adapter=CondorAdapter(), num_threads=2, disable_history=True):
        yield


@pytest.fixture(scope="module")
def examples(model: Model) -> list[dspy.Example]:
    """Questions with their answers, as examples whose inputs are records."""
    with dspy.context(lm=model.lm, adapter=CondorAdapter()):
        cells = [Cell.at(("Food", "Tea", leaf), task="view", language="en", tree_version="v") for leaf in LEAVES]
        pairs = [Void()(cell, ("easy",))[0] for cell in cells]
    return [
        dspy.Example(question=question, answer=answer).with_inputs("question", "answer") for question, answer in pairs
    ]


def judged(gold: dspy.Example, pred: Any, trace: Any = None, pred_name: Any = None, pred_trace: Any = None) -> Any:
    """The judge's score of the last refinement, from 0 to 1, with its reason."""
    result = pred.result if isinstance(pred, dspy.Prediction) else pred
    with dspy.context(trace=None):
        verdict = Judge()(gold.question, result[-1][1])
    assert verdict is not None
    return dspy.Prediction(score=(verdict.overall - 1) / 9, feedback=verdict.reason)


def score(gold: dspy.Example, pred: Any, trace: Any = None) -> float:
    return judged(gold, pred).score


def by_gepa(program: dspy.Module, examples: list[dspy.Example], lm: dspy.LM) -> dspy.Module:
    optimizer = dspy.GEPA(metric=judged, max_metric_calls=20, reflection_lm=lm, reflection_minibatch_size=2, seed=1)
    return optimizer.compile(program, trainset=examples[:2], valset=examples[2:])


def by_mipro(program: dspy.Module, examples: list[dspy.Example], lm: dspy.LM) -> dspy.Module:
    optimizer = MIPROv2(metric=score, auto=None, num_candidates=3, max_bootstrapped_demos=1, max_labeled_demos=0)
    return optimizer.compile(program, trainset=examples[:2], valset=examples[2:], num_trials=2, minibatch=False)


def by_bootstrap(program: dspy.Module, examples: list[dspy.Example], lm: dspy.LM) -> dspy.Module:
    return BootstrapFewShot(metric=score, max_bootstrapped_demos=2, max_labeled_demos=0).compile(
        program, trainset=examples
    )


def by_copro(program: dspy.Module, examples: list[dspy.Example], lm: dspy.LM) -> dspy.Module:
    optimizer = COPRO(metric=score, breadth=2, depth=1, prompt_model=lm)
    return optimizer.compile(program, trainset=examples[:2], eval_kwargs={"num_threads": 2})


def by_simba(program: dspy.Module, examples: list[dspy.Example], lm: dspy.LM) -> dspy.Module:
    optimizer = SIMBA(metric=judged, bsize=2, num_candidates=2, max_steps=1, max_demos=1)
    return optimizer.compile(AsPrediction(program), trainset=examples, seed=2)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("optimize", [by_gepa, by_mipro, by_bootstrap, by_copro, by_simba])
def test_an_optimizer_compiles_a_program_of_two_stages(
    optimize: Callable[..., dspy.Module], examples: list[dspy.Example], model: Model
) -> None:
    program = Refine()
    before = [stage.prompt_version() for stage in (program.critique_answer, program.refine_answer)]
    found = optimize(program, examples, model.lm)
    compiled = found.program if isinstance(found, AsPrediction) else found
    assert isinstance(compiled, Refine)
    assert [stage.prompt_version() for stage in (program.critique_answer, program.refine_answer)] == before
    ((critique, refinement),) = compiled(**examples[0].inputs())
    assert critique.parent_id == examples[0].answer.id
    assert refinement.parent_id == critique.id
    # What was compiled is asked in a run as it was compiled, and comes back from its state.
    for stage in (compiled.critique_answer, compiled.refine_answer):
        assert DirectStage.fits(stage)
        fresh = type(stage)()
        fresh.predict.load_state(stage.predict.dump_state())
        assert fresh.prompt_version() == stage.prompt_version()


def test_bootstrapped_demos_are_whole_questions_with_their_answers(examples: list[dspy.Example], model: Model) -> None:
    found = by_bootstrap(Refine(), examples, model.lm)
    assert isinstance(found, Refine)
    stages: list[Stage[Any]] = [found.critique_answer, found.refine_answer]
    for stage in stages:
        assert len(stage.predict.demos) == 2
        fields = {*stage.signature.input_fields, *stage.signature.output_fields}
        assert all(set(dict(demo)) - {"augmented"} == fields for demo in stage.predict.demos)
        direct = DirectStage(stage, model.lm, CondorAdapter())
        question, answer = examples[2].question, examples[2].answer
        if stage is found.critique_answer:
            sent = direct.render(question, answer)
            assert len(sent.messages) == 2 * 2 + 1
            assert [message.text for message in sent.messages] == [
                message["content"] for message in _messages(stage, question, answer) if message["role"] != "system"
            ]


def _messages(stage: Stage[Any], *args: Any) -> list[dict[str, Any]]:
    return CondorAdapter().format(stage.predict.signature, stage.predict.demos, stage.given(*args))  # pyright: ignore


@pytest.mark.parametrize(
    ("program", "inputs"),
    [
        (WriteQuestions(), {"cell": Cell.at(("Food", "Tea"), task="view", language="en", tree_version="v")}),
        (ExpandTag(), {"path": ["Food"], "existing": [], "count": 3, "language": "en"}),
    ],
    ids=["question", "expand"],
)
def test_a_stage_of_typed_fields_gets_demos_that_it_can_ask_with(
    program: Stage[Any], inputs: dict[str, Any], model: Model
) -> None:
    example = dspy.Example(**inputs).with_inputs(*inputs)
    compiled = BootstrapFewShot(max_labeled_demos=0).compile(program, trainset=[example])
    assert len(compiled.predict.demos) == 1
    fresh = type(program)()
    fresh.predict.load_state(compiled.predict.dump_state())
    assert fresh.prompt_version() == compiled.prompt_version() != program.prompt_version()
    assert fresh(**inputs)


def test_a_prediction_holds_the_result_and_a_text_of_it(examples: list[dspy.Example]) -> None:
    question = examples[0].question
    found = AsPrediction(AnswerQuestion())(question=question)
    assert isinstance(found.result, Answer)
    assert found.result.text in found.text.replace("\\n", "\n").replace('\\"', '"')
    assert AsPrediction(ExpandTag())(path=["Food"], existing=[], count=2, language="en").text.startswith("[")
    assert [name for name, _ in AsPrediction(Refine()).named_predictors()] == [
        "program.critique_answer.predict",
        "program.refine_answer.predict",
    ]


def test_a_copy_of_a_program_shares_nothing_with_it() -> None:
    program = Refine(rounds=2)
    copy = program.deepcopy()
    copy.refine_answer.predict.demos.append(dspy.Example(question="q"))
    assert (copy.rounds, program.refine_answer.predict.demos) == (2, [])
