"""What a prompt says shows in what the stand-in writes, and the built-in prompts are the zero point."""

import random
import statistics
from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b

import dspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.knowledge.tasks import tasks_for
from condor.programs import CondorAdapter
from condor.runtime.rehearsal.composer import compose
from condor.runtime.rehearsal.guidance import follow_chances, guess_work
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.runtime.rehearsal.writer import FEATURES, detect, write_answer, write_critique, write_refinement
from condor.runtime.rehearsal.writer.aspects import ASPECTS, Work, asked_aspects, complaints
from condor.runtime.rehearsal.writer.language import get_language
from condor.signatures import (
    CompareAnswers,
    ProposeRootTags,
    ProposeSubTags,
    ScoreAnswer,
    WriteAnswer,
    WriteCritique,
    WriteQuestionTriple,
    WriteRefinement,
)
from condor.vocabulary import LANGUAGE_NAMES, Language

from writer_samples import grown, sampled

LANGUAGES: tuple[Language, ...] = ("en", "zh")
FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=100)
Signature = type[dspy.Signature]
SIGNATURES: dict[Work, tuple[Signature, ...]] = {
    "answer": (WriteAnswer,),
    "refinement": (WriteRefinement,),
    "critique": (WriteCritique,),
    "questions": (WriteQuestionTriple,),
    "tags": (ProposeSubTags, ProposeRootTags),
}
CASES = [(work, signature) for work, signatures in SIGNATURES.items() for signature in signatures]

#: Hashes of the replies to the built-in prompts, taken before prompts were heeded. A change of a built-in prompt or of
#: a bank of texts changes them; a change in how prompts are heeded must not.
PINNED = {
    ("en", 0.5): {
        "WriteAnswer": "dcfdd3cc5f1af778",
        "WriteCritique": "de159fc057616e34",
        "WriteRefinement": "3c9030c3b5c96e66",
        "ScoreAnswer": "066f832a36e6d55d",
        "CompareAnswers": "4ce8b79de8a11df6",
        "WriteQuestionTriple": "a99e4ac027484041",
        "ProposeSubTags": "a6a950e7cd8a9976",
        "ProposeRootTags": "f7089963314504a4",
    },
    ("en", 0.9): {
        "WriteAnswer": "6d592288fb39d94c",
        "WriteCritique": "fd2594eb89a9fc01",
        "WriteRefinement": "f87ea780df4048ba",
        "ScoreAnswer": "5c19d34795a832fb",
        "CompareAnswers": "5f03b7491ec41f1a",
        "WriteQuestionTriple": "a99e4ac027484041",
        "ProposeSubTags": "a6a950e7cd8a9976",
        "ProposeRootTags": "f7089963314504a4",
    },
    ("zh", 0.5): {
        "WriteAnswer": "b693422a5c957646",
        "WriteCritique": "9eb479882896cee2",
        "WriteRefinement": "41a88e7f9e9540ba",
        "ScoreAnswer": "adc7f7ffc46dbbad",
        "CompareAnswers": "8ed1ea8a3aa6c4f9",
        "WriteQuestionTriple": "266c8becb1440f27",
        "ProposeSubTags": "25dfc2d75cfd0fb8",
        "ProposeRootTags": "c6f57feb39bf27f0",
    },
}


def say(signature: Signature, quality: float = 0.5, demos: Sequence[dict[str, str]] = (), **inputs: object) -> str:
    messages = CondorAdapter().format(signature, list(demos), inputs)
    return compose(
        [(message["role"], message["content"]) for message in messages], RehearsalSettings(quality=quality)
    ).text


def read(signature: Signature, text: str) -> dict:
    return CondorAdapter().parse(signature, text)


def asking(signature: Signature, aspects: Sequence[str], language: Language = "en") -> Signature:
    """A signature whose instructions ask for aspects in so many words."""
    banks = get_language(language).text
    return signature.with_instructions("\n".join([signature.instructions, *(banks[f"ask.{a}"][0] for a in aspects)]))


