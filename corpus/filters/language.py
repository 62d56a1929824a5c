"""Is a text in the language that was asked for?"""

import re

from ...vocabulary import Language
from .rejection import Rejection

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{1,500}")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+")

#: A Chinese text may quote English terms and an English one Chinese; beyond these shares it is in the other language.
_MIN_HAN_SHARE_ZH = 0.2
_MAX_HAN_SHARE_EN = 0.5


#: Words with which a question asks for another language than its own.
_OTHER_LANGUAGE = re.compile(
    r"translat|\b(?:chinese|mandarin|english|french|german|spanish|japanese|korean|russian|latin|bilingual)\b"
    r"|翻译|译成|译为|双语|[中英法德日韩俄]文|[英法德日韩俄]语|普通话|汉语",
    re.IGNORECASE,
)


def check_answer_language(answer: str, question: str, language: Language) -> Rejection | None:
    """`check_language`, unless the question speaks of languages: then the answer may well be in another one."""
    rejection = check_language(answer, language)
    return None if rejection is not None and _OTHER_LANGUAGE.search(question) else rejection


def check_language(text: str, language: Language) -> Rejection | None:
    """Compare Han characters with Latin words outside code blocks; a text with neither is kept."""
    if language == "en" and not _HAN.search(text):
        return None
    prose = _CODE.sub("", text)
    han = sum(map(len, _HAN.findall(prose)))
    words = len(_LATIN_WORD.findall(prose))
    if han + words == 0:
        return None
    share = han / (han + words)
    if language == "zh" and share < _MIN_HAN_SHARE_ZH:
        return Rejection("language", share, f"{share:.2f} of the text is Chinese, less than {_MIN_HAN_SHARE_ZH}")
    if language == "en" and share > _MAX_HAN_SHARE_EN:
        return Rejection("language", share, f"{share:.2f} of the text is Chinese, more than {_MAX_HAN_SHARE_EN}")
    return None
