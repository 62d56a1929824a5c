"""How signatures become messages and replies become fields: DSPy's chat format, read strictly.

The messages are those of `dspy.ChatAdapter`, to the byte, but that a text with DSPy's marker of an image in it stays
text. What differs is the way back: fields are not cut at markers or line separators inside the text, a reply that does
not parse is asked again with the error named (never silently through another adapter), and a reply that the token limit
cut off is asked for once more with twice the limit and then is an error, not a record.
"""

from collections.abc import Generator
from dataclasses import replace
from typing import Any, cast, get_origin

import dspy
from dspy.adapters.types.base_type import CUSTOM_TYPE_START_IDENTIFIER
from dspy.adapters.utils import annotation_allows_none, parse_value
from dspy.lm15 import Message, RefusalPart, Request, Response, request_from_openai_chat
from dspy.utils.callback import BaseCallback
from dspy.utils.exceptions import AdapterParseError
from pydantic import BaseModel, TypeAdapter, ValidationError

from ..corpus.text import clean_strings, clean_text
from ..errors import RefusedReply, TruncatedReply
from ..signatures.repair import REPAIR_REQUEST
from .reading import read_json, split_fields

#: Settings of an LM that say where it is, not what it should write.
_CONNECTION = frozenset(
    [
        "api_base",
        "api_key",
        "api_version",
        "azure_ad_token",
        "azure_ad_token_provider",
        "base_url",
        "cache",
        "custom_llm_provider",
        "extra_headers",
        "extra_query",
        "headers",
        "n",
        "num_generations",
        "organization",
        "project",
        "prompt_cache",
        "rollout_id",
        "timeout",
    ]
)

#: What stands between it and its end DSPy cuts out of a message and sends as an image or a file, also where the text
#: is a tag or a model's reply. While DSPy formats a message, a private-use character keeps it from being found.
_MARKER, _HIDDEN = CUSTOM_TYPE_START_IDENTIFIER, CUSTOM_TYPE_START_IDENTIFIER.replace("-", "\ue000")

Conversation = Generator[Request, Response, dict[str, Any]]


