"""The knobs of the rehearsal model, and how they are written into a model's name."""

from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

#: The name of the embedded model; `rehearsal?quality=0.8` sets a knob.
REHEARSAL = "rehearsal"


class RehearsalSettings(BaseModel):
    """How the stand-in behaves. Every draw depends on the request alone, so that a run can be repeated.

    Attributes:
        quality: 0 to 1, how good a first answer to the built-in prompt is: how many of the features of a good answer it
            has. A prompt that asks for more gets more: see `guidance.py`.
        latency: seconds that a reply takes.
        malformed: share of replies that do not follow the format.
        truncated: share of replies that end at the token limit (finish reason `length`).
        refused: share of replies that decline (finish reason `content_filter`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    quality: float = Field(default=0.5, ge=0, le=1)
    latency: float = Field(default=0.0, ge=0)
    malformed: float = Field(default=0.0, ge=0, le=1)
    truncated: float = Field(default=0.0, ge=0, le=1)
    refused: float = Field(default=0.0, ge=0, le=1)

    @property
    def identity(self) -> str:
        """The name that says what is written: all knobs that are turned, but not how long a reply takes."""
        turned = self.model_dump(exclude={"latency"}, exclude_defaults=True)
        return "?".join([REHEARSAL, urlencode(sorted(turned.items()))]) if turned else REHEARSAL

    @classmethod
    def parse(cls, name: str) -> "RehearsalSettings":
        """The settings in a model name.

        Raises:
            ValueError: the name sets what is no knob, or a knob to what it cannot be.
        """
        knobs = dict(parse_qsl(name.partition("?")[2], keep_blank_values=True))
        try:
            return cls.model_validate(knobs)
        except ValidationError as exc:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
            raise ValueError(f"{name}: {wrong} (the knobs are {', '.join(cls.model_fields)})") from exc


def is_rehearsal(name: str) -> bool:
    """Whether a model name means the embedded stand-in."""
    return name.partition("?")[0] == REHEARSAL
