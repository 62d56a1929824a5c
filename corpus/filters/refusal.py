"""Does an answer decline to answer?"""

import re

from ...vocabulary import Language
from .hints import holds_any
from .rejection import Rejection

#: Characters without white space that may follow a declining sentence before the answer counts as one after all.
MOST_AFTER: dict[Language, int] = {"en": 400, "zh": 180}
#: Where a refusal stands, if anywhere: it comes first.
_HEAD = 320

_CANNOT = (
    r"(?:can(?:no|['’])?t|can ?not|could ?n[o'’]t|won['’]?t|will not|am (?:not able|unable)|['’]m (?:not able|unable)"
    r"|am not going|['’]m not going|must decline|have to decline|(?:am|['’]m) not comfortable|do not feel comfortable"
    r"|don['’]t feel comfortable)"
)
#: What nobody but a model declines with so little said of it; and what a figure in a story may decline as well.
_HELP = r"(?:help|assist|provid|answer|fulfil|comply|complet|generat|engag|discuss|respond)\w{0,6}(?: you)?"
_MAKE = r"(?:creat|writ|produc|support|offer|shar|giv|do|participat|role-?play|process|continu)\w{0,6}(?: you)?"
#: What a model declines: the request itself, and not something in the world.
_NAMED = (
    r"(?:(?:with |to |in )?(?:your|this|that|the|such) (?:\w{1,20} ){0,2}"
    r"(?:request|question|task|prompt|query|content|topic|information)"
    r"|(?:in |with |to )?(?:this|that) (?:kind|type|sort) of)"
)
_THINGS = r"(?:content|information|advice|instructions|material|help|assistance|opinions?)"
_REQUEST = (
    r"(?:(?:with )?(?:that|this|it)\b(?=[.,;!?]| (?:request|question|task|topic|kind|type|for you|because|as))"
    r"|(?:to|with|in) (?:this|that|your|such|the|requests|questions)\b"
    r"|(?:any |specific |further |detailed |personal )?(?:information|details|instructions|guidance|opinions?)\b"
    rf"|{_NAMED}|(?:such|any) (?:\w{{1,20}} ){{0,2}}{_THINGS})"
)
_I_CANNOT = rf"\bI\b ?[^.!?\n]{{0,60}}?{_CANNOT}(?: be able)?(?: to)?(?: \w{{1,20}}){{0,2}}?"
#: The sentence goes on to answer after all.
_NOT_WHOLLY = r"(?![^.!?\n]{0,30}\b(?:in full|fully|completely)\b)"
_ENGLISH = re.compile(
    rf"{_I_CANNOT} {_HELP} ?{_REQUEST}{_NOT_WHOLLY}"
    rf"|{_I_CANNOT} {_MAKE} (?:{_NAMED}|(?:any |such |specific |personal )?{_THINGS})"
    r"|\b(?:an AI|a language model|an artificial intelligence)\b[^.!?\n]{0,80}?"
    rf"{_CANNOT}(?: be able)?(?: to)?(?: \w{{1,20}}){{0,2}}? {_HELP}"
    r"|\bI(?: must| will|['’]ll)?(?: have to)?(?: respectfully| politely)? (?:decline|refuse) (?:to|this|that|your)\b"
    r"|\b(?:this|that|your|the) (?:request|question|prompt|content) (?:violates|goes against|is against|falls outside)"
    r"|\bI(?:['’]m| am) (?:very |so |truly )?sorry,? (?:but )?I "
    r"(?:can(?:no|['’])t|can ?not) (?:help|assist)(?: you)?[.!]",
    re.IGNORECASE,
)
_ADVICE = (
    r"(?:(?:medical|legal|financial|investment|tax|health|professional|political|personal) ){1,2}"
    r"(?:advice|opinions?|views?|recommendations?|diagnos[ei]s)"
)
#: What may as well begin an answer with a reservation, or be said by a figure: a refusal where next to nothing follows.
_ENGLISH_RESERVED = re.compile(
    rf"{_I_CANNOT} (?:{_HELP}|{_MAKE}) (?:\w{{1,20}} ){{0,2}}?{_ADVICE}"
    r"|\b(?:AI|language model|artificial intelligence|assistant)\b[^.!?\n]{0,80}?"
    r"\bI (?:do not|don['’]t|can(?:no|['’])t|can ?not)(?: \w{1,20}){0,1}? "
    r"(?:have|hold|form|take|express|offer|share)(?: \w{1,20}){0,2}? (?:opinions?|views?|beliefs?|stances?|sides)\b"
    r"|\bI(?:['’]d| would) (?:rather not|prefer not to) "
    r"(?:answer|assist|comment|create|discuss|generate|give|help|make|provide|respond|say|share|tell|write)\b"
    r"|\b(?:sorry|apologi[sz]e|afraid),? (?:but )?(?:that )?I (?:can(?:no|['’])t|can ?not|won['’]t) do "
    r"(?:that|this)[.!]",
    re.IGNORECASE,
)
_SORRY_ZH = "(?:抱歉|对不起|很遗憾|不好意思)[，,]?"
_CANNOT_ZH = "(?:无法|不能|不便|不可以|没有?办法|没法|不会)"
_REQUEST_ZH = "(?:这个|该|您的|你的|此|这类|此类|这样的)(?:问题|请求|话题|要求|内容)"
_CHINESE = re.compile(
    r"(?:我|本人|作为[^，。！？\n]{0,12}(?:AI|人工智能|语言模型|助手)[^。！？\n]{0,16})"
    r"[^。！？\n]{0,12}?(?:无法|不能|不便|不可以|没有办法|没法|难以|不会|拒绝)"
    r"[^。！？\n]{0,8}?(?:回答|回复|提供|协助|帮助|满足|完成|生成|撰写|讨论|给出|创作|响应)"
    r"[^。！？，\n]{0,6}?(?:您|你|这个|该|此|这一|这类|此类|相关|任何|类似|这样|这项|问题|请求|内容|要求|帮助|观点|看法|信息)"
    r"|(?:抱歉|对不起|很遗憾|不好意思)[，,]?[^。！？\n]{0,20}?(?:无法|不能|不便|没法|没有办法|不会)(?:为您|为你|帮您|帮你|给您|给你|就此|对此)?"
    r"(?:继续)?(?:回答|提供|协助|满足|完成|生成|讨论|处理|给出|响应)(?:您|你|这个|该|此|这一|这类|此类|相关|任何|类似|这样|这项|问题|请求)"
    rf"|{_SORRY_ZH}[^。！？\n]{{0,6}}?{_REQUEST_ZH}[^。！？\n]{{0,8}}?{_CANNOT_ZH}[^。！？\n]{{0,4}}?"
    r"(?:回答|回复|提供|协助|帮|满足|完成|讨论|处理|给出)"
    r"|(?:AI|人工智能|语言模型|助手)[^。！？\n]{0,20}?(?:还没有?|没有|尚未|未)(?:学习|学会|学过|掌握)[^。！？\n]{0,8}?回答"
    r"|(?:这个|该|您的|你的|此)(?:问题|请求|话题|要求)[^。！？\n]{0,8}(?:违反|超出了我|不符合[^。！？\n]{0,6}(?:规定|政策|准则))"
    r"|(?:让我们|我们|咱们)(?:来)?(?:换|聊)(?:一?个|点)?(?:其他|别的)?(?:话题|内容)(?:聊聊)?吧"
)
_CHINESE_RESERVED = re.compile(
    rf"{_SORRY_ZH}我?[^。！？，\n]{{0,6}}?{_CANNOT_ZH}(?:为您|为你|向您|向你|给您|给你)?(?:提供|教|告诉|透露|给出|介绍|讨论|编写|写)"
    r"[^。！？，\n]{0,20}?(?:方法|步骤|做法|教程|办法|细节|信息|建议|内容|指导|答案|笑话|故事|文章)"
    rf"|我{_CANNOT_ZH}(?:为您|为你|向您|向你|给您|给你)?(?:提供|给出)[^。！？，\n]{{0,4}}(?:医疗|医学|法律|投资|专业|政治)[^。！？，\n]{{0,4}}"
    r"(?:建议|意见|观点|诊断)"
    r"|(?:AI|人工智能|语言模型|助手)[^。！？\n]{0,20}?(?:没有|不持有?|不具备)[^。！？，\n]{0,4}(?:观点|看法|立场|意见)"
)
#: One of these words is in every sentence that declines.
_IN_REFUSALS: dict[Language, tuple[str, ...]] = {
    "en": (
        *("cant", "can't", "can’t", "cannot", "can not", "couldn", "could n", "wont", "won't", "won’t", "will not"),
        *("not able", "unable", "not going", "decline", "refuse", "comfortable", "sorry"),
        *("rather not", "prefer not to", "opinion", "view", "belief", "stance", "sides"),
        *("violates", "goes against", "is against", "falls outside"),
    ),
    "zh": (
        *("无法", "不能", "不便", "不可以", "没有办法", "没法", "难以", "不会", "拒绝"),
        *("违反", "超出了我", "不符合", "吧", "没办法"),
        *("ai", "人工智能", "语言模型", "助手"),
    ),
}
_DECLINE = (
    r"(?:refuse|declin(?:e|es|ing)|turn(?:s|ing)? (?:\w{1,20} ){0,3}down|say(?:s|ing)? no|reject(?:s|ing)?"
    r"|apologi[sz](?:e|es|ing))\b"
)
#: The question asks how to decline, for a text that does, or why somebody does: then the answer may hold one.
_ABOUT_DECLINING = re.compile(
    rf"\bhow (?:do|can|could|should|would|might|to)\b[^.?!\n]{{0,40}}?\b{_DECLINE}"
    rf"|\b(?:writ|draft|compos|word|phras|reply|respond|answer|e-?mail|letter|message|note|polite)\w{{0,4}}\b"
    rf"[^.?!\n]{{0,80}}?\b{_DECLINE}"
    r"|\b(?:rejection|refusal|apology) (?:letter|e-?mail|note|message)"
    rf"|\b(?:AI|chatbots?|assistants?|language models?|LLMs?)\b[^.?!\n]{{0,40}}?\b{_DECLINE}"
    r"|(?:写|拟|编|回复|回答|怎么|怎样|如何|帮我|替我|教我|委婉|礼貌)[^。？！\n]{0,30}?(?:拒绝|婉拒|回绝|谢绝|推辞|说不(?!清|准|定|出|上|好)"
    r"|驳回|道歉|致歉)"
    r"|(?:拒绝|婉拒|回绝|谢绝|道歉|致歉)[^。？！\n]{0,12}?(?:信|邮件|短信|微信|话术|话|函)"
    r"|(?:聊天机器人|AI|人工智能|大?模型|助手)[^。？！\n]{0,20}?(?:拒绝|无法回答|不能回答|拒答)",
    re.IGNORECASE,
)
#: What is said before one declines: regret, thanks, what one is. Any other sentence is an answer that has begun.
_BEFORE_DECLINING = re.compile(
    r"sorry|apolog|unfortunately|afraid|regret|understand|appreciate|thank|hello|\bhi\b|as an AI|\bI(?:['’]m| am) an AI"
    r"|language model|your (?:question|request|concern)|抱歉|对不起|遗憾|理解|明白|感谢|谢谢|不好意思|你好|您好|作为"
    r"|您的|你的",
    re.IGNORECASE,
)
#: A refusal with no more than this after it is nothing else, whatever was asked; of its end, in characters.
_BARE: dict[Language, int] = {"en": 40, "zh": 20}
#: What may follow on the words of `_ENGLISH_RESERVED` and `_CHINESE_RESERVED`: hardly more than "see a doctor".
_AFTER_RESERVED: dict[Language, int] = {"en": 80, "zh": 36}
#: A line of a quotation, of a list or of a dialogue.
_SPEAKER = re.compile(r"[>*#|-]|[^\s:：]{1,20}(?: [^\s:：]{1,20})?[:：]")
_SALUTATION = re.compile(r"dear\b|尊敬的|亲爱的|致", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?。！？\n]")


