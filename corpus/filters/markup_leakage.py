"""Does a text show what it was made with: the prompt's markup, a preamble, talk of the critique?"""

import re

from ...vocabulary import Language
from .hints import holds_any
from .leaked_phrases import IN_MENTIONS, IN_PREAMBLES, IN_TALK, MENTIONS, PREAMBLES, TALK
from .rejection import Rejection

#: What no answer holds, unless its question does: field marks of DSPy, marks of the paper's prompts.
_MARKS = re.compile(
    r"\[\[ ## |(?<=\w) ## \]\]"
    r"|\[/?(?:Improved|Refined|Revised|Final|Original|Question|Answer|Critique|Easy|Medium|Hard)"
    r"(?: \w{1,12}){0,2} ?(?:Start|End)\]"
    r"|[\[【]/?(?:改进|优化|修改|原始|最终|问题|回答|答案|批评|评价)[^\]】\n]{0,8}(?:开始|结束)[\]】]",
    re.IGNORECASE,
)
#: Marks of chat templates: an answer may speak of them.
_TEMPLATE_MARKS = re.compile(
    r"<\|[a-z_]{2,20}\|>|\[/?INST\]|<</?SYS>>"
    r"|</?(?:think|thinking|reflection|scratchpad|final_answer)>|<(?:start|end)_of_turn>",
    re.IGNORECASE,
)
#: The question is about such models and their formats.
_ABOUT_MODELS = re.compile(
    r"\bLLMs?\b|language model|reasoning|\bmodels?\b|template|\btokens?\b|\btokeni[sz]|prompt|chatbot|\btags?\b"
    r"|Llama|Mistral|DeepSeek|Qwen|ChatML|\bGPT|模型|模板|提示词|推理|微调|分词|标记|标签|特殊符号|输出格式",
    re.IGNORECASE,
)
#: Every mark holds one of these.
_IN_MARKS = ("[", "]", "<", "【")
#: Where a preamble or a closing remark stands, in characters from either end.
_EDGE = 240
_IMPROVE = (
    r"(?:improv|revis|rewrit|re-writ|rewrot|edit|polish|proofread|paraphras|rephras|correct|fix|refin|shorten|simplif"
    r"|critiqu|review|feedback|translat|rework|reword|updat|better\b|friendlier|clearer|shorter|make (?:it|this))"
)
_IMPROVE_ZH = (
    "(?:改进|优化|完善|修改|修订|润色|改写|改成|改得|改为|改一?下|重写|纠正|改正"
    "|批改|点评|反馈|精简|缩写|翻译|调整|病句|错别字)"
)
#: The question carries a text that is to be made better: in quotation marks, after a colon or on lines of its own.
_CARRIES_A_TEXT = re.compile(
    rf"(?:\b{_IMPROVE}|{_IMPROVE_ZH})[^\n]{{0,160}}?(?:[:：]\s{{0,8}}\S|[\"“「『‘].{{2}}|\n\s{{0,8}}\S)"
    rf"|[\"“「『‘][^\n\"”」』]{{2,400}}[\"”」』’][^\n]{{0,40}}?(?:\b{_IMPROVE}|{_IMPROVE_ZH})"
    rf"|\A[^\n]{{20,400}}\n[^\n]{{0,80}}?(?:\b{_IMPROVE}|{_IMPROVE_ZH})",
    re.IGNORECASE,
)
#: The question is about what somebody says of something, or about an answer: a story of that is no leak.
_ABOUT_REVIEWS = re.compile(
    r"feedback|critiqu|\breview|\b(?:answer|response|draft)s?\b|反馈|评语|评审|点评|意见|回答|答案|答复|回复|草稿|初稿",
    re.IGNORECASE,
)


def check_markup_leakage(question: str, answer: str, language: Language) -> Rejection | None:
    """Look for marks anywhere, for a preamble at either end, and for talk of a review of the answer.

    Preambles and talk are looked for only where the question carries no text that is to be made better; plain mentions
    of a review, where it is not about reviews either. The figure is the place of what was found, in characters from the
    beginning.
    """
    found = _mark(question, answer) if any(sign in answer for sign in _IN_MARKS) else None
    if found is None:
        found = _preamble(answer, language) or _talk(question, answer, language)
        found = None if found is not None and _CARRIES_A_TEXT.search(question) else found
    if found is None:
        return None
    place, what = found
    return Rejection("markup_leakage", place, f"character {place} begins {' '.join(what.split())[:60]!r}")


def _mark(question: str, answer: str) -> tuple[int, str] | None:
    asked = question.casefold()
    for found in _MARKS.finditer(answer):
        if found[0].casefold() not in asked:
            return found.start(), found[0]
    about_models = _ABOUT_MODELS.search(question) is not None
    for found in _TEMPLATE_MARKS.finditer(answer):
        if found[0].casefold() not in asked and not _is_mentioned(answer, found, about_models=about_models):
            return found.start(), found[0]
    return None


def _is_mentioned(answer: str, mark: "re.Match[str]", *, about_models: bool) -> bool:
    """Whether an answer speaks of a mark: in a code span, or within a text about models; leaked ones open or end it."""
    before, after = answer[: mark.start()][-1:], answer[mark.end() :][:1]
    if before == after == "`":
        return True
    return about_models and bool(before.strip() or answer[: mark.start()][-2:-1].strip()) and bool(after)


def _preamble(answer: str, language: Language) -> tuple[int, str] | None:
    tail = max(_EDGE, len(answer) - _EDGE)
    for start, edge in ((0, answer[:_EDGE]), (tail, answer[tail:])):
        if holds_any(edge, IN_PREAMBLES[language]) and (found := PREAMBLES[language].search(edge)) is not None:
            return start + found.start(), found[0]
    return None


def _talk(question: str, answer: str, language: Language) -> tuple[int, str] | None:
    found = TALK[language].search(answer) if holds_any(answer, IN_TALK[language]) else None
    if found is None and holds_any(answer, IN_MENTIONS[language]) and not _ABOUT_REVIEWS.search(question):
        found = MENTIONS[language].search(answer)
    return None if found is None else (found.start(), found[0])
