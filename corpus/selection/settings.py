"""Everything that decides which records a release takes, as values that a YAML file can say."""

from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ...errors import SelectionFault
from ...vocabulary import DIFFICULTIES, TASKS, Difficulty
from .names import DIMENSIONS, Dimension, check_value
from .ranks import Preference
from .rules import IncludeRule, parse_rule
from .splits import SplitShares


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _difficulties(value: Any) -> Any:
    return list(DIFFICULTIES) if value == "all" else _as_list(value)


def _in_order(difficulties: tuple[Difficulty, ...]) -> tuple[Difficulty, ...]:
    return tuple(difficulty for difficulty in DIFFICULTIES if difficulty in difficulties)


def _rule(text: str) -> str:
    """A rule in the one way of writing it."""
    try:
        return str(parse_rule(text))
    except SelectionFault as exc:
        raise ValueError(str(exc)) from exc


def _known_values(by_dimension: dict[Dimension, dict[str, Any]]) -> dict[Dimension, dict[str, Any]]:
    """Values that there are, with the dimensions in one order."""
    try:
        for dimension, values in by_dimension.items():
            for value in values:
                check_value(dimension, value)
    except SelectionFault as exc:
        raise ValueError(str(exc)) from exc
    return {dimension: by_dimension[dimension] for dimension in DIMENSIONS if dimension in by_dimension}


Percent = Annotated[float, Field(gt=0, le=100, strict=True, allow_inf_nan=False)]
_Most = Annotated[int, Field(ge=0, strict=True)]
_Weight = Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)]


class SubsetSettings(BaseModel):
    """A cut as the paper's ablations make them; by default everything.

    Attributes:
        difficulty: which of them, or `all`.
        tasks: the first so many tasks in the paper's order, from 1 to 7.
        tags: percent of each language's leaf tags.
        fraction: percent of the records that the other cuts leave.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    difficulty: Annotated[tuple[Difficulty, ...], BeforeValidator(_difficulties), AfterValidator(_in_order)] = Field(
        default=DIFFICULTIES, min_length=1
    )
    tasks: int = Field(default=len(TASKS), ge=1, le=len(TASKS), strict=True)
    tags: Percent = 100.0
    fraction: Percent = 100.0


class SelectionSettings(BaseModel):
    """Which records a release takes; by default all of them, and all of them to train on.

    Attributes:
        include: rules (`parse_rule`), all of which must hold.
        subset: a cut as the paper's ablations make them.
        quotas: dimension -> value -> at most so many.
        weights: dimension -> value -> weight, 0 or more, relative to 1 for what is not named. They need a total.
        total: at most so many records in all.
        prefer: who comes first where quotas or the total leave some out: by chance, or the best-judged.
        split: the shares of train, validation and eval.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    include: Annotated[tuple[Annotated[str, AfterValidator(_rule)], ...], BeforeValidator(_as_list)] = ()
    subset: SubsetSettings = SubsetSettings()
    quotas: Annotated[dict[Dimension, dict[str, _Most]], AfterValidator(_known_values)] = Field(default_factory=dict)
    weights: Annotated[dict[Dimension, dict[str, _Weight]], AfterValidator(_known_values)] = Field(default_factory=dict)
    total: int | None = Field(default=None, ge=1, strict=True)
    prefer: Preference = "random"
    split: SplitShares = SplitShares()

    @model_validator(mode="after")
    def _belong_together(self) -> "SelectionSettings":
        if self.weights and self.total is None:
            raise ValueError("weights need a total; say how many records there shall be, such as total: 5000")
        if self.prefer == "judge" and not self.quotas and self.total is None:
            raise ValueError("prefer: judge decides nothing without quotas or a total; give one of them")
        return self

    @cached_property
    def rules(self) -> tuple[IncludeRule, ...]:
        """The rules of `include`."""
        return tuple(parse_rule(text) for text in self.include)


#: Everything.
EVERYTHING: Final = SelectionSettings()
