"""One finished chain as one line of a dataset, in the formats that trainers read."""

from collections.abc import Callable
from typing import Any, Final, Literal, get_args

from .records import Chain

FormatName = Literal["messages", "alpaca", "sharegpt", "dpo"]
StageName = Literal["void", "refine"]

FORMATS: Final[tuple[FormatName, ...]] = get_args(FormatName)
STAGES: Final[tuple[StageName, ...]] = get_args(StageName)


def to_line(chain: Chain, format_: FormatName, stage: StageName) -> dict[str, Any]:
    """A chain as a JSON object.

    Args:
        chain: the finished chain.
        format_: `messages` (OpenAI, TRL), `alpaca`, `sharegpt`, or `dpo` (TRL's conversational preference format:
            the refined answer is chosen, the first answer rejected, whatever the stage).
        stage: whose answer: `void` the first one, `refine` the last round's.
    """
    line = _WRITERS[format_](chain, _reply(chain, stage))
    return {"id": _line_id(chain, format_, stage)} | line | _columns(chain)


def _reply(chain: Chain, stage: StageName) -> str:
    return chain.answer.text if stage == "void" else chain.final.text


def _line_id(chain: Chain, format_: FormatName, stage: StageName) -> str:
    return chain.answer.id if stage == "void" and format_ != "dpo" else chain.final.id


def _columns(chain: Chain) -> dict[str, Any]:
    origin = chain.question.origin
    return {
        "path": list(origin.path),
        "task": origin.task,
        "difficulty": origin.difficulty,
        "language": origin.language,
    }


def _messages(chain: Chain, reply: str) -> dict[str, Any]:
    return {"messages": [_turn("user", chain.question.text), _turn("assistant", reply)]}


def _alpaca(chain: Chain, reply: str) -> dict[str, Any]:
    return {"instruction": chain.question.text, "input": "", "output": reply}


def _sharegpt(chain: Chain, reply: str) -> dict[str, Any]:
    return {"conversations": [{"from": "human", "value": chain.question.text}, {"from": "gpt", "value": reply}]}


def _dpo(chain: Chain, reply: str) -> dict[str, Any]:
    del reply  # a pair holds both answers
    return {
        "prompt": [_turn("user", chain.question.text)],
        "chosen": [_turn("assistant", chain.final.text)],
        "rejected": [_turn("assistant", chain.answer.text)],
    }


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


_WRITERS: Final[dict[FormatName, Callable[[Chain, str], dict[str, Any]]]] = {
    "messages": _messages,
    "alpaca": _alpaca,
    "sharegpt": _sharegpt,
    "dpo": _dpo,
}
