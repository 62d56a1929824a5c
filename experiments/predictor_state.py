"""What a predictor's state may hold: a prompt, and nothing that would change how or by whom it is answered.

DSPy sets whatever a state holds on the predictor: a language model that is built from it, settings of the calls, any
attribute. None of that is in the prompt's version. Calls to such a model would go past the engine and its limits, the
budget, the ledger and the provenance of records.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _FieldState(_Strict):
    prefix: str
    description: str


class _SignatureState(_Strict):
    instructions: str
    fields: list[_FieldState]


class PredictorState(_Strict):
    """A predictor's state, as DSPy dumps that of one which has a prompt alone.

    Attributes:
        demos: examples, as values by field name.
        signature: the instruction, and each field's prefix and description in their order.
        lm, traces, train: always empty.
    """

    demos: list[dict[str, Any]]
    signature: _SignatureState
    lm: None
    traces: list[Any] = Field(max_length=0)
    train: list[Any] = Field(max_length=0)


def check_state(state: dict[str, Any]) -> dict[str, Any]:
    """A predictor's state as it was given.

    Raises:
        ValueError: it holds anything but a prompt, or does not hold a whole one.
    """
    try:
        PredictorState.model_validate(state)
    except ValidationError as exc:
        first = exc.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from exc
    return state