# -- the zero point --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("work", "signature"), CASES)
def test_a_built_in_prompt_gets_nothing_beyond_the_knob(work: Work, signature: Signature) -> None:
    assert follow_chances(work, signature.instructions) == {}


@pytest.mark.parametrize(("language", "quality"), PINNED)
def test_replies_to_built_in_prompts_are_what_they_were(language: Language, quality: float) -> None:
    hashes: dict[str, blake2b] = defaultdict(lambda: blake2b(digest_size=8))
    name = LANGUAGE_NAMES[language]

    def ask(signature: Signature, **inputs: object) -> dict:
        text = say(signature, quality, (), **inputs)
        hashes[signature.__name__].update(text.encode())
        return read(signature, text)

    for question in sampled(language, 12):
        answer = ask(WriteAnswer, question=question, language=name)["answer"]
        notes = ask(WriteCritique, question=question, answer=answer, language=name)
        refined = ask(WriteRefinement, question=question, draft=answer, **notes, language=name)["answer"]
        ask(ScoreAnswer, question=question, answer=answer, language=name)
        ask(CompareAnswers, question=question, answer_a=answer, answer_b=refined, language=name)
    for path, task in zip(grown(language)[:14:2], tasks_for(language).values(), strict=True):
        ask(WriteQuestionTriple, theme=list(path), task=f"{task.title}: x", examples=["e"], language=name)
        ask(ProposeSubTags, path=list(path[:2]), existing=[], count=8, language=name)
    ask(ProposeRootTags, language=name, existing=[], count=8)
    assert {name: found.hexdigest() for name, found in hashes.items()} == PINNED[language, quality]


