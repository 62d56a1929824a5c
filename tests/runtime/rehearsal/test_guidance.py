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

from condor.programs import CondorAdapter
from condor.runtime.rehearsal.composer import compose
from condor.runtime.rehearsal.guidance import follow_chances, guess_work
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.runtime.rehearsal.writer import FEATURES, TASKS, detect, write_answer, write_critique, write_refinement
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
    return compose([(message["role"], message["content"]) for message in messages], RehearsalSettings(quality=quality)).text


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
        text = say(signature, quality, **inputs)
        hashes[signature.__name__].update(text.encode())
        return read(signature, text)

    for question in sampled(language, 12):
        answer = ask(WriteAnswer, question=question, language=name)["answer"]
        notes = ask(WriteCritique, question=question, answer=answer, language=name)
        refined = ask(WriteRefinement, question=question, draft=answer, **notes, language=name)["answer"]
        ask(ScoreAnswer, question=question, answer=answer, language=name)
        ask(CompareAnswers, question=question, answer_a=answer, answer_b=refined, language=name)
    titles = {"en": TITLES_EN, "zh": TITLES_ZH}[language]
    for path, title in zip(grown(language)[:14:2], titles, strict=False):
        ask(WriteQuestionTriple, theme=list(path), task=f"{title}: x", examples=["e"], language=name)
        ask(ProposeSubTags, path=list(path[:2]), existing=[], count=8, language=name)
    ask(ProposeRootTags, language=name, existing=[], count=8)
    assert {name: found.hexdigest() for name, found in hashes.items()} == PINNED[language, quality]
