"""What LiteLLM knows of a model before it is called: its provider, the key that it takes, and its price."""

from typing import Any, Protocol

from ..errors import ModelFault
from .addresses import on_this_machine
from .environment import prepare_litellm, variable
from .ledger import Price

#: Sent where an endpoint of one's own asks for no key: OpenAI's client refuses to send none.
_NO_KEY = "none"
#: Seconds to reach an endpoint; a reply may take as long as the spec's `timeout_s`.
CONNECT_S = 10.0
#: Providers that also find credentials outside the environment: roles, profiles, tokens of the platform.
_AMBIENT = frozenset(
    {"azure", "azure_ai", "bedrock", "sagemaker", "vertex_ai", "databricks", "watsonx", "github_copilot"}
)


class ServedModel(Protocol):
    """What the specs of language models and of embedders have in common."""

    @property
    def name(self) -> str:
        """As LiteLLM names it."""
        ...

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the endpoints; none for a provider's own."""
        ...

    @property
    def api_key_env(self) -> str | None:
        """The environment variable that holds the key."""
        ...

    @property
    def timeout_s(self) -> float:
        """Deadline of one call, in seconds."""
        ...


def load_litellm() -> Any:
    """The library, without its price download and its advice on the console."""
    prepare_litellm()
    import litellm

    litellm.suppress_debug_info = True
    return litellm


def find_key(spec: ServedModel) -> str | None:
    """The key to send, or None where LiteLLM finds it (or needs none) by itself.

    Raises:
        ModelFault: LiteLLM knows no such provider, or the key is missing from the environment.
    """
    litellm = load_litellm()
    base = spec.addresses[0] if spec.addresses else None
    try:
        _, provider, _, _ = litellm.get_llm_provider(model=spec.name, api_base=base)
    except litellm.exceptions.BadRequestError as exc:
        raise ModelFault(
            f"unknown model {spec.name!r}: write it as LiteLLM does, provider first (openai/gpt-4o-mini), "
            "or use the embedded model: rehearsal"
        ) from exc
    if spec.name.endswith("/"):
        raise ModelFault(f"unknown model {spec.name!r}: the model's name is missing after {provider}/")
    if spec.api_key_env is not None:
        key = variable(spec.api_key_env)
        if key is None:
            raise ModelFault(f"{spec.name}: no key in the environment: set {spec.api_key_env}")
        return key
    missing = litellm.validate_environment(model=spec.name, api_base=base)["missing_keys"]
    keys = [name for name in missing if name.endswith("_API_KEY")]
    if not keys or provider in _AMBIENT:
        return None
    if spec.addresses:
        return _NO_KEY
    raise ModelFault(f"{spec.name}: no key in the environment: set {' and '.join(keys)}")


def client_settings(spec: ServedModel, key: str | None, base: str | None) -> dict[str, Any]:
    """The arguments of a LiteLLM call that say where it goes and how long it may take."""
    import httpx

    timeout = httpx.Timeout(spec.timeout_s, connect=min(CONNECT_S, spec.timeout_s))
    client = {"api_base": base, "api_key": key, "timeout": timeout}
    return {name: value for name, value in client.items() if value is not None}


def listed_price(spec: ServedModel) -> Price:
    """The price of a reply by LiteLLM's own copy of the price list; on this very machine a name says nothing of it."""
    litellm, name = load_litellm(), spec.name
    if any(on_this_machine(base) for base in spec.addresses):
        return lambda _: None
    entry = litellm.model_cost.get(name) or litellm.model_cost.get(name.partition("/")[2])
    if not entry or "input_cost_per_token" not in entry:
        return lambda _: None
    input_price, output_price = entry["input_cost_per_token"], entry.get("output_cost_per_token", 0.0)
    return lambda usage: (usage.input_tokens or 0) * input_price + (usage.output_tokens or 0) * output_price
