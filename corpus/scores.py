"""What a judge gave the answers of one chain."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scores:
    """A judge's overall scores, each from 1 to 10; None where there is none.

    Attributes:
        void: of the first answer.
        refine: of the answer that the chain ends with.
    """

    void: float | None = None
    refine: float | None = None

    @property
    def margin(self) -> float | None:
        """How much better the last answer is than the first one; None where not both were judged."""
        if self.void is None or self.refine is None:
            return None
        return round(self.refine - self.void, 6)  # 8.4 - 7.2 is 1.2 here, too


UNJUDGED = Scores()
