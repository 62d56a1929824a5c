"""From messages to a reply: which signature is asked, and what the stand-in writes for it."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

from ...vocabulary import Language
from .optimizer import answer_optimizer, answer_reflection
from .prompt import Messages, Prompt, read_demo, read_prompt
from .settings import RehearsalSettings
from .stages import write_stage
from .writer import write_answer

FinishReason = Literal["stop", "length", "content_filter"]


@dataclass(frozen=True)
class Reply:
    """What the stand-in answers.

    Attributes:
        input_tokens, output_tokens: estimates, a token being four ASCII characters or one other character.
    """

    text: str
    finish_reason: FinishReason
    input_tokens: int
    output_tokens: int


def compose(messages: Messages, settings: RehearsalSettings, turn: int = 0) -> Reply:
    """The reply to messages: the same for the same arguments, in every process.

    Args:
        messages: what is asked.
        settings: the knobs.
        turn: how often an optimizer asked for this very proposal before; each time it gets another one.
    """
    digest = _digest(messages)
    seed = int.from_bytes(digest[:8], "big")
    fate = int.from_bytes(digest[8:], "big") / 2**64
    prompt = read_prompt(messages)
    text, finish_reason = _spoil(_write(prompt, messages, settings.quality, seed, turn), fate, settings)
    return Reply(
        text=text,
        finish_reason=finish_reason,
        input_tokens=sum(count_tokens(content) for _, content in messages),
        output_tokens=count_tokens(text),
    )


def count_tokens(text: str) -> int:
    """An estimate: four ASCII characters make a token, and so does every other character."""
    ascii_characters = len(text.encode("ascii", "ignore"))
    return (ascii_characters + 3) // 4 + len(text) - ascii_characters


def _digest(messages: Messages) -> bytes:
    return blake2b(json.dumps(list(messages), ensure_ascii=False).encode("utf-8", "replace"), digest_size=16).digest()


def _spoil(text: str, fate: float, settings: RehearsalSettings) -> tuple[str, FinishReason]:
    """Apply the fault knobs; one draw decides between them, so that their shares add up."""
    if fate < settings.malformed:
        return _without_form(text), "stop"
    if fate < settings.malformed + settings.truncated:
        return text[: len(text) // 2], "length"
    if fate < settings.malformed + settings.truncated + settings.refused:
        return "I cannot help with that.", "content_filter"
    return text, "stop"


def _without_form(text: str) -> str:
    """A reply that does not follow the format: other marks for its fields, or the bare values of a JSON object."""
    return read_demo(text) if text.startswith("{") else text.replace("[[ ## ", "**").replace(" ## ]]", "**")


def _write(prompt: Prompt, messages: Messages, quality: float, seed: int, turn: int) -> str:
    rng = random.Random(seed)
    if not prompt.outputs:
        question = messages[-1][1] if messages else ""
        proposal = answer_reflection(question, seed, turn)
        return proposal or write_answer(question, _guess_language(question), quality, rng)
    values = answer_optimizer(prompt, seed, turn) or write_stage(prompt, quality, seed, rng)
    return _format(prompt, values or _anything(prompt, quality, rng))


def _anything(prompt: Prompt, quality: float, rng: random.Random) -> dict[str, Any]:
    """What a signature gets that is not known here: prose on what it gives."""
    given = prompt.inputs
    subject = given.get("question") or " ".join(given.values())
    language: Language = "zh" if "Chinese" in given.get("language", "") else "en"
    return {name: write_answer(subject, language, quality, rng) for name in prompt.outputs}


def _format(prompt: Prompt, values: Mapping[str, Any]) -> str:
    """The fields of a reply in the prompt's format."""
    if prompt.as_json:
        return json.dumps({name: values[name] for name in prompt.outputs}, ensure_ascii=False)
    parts = [f"[[ ## {name} ## ]]\n{_show(values[name])}" for name in prompt.outputs]
    return "\n\n".join([*parts, "[[ ## completed ## ]]"])


def _show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _guess_language(text: str) -> Language:
    return "zh" if any("\u4e00" <= char <= "\u9fff" for char in text) else "en"
