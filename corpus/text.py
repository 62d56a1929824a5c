"""Text that every store and format can hold."""

import re
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Text without NUL, and with U+FFFD in the place of each lone surrogate; nothing else is changed.

    U+2028, tabs, carriage returns and trailing spaces are text like any other.
    """
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\x00", ""))


def clean_strings(value: Any) -> Any:
    """`clean_text` over every string in a JSON value, keys included."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [clean_strings(item) for item in value]
    if isinstance(value, dict):
        return {clean_strings(key): clean_strings(item) for key, item in value.items()}
    return value
