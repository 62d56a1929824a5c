"""A stage's prompt as MLflow's registry holds prompts: a chat with `{{ name }}` in the place of each input.

MLflow fills `{{ name }}` in by a search for just that. So a prompt whose own text holds the same, in a demo about
templates for instance, needs quoting, for which MLflow has no sign. It does render a template that holds `{% ... %}`
with Jinja, which has: such a prompt is written for Jinja, with every delimiter of its own quoted.
"""

import re
from collections.abc import Iterable
from itertools import count
from typing import Any, cast

import dspy

from ...programs import CondorAdapter, Stage

Messages = list[dict[str, Any]]

#: What MLflow takes for an input.
_INPUT = re.compile(r"\{\{\s*[a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)*\s*\}\}")
#: Begins a template that Jinja shall render: an empty block, which renders to nothing.
_RENDER = "{% raw %}{% endraw %}"
#: What Jinja would obey, or would not give back as it stands: every brace that opens, for it would make a delimiter
#: with what is put beside it, and line breaks other than Jinja's own.
_OBEYED = re.compile(r"[{\r][{%#\r\n]*")


def prompt_template(stage: Stage[Any]) -> Messages:
    """The stage's prompt for MLflow: `PromptVersion.format` with texts for the inputs gives what the model reads."""
    messages, marks = _marked(stage)
    if _is_plain(messages, marks):
        parts = [[_input(part, marks) for part in _split(message, marks)] for message in messages]
    else:
        parts = [[_RENDER, *(_quoted(part, marks) for part in _split(message, marks))] for message in messages]
        for message in parts:
            message[-1] = _keep_last_break(message[-1])
    return [message | {"content": "".join(content)} for message, content in zip(messages, parts, strict=True)]


def _marked(stage: Stage[Any]) -> tuple[Messages, dict[str, str]]:
    """The prompt with a mark in the place of each input, and the input of each mark. No text holds a mark by chance."""
    signature = cast("type[dspy.Signature]", stage.predict.signature)
    for number in count():
        marks = {f"\ue000{number}.{name}\ue001": name for name in signature.input_fields}
        inputs = {name: mark for mark, name in marks.items()}
        if not any(mark in str(message["content"]) for message in stage.prompt() for mark in marks):
            return CondorAdapter().format(signature, list(stage.predict.demos), inputs), marks
    raise AssertionError("there is always another number")


def _split(message: dict[str, Any], marks: dict[str, str]) -> list[str]:
    """A message's text, cut before and after every mark."""
    return re.split(f"({'|'.join(map(re.escape, marks))})", message["content"])


def _is_plain(messages: Iterable[dict[str, Any]], marks: dict[str, str]) -> bool:
    """Whether the prompt's own text holds nothing that MLflow would take for an input or for Jinja's."""
    texts = [message["content"] for message in messages]
    own = [part for message in messages for part in _split(message, marks) if part not in marks]
    # Between the marks: an input may complete neither, for it stands in braces of its own.
    return not any(_INPUT.search(part) for part in own) and not any("{%" in text and "%}" in text for text in texts)


def _input(part: str, marks: dict[str, str]) -> str:
    return f"{{{{ {marks[part]} }}}}" if part in marks else part


def _quoted(part: str, marks: dict[str, str]) -> str:
    if part in marks:
        return _input(part, marks)
    return _OBEYED.sub(lambda found: f"{{{{ {found[0]!r} }}}}", part)


def _keep_last_break(part: str) -> str:
    """Jinja drops a template's last line break, unless it is quoted."""
    return f"{part[:-1]}{{{{ '\\n' }}}}" if part.endswith("\n") else part
