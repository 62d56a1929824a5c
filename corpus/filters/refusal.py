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
_ENGLISH = re.compile(
    rf"{_I_CANNOT} {_HELP} ?{_REQUEST}"
    rf"|{_I_CANNOT} {_MAKE} (?:{_NAMED}|(?:any |such |specific |personal )?{_THINGS})"
    r"|\b(?:an AI|a language model|an artificial intelligence)\b[^.!?\n]{0,80}?"
    rf"{_CANNOT}(?: be able)?(?: to)?(?: \w{{1,20}}){{0,2}}? {_HELP}"
    r"|\bI(?: must|['’]ll have to| have to| respectfully)? (?:decline|refuse) (?:to|this|that|your)\b"
    r"|\b(?:this|that|your|the) (?:request|question|prompt|content) (?:violates|goes against|is against|falls outside)"
    r"|\bI(?:['’]m| am) (?:very |so |truly )?sorry,? (?:but )?I "
    r"(?:can(?:no|['’])t|can ?not) (?:help|assist)(?: you)?[.!]",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:我|本人|作为[^，。！？\n]{0,12}(?:AI|人工智能|语言模型|助手)[^。！？\n]{0,16})"
    r"[^。！？\n]{0,12}?(?:无法|不能|不便|不可以|没有办法|没法|难以|不会|拒绝)"
    r"[^。！？\n]{0,8}?(?:回答|回复|提供|协助|帮助|满足|完成|生成|撰写|讨论|给出|创作|响应)"
    r"[^。！？，\n]{0,6}?(?:您|你|这个|该|此|这一|这类|此类|相关|任何|类似|这样|这项|问题|请求|内容|要求|帮助|观点|看法|信息)"
    r"|(?:抱歉|对不起|很遗憾|不好意思)[，,]?[^。！？\n]{0,20}?(?:无法|不能|不便|没法|没有办法|不会)(?:为您|为你|帮您|帮你|给您|给你|就此|对此)?"
    r"(?:继续)?(?:回答|提供|协助|满足|完成|生成|讨论|处理|给出|响应)(?:您|你|这个|该|此|这一|这类|此类|相关|任何|类似|这样|这项|问题|请求)"
    r"|(?:这个|该|您的|你的|此)(?:问题|请求|话题|要求)[^。！？\n]{0,8}(?:违反|超出了我|不符合[^。！？\n]{0,6}(?:规定|政策|准则))"
    r"|(?:让我们|我们|咱们)(?:来)?(?:换|聊)(?:一?个|点)?(?:其他|别的)?(?:话题|内容)(?:聊聊)?吧"
)
#: One of these words is in every sentence that declines.
_IN_REFUSALS: dict[Language, tuple[str, ...]] = {
    "en": (
        *("cant", "can't", "can’t", "cannot", "can not", "couldn", "could n", "wont", "won't", "won’t", "will not"),
        *("not able", "unable", "not going", "decline", "refuse", "comfortable", "sorry"),
        *("violates", "goes against", "is against", "falls outside"),
    ),
    "zh": (
        *("无法", "不能", "不便", "不可以", "没有办法", "没法", "难以", "不会", "拒绝"),
        *("违反", "超出了我", "不符合", "吧"),
    ),
}
#: The question asks how to decline, or for a text that does: then the answer is one.
_ABOUT_DECLINING = re.compile(
    r"refus|declin|turn(?:ing|s|ed)? (?:it |them |him |her |\w{1,20} )?down|say(?:ing)? no\b|reject|apolog"
    r"|\bAI (?:model|assistant|safety)|chatbot|拒绝|婉拒|回绝|谢绝|推辞|说不|退回|驳回|道歉|致歉|聊天机器人|客服",
    re.IGNORECASE,
)
#: A line of a quotation, of a list or of a dialogue.
_SPEAKER = re.compile(r"[>*#|-]|[^\s:：]{1,20}(?: [^\s:：]{1,20})?[:：]")
_SALUTATION = re.compile(r"dear\b|尊敬的|亲爱的|致", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?。！？\n]")


def check_refusal(question: str, answer: str, language: Language, *, most_after: int) -> Rejection | None:
    """Look for a sentence at the answer's beginning that declines, with little or nothing after it.

    Args:
        question: one that is about declining is answered by texts that decline.
        answer: the text.
        language: which figures of speech to look for.
        most_after: characters without white space after that sentence, above which it is an answer with a reservation.
    """
    head = answer[:_HEAD]
    if not holds_any(head, _IN_REFUSALS[language]):
        return None
    found = (_ENGLISH if language == "en" else _CHINESE).search(head)
    if found is None or _ABOUT_DECLINING.search(question) or _is_quoted(answer[: found.start()]):
        return None
    end = _SENTENCE_END.search(answer, found.end())
    after = sum(map(len, answer[end.end() :].split())) if end else 0
    if after > most_after:
        return None
    return Rejection("refusal", after, f"it declines, with {after} characters after that, not more than {most_after}")


def _is_quoted(before: str) -> bool:
    """Whether what follows is somebody's words: after an opening quotation mark, a salutation or a speaker's name."""
    opened = before.count("“") > before.count("”") or before.count("「") > before.count("」") or before.count('"') % 2
    line = before.rpartition("\n")[2].lstrip()
    return bool(opened) or bool(_SPEAKER.match(line)) or bool(_SALUTATION.match(before.lstrip()))
