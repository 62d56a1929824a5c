"""Finished chains as lines of a dataset, in the formats that trainers read."""

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, get_args

from ..vocabulary import Language
from .records import Answer, Chain, Critique, Refinement
from .scores import UNJUDGED, Scores

#: Formats of which a chain is exactly one line.
LineFormat = Literal["messages", "alpaca", "sharegpt", "dpo", "ranking"]
FormatName = Literal["messages", "alpaca", "sharegpt", "dpo", "ranking", "critique"]
StageName = Literal["void", "refine"]

FORMATS: Final[tuple[FormatName, ...]] = get_args(FormatName)
STAGES: Final[tuple[StageName, ...]] = get_args(StageName)
#: Formats that pair the last answer with the first one, whatever the stage.
PAIR_FORMATS: Final[frozenset[FormatName]] = frozenset({"dpo", "ranking"})
#: Formats that say nothing of a chain without a refinement.
REFINED_FORMATS: Final[frozenset[FormatName]] = frozenset({"dpo", "ranking", "critique"})

#: What names the parts of a turn in critique data. They are labels and ask for nothing: a trainer's template or system
#: prompt says what is to be done.
_LABELS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "question": "Question:",
        "answer": "Answer:",
        "strengths": "Strengths:",
        "weaknesses": "Weaknesses:",
        "suggestions": "Suggestions:",
    },
    "zh": {
        "question": "问题：",
        "answer": "回答：",
        "strengths": "优点：",
        "weaknesses": "不足：",
        "suggestions": "建议：",
    },
}


def to_lines(
    chain: Chain, format_: FormatName, stage: StageName, scores: Scores = UNJUDGED
) -> Iterator[dict[str, Any]]:
    """All lines of a chain: one, but for `critique`, which has one a round of refinement.

    Pairs that are no use to a trainer are lines like any other here; `check_pair` tells them.

    Args:
        chain: the finished chain.
        format_, stage: as `to_line` takes them, or `critique`: question and answer, then the critique of that answer.
        scores: the judge's.
    """
    if format_ == "critique":
        yield from _critiques(chain)
    else:
        yield to_line(chain, format_, stage, scores)


def to_line(chain: Chain, format_: LineFormat, stage: StageName, scores: Scores = UNJUDGED) -> dict[str, Any]:
    """A chain as a JSON object.

    Args:
        chain: the finished chain.
        format_: `messages` (OpenAI, TRL), `alpaca`, `sharegpt`, `dpo` (TRL's conversational preference format: the
            refined answer is chosen, the first answer rejected, whatever the stage), or `ranking` (the same pairs as
            plain texts, which LLaMA-Factory reads).
        stage: whose answer: `void` the first one, `refine` the last round's.
        scores: the judge's; a pair's `margin` is None where they are not known.
    """
    line = _WRITERS[format_](chain, _reply(chain, stage), scores)
    return {"id": _line_id(chain, format_, stage)} | line | _columns(chain)


def _reply(chain: Chain, stage: StageName) -> str:
    return chain.answer.text if stage == "void" else chain.final.text


def _line_id(chain: Chain, format_: LineFormat, stage: StageName) -> str:
    return chain.answer.id if stage == "void" and format_ not in PAIR_FORMATS else chain.final.id


def _columns(chain: Chain) -> dict[str, Any]:
    origin = chain.question.origin
    return {
        "path": list(origin.path),
        "task": origin.task,
        "difficulty": origin.difficulty,
        "language": origin.language,
    }


def _messages(chain: Chain, reply: str, scores: Scores) -> dict[str, Any]:
    return {"messages": _turns(chain.question.text, reply)}


def _alpaca(chain: Chain, reply: str, scores: Scores) -> dict[str, Any]:
    return {"instruction": chain.question.text, "input": "", "output": reply}


def _sharegpt(chain: Chain, reply: str, scores: Scores) -> dict[str, Any]:
    return {"conversations": [{"from": "human", "value": chain.question.text}, {"from": "gpt", "value": reply}]}


def _dpo(chain: Chain, reply: str, scores: Scores) -> dict[str, Any]:
    return {
        "prompt": [_turn("user", chain.question.text)],
        "chosen": [_turn("assistant", chain.final.text)],
        "rejected": [_turn("assistant", chain.answer.text)],
        "margin": scores.margin,
    }


def _ranking(chain: Chain, reply: str, scores: Scores) -> dict[str, Any]:
    return {
        "instruction": chain.question.text,
        "input": "",
        "chosen": chain.final.text,
        "rejected": chain.answer.text,
        "margin": scores.margin,
    }


def _critiques(chain: Chain) -> Iterator[dict[str, Any]]:
    reviewed: Answer | Refinement = chain.answer
    for critique, refinement in chain.rounds:
        turns = _turns(*_critique_texts(chain, reviewed, critique))
        yield {"id": critique.id, "messages": turns, "round": refinement.round} | _columns(chain)
        reviewed = refinement


def _critique_texts(chain: Chain, reviewed: Answer | Refinement, critique: Critique) -> tuple[str, str]:
    language = chain.question.origin.language
    given = {"question": chain.question.text, "answer": reviewed.text}
    return _labelled(given, language), _labelled(critique.content(), language)


def _labelled(parts: dict[str, str], language: Language) -> str:
    return "\n\n".join(f"{_LABELS[language][name]}\n{text}" for name, text in parts.items())


def _turns(asked: str, replied: str) -> list[dict[str, str]]:
    return [_turn("user", asked), _turn("assistant", replied)]


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


_WRITERS: Final[dict[LineFormat, Callable[[Chain, str, Scores], dict[str, Any]]]] = {
    "messages": _messages,
    "alpaca": _alpaca,
    "sharegpt": _sharegpt,
    "dpo": _dpo,
    "ranking": _ranking,
}
