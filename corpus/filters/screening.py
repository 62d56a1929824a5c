"""All rules together: which of them, if any, a finished record breaks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ...vocabulary import Language
from ..formats import StageName
from ..records import Chain
from .copied_example import check_copied_example
from .identical_refinement import check_identical_refinement
from .judge_threshold import check_judge_threshold
from .language import check_answer_language, check_language
from .length import CHINESE, ENGLISH, LengthLimits, check_length, default_limits
from .markup_leakage import check_markup_leakage
from .personal_data import check_personal_data
from .refusal import MOST_AFTER, check_refusal
from .rejection import Rejection
from .repeated_question import check_repeated_question
from .repetition import RepetitionLimits, check_repetition, is_asked_for
from .truncated_end import check_truncated_end

RuleName = Literal[
    "length",
    "language",
    "refusal",
    "truncated_end",
    "markup_leakage",
    "repetition",
    "copied_example",
    "repeated_question",
    "identical_refinement",
    "personal_data",
    "judge_threshold",
]
#: The rules in the order in which they are asked; a record is counted under the first that it breaks.
RULES: Final[tuple[RuleName, ...]] = get_args(RuleName)


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LengthSettings(_Settings):
    """Lengths by language; a limit that is not given is the language's usual one."""

    en: LengthLimits = ENGLISH
    zh: LengthLimits = CHINESE

    @field_validator("en", "zh", mode="before")
    @classmethod
    def _fill_in(cls, given: Any, info: ValidationInfo) -> Any:
        usual = default_limits("zh" if info.field_name == "zh" else "en")
        return usual.model_dump() | given if isinstance(given, dict) else given

    def of(self, language: Language) -> LengthLimits:
        """The limits of a language."""
        return self.en if language == "en" else self.zh


class RefusalSettings(_Settings):
    """What may follow a declining sentence, in characters without white space, before it is an answer after all."""

    en: int = Field(default=MOST_AFTER["en"], ge=0, strict=True)
    zh: int = Field(default=MOST_AFTER["zh"], ge=0, strict=True)


class FilterSettings(_Settings):
    """Which rules are asked, and their limits.

    Attributes:
        without: rules that are not asked.
        length: see `LengthLimits`.
        refusal: see `RefusalSettings`.
        repetition: see `RepetitionLimits`.
        repeated_question: share of an answer that may stand in its question.
        min_score: the least overall score of the judge, from 1 to 10; None for no threshold. A record without a score
            is not below it.
    """

    without: tuple[RuleName, ...] = ()
    length: LengthSettings = LengthSettings()
    refusal: RefusalSettings = RefusalSettings()
    repetition: RepetitionLimits = RepetitionLimits()
    repeated_question: float = Field(default=0.5, gt=0, le=1)
    min_score: float | None = Field(default=None, ge=1, le=10)

    @field_validator("without")
    @classmethod
    def _in_order(cls, rules: tuple[RuleName, ...]) -> tuple[RuleName, ...]:
        return tuple(rule for rule in RULES if rule in rules)

    def switched_off(self, rules: Iterable[str]) -> "FilterSettings":
        """The same with further rules switched off, such as those that a person has overruled for a record."""
        chosen = {*self.without, *rules}
        return self.model_copy(update={"without": tuple(rule for rule in RULES if rule in chosen)})


@dataclass(frozen=True)
class Screened:
    """What a rule is asked about.

    Attributes:
        chain: the finished record.
        text: the answer that is released.
        stage: whose that is.
        score: the judge's overall score of it, or None.
        examples: of the record's task, which its question must not copy.
    """

    chain: Chain
    text: str
    stage: StageName
    score: float | None
    examples: Sequence[str]

    @property
    def question(self) -> str:
        """The question's text."""
        return self.chain.question.text

    @property
    def language(self) -> Language:
        """What it was asked in."""
        return self.chain.question.origin.language


def screen(
    chain: Chain,
    settings: FilterSettings,
    *,
    stage: StageName,
    score: float | None,
    examples: Sequence[str] = (),
) -> Rejection | None:
    """The first rule that a finished record breaks, or None to keep it.

    Args:
        chain: the finished record.
        settings: which rules are asked, and their limits.
        stage: whose answer is released: `void` the first one, `refine` the last that stands.
        score: the judge's overall score of that answer, from 1 to 10; None where it was not judged.
        examples: the questions that the record's question was inspired by; without them it copies none.
    """
    return next(broken_rules(chain, settings, stage=stage, score=score, examples=examples), None)


def broken_rules(
    chain: Chain,
    settings: FilterSettings,
    *,
    stage: StageName,
    score: float | None,
    examples: Sequence[str] = (),
) -> Iterator[Rejection]:
    """Every rule that a finished record breaks, in order; see `screen`."""
    text = chain.answer.text if stage == "void" else chain.final.text
    case = Screened(chain, text, stage, score, examples)
    for rule in RULES:
        if rule not in settings.without and (rejection := _CHECKS[rule](case, settings)) is not None:
            yield rejection


def _length(case: Screened, settings: FilterSettings) -> Rejection | None:
    return check_length(case.question, case.text, settings.length.of(case.language))


def _language(case: Screened, settings: FilterSettings) -> Rejection | None:
    del settings
    return check_language(case.question, case.language) or check_answer_language(
        case.text, case.question, case.language
    )


def _refusal(case: Screened, settings: FilterSettings) -> Rejection | None:
    most = settings.refusal.en if case.language == "en" else settings.refusal.zh
    return check_refusal(case.question, case.text, case.language, most_after=most)


def _truncated_end(case: Screened, settings: FilterSettings) -> Rejection | None:
    del settings
    return check_truncated_end(case.question, case.text, case.language)


def _markup_leakage(case: Screened, settings: FilterSettings) -> Rejection | None:
    del settings
    return check_markup_leakage(case.question, case.text, case.language)


def _repetition(case: Screened, settings: FilterSettings) -> Rejection | None:
    found = check_repetition(case.text, case.language, settings.repetition)
    return None if found is not None and is_asked_for(case.question, case.text, case.language) else found


def _copied_example(case: Screened, settings: FilterSettings) -> Rejection | None:
    del settings
    return check_copied_example(case.question, case.examples)


def _repeated_question(case: Screened, settings: FilterSettings) -> Rejection | None:
    return check_repeated_question(case.question, case.text, most=settings.repeated_question)


def _identical_refinement(case: Screened, settings: FilterSettings) -> Rejection | None:
    del settings
    return check_identical_refinement(case.chain) if case.stage == "refine" else None


def _personal_data(case: Screened, settings: FilterSettings) -> Rejection | None:
    del settings
    return check_personal_data(f"{case.question}\n\n{case.text}")


def _judge_threshold(case: Screened, settings: FilterSettings) -> Rejection | None:
    return check_judge_threshold(case.score, least=settings.min_score)


_CHECKS: Final[dict[RuleName, Callable[[Screened, FilterSettings], Rejection | None]]] = {
    "length": _length,
    "language": _language,
    "refusal": _refusal,
    "truncated_end": _truncated_end,
    "markup_leakage": _markup_leakage,
    "repetition": _repetition,
    "copied_example": _copied_example,
    "repeated_question": _repeated_question,
    "identical_refinement": _identical_refinement,
    "personal_data": _personal_data,
    "judge_threshold": _judge_threshold,
}
