"""Which numbers does a text name? Questions that differ in one are two, however alike they are otherwise."""

import re
from typing import Final

#: Digits with their sign, and Roman numerals of two letters and more up to XXIX: a single I, V or X is mostly none.
_NUMBER: Final = re.compile(r"−?\d+|(?<![a-z])(?=[ivx]{2})x{0,2}(?:ix|iv|v?i{0,3})(?![a-z])")


def numbers_in(folded: str) -> tuple[str, ...]:
    """The numbers of a folded question (`fold_question`), sorted: in which order they stand makes no difference."""
    return tuple(sorted(_NUMBER.findall(folded)))
