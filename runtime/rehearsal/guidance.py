"""How far the stand-in follows what a prompt says: a simulation, made so that a better prompt can be told from a worse.

Each signature of the project is the zero point: the stand-in gives to its instructions, as they are built in, what the
knob `quality` says and no more. What a prompt asks for beyond them (see `writer/aspects.py` for what that is, and for
the wording that counts), and what most of its examples show, is likelier to be done:

- an aspect that is asked for in words, once or ten times, is done with the probability `_FOLLOWED`;
- an aspect that all examples show is done with the probability `_COPIED`, and with a share of it where some show it;
- both together are two chances, not the sum;
- an aspect that is asked for in one place and forbidden in another is not asked for;
- instructions of more than `_AMPLE_WORDS` words are followed less, down to `_LEAST_HEED` of the time.

All draws depend on the request alone.
"""

import random
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from ...signatures import (
    ProposeRootTags,
    ProposeSubTags,
    WriteAnswer,
    WriteCritique,
    WriteQuestionTriple,
    WriteRefinement,
)
from .prompt import Prompt, read_demo
from .writer.aspects import ASPECTS, Work, asked_aspects, language_of
from .writer.features import detect

_FOLLOWED = 0.85
_COPIED = 0.6
#: Up to so many words, a Chinese character counting for half of one, instructions are followed in full.
_AMPLE_WORDS = 400
#: Twice as many words are followed this much less, and so on.
_HEED_LOST = 0.15
_LEAST_HEED = 0.5
#: The share of a built-in instruction's words that shows that another one is for the same work.
_LEAST_SHARE = 0.4
_WORD = re.compile(r"[a-z]{4,}")
_HAN = re.compile(r"[一-鿿]")
_BUILT_IN: Mapping[Work, tuple[str, ...]] = MappingProxyType(
    {
        "answer": (WriteAnswer.instructions,),
        "refinement": (WriteRefinement.instructions,),
        "critique": (WriteCritique.instructions,),
        "questions": (WriteQuestionTriple.instructions,),
        "tags": (ProposeSubTags.instructions, ProposeRootTags.instructions),
    }
)


def followed_aspects(work: Work, prompt: Prompt, seed: int) -> frozenset[str]:
    """The aspects that this prompt gets done on top of what `quality` brings: none for a built-in prompt.

    Args:
        work: what is to be written.
        prompt: what was asked.
        seed: drawn from the request.
    """
    chances = follow_chances(work, prompt.instructions, prompt.demos)
    draws = ((aspect, random.Random(f"{seed} {aspect}").random()) for aspect in chances)
    return frozenset(aspect for aspect, draw in draws if draw < chances[aspect])


@lru_cache(maxsize=256)
def follow_chances(work: Work, instructions: str, demos: tuple[str, ...] = ()) -> Mapping[str, float]:
    """The probability that each aspect is done because of a prompt; those with none are left out."""
    wanted = _wanted(work, instructions)
    told = _FOLLOWED * _heed(instructions)
    chances: dict[str, float] = {}
    for aspect in ASPECTS[work]:
        copied = _COPIED * _share_shown(work, aspect, demos)
        chance = 1 - (1 - told * (aspect in wanted)) * (1 - copied)
        if chance > 0:
            chances[aspect] = chance
    return MappingProxyType(chances)


@lru_cache(maxsize=256)
def guess_work(instructions: str) -> Work:
    """What instructions are for: the kind of the built-in ones with which they share most words; else an answer."""
    words = set(_WORD.findall(instructions.casefold()))
    best: tuple[float, Work] = (_LEAST_SHARE, "answer")
    for work, texts in _BUILT_IN.items():
        for text in texts:
            known = set(_WORD.findall(text.casefold()))
            best = max(best, (len(words & known) / len(known), work))
    return best[1]


def _wanted(work: Work, instructions: str) -> frozenset[str]:
    """The aspects that instructions ask for beyond the built-in ones, and do not forbid beyond them."""
    asked, forbidden = asked_aspects(instructions)
    usual = [asked_aspects(text) for text in _BUILT_IN[work]]
    return asked.difference(*(known for known, _ in usual)) - forbidden.difference(*(known for _, known in usual))


def _heed(instructions: str) -> float:
    """The share of what is asked that is done: less, the longer the instructions."""
    han = len(_HAN.findall(instructions))
    words = han / 2 + len(_HAN.sub(" ", instructions).split())
    return max(_LEAST_HEED, min(1.0, 1 - _HEED_LOST * (words / _AMPLE_WORDS - 1)))


def _share_shown(work: Work, aspect: str, demos: tuple[str, ...]) -> float:
    """The share of the examples that show a feature; of questions and tags, examples show nothing that is looked at."""
    if not demos or work not in ("answer", "refinement"):
        return 0.0
    return sum(aspect in _features(demo) for demo in demos) / len(demos)


@lru_cache(maxsize=256)
def _features(demo: str) -> frozenset[str]:
    text = read_demo(demo)
    return frozenset(detect(text, language_of(text)))
