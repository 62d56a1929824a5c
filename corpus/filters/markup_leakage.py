"""Does a text show what it was made with: the prompt's markup, a preamble, talk of the critique?"""

import re

from ...vocabulary import Language
from .hints import holds_any
from .leaked_phrases import IN_PREAMBLES, IN_TALK, PREAMBLES, TALK
from .rejection import Rejection

#: What no answer holds, unless its question does: field marks of DSPy, marks of the paper's prompts, chat templates.
_MARKS = re.compile(
    r"\[\[ ## |(?<=\w) ## \]\]"
    r"|\[/?(?:Improved|Refined|Revised|Final|Original|Question|Answer|Critique|Easy|Medium|Hard)"
    r"(?: \w{1,12}){0,2} ?(?:Start|End)\]"
    r"|[\[【]/?(?:改进|优化|修改|原始|最终|问题|回答|答案|批评|评价)[^\]】\n]{0,8}(?:开始|结束)[\]】]"
    r"|<\|[a-z_]{2,20}\|>|\[/?INST\]|<</?SYS>>"
    r"|</?(?:think|thinking|reflection|scratchpad|final_answer)>|<(?:start|end)_of_turn>",
    re.IGNORECASE,
)
#: Every mark holds one of these.
_IN_MARKS = ("[", "]", "<", "【")
#: Where a preamble or a closing remark stands, in characters from either end.
_EDGE = 240
#: The question speaks of texts that are made better, or of what is said about them: so may the answer.
_ABOUT_TEXTS = re.compile(
    r"feedback|critiqu|criticis|criticiz|\breview|proofread|paraphras|rephras|re-?writ|\bdrafts?\b|\bedit|polish"
    r"|(?:improv|revis|correct|better|updat)\w{0,6}\b[^.?!\n]{0,60}?"
    r"\b(?:text|essay|letter|e-?mail|paragraph|sentence|speech|story|poem|cv|r[eé]sum[eé]|code|passage|paper|wording)"
    r"|反馈|评语|评审|点评|批改|修改|修订|润色|改写|改成|草稿|初稿|病句|纠正|错别字|重写|批评"
    r"|(?:改进|优化|完善|调整)[^。？！\n]{0,20}?(?:文|稿|信|邮件|段|句|诗|简历|代码|措辞)",
    re.IGNORECASE,
)


def check_markup_leakage(question: str, answer: str, language: Language) -> Rejection | None:
    """Look for marks anywhere, for a preamble at either end, and for talk of a review of the answer.

    Preambles and talk are looked for only where the question is not itself about feedback or about a text that is to be
    made better. The figure is the place of what was found, in characters from the beginning.
    """
    if any(sign in answer for sign in _IN_MARKS):
        for found in _MARKS.finditer(answer):
            if found[0].casefold() not in question.casefold():
                return _leaks(found[0], found.start())
    talk = _find_talk(answer, language)
    return None if talk is not None and _ABOUT_TEXTS.search(question) else talk


def _find_talk(answer: str, language: Language) -> Rejection | None:
    """A preamble at either end, or talk of a review."""
    tail = max(_EDGE, len(answer) - _EDGE)
    for start, edge in ((0, answer[:_EDGE]), (tail, answer[tail:])):
        if holds_any(edge, IN_PREAMBLES[language]) and (found := PREAMBLES[language].search(edge)) is not None:
            return _leaks(found[0], start + found.start())
    if holds_any(answer, IN_TALK[language]) and (found := TALK[language].search(answer)) is not None:
        return _leaks(found[0], found.start())
    return None


def _leaks(what: str, place: int) -> Rejection:
    return Rejection("markup_leakage", place, f"character {place} begins {' '.join(what.split())[:60]!r}")
