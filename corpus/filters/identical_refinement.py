"""Is a refinement the answer that it was to improve?"""

from ..records import Chain
from .folding import fold
from .rejection import Rejection


def check_identical_refinement(chain: Chain) -> Rejection | None:
    """Compare the last refinement with the first answer, white space and capitals aside; the figure is its round.

    Where a gate let no refinement stand there is none, and the first answer is meant to stay.
    """
    if not chain.rounds or fold(chain.final.text) != fold(chain.answer.text):
        return None
    number = len(chain.rounds)
    return Rejection(
        "identical_refinement", number, f"the refinement of round {number} says what the first answer says"
    )
