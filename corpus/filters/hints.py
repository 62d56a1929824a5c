"""Words without which a pattern cannot match: a text that holds none of them need not be searched, which is slow."""

from collections.abc import Sequence

#: What an expression that ignores case takes for an `i` or an `s`, and `str.lower` leaves as it is or makes two of.
_LOOKALIKES = (("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "i"), ("ı", "i"), ("ſ", "s"))


def holds_any(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words, in lower case, stands in a text in whatever case, as `re.IGNORECASE` sees it."""
    if not text.isascii():
        for other, letter in _LOOKALIKES:
            text = text.replace(other, letter)
    lowered = text.lower()
    return any(word in lowered for word in words)
