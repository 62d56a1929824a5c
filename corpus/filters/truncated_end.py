"""Does an answer break off before its end?"""

import re

from ...vocabulary import Language
from .rejection import Rejection

_FENCE = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)?(?:[-*+][ \t]|\d{1,3}[.)][ \t])?[ \t]{0,20}(```|~~~)", re.MULTILINE)
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
#: Signs after which nothing need follow.
_CLOSED = frozenset(".!?…。！？~～;；)]}）】》>」』”’\"'`*_|$%％°♪♥✓✔©®™¶/\\=")
#: Signs after which something must follow.
_OPEN = frozenset(",，、:：(（[【{《“‘「『&+")
#: Also one that is never closed, so that what was read once is not read again from every quotation mark in it.
_JSON_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"?')
_PAIRS = {"(": ")", "（": "）", "[": "]", "【": "】", "{": "}", "《": "》", "“": "”", "「": "」", "『": "』"}
_CLOSING = {close: opening for opening, close in _PAIRS.items()}
#: An opening bracket this far from the end, and not closed, was cut off with what it holds; one before is a slip.
_REACH = 300
_ITEM = re.compile(
    r"[ \t]{0,40}(?:[-*+•·▪◦–]|\d{1,3}[.、)）]|[(（]?[0-9一二三四五六七八九十]{1,3}[)）、.]|[a-zA-Z][.)])[ \t]{0,40}"
)
_KEYED = re.compile(r"[ \t]{0,40}(?:\*\*)?[^\s:：][^:：\n]{0,40}(?:\*\*)?[:：](?:\*\*)?[ \t]{0,40}\S")
#: A web address ends as it ends.
_ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,280}$")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]")
_INNER_STOP = {"en": re.compile(r"[.!?][\"”’')]? \S|; "), "zh": re.compile(r"[。！？；]")}
_COMMA = {"en": ",", "zh": "，"}
#: Words and signs that open a phrase: nobody ends on them.
_UNENDING = {
    "en": re.compile(
        r"(?:^|[\s(])(?:a|an|the|of|to|and|or|but|with|for|from|by|at|into|as|that|which|because|if|than|when|while|"
        r"your|their|its|our|my|"
        r"although|including|between|such)$",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(?:和|与|及|以及|并且|而且|但是|因为|所以|如果|在|把|被|对于|关于|从|向|为了|以|或|或者|比如|例如|包括|通过|根据|由于|其中|以便|使得|的是|不仅|虽然|然后|同时|一个|这个|那个|我们|可以|需要|能够|应该)$"
    ),
}
#: Lines of prose are longer than lines of verse, of a list, or a signature: characters without white space.
_PROSE = {"en": 60, "zh": 30}
_UNPUNCTUATED = re.compile(
    r"(?:no|without(?: any)?|omit(?:ting)?) punctuation|(?:不[要用加使带]{0,3}|没有|去掉|无)标点", re.IGNORECASE
)
#: Signs of an end that the question has dictated.
_DICTATED = 6


def check_truncated_end(question: str, answer: str, language: Language) -> Rejection | None:
    """Look at code fences, brackets and the last line; lists, verse, tables, letters and code end without a full stop.

    The figure is the number of characters in the last line, or that stand after the bracket or fence left open.
    """
    text = answer.rstrip()
    last = text.rpartition("\n")[2]
    found = _open_fence(text) or _open_json(text) or _open_bracket(text)
    if found is None and (why := _broken_off(text, last, language)) is not None and not _is_meant(question, last):
        found = (len(last), why)
    if found is None:
        return None
    figure, why = found
    return Rejection("truncated_end", figure, f"{why}: ...{' '.join(last[-30:].split())}")


def _open_fence(text: str) -> tuple[int, str] | None:
    fences = [found.start() for found in _FENCE.finditer(text)]
    return (len(text) - fences[-1], "a code fence is left open") if len(fences) % 2 else None


