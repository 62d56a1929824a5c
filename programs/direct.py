"""Asking a stage's question without the machinery around it: the same messages, the same reading.

`dspy.Predict` renders a signature anew for every call and takes it through callbacks, capability planning and several
threads. A run asks the same few questions many thousand times: here the static part of a prompt is rendered once, by
DSPy's own adapter, and the inputs are put into their places. A test holds the messages byte-equal to DSPy's, for
compiled programs too.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, cast

import dspy
from dspy.adapters.utils import format_field_value
from dspy.lm15 import Message, Request, Response

from .adapter import CondorAdapter
from .stage import Stage

T = TypeVar("T")

Complete = Callable[[Request], Awaitable[Response]]

#: Marks the place of an input while a prompt is rendered; private-use characters stand in no prompt of ours.
_OPEN, _CLOSE = "\ue000", "\ue001"


class DirectStage(Generic[T]):
    """A stage, rendered once, to be asked many times.

    It holds the stage's prompt as it is now: make another one after compiling or loading.

    Args:
        stage: whose question is asked.
        lm: its model and settings; it is not called itself.
        adapter: renders and reads.
    """

    def __init__(self, stage: Stage[T], lm: dspy.BaseLM, adapter: CondorAdapter) -> None:
        self._stage = stage
        self._adapter = adapter
        self._signature = cast("type[dspy.Signature]", stage.predict.signature)
        names = list(self._signature.input_fields)
        places = {name: f"{_OPEN}{number}{_CLOSE}" for number, name in enumerate(names)}
        settings = {**lm.kwargs, **stage.predict.config}
        self._request = adapter.request(lm, settings, self._signature, list(stage.predict.demos), places)
        self._pieces = _cut(self._request.messages[-1].text or "", [places[name] for name in names])
        self._names = names

    @staticmethod
    def fits(stage: Stage[Any]) -> bool:
        """Whether a stage is asked in the plain way: one `dspy.Predict` of its own, without a model of its own."""
        return (
            type(stage).aforward is Stage.aforward
            and type(stage.predict) is dspy.Predict
            and stage.predict.lm is None
            and not stage.predict.config.get("n")
        )

    async def ask(self, complete: Complete, *args: Any) -> T:
        """The stage's result for these arguments.

        Args:
            complete: makes one call.

        Raises:
            AdapterParseError: no reply parsed within the allowed tries.
            TruncatedReply, RefusedReply: the reply is whole in form but no answer.
        """
        conversation = self._adapter.converse(self.render(*args), self._signature)
        request = next(conversation)
        while True:
            try:
                request = conversation.send(await complete(request))
            except StopIteration as stop:
                return self._stage.take(cast("dspy.Prediction", SimpleNamespace(**stop.value)), *args)

    def render(self, *args: Any) -> Request:
        """The request for these arguments."""
        given = self._stage.given(*args)
        text = [self._pieces[0]]
        for name, piece in zip(self._names, self._pieces[1:], strict=True):
            text += (_show(given[name], self._signature.input_fields[name]), piece)
        message = Message.user("".join(text))
        return replace(self._request, messages=(*self._request.messages[:-1], message))


def _cut(text: str, places: list[str]) -> list[str]:
    """A rendered message cut at the places of its inputs."""
    pieces = []
    for place in places:
        piece, found, text = text.partition(place)
        if not found:
            raise ValueError(f"the prompt does not show the input {place!r}")
        pieces.append(piece)
    return [*pieces, text]


def _show(value: Any, field: Any) -> str:
    """An input as DSPy writes it; the kinds that our signatures use are written without its detours."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and field.annotation is not str and all(isinstance(item, str) for item in value):
        return json.dumps(value, ensure_ascii=False)
    return cast("str", format_field_value(field, value))
