"""What all stages have in common: one signature in, one typed record out."""

from abc import abstractmethod
from typing import Any, ClassVar, Protocol, TypeVar, cast

import dspy
from dspy.utils.exceptions import AdapterParseError
from pydantic import TypeAdapter

from ..errors import UnreadableReply
from ..hashing import content_hash
from .adapter import CondorAdapter, first_line
from .program import Program

T = TypeVar("T")


class Stage(Program[T]):
    """A DSPy module around one signature.

    A stage takes records and returns records: the `dspy.Prediction` is left at once. It names no model: call it inside
    `dspy.context(lm=..., adapter=CondorAdapter())`, as `stage(...)` or `await stage.acall(...)`.

    Attributes:
        name: what the step is called in journals, records and reports.
        signature: what is asked.
        predict: the predictor, whose prompt an optimizer may compile.
    """

    name: ClassVar[str]
    signature: ClassVar[type[dspy.Signature]]

    def __init__(self) -> None:
        super().__init__()
        self.predict = dspy.Predict(self.signature)

    @abstractmethod
    def given(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The signature's input fields, from the stage's arguments."""

    @abstractmethod
    def take(self, prediction: dspy.Prediction, *args: Any, **kwargs: Any) -> T:
        """The stage's result, from the signature's output fields and the stage's arguments."""

    def forward(self, *args: Any, **kwargs: Any) -> T:
        """Ask the model and return its reply as records."""
        return self.take(self.predict(**self.given(*args, **kwargs)), *args, **kwargs)

    async def aforward(self, *args: Any, **kwargs: Any) -> T:
        """Ask the model and return its reply as records."""
        return self.take(await self.predict.acall(**self.given(*args, **kwargs)), *args, **kwargs)

    def prompt(self) -> list[dict[str, Any]]:
        """The messages with `{field}` in the place of each input: instructions, demos and format, nothing else."""
        signature = cast("type[dspy.Signature]", self.predict.signature)
        placeholders = {name: f"{{{name}}}" for name in signature.input_fields}
        return CondorAdapter().format(signature, list(self.predict.demos), placeholders)

    @classmethod
    def signature_hash(cls) -> str:
        """A hash of the built-in signature: instruction, and each field's name, type and description in their order.

        DSPy restores a compiled prompt's fields by their position, whatever they are called: this says whether a state
        is for the stage as it is now.
        """
        fields = [
            [kind, name, TypeAdapter(field.annotation).json_schema(), field.json_schema_extra["desc"]]
            for kind, named in (("input", cls.signature.input_fields), ("output", cls.signature.output_fields))
            for name, field in cast("dict[str, Any]", named).items()
        ]
        return content_hash([cls.signature.instructions, fields], size=8)

    def prompt_version(self) -> str:
        """A hash of `prompt()`: it changes when, and only when, what the model reads changes."""
        return content_hash(self.prompt(), size=8)


class Step(Protocol):
    """How a stage is executed: directly, or through a journal that knows what was done before."""

    async def __call__(self, stage: Stage[T], *args: Any) -> T:
        """The stage's result for these arguments."""
        ...


async def call_stage(stage: Stage[T], *args: Any) -> T:
    """The plain way to execute a stage: call it.

    Raises:
        UnreadableReply: no reply parsed within the allowed tries.
    """
    try:
        return await stage.acall(*args)
    except AdapterParseError as exc:
        raise UnreadableReply(first_line(exc), raw=exc.lm_response or "") from exc
