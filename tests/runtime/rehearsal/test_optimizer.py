"""The stand-in plays the model of DSPy's optimizers: their own requests, and small runs of them."""

import random
import statistics
from collections.abc import Callable
from typing import Any

import dspy
import pytest
from dspy.propose import GroundedProposer
from dspy.teleprompt.copro_optimizer import BasicGenerateInstruction, GenerateInstructionGivenAttempts
from dspy.teleprompt.gepa.instruction_proposal import (
    GenerateEnhancedMultimodalInstructionFromFeedback,
    InstructionProposer,
    ProposeInstruction,
)
from dspy.teleprompt.simba_utils import OfferFeedback
from gepa.strategies.instruction_proposal import InstructionProposalSignature
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.records import Answer, Origin, Question
from condor.programs import AnswerQuestion, CondorAdapter
from condor.runtime.models import Model
from condor.runtime.rehearsal.composer import compose
from condor.runtime.rehearsal.optimizer import Turns
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.runtime.rehearsal.writer import FEATURES
from condor.runtime.rehearsal.writer.aspects import asked_aspects
from condor.runtime.rehearsal.writer.propose import shorten_instruction
from condor.signatures import ScoreAnswer, WriteAnswer, WriteCritique, WriteQuestionTriple

from runtime_support import rehearsal_model
from writer_samples import sampled

DEFAULT = RehearsalSettings()
FEEDBACK = {
    "en": "There is no concrete example, so Bread remains abstract.",
    "zh": "没有具体的例子，面包显得抽象。",
}
ADAPTERS: tuple[Callable[[], dspy.Adapter], ...] = (CondorAdapter, dspy.ChatAdapter, dspy.JSONAdapter)


def asked(instruction: str) -> frozenset[str]:
    return asked_aspects(instruction)[0]


# -- requests one by one ---------------------------------------------------------------------------------------------


def predict(adapter: Callable[[], dspy.Adapter], signature: Any, **inputs: Any) -> dspy.Prediction:
    with dspy.context(lm=rehearsal_model().lm, adapter=adapter(), trace=None):
        return dspy.Predict(signature)(**inputs)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_an_unknown_signature_is_answered_in_every_format(adapter: Callable[[], dspy.Adapter]) -> None:
    found = predict(adapter, "text -> keywords, title", text="How is bread made?")
    assert found.keywords
    assert found.title


