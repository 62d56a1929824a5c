"""Playing the model of DSPy's optimizers: their requests recognised, and answered so that they can go on.

The requests are those of `dspy.GEPA` and of the `gepa` package (a new instruction from the current one and examples
with feedback), `dspy.MIPROv2` (descriptions of data, program and module, and a proposed instruction), `dspy.COPRO` (an
instruction from the first one, or from attempts with their scores) and `dspy.SIMBA` (advice for modules from two
trajectories). What is proposed is a simulation too: see `writer/propose.py`.
"""

import json
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ...hashing import content_hash
from .guidance import guess_work
from .prompt import Messages, Prompt, read_demo, read_outputs
from .writer.aspects import ASPECTS, Work, complaints, language_of
from .writer.features import FEATURES, detect
from .writer.language import get_language
from .writer.propose import advise, propose_instruction, shorten_instruction

Fields = dict[str, Any]

#: How a request of the `gepa` package begins, goes on after the current instruction, and after the examples.
_REFLECTION = "I provided an assistant with the following instructions to perform a task for me:\n```\n"
_EXAMPLES = "\n```\n\nThe following are examples of different task inputs provided to the assistant"
_TASK = "\n```\n\nYour task is to write a new instruction for the assistant."
_FEEDBACK = re.compile(r"^## Feedback\n(.*?)(?=^# Example \d+$|\Z)", re.MULTILINE | re.DOTALL)
#: An attempt of COPRO's, as DSPy writes a list: each item between marks, its later lines indented.
_ATTEMPT = re.compile(r"«\s*Instruction #\d+: (.*?)\s*»", re.DOTALL)
_INDENT = re.compile(r"\n[ \t]+")
_MODULE = re.compile(r"^Module (\S+)$(.*?)(?=^-{80}$)", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"\d+")
#: How often a further look at the data has nothing to add.
_COMPLETE = 0.5
_PREFIX = "Answer:"


class Turns:
    """How often each proposal was asked for.

    Asked again, word by word, a model at a temperature above 0 proposes something else; optimizers rely on it. Of
    everything else the stand-in says the same each time.
    """

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, messages: Messages) -> int:
        """The number of this request among its equals, from 0; always 0 where no proposal is asked for."""
        if not _wants_proposal(messages):
            return 0
        key = content_hash([list(message) for message in messages])
        with self._lock:
            self._asked[key] += 1
            return self._asked[key] - 1


def answer_optimizer(prompt: Prompt, seed: int, turn: int) -> Fields | None:
    """The fields of a reply to an optimizer's signature, as Python values; None for any other one.

    Args:
        prompt: what is asked.
        seed: drawn from the request.
        turn: see `Turns`.
    """
    needed, write = _REQUESTS.get(frozenset(prompt.outputs), _UNKNOWN)
    if not (needed & prompt.inputs.keys()):
        return None
    return write(prompt, random.Random(f"{seed} {turn}"))


def answer_reflection(text: str, seed: int, turn: int) -> str | None:
    """The reply to a request of the `gepa` package, in its fence; None for any other text."""
    if not text.startswith(_REFLECTION):
        return None
    current, _, rest = text.removeprefix(_REFLECTION).partition(_EXAMPLES)
    examples = rest.rpartition(_TASK)[0]
    feedback = "\n".join(_FEEDBACK.findall(examples)) or examples
    return f"```\n{_improve(current, feedback, random.Random(f'{seed} {turn}'))}\n```"


def _wants_proposal(messages: Messages) -> bool:
    if not messages:
        return False
    return frozenset(read_outputs(messages)) in _PROPOSALS or messages[-1][1].startswith(_REFLECTION)


def _improve(current: str, feedback: str, rng: random.Random) -> str:
    """Instructions that ask for what feedback misses most."""
    work = guess_work(current)
    return propose_instruction(current, complaints(feedback, ASPECTS[work]), work, rng)


def _reflect(prompt: Prompt, rng: random.Random) -> Fields:
    """GEPA: a new instruction from the current one and examples with feedback."""
    improved = _improve(prompt.inputs["current_instruction"], _feedback(prompt), rng)
    return dict.fromkeys(prompt.outputs, improved)


def _feedback(prompt: Prompt) -> str:
    """The feedback in GEPA's examples; the whole of them where they are not the JSON that they usually are."""
    text = prompt.inputs.get("examples_with_feedback", "")
    try:
        examples = json.loads(text)
    except json.JSONDecodeError:
        return text
    found = [example.get("Feedback", "") for example in examples if isinstance(example, dict)]
    return "\n".join(map(str, found))


