"""Write instructions: the current ones, and a sentence or two that ask for what is missing.

A simulation of a model that reflects on feedback: it knows no more of prompts than the sentences in its banks. One
proposal in five is useless, as proposals are: it flatters or exhorts and asks for nothing.
"""

import random
import re
from collections.abc import Mapping

from .aspects import ASPECTS, Work, asked_aspects, language_of
from .compose import strip_markers
from .language import get_language

_USELESS = 0.2
#: Sentences that a proposal adds; two are likelier than one.
_ADDED = (1, 2, 2)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n+")


def propose_instruction(current: str, missing: Mapping[str, int], work: Work, rng: random.Random) -> str:
    """The current instructions with requests for what is missing, or for what else good work shows.

    Args:
        current: what is asked now.
        missing: how often feedback found each aspect missing; may be empty.
        work: what the instructions are for.
        rng: decides on number, order and wording, and whether the proposal is of any use.
    """
    kept = strip_markers(current).strip()
    added = advise(kept, missing, work, rng)
    return "\n".join(part for part in (kept, *added) if part)


def advise(current: str, missing: Mapping[str, int], work: Work, rng: random.Random) -> list[str]:
    """The sentences that a proposal adds: at least one."""
    banks = get_language(language_of(current)).text
    useless = rng.random() < _USELESS
    number = rng.choice(_ADDED)
    open_aspects = [aspect for aspect in ASPECTS[work] if aspect not in asked_aspects(current)[0]]
    rng.shuffle(open_aspects)
    # Sorting is stable: among those that are missed equally often, chance decides.
    chosen = sorted(open_aspects, key=lambda aspect: -missing.get(aspect, 0))[:number]
    if useless or not chosen:
        return [rng.choice(banks["ask.none"])]
    return [rng.choice(banks[f"ask.{aspect}"]) for aspect in chosen]


def shorten_instruction(text: str, most: int) -> str:
    """Instructions of at most so many characters: the first sentence and the last ones stay, as long as they fit."""
    kept = [sentence.strip() for sentence in _SENTENCE_END.split(text.strip()) if sentence.strip()]
    while len(kept) > 1 and len("\n".join(kept)) > most:
        del kept[1 if len(kept) > 2 else 0]
    return "\n".join(kept)[:most].strip()
