"""Did the judge think too little of an answer?"""

from .rejection import Rejection


def check_judge_threshold(score: float | None, *, least: float | None) -> Rejection | None:
    """Compare the judge's overall score, from 1 to 10, with the least that is wanted; a missing score is not below."""
    if score is None or least is None or score >= least:
        return None
    return Rejection("judge_threshold", score, f"the judge gave {score:.2f}, less than {least:g}")