def check_refusal(question: str, answer: str, language: Language, *, most_after: int) -> Rejection | None:
    """Look for a sentence at the answer's beginning that declines, with little or nothing after it.

    Args:
        question: one that asks how to decline, or for a text that does, may be answered by more than a bare refusal.
        answer: the text.
        language: which figures of speech to look for.
        most_after: characters without white space after that sentence, above which it is an answer with a reservation.
    """
    head = answer[:_HEAD]
    if not holds_any(head, _IN_REFUSALS[language]):
        return None
    found = (_ENGLISH if language == "en" else _CHINESE).search(head)
    if found is not None:
        end = _SENTENCE_END.search(answer, found.end())
        after = _size(answer[end.end() :]) if end else 0
    else:
        found = (_ENGLISH_RESERVED if language == "en" else _CHINESE_RESERVED).search(head)
        if found is None:
            return None
        after, most_after = _size(answer[found.end() :]), min(most_after, _AFTER_RESERVED[language])
    if after > most_after or _is_quoted(answer[: found.start()]) or _has_begun(answer[: found.start()]):
        return None
    if after > _BARE[language] and _is_about_it(question, found[0]):
        return None
    return Rejection("refusal", after, f"it declines, with {after} characters after that, not more than {most_after}")


def _size(text: str) -> int:
    return sum(map(len, text.split()))


def _is_about_it(question: str, declined: str) -> bool:
    """Whether a question is about declining, or quotes the very words."""
    return declined.casefold() in question.casefold() or _ABOUT_DECLINING.search(question) is not None


def _has_begun(before: str) -> bool:
    """Whether a sentence stands before the one that declines, and says something else than regret."""
    ended = [found.end() for found in _SENTENCE_END.finditer(before)]
    told = before[: ended[-1]] if ended else ""
    return _size(told) > 0 and _BEFORE_DECLINING.search(told) is None


def _is_quoted(before: str) -> bool:
    """Whether what follows is somebody's words: after an opening quotation mark, a salutation or a speaker's name."""
    opened = before.count("“") > before.count("”") or before.count("「") > before.count("」") or before.count('"') % 2
    line = before.rpartition("\n")[2].lstrip()
    return bool(opened) or bool(_SPEAKER.match(line)) or bool(_SALUTATION.match(before.lstrip()))
