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
#: Also one that asks for a fact, a name or a figure, and a greeting: "Lima." is the whole of an answer.
_FACTUAL = re.compile(
    r"\A\W{0,4}(?:who|whose|whom|when|where|in (?:which|what)|which"
    r"|what(?:['’]s| is| was| are| were)(?: the)? (?!your|you\b)"
    r"|what (?:year|day|date|time|city|country|colou?r|number|element|language|animal|does \S{1,20} mean)"
    r"|how (?:many|much|old|far|tall|long|high|deep|fast|big|hot|cold|heavy|often)|is|are|was|were|does|did|can|has)\b"
    r"|\A\W{0,4}(?:compute|calculate|solve|evaluate|convert|translate|name|add|multiply|divide|round|simplify|count)\b"
    r"|\bhow (?:do|does|would|can) (?:I|you|we|one) (?:greet|say|spell)\b"
    r"|\A\W{0,4}(?:good (?:night|morning|evening|bye)|goodbye|bye|hello|hi|thanks|thank you)\b"
    r"|谁|哪[里儿个一些年国位座条种]|哪[^。？！\n]{1,6}[？?]|几|多[少大高长远重深快久]|什么(?:时候|名字|颜色|字|年|日子|地方)|是什么[？?]|叫什么"
    r"|计算|求解|换算|翻译|等于|怎么(?:说|读|念|写)[？?]|对吗|吗[？?]\W{0,4}\Z"
    r"|\A\W{0,4}(?:晚安|早安|早上好|再见|你好|谢谢)",
    re.IGNORECASE,
)
#: A question that asks for one fact has few words; a longer one describes something. Characters without white space.
_FACTUAL_MOST = 80


class LengthLimits(BaseModel):
    """How long texts of one language may be, in characters without white space; both ends are allowed.

    Attributes:
        question_least, question_most: of a question.
        answer_least, answer_most: of an answer. The least is waived where the question asks for a short one, for a fact
            or a figure, and the answer holds a letter or a digit.
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
    if asked is None and answered is not None and _is_brief(question) and any(map(str.isalnum, answer)):
        return _between("answer", answer, 1, limits.answer_most)
    return asked or answered


def _is_brief(question: str) -> bool:
    """Whether a few characters may be the whole answer."""
    if _BRIEF.search(question):
        return True
    return sum(map(len, question.split())) <= _FACTUAL_MOST and _FACTUAL.search(question) is not None


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