class CondorAdapter(dspy.ChatAdapter):
    """DSPy's chat format with whole fields and counted repairs. Use it in `dspy.context(adapter=CondorAdapter())`.

    Args:
        parse_retries: how often a reply that does not parse is asked for again, with the error fed back.
        callbacks: DSPy's, around formatting and parsing.
    """

    def __init__(self, *, parse_retries: int = 2, callbacks: list[BaseCallback] | None = None) -> None:
        super().__init__(callbacks=callbacks, use_json_adapter_fallback=False)
        self.parse_retries = parse_retries

    def __call__(
        self,
        lm: dspy.BaseLM,
        lm_kwargs: dict[str, Any],
        signature: type[dspy.Signature],
        demos: list[dict[str, Any]],
        inputs: dict[str, Any],
    ) -> list[dict[str, Any]]:
        """Ask, read, and ask again if need be. See `acall`."""
        first = self.request(lm, {**lm.kwargs, **lm_kwargs}, signature, demos, inputs)
        results = []
        for options in _candidates(lm, lm_kwargs):
            conversation = self.converse(first, signature)
            request = next(conversation)
            while True:
                try:
                    request = conversation.send(_checked(lm(request, **options)))
                except StopIteration as stop:
                    results.append(stop.value)
                    break
        return results

    async def acall(
        self,
        lm: dspy.BaseLM,
        lm_kwargs: dict[str, Any],
        signature: type[dspy.Signature],
        demos: list[dict[str, Any]],
        inputs: dict[str, Any],
    ) -> list[dict[str, Any]]:
        """Ask, read, and ask again if need be.

        Returns:
            One dictionary of output fields for each candidate (`n`, by default one).

        Raises:
            AdapterParseError: no reply parsed within the allowed tries; `lm_response` is the last one.
            TruncatedReply, RefusedReply: the reply is whole in form but no answer.
        """
        first = self.request(lm, {**lm.kwargs, **lm_kwargs}, signature, demos, inputs)
        results = []
        for options in _candidates(lm, lm_kwargs):
            conversation = self.converse(first, signature)
            request = next(conversation)
            while True:
                try:
                    request = conversation.send(_checked(await lm.acall(request, **options)))
                except StopIteration as stop:
                    results.append(stop.value)
                    break
        return results

    def parse(self, signature: type[dspy.Signature], completion: str) -> dict[str, Any]:
        """The output fields of a reply.

        Raises:
            AdapterParseError: a field is missing, empty, or not of its type.
        """
        wanted = signature.output_fields
        typed = [name for name, field in wanted.items() if _is_json(field.annotation)]
        fields: dict[str, Any] = {}
        name = next(reversed(wanted))
        try:
            found = split_fields(clean_text(completion), list(wanted), json_fields=typed)
            for name, field in wanted.items():
                fields[name] = _value(found.get(name, ""), field)
        except ValueError as exc:
            raise AdapterParseError(
                adapter_name=type(self).__name__,
                signature=cast("dspy.Signature", signature),  # DSPy means the class
                lm_response=completion,
                message=f"the field `{name}` {_explain(exc)}",
            ) from exc
        return fields

    def format(
        self, signature: type[dspy.Signature], demos: list[dict[str, Any]], inputs: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """DSPy's messages, in which text stays text: only a `dspy.Image` and its like are sent as such."""
        messages = super().format(signature, _swap(demos, _MARKER, _HIDDEN), _swap(inputs, _MARKER, _HIDDEN))
        return _swap(messages, _HIDDEN, _MARKER)

    def request(
        self,
        lm: dspy.BaseLM,
        settings: dict[str, Any],
        signature: type[dspy.Signature],
        demos: list[dict[str, Any]],
        inputs: dict[str, Any],
    ) -> Request:
        """A signature's request to a model, with the settings that say what it should write."""
        body = {key: value for key, value in settings.items() if key not in _CONNECTION and value is not None}
        return request_from_openai_chat({"model": lm.model, "messages": self.format(signature, demos, inputs), **body})

    def converse(self, request: Request, signature: type[dspy.Signature]) -> Conversation:
        """One candidate, without I/O: yields requests, is sent responses, returns the fields.

        Raises:
            AdapterParseError, TruncatedReply, RefusedReply: see `acall`.
        """
        tries_left = self.parse_retries
        may_be_longer = True
        while True:
            response = yield request
            if may_be_longer and (limit := _higher_limit(request, response)) is not None:
                may_be_longer = False
                request = replace(request, config=replace(request.config, max_tokens=limit))
                continue
            text = _text(request, response)
            try:
                return self.parse(signature, text)
            except AdapterParseError as exc:
                if not tries_left:
                    raise
                tries_left -= 1
                repair = REPAIR_REQUEST.format(error=first_line(exc))
                turns = (Message.assistant(clean_text(text) or "(empty)"), Message.user(clean_text(repair)))
                request = replace(request, messages=(*request.messages, *turns))


def _swap(value: Any, old: str, new: str) -> Any:
    """A value with one string in the place of another in every text of it; a `dspy.Image` and its like are no text."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, list):
        return [_swap(item, old, new) for item in value]
    if isinstance(value, dict):
        return {key: _swap(item, old, new) for key, item in value.items()}
    if isinstance(value, dspy.Example):
        return value.copy(**{key: _swap(item, old, new) for key, item in value.items()})
    return value


def first_line(error: AdapterParseError) -> str:
    """What is wrong with a reply, without the reply itself, which DSPy appends to the message."""
    return error.message.partition("\n")[0]


def _candidates(lm: dspy.BaseLM, lm_kwargs: dict[str, Any]) -> list[dict[str, Any]]:
    """For each wanted candidate, what tells its call from the others' in the cache of an LM that has one."""
    settings = {**lm.kwargs, **lm_kwargs}
    count = settings.get("n") or settings.get("num_generations") or 1
    options = {name: settings[name] for name in ("cache", "rollout_id") if settings.get(name) is not None}
    further = ({**options, "rollout_id": (options.get("rollout_id") or 0) + number} for number in range(1, count))
    return [options, *further]


def _checked(response: object) -> Response:
    if not isinstance(response, Response):
        raise TypeError(f"an LM must answer a Request with a Response, not {type(response).__name__}")
    return response


def _higher_limit(request: Request, response: Response) -> int | None:
    """Twice the tokens at which a reply was cut off, or None where it was not, or nobody knows where."""
    if response.finish_reason != "length":
        return None
    reached = request.config.max_tokens or response.usage.output_tokens
    return 2 * reached if reached else None


def _text(request: Request, response: Response) -> str:
    """The reply's text, if it is one."""
    model, text = request.model, response.text or ""
    if response.finish_reason == "length":
        limit = f" of {request.config.max_tokens}" if request.config.max_tokens else ""
        raise TruncatedReply(f"{model}: the reply ends at the token limit{limit}; raise max_tokens", raw=text)
    if response.finish_reason == "content_filter" or response.message.parts_of(RefusalPart):
        refusal = " ".join(part.text for part in response.message.parts_of(RefusalPart))
        raise RefusedReply(f"{model}: the model declined to answer", raw=refusal or text)
    return text


def _value(text: str, field: Any) -> Any:
    annotation = field.annotation
    if not text:
        if not field.is_required():
            return field.get_default(call_default_factory=True)
        if annotation_allows_none(annotation):
            return None
        raise ValueError("is missing or empty")
    if annotation is str:
        return text
    if _is_json(annotation):
        return TypeAdapter(annotation).validate_python(clean_strings(read_json(text)))
    return parse_value(text, annotation)


def _is_json(annotation: Any) -> bool:
    structure = get_origin(annotation) or annotation
    return isinstance(structure, type) and issubclass(structure, (BaseModel, list, dict, tuple))


def _explain(exc: ValueError) -> str:
    """The error in one line, without the input that pydantic would repeat at length."""
    if isinstance(exc, ValidationError):
        places = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'value'}: {e['msg']}" for e in exc.errors())
        return f"does not fit its schema ({places})"
    return str(exc) if str(exc).startswith("is ") else f"is invalid ({exc})"
