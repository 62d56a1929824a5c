"""Model specs, and the DSPy language models that they describe."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import dspy
from dspy.clients.engines import AsyncLiteLLMEngine, LiteLLMEngine
from dspy.lm15 import Usage
from dspy.utils.exceptions import LMConfigurationError
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ..errors import ModelFault, UsageFault
from .addresses import Addresses, secrets_of, several, shown
from .blocking import BlockingEngine, SyncEngine
from .budget import Budget, Tariff
from .endpoints import Route
from .engine import LimitedEngine
from .environment import redact, variable
from .ledger import Price
from .litellm_engine import HeedfulLiteLLMEngine
from .litellm_models import CONNECT_S, client_settings, find_key, listed_price
from .openai_engine import OpenAIChatEngine
from .rates import RateLimits
from .rehearsal.engine import AsyncRehearsalEngine, RehearsalEngine
from .rehearsal.settings import RehearsalSettings, is_rehearsal
from .retry import RetryPolicy
from .stopping import StopSignal

#: Providers whose endpoints speak OpenAI's chat completions, live and in batches, at an address of one's own.
OPENAI_COMPATIBLE = frozenset({"openai", "hosted_vllm", "openai_like", "custom_openai"})


class TokenPrice(BaseModel):
    """What a model's tokens cost.

    Attributes:
        input_usd, output_usd: for a million tokens.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    input_usd: float = Field(ge=0)
    output_usd: float = Field(ge=0)

    def of(self, usage: Usage) -> float:
        """The price of a reply in USD."""
        tokens = ((usage.input_tokens or 0) * self.input_usd, (usage.output_tokens or 0) * self.output_usd)
        return sum(tokens) / 1e6


class ModelSpec(BaseModel):
    """Which model, where, and with what sampling settings. A string stands for a spec with that name alone.

    Attributes:
        name: `rehearsal`, `rehearsal?quality=0.8&latency=0.2`, or any model as LiteLLM names it (`openai/gpt-4o-mini`).
        api_base: address of an endpoint, without user name or password in it, or of several that serve the same model:
            each call goes to the one with the least to do, and one that is down is left out until it is back.
        api_key_env: the environment variable that holds the key; by default the one that LiteLLM reads. The key itself
            is never part of a spec.
        temperature: None sends none, as some reasoning models demand.
        max_tokens: of one reply; None leaves it to the endpoint. A reply that reaches it is not a record.
        timeout_s: deadline of one call, in seconds on the wall clock.
        requests_per_minute, tokens_per_minute: of the run, all endpoints together; calls are spread evenly.
        patience_s: how long a run waits for endpoints that are down, or a call for one that limits it.
        engine: `auto` calls an OpenAI-compatible `api_base` (`openai/...`, `hosted_vllm/...`) with an engine of our
            own and everything else through LiteLLM; `litellm` takes LiteLLM for all.
        price: of a million tokens; by default what LiteLLM's own list says, if it knows the model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    api_base: Addresses = None
    api_key_env: str | None = None
    temperature: float | None = Field(default=0.7, ge=0, le=2)
    max_tokens: int | None = Field(default=4096, gt=0, strict=True)
    timeout_s: float = Field(default=600, gt=0)
    requests_per_minute: int | None = Field(default=None, gt=0, strict=True)
    tokens_per_minute: int | None = Field(default=None, gt=0, strict=True)
    patience_s: float = Field(default=86_400, ge=0)
    engine: Literal["auto", "litellm"] = "auto"
    price: TokenPrice | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @field_validator("name")
    @classmethod
    def _check_rehearsal(cls, value: str) -> str:
        if is_rehearsal(value):
            RehearsalSettings.parse(value)
        return value

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses in `api_base`; none for a provider's own."""
        return several(self.api_base)

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is the stand-in, embedded or served, whose text is for trying the pipeline only."""
        return is_rehearsal(self.name.rpartition("/")[2])

    @property
    def sampling(self) -> dict[str, float | int | str]:
        """The settings that shape the text of a reply."""
        settings = {"temperature": self.temperature, "max_tokens": self.max_tokens}
        return {name: value for name, value in settings.items() if value is not None}

    @property
    def identity(self) -> dict[str, Any]:
        """What a step's key holds of its model: the name and sampling settings; not where it is served."""
        return model_identity(self.name, self.sampling)


