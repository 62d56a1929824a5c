"""What a text says that was made from a draft and its review: its preambles, and its talk of that review.

Every repetition is bounded, and none crosses the end of a sentence: a search takes time in proportion to the text.
"""

import re
from typing import Final

from ...vocabulary import Language


def _any(*words: str) -> str:
    return f"(?:{'|'.join(words)})"


_NEW = {
    "en": "(?:improved|refined|revised|updated|enhanced|rewritten|polished|corrected|better|reworked|final)",
    "zh": "(?:改进|优化|修改|修订|完善|润色|改写|更新|改善|提升|重写|调整)",
}
_TEXT = {
    "en": "(?:answer|response|reply|version|draft|text)",
    "zh": "(?:回答|答案|答复|回复|版本|内容|文本|稿)",
}
_ANSWER = {"en": _any("answer", "response", "reply", "version"), "zh": _any("回答", "答案", "答复", "回复")}
_SAID = {
    "en": _any(
        "feedback", "critique", "criticisms?", r"review(?:er)?(?:['’]s)?", "suggestions?", "weaknesses", "comments"
    ),
    "zh": "(?:反馈|批评|评语|评审|审阅|点评|评价|意见|建议|不足之处|缺点)",
}

_HERE_IS = {
    "en": _any(r"here(?:['’]s| is| are)", "below is", "this is", "i have", r"i['’]ve"),
    "zh": r"(?:以下|下面|这里|这)(?:就)?是",
}
_DOES = _any("address", "incorporat", "reflect", "fix", "add", "expand")
#: "Here is the improved answer", "Revised version:", "this improved answer addresses".
PREAMBLES: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(
        rf"{_HERE_IS['en']}[^.!?\n]{{0,40}}?\b{_NEW['en']}\b[^.!?\n]{{0,30}}?\b{_TEXT['en']}\b"
        rf"|^\W{{0,6}}(?:the )?{_NEW['en']} {_TEXT['en']}\W{{0,4}}(?:[:\n]|$)"
        rf"|\b{_NEW['en']} {_ANSWER['en']}\b[^.!?\n]{{0,60}}\b{_DOES}",
        re.IGNORECASE | re.MULTILINE,
    ),
    "zh": re.compile(
        rf"{_HERE_IS['zh']}[^。！？\n]{{0,16}}?{_NEW['zh']}(?:过|好|后|了)?(?:之后|以后|后)?的?[^。！？\n]{{0,8}}?{_TEXT['zh']}(?=\s{{0,4}}(?:[:：，,。.！!（(*]|\Z|\n))"
        rf"|^\W{{0,6}}已?{_NEW['zh']}(?:之后|以后|后|版)的?{_TEXT['zh']}?\W{{0,4}}(?:[:：\n]|$)"
        rf"|{_NEW['zh']}后的{_ANSWER['zh']}[^。！？\n]{{0,30}}(?:补充|增加|修正|采纳|解决|回应)",
        re.MULTILINE,
    ),
}

#: One of these words is in every one of the preambles.
IN_PREAMBLES: Final[dict[Language, tuple[str, ...]]] = {
    "en": tuple(_NEW["en"].removeprefix("(?:").removesuffix(")").split("|")),
    "zh": tuple(_NEW["zh"].removeprefix("(?:").removesuffix(")").split("|")),
}

