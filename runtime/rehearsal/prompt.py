"""Reading a prompt back: which fields a signature gives and wants, and how, from messages in DSPy's formats."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

#: (role, text) pairs, as every chat endpoint takes them.
Messages = Sequence[tuple[str, str]]

_FIELD = re.compile(r"^\d+\. `(\w+)` \(", re.MULTILINE)
_STRUCTURE = "\nAll interactions will be structured"
_OBJECTIVE = "\nIn adhering to this structure, your objective is:"
_REQUEST = "\n\nRespond with the corresponding output fields, starting with the field "
_JSON_REQUEST = "\n\nRespond with a JSON object in the following order of fields: "
_MARKER = re.compile(r"^\[\[ ## \w+ ## \]\]\n?", re.MULTILINE)


@dataclass(frozen=True)
class Prompt:
    """What a signature's messages say.

    Attributes:
        inputs: the input fields' text, by name.
        outputs: the names of the wanted fields, in order. Empty for messages that hold no signature.
        instructions: what the model is told to do, without the description of the fields.
        demos: the replies that stand as examples before the question.
        as_json: whether the reply is to be one JSON object, and not a field after each marker.
    """

    inputs: dict[str, str]
    outputs: tuple[str, ...]
    instructions: str = ""
    demos: tuple[str, ...] = ()
    as_json: bool = False

    def items(self, name: str) -> list[str]:
        """An input field that is a list; what is not a JSON list counts as one item."""
        text = self.inputs.get(name, "")
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            value = text
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]


@dataclass(frozen=True)
class _Head:
    """What a system message says: the fields' names and the instructions."""

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    instructions: str


def read_prompt(messages: Messages) -> Prompt:
    """What the last question put in DSPy's chat or JSON format says; repair turns after it are passed over."""
    head = _read_head(_system(messages))
    at, body, as_json = _find_question(messages)
    if not (head.names and head.outputs and at >= 0):
        return Prompt({}, ())
    return Prompt(
        inputs=_split(body, head.names),
        outputs=head.outputs,
        instructions=head.instructions,
        demos=tuple(text for role, text in messages[:at] if role == "assistant"),
        as_json=as_json,
    )


def read_outputs(messages: Messages) -> tuple[str, ...]:
    """The names of the wanted fields alone."""
    return _read_head(_system(messages)).outputs


def read_demo(text: str) -> str:
    """The values in an example's reply, without the format around them."""
    if not text.startswith("{"):
        return _MARKER.sub("", text).strip()
    try:
        values = json.loads(text).values()
    except json.JSONDecodeError:
        return text
    return "\n".join(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values)


@lru_cache(maxsize=256)
def _read_head(system: str) -> _Head:
    head, _, tail = system.partition("\nYour output fields are:\n")
    fields, _, rest = tail.partition(_STRUCTURE)
    instructions = "\n".join(line.strip() for line in rest.partition(_OBJECTIVE)[2].strip().split("\n"))
    return _Head(tuple(_FIELD.findall(head)), tuple(_FIELD.findall(fields)), instructions)


def _system(messages: Messages) -> str:
    return next((text for role, text in messages if role == "system"), "")


def _find_question(messages: Messages) -> tuple[int, str, bool]:
    """The number of the last message that asks, what stands in it before the request, and whether JSON is wanted."""
    for at in range(len(messages) - 1, -1, -1):
        role, text = messages[at]
        if role != "user":
            continue
        chat, as_json = text.rfind(_REQUEST), text.rfind(_JSON_REQUEST)
        if max(chat, as_json) >= 0:
            return at, text[: max(chat, as_json)], as_json > chat
    return -1, "", False


def _split(body: str, names: Sequence[str]) -> dict[str, str]:
    """Cut a user message at its fields' markers, from the last field backwards.

    A question may itself hold a line that looks like the marker of a later field; the real one comes after it.
    """
    values: dict[str, str] = {}
    for name in reversed(names):
        marker = f"[[ ## {name} ## ]]\n"
        at = body.find(marker) if name == names[0] else body.rfind(f"\n{marker}")
        if at < 0:
            continue
        start = at + len(marker) + (name != names[0])
        values[name] = body[start:].strip()
        body = body[:at]
    return values
