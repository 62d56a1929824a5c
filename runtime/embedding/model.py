"""Embedding models: a spec, and the engine that makes its calls."""

import random
from dataclasses import dataclass, field

from ..addresses import secrets_of, shown
from ..endpoints import Route
from ..engine import LimitedEngine
from ..environment import redact
from ..ledger import Price
from ..litellm_models import client_settings, find_key, listed_price
from ..rehearsal.settings import RehearsalSettings, is_rehearsal
from ..retry import RetryPolicy
from ..stopping import StopSignal
from .engine import LiteLLMEmbeddingEngine, RehearsalEmbeddingEngine
from .spec import EmbedderSpec


@dataclass(frozen=True)
class EmbeddingModel:
    """An embedding model ready for use.

    Attributes:
        spec: what it was built from.
        engine: makes its calls.
        key: what was taken from `api_key_env`, to keep it out of what is written.
    """

    spec: EmbedderSpec
    engine: LimitedEngine
    key: str = field(default="", repr=False)

    def redact(self, text: str) -> str:
        """A text without the key, and without what else the environment or the addresses hold of that kind."""
        return redact(text, self.key, *secrets_of(self.spec.addresses))


def build_embedding_model(
    spec: EmbedderSpec,
    *,
    concurrency: int = 16,
    rng: random.Random | None = None,
    retry: RetryPolicy | None = None,
    stopping: StopSignal | None = None,
) -> EmbeddingModel:
    """Make a spec's embedding model. No call is made.

    Args:
        spec: the model.
        concurrency: calls in flight at most.
        rng: for the jitter of retries; by default one of its own.
        retry: when a failed call is repeated.
        stopping: is set to stop; by default an event of its own.

    Raises:
        ModelFault: LiteLLM knows no such provider, or the key is missing from the environment.
    """
    key = None if is_rehearsal(spec.name) else find_key(spec)
    engine = LimitedEngine(
        _routes(spec, key),
        concurrency=concurrency,
        timeout_s=spec.timeout_s,
        price=embedding_price(spec),
        retry=retry or RetryPolicy(),
        rng=rng or random.Random(),
        stopping=stopping or StopSignal(),
    )
    return EmbeddingModel(spec, engine, key or "")


def embedding_price(spec: EmbedderSpec) -> Price:
    """What a reply of an embedding model costs, by LiteLLM's own copy of the price list. No call is made."""
    if is_rehearsal(spec.name):
        return lambda _: 0.0
    listed = listed_price(spec)
    # A reply that does not say how many tokens it took has cost something all the same.
    return lambda usage: None if usage.input_tokens is None else listed(usage)


def _routes(spec: EmbedderSpec, key: str | None) -> list[Route]:
    """A way to each of a spec's endpoints; LiteLLM's clients belong to the process."""
    if is_rehearsal(spec.name):
        latency = RehearsalSettings.parse(spec.name).latency
        return [Route(RehearsalEmbeddingEngine(dimensions=spec.dimensions, latency=latency), spec.name)]
    clients = {base: client_settings(spec, key, base) for base in spec.addresses or (None,)}
    return [
        Route(LiteLLMEmbeddingEngine(dimensions=spec.dimensions, client=client), shown(base) if base else spec.name)
        for base, client in clients.items()
    ]
