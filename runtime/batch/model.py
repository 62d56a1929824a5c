"""A model that is not called: its requests are written into batch files, its replies come from results."""

import random

from dspy.lm15 import Request, Response

from ...errors import UsageFault
from ..endpoints import Route
from ..engine import LimitedEngine
from ..models import OPENAI_COMPATIBLE, Model, ModelSpec, language_model, model_price
from ..rehearsal.settings import is_rehearsal
from ..retry import RetryPolicy
from ..stopping import StopSignal


class _NoEngine:
    """What stands below a model that is not called."""

    def complete(self, request: Request) -> Response:
        raise UsageFault(f"{request.model}: a session on batch files makes no call")


class _NoAsyncEngine:
    async def complete(self, request: Request) -> Response:
        raise UsageFault(f"{request.model}: a session on batch files makes no call")


def sent_name(spec: ModelSpec) -> str:
    """The model's name as its service knows it.

    Raises:
        UsageFault: the model's provider has no batches of this kind.
    """
    if is_rehearsal(spec.name):
        return spec.name
    provider, _, name = spec.name.partition("/")
    if provider not in OPENAI_COMPATIBLE or not name:
        raise UsageFault(
            f"{spec.name}: batch files are OpenAI's; they go with openai/NAME (any service that takes such files) "
            f"or hosted_vllm/NAME"
        )
    return name


def build_batch_model(spec: ModelSpec, *, concurrency: int) -> Model:
    """A spec's model for a session on batch files. It needs no key.

    Args:
        spec: the model.
        concurrency: chains that are gone on with at the same time.

    Raises:
        UsageFault: batch files cannot serve it.
        ModelFault: it takes no such sampling settings.
    """
    sent_name(spec)
    engine = LimitedEngine(
        [Route(_NoAsyncEngine())],
        concurrency=concurrency,
        timeout_s=spec.timeout_s,
        price=model_price(spec),
        retry=RetryPolicy(),
        rng=random.Random(),
        stopping=StopSignal(),
    )
    engine.proven = True  # no result is the first call of a session, whose failure would be the endpoint's
    lm = language_model(spec, _NoEngine(), engine)
    if lm.kwargs.get("max_completion_tokens") and not spec.addresses:
        raise UsageFault(
            f"{spec.name}: OpenAI's reasoning models refuse the max_tokens that batch files say; set max_tokens: null "
            "in the recipe's model"
        )
    return Model(spec=spec, lm=lm, engine=engine)
