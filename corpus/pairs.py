"""Is a chain's last answer with its first one a preference pair?"""

from .filters.rejection import Rejection
from .records import Chain
from .scores import UNJUDGED, Scores


def check_pair(chain: Chain, scores: Scores = UNJUDGED) -> Rejection | None:
    """None to keep the pair; two equal answers, or a rejected one that the judge likes better, teach nothing good.

    A pair that was not judged, or judged equal, is kept. One that was judged the wrong way round is left out and not
    turned round: the pairs are to teach what refinement brings.
    """
    if chain.answer.text == chain.final.text:
        return Rejection("equal_answers", 1.0, "the refined answer is the first one, letter by letter")
    if (margin := scores.margin) is not None and margin < 0:
        return Rejection("negative_margin", margin, f"the judge scores the first answer higher: margin {margin:g}")
    return None
