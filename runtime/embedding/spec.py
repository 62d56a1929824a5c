"""What an embedder is: which model, where, and how long its vectors are."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ..addresses import Addresses, several
from ..rehearsal.settings import REHEARSAL, RehearsalSettings, is_rehearsal


class EmbedderSpec(BaseModel):
    """Which embedding model, and where. A string stands for a spec with that name alone.

    Attributes:
        name: `rehearsal`, `rehearsal?latency=0.2`, or any embedding model as LiteLLM names it
            (`openai/text-embedding-3-small`).
        api_base: address of an endpoint, without user name or password in it, or of several that serve the same model.
        api_key_env: the environment variable that holds the key; by default the one that LiteLLM reads. The key itself
            is never part of a spec.
        timeout_s: deadline of one call, in seconds on the wall clock.
        dimensions: components of a vector, for models that can shorten theirs; None leaves it to the model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    api_base: Addresses = None
    api_key_env: str | None = None
    timeout_s: float = Field(default=120, gt=0)
    dimensions: int | None = Field(default=None, gt=0, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @field_validator("name")
    @classmethod
    def _check_rehearsal(cls, value: str) -> str:
        if is_rehearsal(value) and RehearsalSettings.parse(value).identity != REHEARSAL:
            raise ValueError(f"{value}: the rehearsal embedder has one knob, latency")
        return value

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses in `api_base`; none for a provider's own."""
        return several(self.api_base)

    @property
    def identity(self) -> dict[str, Any]:
        """What shapes the vectors: the model and their length; not where it is served."""
        return {"name": REHEARSAL if is_rehearsal(self.name) else self.name, "dimensions": self.dimensions}
