"""Does an answer repeat the question in the place of answering it?"""

import re

from .folding import fold, runs
from .rejection import Rejection

_RUN = 8
#: Of the question's beginning and of its end: what an answer that works on a text in the question does not take over.
_EDGE = 16
_ASKED_FOR = re.compile(
    r"repeat|restat|verbatim|word for word|copy (?:this|the|it)|echo|复述|重复|照抄|原样|一字不[差漏改]|抄写|默写",
    re.IGNORECASE,
)


def check_repeated_question(question: str, answer: str, *, most: float) -> Rejection | None:
    """The share of the answer's 8-character runs that stand in the question, where all of the question is there.

    Args:
        question: one that asks to be repeated may be.
        answer: the text. One that gives back the question's material without what was asked of it is no repetition: a
            text that is corrected, sorted or translated in part stays much as it was.
        most: the share that is still allowed.
    """
    asked, said = fold(question), fold(answer)
    if not (asked[:_EDGE] in said and asked[-_EDGE:] in said) or _ASKED_FOR.search(question):
        return None
    known = frozenset(runs(asked, _RUN))
    own = runs(said, _RUN)
    share = sum(run in known for run in own) / len(own)
    if share > most:
        return Rejection("repeated_question", share, f"{share:.2f} of it stands in the question, more than {most}")
    return None