def _open_bracket(text: str) -> tuple[int, str] | None:
    """A bracket near the end that is never closed, where the text does not end as one that is finished."""
    if not text or text[-1] in _CLOSED:
        return None
    prose = _CODE.sub("", text)
    waiting: list[tuple[str, int]] = []
    for at in range(max(0, len(prose) - _REACH), len(prose)):
        character = prose[at]
        if character in _PAIRS:
            waiting.append((character, at))
        elif waiting and _CLOSING.get(character) == waiting[-1][0]:
            waiting.pop()
    if waiting and "\n\n" not in prose[waiting[0][1] :]:
        return len(prose) - waiting[0][1], f"{waiting[0][0]} is left open"
    return None


def _open_json(text: str) -> tuple[int, str] | None:
    """A text that begins as JSON and closes less than it opens."""
    if not text.startswith(("{", "[{", '["', "[\n")):
        return None
    bare = _JSON_STRING.sub('""', text)
    missing = bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]")
    return (missing, f"{missing} brackets of JSON are left open") if missing > 0 else None


def _broken_off(text: str, last: str, language: Language) -> str | None:
    """Why the last line is no end, or None."""
    if not last or last.lstrip().startswith("|") or text.endswith(("```", "~~~")):
        return None
    if _HEADING.match(last) and "\n" in text:
        return "a heading without a text"
    item = _ITEM.match(last)
    if item is not None and item.end() == len(last):
        return None if set(last.strip()) <= set("-*–") and len(last.strip()) > 2 else "an item without a text"
    if last[-1] in _OPEN:
        return None if _is_rule(last) else f"it ends with {last[-1]}"
    if not last[-1].isalnum() or _ADDRESS.search(last[-300:]):
        return None
    if _UNENDING[language].search(last[-24:]):
        return "it ends with a word that opens a phrase"
    if item is not None:
        return _broken_item(text, last)
    return _broken_prose(text, last, language)


def _broken_item(text: str, last: str) -> str | None:
    """Whether the other items of a list all end with a full stop, and the last does not."""
    lines = [line.rstrip() for line in text.splitlines()[:-1] if _ITEM.match(line)]
    if len(lines) >= 2 and all(line[-1] in ".。！？!?" for line in lines[-4:]):
        return "the last item lacks the full stop that the others have"
    return None


def _broken_prose(text: str, last: str, language: Language) -> str | None:
    if not any(map(str.isalpha, last)):
        return None  # a row of numbers
    size = sum(map(len, last.split()))
    if _is_verse(text) or (_KEYED.match(last) and size <= _PROSE[language]):
        return None
    if _INNER_STOP[language].search(last):
        return "its last sentence lacks a full stop"
    # A short line may be a signature, a caption or the whole of a short answer; in the middle of a sentence it is none.
    if size > _PROSE[language] or (_COMMA[language] in last and size > _PROSE[language] // 3 and _stops(text)):
        return "its last line lacks a full stop"
    return None


def _stops(text: str) -> bool:
    """Whether the paragraph before the last line ends with a full stop, as those of prose do."""
    before = text.rpartition("\n")[0].rstrip()
    return bool(before) and before[-1] in ".。！？!?"


def _is_verse(text: str) -> bool:
    """Whether the last lines stand together, and fewer than half of the others end with a full stop: verse, a form."""
    stanza = text.rpartition("\n\n")[2].splitlines()
    if len(stanza) < 2:
        return False
    stopped = sum(line.rstrip().endswith((".", "。", "！", "？", "!", "?")) for line in stanza[:-1])
    return stopped * 2 <= len(stanza) - 1 and max(map(len, stanza)) <= 90


def _is_rule(line: str) -> bool:
    return len(set(line.strip())) == 1 and len(line.strip()) > 2


def _is_meant(question: str, last: str) -> bool:
    """Whether the question asked for this end: for its words, or for no punctuation."""
    tail = "".join(last.casefold().split())[-_DICTATED:]
    return bool(_UNPUNCTUATED.search(question)) or (
        len(tail) == _DICTATED and tail in "".join(question.casefold().split())
    )
