"""Reading a prompt back: which fields a signature gives and wants, from the messages of DSPy's chat format."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

#: (role, text) pairs, as every chat endpoint takes them.
Messages = Sequence[tuple[str, str]]

_FIELD = re.compile(r"^\d+\. `(\w+)` \(", re.MULTILINE)
_REQUEST = "\n\nRespond with the corresponding output fields, starting with the field "


@dataclass(frozen=True)
class Prompt:
    """What a signature's messages say.

    Attributes:
        inputs: the input fields' text, by name.
        outputs: the names of the wanted fields, in order. Empty for messages that hold no signature.
    """

    inputs: dict[str, str]
    outputs: tuple[str, ...]

    def items(self, name: str) -> list[str]:
        """An input field that is a list; what is not a JSON list counts as one item."""
        text = self.inputs.get(name, "")
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            value = text
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def read_prompt(messages: Messages) -> Prompt:
    """The fields of the last question put in DSPy's chat format; demos and repair turns around it are passed over."""
    system = next((text for role, text in messages if role == "system"), "")
    head, _, tail = system.partition("\nYour output fields are:\n")
    outputs = tuple(_FIELD.findall(tail.partition("\nAll interactions will be structured")[0]))
    names = _FIELD.findall(head)
    asked = [text for role, text in messages if role == "user" and _REQUEST in text]
    if not (names and outputs and asked):
        return Prompt({}, ())
    body = asked[-1].rpartition(_REQUEST)[0]
    return Prompt(_split(body, names), outputs)


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