_FOLLOWING = _any(
    *("based on", "according to", "following", "considering", "given", r"in (?:light of|response to|line with)"),
    *(
        r"thanks? (?:you )?for",
        "taking into account",
        r"as (?:suggested|pointed out|noted|mentioned|recommended) (?:in|by)",
    ),
    *("incorporat(?:es|ed|ing)", "address(?:es|ed|ing)"),
)
_WHOSE = _any(
    "all", "most", "of", "the", "your", "this", "that", "expert", r"reviewer['’]s", "detailed", "earlier", "above"
)
_THIS_ANSWER = rf"(?:this|the|my) (?:{_NEW['en']} |previous |earlier |original |first )?{_ANSWER['en']}"
_DID = _any(
    "revis", "improv", "add", "updat", "rewr", "expand", "refin", "adjust", "includ", "clarif", "shorten", "address"
)
_HAVE_DONE = rf"I(?:['’]ve| have| will|['’]ll)? (?:now |also )?{_DID}"
_LACKED = _any(
    "lacked", "failed to", "could have", "did(?: not|n['’]t)", "omitted", "missed", "needed", "had no", "left out"
)
_ITS_PART = _any(
    "examples?",
    "details?",
    "answer",
    "response",
    "clarity",
    "depth",
    "structure",
    "explanation",
    "sources?",
    "evidence",
    "context",
    "conclusion",
    "introduction",
    "steps?",
    "nuance",
    "accuracy",
    "specifics?",
    "tone",
    "length",
)
_ASKED = _any(
    "asked",
    "asks",
    "called",
    "calls",
    "wanted",
    "wants",
    "requested",
    "noted",
    "notes",
    "said",
    "says",
    "mentioned",
    "mentions",
    "suggested",
    "suggests",
    "recommended",
    "pointed",
    "points",
)
_SAYS = _any("points?", "pointed", "notes?", "noted", "suggest", "say", "said", "mention", "recommend")
_FOLLOWING_ZH = "(?:根据|按照|结合|针对|参考|依据|采纳|吸收|感谢)"
_WHOSE_ZH = "(?:了|您的|你的|上述|上面的|以上|这些|专家的?|评审的?|前面的?)"
_EARLIER_ZH = "(?:原|上一版|之前的?|前一版|初版|原来的?|本次|此次)"
#: "Based on the feedback, I have revised ...", "this answer addresses the weaknesses", "the original answer lacked".
TALK: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(
        rf"\b{_FOLLOWING} (?:{_WHOSE} ){{0,3}}{_SAID['en']}\b[^.!?\n]{{0,80}}?\b(?:{_HAVE_DONE}|{_THIS_ANSWER})"
        rf"|\b{_ANSWER['en']} (?:that|which)\b[^.!?\n]{{0,24}}?\b(?:tak|address|incorporat|reflect)(?:es|s|ing)? "
        rf"(?:\w{{1,14}} ){{0,3}}{_SAID['en']}\b"
        rf"|\b(?:{_HAVE_DONE}\w{{0,6}}|{_THIS_ANSWER})\b[^.!?\n]{{0,80}}?\bthe (?:\w{{1,14}} ){{0,2}}"
        r"(?:feedback|critique|reviewer|review['’]s|weaknesses|suggestions)\b"
        r"|\bthe (?:critique|feedback|reviewer|review) (?:of|on) (?:the|my|this) (?:answer|response|draft)"
        rf"|\bas the (?:critique|feedback|reviewer|review) {_SAYS}",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        rf"{_FOLLOWING_ZH}{_WHOSE_ZH}{{0,3}}(?:修改|改进)?{_SAID['zh']}[^。！？\n]{{0,24}}?"
        rf"(?:(?:我|现|已|做了|进行了?|对)[^。！？\n]{{0,14}}?{_NEW['zh']}|"
        rf"{_NEW['zh']}(?:了|后)[^。！？\n]{{0,10}}?(?:{_ANSWER['zh']}|如下|版本))"
        r"|(?:正如|诚如|如)(?:上述|以上|前面的)?(?:批评|评语|反馈|评审|点评)(?:中|里|意见)?所?(?:指出|提到|建议|说)"
        rf"|{_ANSWER['zh']}[^。！？\n]{{0,10}}?(?:已经?|均已?)?(?:根据|按照|采纳|吸收)[^。！？\n]{{0,8}}?{_SAID['zh']}"
    ),
}
#: What a story of somebody's feedback may say as well: "the feedback asked for an example", "the first answer lacked".
MENTIONS: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(
        rf"\bthe (?:critique|feedback|reviewer|review) {_ASKED}\b[^.!?\n]{{0,40}}?\b{_ITS_PART}\b"
        rf"|\bthe (?:original|previous|earlier|first) (?:answer|response|draft) {_LACKED}\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(?:反馈|批评|评语|评审(?:意见)?|点评|修改建议)(?:中|里)?(?:提到|指出|认为|要求|建议)[^。！？\n]{0,30}?"
        r"(?:这里|现在|现|在此|因此|所以|故|于是|我)[^。！？\n]{0,6}?(?:补|增加|加上|添加|修正|修改|改|说明)"
        rf"|{_EARLIER_ZH}{_ANSWER['zh']}(?:中|里)?(?:的(?:不足|问题|缺点)|存在|没有|没能|未能|缺|不够|过于)"
    ),
}
#: One of these words is in everything that is talk of a review.
IN_TALK: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("feedback", "critique", "criticism", "review", "suggestion", "weaknesses", "comments"),
    "zh": ("反馈", "批评", "评语", "评审", "审阅", "点评", "评价", "意见", "建议", "不足之处", "缺点"),
}
#: And in every mention of one.
IN_MENTIONS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("feedback", "critique", "review", "the original ", "the previous ", "the earlier ", "the first "),
    "zh": ("反馈", "批评", "评语", "评审", "点评", "建议", "回答", "答案", "答复", "回复"),
}