def _shorten(prompt: Prompt, rng: random.Random) -> Fields:
    """GEPA: an instruction that became too long."""
    del rng
    limit = _NUMBER.search(prompt.inputs.get("length_limit", ""))
    instruction = prompt.inputs["instruction"]
    return {"shortened_instruction": shorten_instruction(instruction, int(limit[0]) if limit else len(instruction))}


def _propose(prompt: Prompt, rng: random.Random) -> Fields:
    """MIPROv2 and COPRO: an instruction from the basic one, or from the best of those that were tried."""
    current = prompt.inputs.get("basic_instruction") or _best_attempt(prompt.inputs.get("attempted_instructions", ""))
    work = guess_work(current)
    values = {"proposed_instruction": propose_instruction(current, {}, work, rng)}
    return {name: values.get(name, _PREFIX) for name in prompt.outputs}


def _best_attempt(text: str) -> str:
    """The last of the attempts, which stand in the order of their scores."""
    attempts = _ATTEMPT.findall(text)
    return _INDENT.sub("\n", attempts[-1]) if attempts else text


def _describe(prompt: Prompt, rng: random.Random) -> Fields:
    """MIPROv2: what it asks about its program and data before it proposes."""
    banks = get_language("en").text
    texts = {name: banks[f"said.{_SAID[name]}"][0] for name in prompt.outputs}
    if "prior_observations" in prompt.inputs and rng.random() < _COMPLETE:
        return dict.fromkeys(texts, "COMPLETE")
    return dict(texts)


def _offer_advice(prompt: Prompt, rng: random.Random) -> Fields:
    """SIMBA: for every module, what the better of two trajectories shows and the worse one lacks."""
    given = prompt.inputs
    modules = dict(_MODULE.findall(given.get("modules_defn", "")))
    advice = {}
    for name in prompt.items("module_names"):
        instructions = modules.get(name, "").partition("Original Instructions:")[2].strip()
        work = guess_work(instructions)
        advice[name] = "\n".join(advise(instructions, _lacking(given, work), work, rng))
    return {"discussion": get_language("en").text["said.rules"][0], "module_advice": advice}


def _lacking(given: Mapping[str, str], work: Work) -> Mapping[str, int]:
    """What the reward's information finds missing, or else what the better outputs show and the worse ones do not."""
    found = complaints(given.get("worse_reward_info", ""), ASPECTS[work])
    if found:
        return found
    better, worse = (read_demo(given.get(f"{name}_program_outputs", "")) for name in ("better", "worse"))
    shown = detect(better, language_of(better)) - detect(worse, language_of(worse))
    return {aspect: int(aspect in shown) for aspect in FEATURES}


_SAID: Mapping[str, str] = MappingProxyType(
    {
        "program_description": "program",
        "module_description": "module",
        "observations": "observations",
        "summary": "summary",
    }
)
_Request = tuple[frozenset[str], Callable[[Prompt, random.Random], Fields]]
#: Wanted fields -> fields of which one must be given -> who writes.
_REQUESTS: Mapping[frozenset[str], _Request] = MappingProxyType(
    {
        frozenset({"new_instruction"}): (frozenset({"current_instruction"}), _reflect),
        frozenset({"improved_instruction"}): (frozenset({"current_instruction"}), _reflect),
        frozenset({"shortened_instruction"}): (frozenset({"instruction"}), _shorten),
        frozenset({"proposed_instruction"}): (frozenset({"basic_instruction"}), _propose),
        frozenset({"proposed_instruction", "proposed_prefix_for_output_field"}): (
            frozenset({"basic_instruction", "attempted_instructions"}),
            _propose,
        ),
        frozenset({"program_description"}): (frozenset({"program_code"}), _describe),
        frozenset({"module_description"}): (frozenset({"program_code"}), _describe),
        frozenset({"observations"}): (frozenset({"examples"}), _describe),
        frozenset({"summary"}): (frozenset({"observations"}), _describe),
        frozenset({"discussion", "module_advice"}): (frozenset({"module_names"}), _offer_advice),
    }
)
_UNKNOWN: _Request = (frozenset(), _reflect)
_PROPOSALS = frozenset(
    wanted for wanted, (_, write) in _REQUESTS.items() if write in (_reflect, _propose, _offer_advice)
)
