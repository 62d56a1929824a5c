"""How two versions of a prompt differ: a unified diff of what the model reads, message by message."""

import difflib
from collections.abc import Iterator

from .registry import RegisteredPrompt
from .template import Messages


def diff_prompts(old: RegisteredPrompt, new: RegisteredPrompt) -> list[str]:
    """A unified diff, a line each, of all messages with their demos; empty where both read the same.

    Raises:
        PromptFault: a version is damaged.
    """
    lines = difflib.unified_diff(
        list(_lines(old.body().messages)), list(_lines(new.body().messages)), _title(old), _title(new), lineterm=""
    )
    return list(lines)


def _title(version: RegisteredPrompt) -> str:
    return f"{version.name} version {version.version} ({version.source}, {version.prompt_version})"


def _lines(messages: Messages) -> Iterator[str]:
    """The messages as lines, each under its role; all between the first and the last are demos."""
    for number, message in enumerate(messages):
        demo = f" (demo {(number + 1) // 2})" if 0 < number < len(messages) - 1 else ""
        yield f"--- {message['role']}{demo} ---"
        # Not splitlines: it would also split at what is text inside a demo.
        yield from str(message["content"]).split("\n")
