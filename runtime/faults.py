"""DSPy's errors in Condor's words: the one boundary where they are translated."""

from typing import Protocol, cast

from dspy.clients.errors import wrap_error
from dspy.lm15 import LM15Error
from dspy.utils.exceptions import (
    AdapterParseError,
    LMAuthError,
    LMBillingError,
    LMConfigurationError,
    LMError,
    LMInvalidRequestError,
    LMRateLimitError,
    LMServerError,
    LMTimeoutError,
    LMTransportError,
    LMUnsupportedFeatureError,
    LMUnsupportedModelError,
)

from ..errors import CallFault, CondorError, Interrupted, ModelFault, OversizedReply, RefusedRequest, UnreadableReply
from ..programs.adapter import first_line
from .addresses import shown
from .litellm_models import ServedModel
from .openai_engine import OversizedReplyError

#: Where the advice begins that DSPy's engine appends for its own users.
_LIBRARY_ADVICE = "To fix:"
#: No further call can succeed.
_FATAL: dict[type[LMError], str] = {
    LMAuthError: "the endpoint refused the key",
    LMBillingError: "the account has no credit left",
    LMUnsupportedModelError: "the endpoint knows no such model",
    LMConfigurationError: "the model is not configured",
    LMUnsupportedFeatureError: "the model does not take these settings",
}
#: The next call may succeed: the failure's short name.
_PASSING: dict[type[LMError], str] = {
    LMRateLimitError: "rate_limit",
    LMTimeoutError: "timeout",
    LMServerError: "server",
    LMTransportError: "transport",
}


class _Proven(Protocol):
    @property
    def proven(self) -> bool: ...


class CalledModel(Protocol):
    """A model whose call failed, of whichever kind."""

    @property
    def spec(self) -> ServedModel:
        """What it is called, and where it is served."""
        ...

    @property
    def engine(self) -> _Proven:
        """Whether a first call was answered."""
        ...

    def redact(self, text: str) -> str:
        """A text without the key."""
        ...


def translate(error: LM15Error | LMError | AdapterParseError, model: CalledModel) -> CondorError:
    """What a failed call means for the run.

    Returns:
        ModelFault: no call can succeed; also any failure of the first call but one that concerns its request or reply.
        UnreadableReply, OversizedReply, RefusedRequest: this item fails, the run goes on.
        CallFault: there was no reply; the run goes on and a resumed run asks again.
        Interrupted: the call was not begun, since the run is being stopped.
    """
    if isinstance(error, LM15Error):
        projected = wrap_error(error, model=model.spec.name)
        projected.__cause__ = error
        error = cast("LMError", projected)
    if isinstance(error.__cause__, Interrupted | ModelFault):
        return error.__cause__
    if isinstance(error, AdapterParseError):
        return UnreadableReply(first_line(error), raw=error.lm_response or "")
    said = model.redact(error.message.partition(_LIBRARY_ADVICE)[0])
    places = " or ".join(map(shown, model.spec.addresses))
    where = f"{model.spec.name} at {places}" if places else model.spec.name
    for kind, meaning in _FATAL.items():
        if isinstance(error, kind):
            return ModelFault(f"{where}: {meaning}: {said}")
    if isinstance(error.__cause__, OversizedReplyError):
        return OversizedReply(f"{where}: {said}")
    if isinstance(error, LMInvalidRequestError):
        return RefusedRequest(f"{where}: {said}")
    passing = next((name for kind, name in _PASSING.items() if isinstance(error, kind)), "unexpected")
    network = _network_cause(error)
    if network is not None:
        passing, said = "transport", network
    if not model.engine.proven:
        unreachable = "cannot be reached" if passing == "transport" else "answered no call"
        return ModelFault(f"{where}: {unreachable}: {said}")
    return CallFault(f"{where}: {said}", reason=passing)


def _network_cause(error: BaseException) -> str | None:
    """What the system said, where a connection failed: clients wrap it many times and name it differently."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and not isinstance(cause, TimeoutError):
            return cause.strerror or str(cause)
        cause = cause.__cause__ or cause.__context__
    return None
