"""Is a text as long as a question or an answer of its language can be?"""

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...vocabulary import Language
from .rejection import Rejection

#: A question that asks for a short answer gets one.
_BRIEF = re.compile(
    r"\b(?:one|single|a few|two|three) (?:words?|letters?|numbers?|characters?|emojis?)\b"
    r"|\b(?:yes or no|true or false)\b"
    r"|\bonly (?:the|a|with|give|name|say|reply|answer|return|output)|\bjust (?:the|a|give|name|say)\b|\bnothing else\b"
    r"|\b(?:number|word|name|letter|date|year|code|answer|result)s? only\b|\bas briefly\b|\bin brief\b"
    r"|只(?:需|要|用|能|写|说|给|答|回|输|填|报)|仅(?:需|用|回|输|给)|[一两二三1-3]个(?:字|词|数|字母|表情)"
    r"|是或否|对或错|是还是|不要(?:解释|多余)",
    re.IGNORECASE,
)


class LengthLimits(BaseModel):
    """How long texts of one language may be, in characters without white space; both ends are allowed.

    Attributes:
        question_least, question_most: of a question.
        answer_least, answer_most: of an answer. The least is waived where the question asks for a short one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question_least: int = Field(ge=1, strict=True)
    question_most: int = Field(ge=1, strict=True)
    answer_least: int = Field(ge=1, strict=True)
    answer_most: int = Field(ge=1, strict=True)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.question_least > self.question_most or self.answer_least > self.answer_most:
            raise ValueError("the least length must not be above the most")
        return self


#: A Chinese text says in about 2 characters what an English one says in 5.
ENGLISH = LengthLimits(question_least=10, question_most=16_000, answer_least=14, answer_most=24_000)
CHINESE = LengthLimits(question_least=4, question_most=8_000, answer_least=7, answer_most=12_000)


def check_length(question: str, answer: str, limits: LengthLimits) -> Rejection | None:
    """The question first, then the answer; the figure is the length that is out of bounds."""
    asked = _between("question", question, limits.question_least, limits.question_most)
    answered = _between("answer", answer, limits.answer_least, limits.answer_most)
    if asked is None and answered is not None and _BRIEF.search(question):
        return _between("answer", answer, 1, limits.answer_most)
    return asked or answered


def default_limits(language: Language) -> LengthLimits:
    """The limits of a language where a user sets none."""
    return ENGLISH if language == "en" else CHINESE


def _between(what: Literal["question", "answer"], text: str, least: int, most: int) -> Rejection | None:
    length = sum(map(len, text.split()))
    if length < least:
        return Rejection("length", length, f"the {what} has {length} characters, less than {least}")
    if length > most:
        return Rejection("length", length, f"the {what} has {length} characters, more than {most}")
    return None
