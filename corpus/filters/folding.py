"""Texts as rules compare them: without white space and capitals, cut into runs of characters."""


def fold(text: str) -> str:
    """The text without white space, casefolded: what is the same in any script and layout."""
    return "".join(text.casefold().split())


def runs(folded: str, length: int) -> list[str]:
    """Every run of so many characters in a folded text, in order; a shorter text is one run."""
    return [folded[at : at + length] for at in range(max(1, len(folded) - length + 1))]
