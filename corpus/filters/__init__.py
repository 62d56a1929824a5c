"""Which records are good? One rule a file; each returns None to keep, or a `Rejection` with its figure."""

from .copied_example import check_copied_example
from .language import check_answer_language, check_language
from .rejection import Rejection
from .screening import RULES, FilterSettings, RuleName, screen

__all__ = [
    "RULES",
    "FilterSettings",
    "Rejection",
    "RuleName",
    "check_answer_language",
    "check_copied_example",
    "check_language",
    "screen",
]