# -- what counts as asking -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_a_proposal_may_add_asks_for_its_aspect_and_no_other(language: Language) -> None:
    banks = get_language(language).text
    for aspect in {aspect for aspects in ASPECTS.values() for aspect in aspects}:
        for sentence in banks[f"ask.{aspect}"]:
            assert asked_aspects(sentence) == ({aspect}, frozenset()), sentence
    assert not any(asked_aspects(sentence)[0] for sentence in banks["ask.none"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("work", ["answer", "questions", "tags"])
def test_feedback_is_read_for_what_is_missing_and_not_for_what_is_there(language: Language, work: Work) -> None:
    banks = get_language(language).text
    for aspect in ASPECTS[work]:
        for sentence in banks[f"weakness.{aspect}"]:
            found = complaints(sentence.replace("{subject}", "面包").replace("{count}", "2"), ASPECTS[work])
            assert set(found) == {aspect}, sentence
        for sentence in banks.get(f"strength.{aspect}", ()):
            assert not complaints(sentence.replace("{subject}", "Bread"), ASPECTS[work]), sentence


@pytest.mark.parametrize(
    ("instructions", "wanted"),
    [
        ("Begin with a direct answer. Then give a worked example.", {"direct", "example"}),
        ("Explain to the reader why it works, step by step.", {"reason", "structure"}),
        ("Mention exceptions; close with a takeaway.", {"caveat", "closing"}),
        ("先给出结论，再举例说明。", {"direct", "example"}),
        ("分步写，说明原因，指出例外，结尾归拢要点。", {"structure", "reason", "caveat", "closing"}),
        ("Do not give one concrete example.", set()),
        ("Never number anything, avoid numbered lists, and no caveats please.", set()),
        ("Give a worked example. Leave out any concrete example.", set()),
        ("不要举例，也不必写局限。", set()),
        ("Not only a concrete example, but two.", {"example"}),
        ("Answer well.", set()),
        ("", set()),
    ],
)
def test_instructions_are_read_for_what_they_ask(instructions: str, wanted: set[str]) -> None:
    assert set(follow_chances("answer", instructions)) == wanted


def test_the_users_question_and_the_fields_ask_for_nothing() -> None:
    question = "Explain step by step, with a concrete example, why bread rises, and end with a takeaway."
    plain, marked = (
        statistics.fmean(
            len(detect(read(WriteAnswer, say(WriteAnswer, question=f"{text} {n}", language="English"))["answer"], "en"))
            for n in range(60)
        )
        for text in ("How does bread rise?", question)
    )
    assert plain == marked == 3


# -- more is never less ----------------------------------------------------------------------------------------------

SUBSETS = st.sets(st.sampled_from(FEATURES))


@FIXED
@given(few=SUBSETS, more=SUBSETS, language=st.sampled_from(LANGUAGES), work=st.sampled_from(["answer", "refinement"]))
def test_asking_for_more_lowers_no_chance(few: set[str], more: set[str], language: Language, work: Work) -> None:
    base = SIGNATURES[work][0]
    some = follow_chances(work, asking(base, sorted(few), language).instructions)
    all_ = follow_chances(work, asking(base, sorted(few | more), language).instructions)
    assert set(some) == few
    assert set(all_) == few | more
    assert all(all_[aspect] >= some[aspect] for aspect in some)


@FIXED
@given(
    few=SUBSETS, more=SUBSETS, language=st.sampled_from(LANGUAGES), quality=st.floats(0, 1), seed=st.integers(0, 999)
)
def test_what_is_wanted_is_written_on_top_of_what_quality_brings(
    few: set[str], more: set[str], language: Language, quality: float, seed: int
) -> None:
    question = sampled(language, 50)[seed % 50]
    shown = [
        detect(write_answer(question, language, quality, random.Random(seed), frozenset(wanted)), language)
        for wanted in (set(), few, few | more)
    ]
    assert shown[1] == shown[0] | few
    assert shown[2] == shown[0] | few | more


@FIXED
@given(shares=st.tuples(st.integers(0, 4), st.integers(0, 4)), language=st.sampled_from(LANGUAGES))
def test_examples_that_show_a_feature_make_it_likelier(shares: tuple[int, int], language: Language) -> None:
    question = sampled(language, 3)[0]
    poor = write_answer(question, language, 0.0, random.Random(1))
    rich = write_answer(question, language, 1.0, random.Random(1))
    feature = next(name for name in FEATURES if name not in detect(poor, language))
    chances = [
        follow_chances("answer", WriteAnswer.instructions, tuple([rich] * share + [poor] * (4 - share))).get(feature, 0)
        for share in sorted(shares)
    ]
    assert chances[0] <= chances[1]
    assert (chances[1] > 0) == (max(shares) > 0)


def test_asking_twice_is_no_better_than_once() -> None:
    once = asking(WriteAnswer, ["example"]).instructions
    twice = asking(WriteAnswer, ["example", "example"]).instructions
    assert follow_chances("answer", once) == follow_chances("answer", twice)


def test_very_long_instructions_are_followed_less_and_never_forgotten() -> None:
    asks = asking(WriteAnswer, ["example"]).instructions
    chances = [
        follow_chances("answer", asks + "\nBe good to people." * lines)["example"] for lines in (0, 30, 200, 400, 9000)
    ]
    assert chances[0] == chances[1]
    assert chances[1] > chances[2] > chances[3] > chances[4] > 0.3


@pytest.mark.parametrize(("work", "signature"), CASES)
def test_instructions_are_known_for_their_work_though_they_changed(work: Work, signature: Signature) -> None:
    assert guess_work(signature.instructions) == work
    changed = asking(signature, ASPECTS[work][:2]).instructions
    assert guess_work(changed) == work
    assert guess_work("Be brief.") == "answer"


# -- through the whole prompt ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_shows_what_its_prompt_asks_for_in_either_language(language: Language) -> None:
    name = LANGUAGE_NAMES[language]
    for worded in LANGUAGES:
        signature = asking(WriteAnswer, ["caveat"], worded)
        shares = [
            statistics.fmean(
                "caveat" in detect(read(kind, say(kind, question=question, language=name))["answer"], language)
                for question in sampled(language, 120)
            )
            for kind in (WriteAnswer, signature)
        ]
        assert shares[0] < 0.65
        assert shares[1] > 0.85


def test_demos_are_followed_and_repair_turns_are_none() -> None:
    rich = write_answer("How is bread made?", "en", 1.0, random.Random(3))
    demos = [{"question": "How is bread made?", "language": "English", "answer": rich}]

    def features(given_demos: Sequence[dict[str, str]]) -> float:
        found = [
            read(WriteAnswer, say(WriteAnswer, demos=given_demos, question=question, language="English"))["answer"]
            for question in sampled("en", 60)
        ]
        return statistics.fmean(len(detect(answer, "en")) for answer in found)

    assert features([]) == 3
    assert features(demos) > 4
    messages = CondorAdapter().format(WriteAnswer, [], {"question": "How is bread made?", "language": "English"})
    turns = [(message["role"], message["content"]) for message in messages]
    repaired = [*turns, ("assistant", rich), ("user", "Your reply could not be read: once more, please.")]
    answer = read(WriteAnswer, compose(repaired, RehearsalSettings()).text)["answer"]
    assert len(detect(answer, "en")) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_critique_that_is_told_to_be_thorough_makes_the_refinement_close_every_gap(language: Language) -> None:
    rng = random.Random(4)
    for question in sampled(language, 60):
        answer = write_answer(question, language, 0.2, rng)
        notes = write_critique(question, answer, language, rng, frozenset({"thorough"}))
        texts = (question, answer, notes["weaknesses"], notes["suggestions"], language)
        assert detect(write_refinement(*texts, 0.1, rng), language) == set(FEATURES)
        usual = write_critique(question, answer, language, rng)
        texts = (question, answer, usual["weaknesses"], usual["suggestions"], language)
        assert detect(write_refinement(*texts, 0.1, rng), language) < set(FEATURES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refinement_adds_what_is_wanted_though_no_note_names_it(language: Language) -> None:
    rng = random.Random(5)
    for question in sampled(language, 30):
        draft = write_answer(question, language, 0.0, rng)
        for wanted in ({"caveat"}, {"direct", "closing"}, set(FEATURES)):
            refined = write_refinement(question, draft, "", "", language, 0.0, rng, frozenset(wanted))
            assert detect(refined, language) == detect(draft, language) | wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompt_that_asks_for_all_is_judged_better_by_what_a_holdout_can_see(language: Language) -> None:
    """48 records, both steps, paired: the lower end of the difference's interval is above what noise could make."""
    name = LANGUAGE_NAMES[language]
    gains: dict[str, list[float]] = {"answer": [], "refinement": []}

    def grade(question: str, answer: str) -> float:
        text = say(ScoreAnswer, question=question, answer=answer, language=name)
        return statistics.fmean(read(ScoreAnswer, text)["scores"].model_dump().values())

    for question in sampled(language, 48):
        usual, better = (
            read(kind, say(kind, question=question, language=name))["answer"]
            for kind in (WriteAnswer, asking(WriteAnswer, FEATURES))
        )
        gains["answer"].append(grade(question, better) - grade(question, usual))
        notes = read(WriteCritique, say(WriteCritique, question=question, answer=usual, language=name))
        refined = [
            read(kind, say(kind, question=question, draft=usual, **notes, language=name))["answer"]
            for kind in (WriteRefinement, asking(WriteRefinement, FEATURES))
        ]
        gains["refinement"].append(grade(question, refined[1]) - grade(question, refined[0]))
    for step, least in (("answer", 2.0), ("refinement", 0.4)):
        error = statistics.stdev(gains[step]) / len(gains[step]) ** 0.5
        assert statistics.fmean(gains[step]) - 2 * error > least, step
