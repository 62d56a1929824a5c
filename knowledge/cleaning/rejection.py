"""Why a proposed tag was not taken."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TagRejection:
    """A rule's verdict.

    Attributes:
        rule: the rule's name, as reports show it.
        figure: what the rule measured.
        detail: one line for a person: figure and limit.
    """

    rule: str
    figure: float
    detail: str
