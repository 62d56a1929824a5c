"""DSPy's engine on LiteLLM, with what it lacks: the Retry-After of a refusal, and a bound on a reply."""

from collections.abc import Mapping

from dspy.clients.engines import AsyncLiteLLMEngine
from dspy.lm15 import LM15Error, Request, Response

from .openai_engine import MAX_REPLY_BYTES, OversizedReplyError
from .retry import told_to_wait


class HeedfulLiteLLMEngine:
    """Chat completions of any provider that LiteLLM knows.

    Args:
        engine: makes the calls.
    """

    def __init__(self, engine: AsyncLiteLLMEngine) -> None:
        self._engine = engine

    async def complete(self, request: Request) -> Response:
        """The reply to a request.

        Raises:
            LM15Error: no reply; the class and `retry_after` say whether and when to ask again.
        """
        try:
            response = await self._engine.complete(request)
        except LM15Error as exc:
            heed(exc)
            raise
        if len(response.text or "") > MAX_REPLY_BYTES:
            raise OversizedReplyError(f"the reply is longer than {MAX_REPLY_BYTES} characters")
        return response


def heed(error: LM15Error) -> None:
    """Give an error the Retry-After of the refusal that it stands for.

    LiteLLM keeps the headers under a name of its own, which DSPy's translation does not look at.
    """
    headers = getattr(error.__cause__, "litellm_response_headers", None)
    if error.retry_after is None and isinstance(headers, Mapping):
        error.retry_after = told_to_wait(headers)
