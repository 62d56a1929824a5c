"""Why a record was not kept."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rejection:
    """A rule's verdict.

    Attributes:
        rule: the rule's name, as status reports show it.
        figure: what the rule measured.
        detail: one line for a person: figure and limit.
    """

    rule: str
    figure: float
    detail: str