def reflect(language: str, number: int = 0, instruction: str = WriteAnswer.instructions) -> str:
    examples = [
        {
            "Inputs": {"question": f"Why? {number}"},
            "Generated Outputs": {"answer": "So."},
            "Feedback": FEEDBACK[language],
        }
    ]
    with dspy.context(lm=rehearsal_model().lm, trace=None):
        proposed = InstructionProposer()({"predict": instruction}, {"predict": examples}, ["predict"])
    return proposed["predict"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_gepas_reflection_keeps_the_instruction_and_mostly_asks_for_what_feedback_misses(language: str) -> None:
    proposals = [reflect(language, number) for number in range(40)]
    assert all(text.startswith(WriteAnswer.instructions.split("\n")[0]) for text in proposals)
    useful = sum("example" in asked(text) for text in proposals)
    assert 24 <= useful < 40
    assert len(set(proposals)) > 10
    assert proposals == [reflect(language, number) for number in range(40)]


def test_a_chinese_instruction_is_answered_in_chinese() -> None:
    proposals = [reflect("zh", number, "请认真回答用户的问题。") for number in range(20)]
    assert all(text.startswith("请认真回答用户的问题。\n") for text in proposals)
    assert not any(char.isascii() and char.isalpha() for text in proposals for char in text)
    assert any("example" in asked(text) for text in proposals)


def test_the_request_of_the_gepa_package_is_answered_in_a_fence_that_it_reads() -> None:
    current = WriteCritique.instructions + "\n```\ncode in it\n```"
    useful = 0
    for number in range(20):
        samples = [
            {"Inputs": f"in {number}", "Generated Outputs": "No example, no reason.", "Feedback": FEEDBACK["en"]},
            {"Inputs": "in", "Generated Outputs": "out", "Feedback": FEEDBACK["en"]},
        ]
        prompt = InstructionProposalSignature.prompt_renderer(
            {"current_instruction_doc": current, "dataset_with_feedback": samples, "prompt_template": None}
        )
        assert isinstance(prompt, str)
        text = compose([("user", prompt)], DEFAULT).text
        proposed = InstructionProposalSignature.output_extractor(text)["new_instruction"]
        assert proposed.startswith(current)
        assert proposed != current
        useful += "example" in asked(proposed)
    assert useful > 10


def test_an_instruction_that_is_too_long_is_shortened_to_its_limit() -> None:
    proposer = InstructionProposer(max_chars=400)
    examples = [{"Inputs": {}, "Generated Outputs": {}, "Feedback": FEEDBACK["en"]}]
    with dspy.context(lm=rehearsal_model().lm, trace=None):
        proposed = proposer({"predict": WriteAnswer.instructions}, {"predict": examples}, ["predict"])["predict"]
    assert 0 < len(proposed) <= 400


@pytest.mark.parametrize("most", [1, 10, 30, 60, 1000])
def test_shortening_keeps_the_beginning_and_the_end_as_long_as_it_can(most: int) -> None:
    text = "Answer the question.\nBe kind to people, whoever they are. Give a worked example."
    short = shorten_instruction(text, most)
    assert 0 < len(short) <= most
    if most == 60:
        assert short == "Answer the question.\nGive a worked example."


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_each_kind_of_proposal_can_be_used_with_each_adapter(adapter: Callable[[], dspy.Adapter]) -> None:
    basic = WriteQuestionTriple.instructions
    first = predict(adapter, BasicGenerateInstruction, basic_instruction=basic)
    assert first.proposed_instruction.startswith(basic.split("\n")[0])
    assert first.proposed_prefix_for_output_field
    multimodal = predict(
        adapter,
        GenerateEnhancedMultimodalInstructionFromFeedback,
        current_instruction=basic,
        examples_with_feedback="### Feedback\nContext is lacking: nothing shows who asks.",
    )
    assert multimodal.improved_instruction.startswith(basic.split("\n")[0])
    advice = predict(
        adapter,
        OfferFeedback,
        program_code="class A: ...",
        modules_defn=f"{'-' * 80}\nModule predict\n\tOriginal Instructions: \n\t\t{basic}\n{'-' * 80}",
        program_inputs="{}",
        oracle_metadata="{}",
        worse_program_trajectory="[]",
        worse_program_outputs='{"answer": "So."}',
        worse_reward_value=0.2,
        worse_reward_info="{}",
        better_program_trajectory="[]",
        better_program_outputs='{"answer": "For example, so."}',
        better_reward_value=0.8,
        better_reward_info="{}",
        module_names=["predict", "other"],
    )
    assert set(advice.module_advice) == {"predict", "other"}
    assert all(advice.module_advice.values())


def test_copros_next_proposal_starts_from_the_best_attempt() -> None:
    attempts = []
    for number, text in enumerate(
        [WriteAnswer.instructions, "Answer\n  in two lines. Give a worked example."], start=1
    ):
        attempts += [f"Instruction #{number}: {text}", f"Prefix #{number}: Answer:", f"Resulting Score #{number}: 5"]
    found = predict(CondorAdapter, GenerateInstructionGivenAttempts, attempted_instructions=attempts)
    assert found.proposed_instruction.startswith("Answer\nin two lines. Give a worked example.\n")
    assert "Prefix" not in found.proposed_instruction
    assert "»" not in found.proposed_instruction


@pytest.mark.parametrize("adapter", [CondorAdapter, dspy.ChatAdapter])
def test_several_candidates_for_one_request_differ_and_come_again_in_another_run(
    adapter: Callable[[], dspy.Adapter],
) -> None:
    def candidates() -> list[str]:
        with dspy.context(lm=rehearsal_model().lm, adapter=adapter(), trace=None):
            asking = dspy.Predict(BasicGenerateInstruction, n=6, temperature=1.0)
            found: Any = asking(basic_instruction=WriteAnswer.instructions)
            return list(found.completions.proposed_instruction)

    first = candidates()
    assert len(first) == 6
    assert len(set(first)) > 3
    assert candidates() == first


def test_only_proposals_take_turns() -> None:
    turns = Turns()
    messages = CondorAdapter().format(WriteAnswer, [], {"question": "Why?", "language": "English"})
    answer = [(message["role"], message["content"]) for message in messages]
    messages = CondorAdapter().format(BasicGenerateInstruction, [], {"basic_instruction": "Answer."})
    proposal = [(message["role"], message["content"]) for message in messages]
    assert [turns.take(answer) for _ in range(3)] == [0, 0, 0]
    assert [turns.take(proposal) for _ in range(3)] == [0, 1, 2]
    assert turns.take([]) == 0


def test_a_malformed_reply_is_none_in_either_format() -> None:
    malformed = RehearsalSettings(malformed=1.0)
    for adapter in (dspy.ChatAdapter(), dspy.JSONAdapter()):
        messages = adapter.format(BasicGenerateInstruction, [], {"basic_instruction": "Answer."})
        text = compose([(message["role"], message["content"]) for message in messages], malformed).text
        with pytest.raises(dspy.utils.exceptions.AdapterParseError):
            adapter.parse(BasicGenerateInstruction, text)


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(instruction=TEXT, feedback=TEXT, number=st.integers(0, 2))
def test_any_instruction_and_feedback_get_a_proposal_that_can_be_read(
    instruction: str, feedback: str, number: int
) -> None:
    adapter = (CondorAdapter(), dspy.ChatAdapter(), dspy.JSONAdapter())[number]
    requests: tuple[tuple[Any, dict[str, Any]], ...] = (
        (ProposeInstruction, {"current_instruction": instruction, "examples_with_feedback": [{"Feedback": feedback}]}),
        (BasicGenerateInstruction, {"basic_instruction": instruction}),
        (GenerateInstructionGivenAttempts, {"attempted_instructions": [instruction, feedback]}),
    )
    for signature, inputs in requests:
        messages = adapter.format(signature, [], inputs)
        text = compose([(message["role"], message["content"]) for message in messages], DEFAULT).text
        assert all(value.strip() for value in adapter.parse(signature, text).values())


# -- DSPy's optimizers -----------------------------------------------------------------------------------------------


def example(text: str) -> dspy.Example:
    origin = Origin(tree_version="v", path=("Food", "Bread"), task="view", language="en", difficulty="easy")
    return dspy.Example(question=Question(parent_id="0" * 32, origin=origin, text=text)).with_inputs("question")


TRAIN = [example(text) for text in sampled("en", 60)[:24]]
HOLDOUT = [example(text) for text in sampled("en", 60)[24:]]


class _Bench:
    """An answering program, its model, and the stand-in's judge as metric."""

    def __init__(self) -> None:
        self.model: Model = rehearsal_model()
        self._judge = rehearsal_model()

    def grade(self, question: Question, answer: Answer) -> tuple[float, str]:
        with dspy.context(lm=self._judge.lm, adapter=CondorAdapter(), trace=None):
            found = dspy.Predict(ScoreAnswer)(question=question.text, answer=answer.text, language="English")
        return statistics.fmean(found.scores.model_dump().values()) / 10, found.reason

    def score(self, gold: dspy.Example, made: Answer, trace: object = None) -> float:
        del trace
        return self.grade(gold.question, made)[0]

    def feedback(self, gold: Any, made: Any, trace: Any = None, name: Any = None, part: Any = None) -> Any:
        del trace, name, part
        score, reason = self.grade(gold.question, made)
        return dspy.Prediction(score=score, feedback=reason)

    def compile(self, work: Callable[[AnswerQuestion], Any]) -> Any:
        with dspy.context(lm=self.model.lm, adapter=CondorAdapter(), num_threads=1):
            return work(AnswerQuestion())

    def held_out(self, program: AnswerQuestion) -> float:
        with dspy.context(lm=self.model.lm, adapter=CondorAdapter(), trace=None):
            return statistics.fmean(self.score(gold, program(question=gold.question)) for gold in HOLDOUT)


@pytest.fixture
def bench() -> _Bench:
    return _Bench()


def run_gepa(bench: _Bench, program: AnswerQuestion) -> Any:
    optimizer = dspy.GEPA(
        metric=bench.feedback,
        reflection_lm=bench.model.lm,
        max_metric_calls=90,
        reflection_minibatch_size=3,
        num_threads=1,
        seed=1,
    )
    return optimizer.compile(program, trainset=TRAIN[:12], valset=TRAIN[12:])


def run_copro(bench: _Bench, program: AnswerQuestion) -> Any:
    optimizer = dspy.COPRO(prompt_model=bench.model.lm, metric=bench.score, breadth=4, depth=2)
    return optimizer.compile(program, trainset=TRAIN[:10], eval_kwargs={"num_threads": 1, "display_progress": False})


def run_simba(bench: _Bench, program: AnswerQuestion) -> Any:
    optimizer = dspy.SIMBA(
        metric=bench.feedback,
        bsize=8,
        num_candidates=3,
        max_steps=2,
        max_demos=0,
        prompt_model=bench.model.lm,
        num_threads=1,
    )
    return optimizer.compile(program, trainset=TRAIN, seed=0)


def run_mipro(bench: _Bench, program: AnswerQuestion) -> Any:
    optimizer = dspy.MIPROv2(
        metric=bench.score,
        prompt_model=bench.model.lm,
        task_model=bench.model.lm,
        auto=None,
        num_candidates=5,
        max_bootstrapped_demos=0,
        max_labeled_demos=0,
        num_threads=1,
        seed=3,
    )
    return optimizer.compile(program, trainset=TRAIN[:12], valset=TRAIN[12:], num_trials=8, minibatch=False)


def run_bootstrap(bench: _Bench, program: AnswerQuestion) -> Any:
    optimizer = dspy.BootstrapFewShot(
        metric=bench.score, metric_threshold=0.7, max_bootstrapped_demos=3, max_labeled_demos=0
    )
    return optimizer.compile(program, trainset=TRAIN)


@pytest.mark.parametrize("run", [run_gepa, run_copro, run_simba, run_mipro, run_bootstrap])
def test_dspys_optimizers_find_a_better_prompt(bench: _Bench, run: Callable[[_Bench, AnswerQuestion], Any]) -> None:
    compiled = bench.compile(lambda program: run(bench, program))
    if run is run_bootstrap:
        assert compiled.predict.demos
    else:
        assert asked(compiled.predict.signature.instructions) & set(FEATURES)
    assert bench.held_out(compiled) > bench.held_out(AnswerQuestion()) + 0.04


def test_gepa_comes_to_the_same_prompt_again(bench: _Bench) -> None:
    first, second = (
        one.compile(lambda program, one=one: run_gepa(one, program)).predict.signature.instructions
        for one in (bench, _Bench())
    )
    assert first == second


def test_mipros_proposer_gets_its_descriptions_and_a_variety_of_instructions(bench: _Bench) -> None:
    def propose(program: AnswerQuestion) -> Any:
        proposer = GroundedProposer(
            prompt_model=bench.model.lm, program=program, trainset=TRAIN, view_data_batch_size=6, rng=random.Random(0)
        )
        assert proposer.data_summary
        assert proposer.program_aware
        found = proposer.propose_instructions_for_program(TRAIN, program, None, {}, N=8)
        assert proposer.program_aware
        return found[0]

    proposals: list[str] = bench.compile(propose)
    assert len(proposals) == 8
    assert all("knowledgeable, honest and helpful assistant" in text for text in proposals)
    assert len(set(proposals)) > 3
    assert sum(bool(asked(text)) for text in proposals) >= 4