def model_identity(name: str, sampling: dict[str, float | int | str]) -> dict[str, Any]:
    """`ModelSpec.identity` from what a record's provenance holds of a model: its name and the settings that were sent.

    Raises:
        ValueError: the name sets a knob of the rehearsal model that it does not have.
    """
    known = RehearsalSettings.parse(name).identity if is_rehearsal(name) else name
    return {"name": known, **sampling}


def takes_usual_settings(name: str) -> bool:
    """Whether a model can be asked with the sampling settings that a spec has by default.

    OpenAI's reasoning models cannot; DSPy knows which they are, and refuses. No call is made.
    """
    usual = ModelSpec.model_fields
    try:
        dspy.LM(name, cache=False, temperature=usual["temperature"].default, max_tokens=usual["max_tokens"].default)
    except LMConfigurationError:
        return False
    except ValueError:
        return True  # no model's name: whoever builds the model says so
    return True


@dataclass(frozen=True)
class Model:
    """A language model ready for use.

    Attributes:
        spec: what it was built from.
        lm: for `dspy.context(lm=...)`.
        engine: below `lm`: whether a first call was answered, and the stop signal.
        key: what was taken from `api_key_env`, to keep it out of what is written.
    """

    spec: ModelSpec
    lm: dspy.LM
    engine: LimitedEngine
    key: str = field(default="", repr=False)

    def redact(self, text: str) -> str:
        """A text without the key, and without what else the environment or the addresses hold of that kind."""
        return redact(text, self.key, *secrets_of(self.spec.addresses))


def build_model(
    spec: ModelSpec,
    *,
    concurrency: int,
    rng: random.Random | None = None,
    retry: RetryPolicy | None = None,
    stopping: StopSignal | None = None,
) -> Model:
    """Make a spec's language model. No call is made.

    Args:
        spec: the model.
        concurrency: calls in flight at most.
        rng: for the jitter of retries; by default one of its own.
        retry: when a failed call is repeated.
        stopping: is set to stop whoever works with the model; by default an event of its own.

    Raises:
        ModelFault: LiteLLM knows no such provider, or the key is missing from the environment.
    """
    rng = rng or random.Random()
    retry = retry or RetryPolicy(patience_s=spec.patience_s)
    key = None if is_rehearsal(spec.name) else find_key(spec)
    price = model_price(spec)
    routes, close = _routes(spec, key, concurrency)
    engine = LimitedEngine(
        routes,
        concurrency=concurrency,
        timeout_s=spec.timeout_s,
        price=price,
        retry=retry,
        rng=rng,
        stopping=stopping or StopSignal(),
        rates=RateLimits(spec.requests_per_minute, spec.tokens_per_minute),
        close=close,
    )
    blocking = BlockingEngine(_blocking_engines(spec, key), price=price, retry=retry, rng=rng)
    return Model(spec=spec, lm=language_model(spec, blocking, engine), engine=engine, key=key or "")


def build_beside(spec: ModelSpec, model: Model) -> Model:
    """Make the language model of another role in the same work: whoever stops one stops both.

    Where it is the same model, served alike, only its sampling settings are its own: calls of both then go through one
    engine, and keep its limits together. No call is made.

    Args:
        spec: of the other role.
        model: what is there already.

    Raises:
        ModelFault: as for `build_model`.
    """
    if served_alike(spec, model.spec):
        blocking = cast("SyncEngine", model.lm.engine)
        return replace(model, spec=spec, lm=language_model(spec, blocking, model.engine))
    return build_model(spec, concurrency=model.engine.concurrency, stopping=model.engine.stopping)


def served_alike(spec: ModelSpec, other: ModelSpec) -> bool:
    """Whether two specs differ in nothing but their sampling settings."""
    return spec.model_copy(update={"temperature": other.temperature, "max_tokens": other.max_tokens}) == other


