"""From messages to a reply: which signature is asked, and what the stand-in writes for it."""

import json
import random
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from ...knowledge.tasks import tasks_for
from ...vocabulary import TASKS, Language
from .prompt import Messages, Prompt, read_prompt
from .settings import RehearsalSettings
from .writer import (
    name_topic,
    place_topic,
    propose_children,
    propose_roots,
    write_answer,
    write_comparison,
    write_critique,
    write_questions,
    write_refinement,
    write_scores,
)

#: Tags proposed in one reply at most, however many are asked for.
_MOST_TAGS = 1000

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


def compose(messages: Messages, settings: RehearsalSettings) -> Reply:
    """The reply to messages: the same for the same messages and settings, in every process."""
    digest = blake2b(json.dumps(list(messages), ensure_ascii=False).encode("utf-8", "replace"), digest_size=16).digest()
    rng = random.Random(int.from_bytes(digest[:8], "big"))
    fate = int.from_bytes(digest[8:], "big") / 2**64
    prompt = read_prompt(messages)
    text, finish_reason = _spoil(_write(prompt, messages, settings.quality, rng), fate, settings)
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


def _spoil(text: str, fate: float, settings: RehearsalSettings) -> tuple[str, FinishReason]:
    """Apply the fault knobs; one draw decides between them, so that their shares add up."""
    if fate < settings.malformed:
        return text.replace("[[ ## ", "**").replace(" ## ]]", "**"), "stop"
    if fate < settings.malformed + settings.truncated:
        return text[: len(text) // 2], "length"
    if fate < settings.malformed + settings.truncated + settings.refused:
        return "I cannot help with that.", "content_filter"
    return text, "stop"


def _write(prompt: Prompt, messages: Messages, quality: float, rng: random.Random) -> str:
    if not prompt.outputs:
        question = messages[-1][1] if messages else ""
        return write_answer(question, _guess_language(question), quality, rng)
    fields = _fields(prompt, quality, rng)
    parts = [f"[[ ## {name} ## ]]\n{fields[name]}" for name in prompt.outputs]
    return "\n\n".join([*parts, "[[ ## completed ## ]]"])


def _fields(prompt: Prompt, quality: float, rng: random.Random) -> dict[str, str]:
    given = prompt.inputs
    language: Language = "zh" if "Chinese" in given.get("language", "") else "en"
    wanted, known = set(prompt.outputs), set(given)
    if wanted == {"tags"} and {"existing", "count"} <= known:
        return {"tags": json.dumps(_tags(prompt, language, rng), ensure_ascii=False)}
    if wanted == {"root", "tag"} and {"topic", "roots"} <= known:
        return {"root": place_topic(given["topic"], prompt.items("roots")), "tag": name_topic(given["topic"])}
    if wanted == {"questions"} and {"theme", "task", "examples"} <= known:
        theme, examples = prompt.items("theme"), prompt.items("examples")
        questions = write_questions(theme, _task_name(given["task"], language), examples, language, rng)
        return {"questions": json.dumps(questions, ensure_ascii=False)}
    if wanted == {"strengths", "weaknesses", "suggestions"} and {"question", "answer"} <= known:
        return write_critique(given["question"], given["answer"], language, rng)
    if wanted == {"answer"} and {"question", "draft", "weaknesses", "suggestions"} <= known:
        # A second look does better than the first, by half of what was missing.
        raised = (1 + quality) / 2
        text = write_refinement(
            given["question"], given["draft"], given["weaknesses"], given["suggestions"], language, raised, rng
        )
        return {"answer": text}
    if wanted == {"reason", "scores"} and {"question", "answer"} <= known:
        reason, scores = write_scores(given["question"], given["answer"], language, rng)
        return {"reason": reason, "scores": json.dumps(scores)}
    if wanted == {"reason", "verdict"} and {"question", "answer_a", "answer_b"} <= known:
        reason, verdict = write_comparison(given["question"], given["answer_a"], given["answer_b"], language, rng)
        return {"reason": reason, "verdict": verdict}
    subject = given.get("question") or " ".join(given.values())
    return {name: write_answer(subject, language, quality, rng) for name in prompt.outputs}


def _tags(prompt: Prompt, language: Language, rng: random.Random) -> list[str]:
    digits = "".join(char for char in prompt.inputs["count"] if char in "0123456789")
    existing, count = prompt.items("existing"), min(int(digits or "1"), _MOST_TAGS)
    if "path" in prompt.inputs:
        return propose_children(prompt.items("path"), existing, count, language, rng)
    return propose_roots(language, existing, count, rng)


def _task_name(described: str, language: Language) -> str:
    """The task whose title stands before the colon; an unknown one is domain knowledge."""
    title = described.partition(":")[0]
    return next((name for name in TASKS if tasks_for(language)[name].title == title), "domain_knowledge_qa")


def _guess_language(text: str) -> Language:
    return "zh" if any("\u4e00" <= char <= "\u9fff" for char in text) else "en"
