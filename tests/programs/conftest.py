"""A scripted model that records what it is asked, and records to ask about."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import dspy
import pytest
from dspy.lm15 import Message, Request, Response, Usage

from condor.corpus.records import Answer, Cell, Critique, Origin, Question, Refinement
from condor.programs import CondorAdapter
from condor.vocabulary import CRITERIA, Difficulty, Language, TaskName

Reply = str | Response


class Script:
    """A model that gives the replies it was told to give, in order, or those that a function makes from the request.

    Attributes:
        requests: every request it got; a request beyond the last reply is an error.
    """

    def __init__(self, *replies: Reply, answers: Callable[[Request], Reply] | None = None) -> None:
        self.requests: list[Request] = []
        self._replies = list(replies)
        self._answers = answers

    def complete(self, request: Request) -> Response:
        self.requests.append(request)
        if self._answers is not None:
            reply = self._answers(request)
        else:
            assert self._replies, f"an unexpected call, number {len(self.requests)}"
            reply = self._replies.pop(0)
        return reply if isinstance(reply, Response) else respond(reply)

    def lm(self, **settings: Any) -> dspy.LM:
        return dspy.LM("scripted", engine=self, async_engine=AsyncScript(self), cache=False, num_retries=0, **settings)

    def context(self, *, parse_retries: int = 2, **settings: Any) -> AbstractContextManager[None]:
        adapter = CondorAdapter(parse_retries=parse_retries)
        return dspy.context(lm=self.lm(**settings), adapter=adapter, disable_history=True)


class AsyncScript:
    """The same model for async calls."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def complete(self, request: Request) -> Response:
        return self._script.complete(request)


def respond(text: str | Message, finish_reason: Any = "stop") -> Response:
    message = Message.assistant(text) if isinstance(text, str) else text
    usage = Usage(input_tokens=1, output_tokens=1)
    return Response(id=None, model="scripted", message=message, finish_reason=finish_reason, usage=usage)


def write_fields(**fields: str) -> str:
    parts = [f"[[ ## {name} ## ]]\n{text}" for name, text in fields.items()]
    return "\n\n".join([*parts, "[[ ## completed ## ]]"])


def read_inputs(request: Request) -> dict[str, str]:
    body = (request.messages[-1].text or "").partition("\n\nRespond with the corresponding output fields")[0]
    parts = re.split(r"^\[\[ ## (\w+) ## \]\]\n", body, flags=re.MULTILINE)
    return {name: text.removesuffix("\n\n") for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def obey(request: Request) -> str:
    """What an obedient model replies to any of the eight signatures; its text tells what it was made from."""
    given = read_inputs(request)
    if "theme" in given:
        topic = json.loads(given["theme"])[-1]
        triple = {level: f"{level} question on {topic}" for level in ("easy", "medium", "hard")}
        return write_fields(questions=json.dumps(triple))
    if "count" in given:
        under = json.loads(given["path"])[-1] if "path" in given else "root"
        taken = len(json.loads(given["existing"]))
        return write_fields(tags=json.dumps([f"{under}.{taken + n}" for n in range(int(given["count"]))]))
    if "answer_a" in given:
        a, b = len(given["answer_a"]), len(given["answer_b"])
        return write_fields(reason="the longer one", verdict="tie" if a == b else "A" if a > b else "B")
    if "`scores`" in str(request.system):
        return write_fields(reason=f"by {given['answer']}", scores=json.dumps(dict.fromkeys(CRITERIA, 7)))
    if "draft" in given:
        return write_fields(answer=f"better({given['draft']}) by {given['suggestions']}")
    if "answer" in given:
        reviewed = given["answer"]
        return write_fields(
            strengths=f"strengths of {reviewed}",
            weaknesses=f"weaknesses of {reviewed}",
            suggestions=f"repair {reviewed}",
        )
    return write_fields(answer=f"answer to {given['question']}")


class Records:
    """Records of one life, to hand to a stage."""

    @staticmethod
    def origin(language: Language = "en", task: TaskName = "view", difficulty: Difficulty | None = None) -> Origin:
        path = ("生活", "茶道") if language == "zh" else ("Food", "Tea")
        return Origin(tree_version="t1", path=path, task=task, language=language, difficulty=difficulty)

    @classmethod
    def cell(cls, language: Language = "en", task: TaskName = "view") -> Cell:
        return Cell(origin=cls.origin(language, task))

    @classmethod
    def question(cls, language: Language = "en", text: str = "Why tea?") -> Question:
        return Question(parent_id=cls.cell(language).id, origin=cls.origin(language, difficulty="hard"), text=text)

    @classmethod
    def answer(cls, question: Question, text: str = "Because of the leaves.") -> Answer:
        return Answer(parent_id=question.id, origin=question.origin, text=text)

    @classmethod
    def critique(cls, reviewed: Answer | Refinement) -> Critique:
        return Critique(
            parent_id=reviewed.id, origin=reviewed.origin, strengths="short", weaknesses="shallow", suggestions="deepen"
        )


@pytest.fixture
def scripted() -> Callable[..., Script]:
    """`scripted(reply, ...)` or `scripted(answers=function)`: a model for `with script.context():`."""
    return Script


@pytest.fixture
def obedient() -> Script:
    """A model that replies to every signature as asked."""
    return Script(answers=obey)


@pytest.fixture
def fields() -> Callable[..., str]:
    """Writes a reply from its fields."""
    return write_fields


@pytest.fixture
def response() -> Callable[..., Response]:
    """Makes a response from a text or message and a finish reason."""
    return respond


@pytest.fixture
def inputs_of() -> Callable[[Request], dict[str, str]]:
    """Reads the input fields back from a request."""
    return read_inputs


@pytest.fixture
def records() -> type[Records]:
    """Makes records."""
    return Records


@pytest.fixture(params=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Runs a program: once by calling it, once by awaiting it."""
    if request.param == "sync":
        return lambda program, *args, **kwargs: program(*args, **kwargs)
    return lambda program, *args, **kwargs: asyncio.run(program.acall(*args, **kwargs))