def language_model(spec: ModelSpec, blocking: SyncEngine, engine: LimitedEngine) -> dspy.LM:
    """A spec's sampling settings over engines that make its calls.

    Raises:
        ModelFault: the model takes no such settings.
    """
    try:
        return dspy.LM(
            spec.name,
            engine=blocking,
            async_engine=engine,
            cache=False,
            num_retries=0,
            temperature=spec.temperature,
            max_tokens=spec.max_tokens,
        )
    except LMConfigurationError as exc:
        raise ModelFault(
            f"{spec.name}: a reasoning model takes no such sampling settings; set temperature: null and max_tokens: "
            "16000 or more (or null) in the recipe's model"
        ) from exc


def _routes(
    spec: ModelSpec, key: str | None, connections: int
) -> tuple[list[Route], Callable[[], Awaitable[None]] | None]:
    """A way to each of a spec's endpoints, and how their connections are closed."""
    if is_rehearsal(spec.name):
        return [Route(AsyncRehearsalEngine(RehearsalSettings.parse(spec.name)), spec.name)], None
    provider, _, name = spec.name.partition("/")
    if spec.engine == "litellm" or not spec.addresses or provider not in OPENAI_COMPATIBLE:
        # LiteLLM's clients belong to the process.
        clients = [(base, client_settings(spec, key, base)) for base in spec.addresses or (None,)]
        return [Route(_litellm_engine(client), shown(base) if base else spec.name) for base, client in clients], None
    key = key or variable(f"{provider.upper()}_API_KEY")
    engines = {
        base: OpenAIChatEngine(base, name, key=key, connections=connections, connect_s=min(CONNECT_S, spec.timeout_s))
        for base in spec.addresses
    }

    async def close() -> None:
        for engine in engines.values():
            await engine.aclose()

    return [Route(engine, shown(base)) for base, engine in engines.items()], close


def _litellm_engine(client: dict[str, Any]) -> HeedfulLiteLLMEngine:
    return HeedfulLiteLLMEngine(AsyncLiteLLMEngine(**client))


def _blocking_engines(spec: ModelSpec, key: str | None) -> list[SyncEngine]:
    if is_rehearsal(spec.name):
        return [RehearsalEngine(RehearsalSettings.parse(spec.name))]
    return [LiteLLMEngine(**client_settings(spec, key, base)) for base in spec.addresses or (None,)]


def model_price(spec: ModelSpec) -> Price:
    """What a reply of a model costs: by its spec, or by LiteLLM's own copy of the price list. No call is made."""
    if is_rehearsal(spec.name):
        return _free
    return spec.price.of if spec.price else listed_price(spec)


def set_budget(
    model: Model,
    limit_usd: float,
    *,
    spent_usd: float | None,
    store_bound: Callable[[float], Awaitable[None]] | None = None,
) -> None:
    """Limit what a model's calls may cost.

    Args:
        limit_usd: in all, what was spent before included.
        spent_usd: before; None where that is unknown.
        store_bound: see `Budget`.

    Raises:
        UsageFault: the limit cannot be kept: a price is unknown, or replies have no upper length.
    """
    tariff = _tariff(model, known=spent_usd is not None)
    budget = Budget(limit_usd, tariff.price, tariff.max_tokens, spent_usd or 0.0, store_bound=store_bound)
    model.engine.budget = budget


def share_budget(model: Model, other: Model) -> None:
    """Let the calls of another model draw on a model's budget, at their own price.

    Raises:
        UsageFault: as for `set_budget`.
    """
    tariff = _tariff(other)
    if other.engine is not model.engine:
        other.engine.budget, other.engine.tariff = model.engine.budget, tariff


def _tariff(model: Model, *, known: bool = True) -> Tariff:
    """At what price a model's calls draw on a budget; `known` is whether that of the calls before is."""
    price, spec = model.engine.price, model.spec
    if price(Usage(input_tokens=1, output_tokens=1)) is None or not known:
        raise UsageFault(
            f"{spec.name}: a budget needs the model's price; give it in the recipe: "
            "model: {price: {input_usd: ..., output_usd: ...}} for a million tokens"
        )
    if spec.max_tokens is None:
        raise UsageFault(f"{spec.name}: a budget needs max_tokens: without it no call has a worst case")
    return Tariff(price, spec.max_tokens)


def _free(usage: Usage) -> float:
    del usage
    return 0.0
