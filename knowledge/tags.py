"""The text of one tag: how it is normalised, and when two tags are the same."""

import unicodedata

from ..errors import TagFault

#: Longer than any real topic; a reply that rambles is no tag.
MAX_TAG_CHARS = 200


def normalise_tag(text: str) -> str:
    """NFKC, with each run of white space made one space and the ends trimmed.

    Raises:
        TagFault: nothing is left, more than `MAX_TAG_CHARS` characters are, or a control character, a lone
            surrogate or a noncharacter is among them.
    """
    tag = " ".join(unicodedata.normalize("NFKC", text).split())
    if not tag:
        raise TagFault(f"a tag is empty: {text!r}")
    if len(tag) > MAX_TAG_CHARS:
        raise TagFault(f"a tag has {len(tag)} characters, more than {MAX_TAG_CHARS}: {tag[:40]!r}...")
    for char in tag:
        # Zero-width joiners and the like (Cf) belong to words of some scripts; controls and surrogates do not. What is
        # unassigned (Cn) depends on Python's version, and a tag must be one on every machine.
        if unicodedata.category(char) in ("Cc", "Cs") or _is_noncharacter(ord(char)):
            raise TagFault(f"a tag holds the character U+{ord(char):04X}: {tag!r}")
    return tag


def _is_noncharacter(code: int) -> bool:
    """Whether a code point will never be a character: Unicode keeps 66 of them for internal use."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def fold_tag(tag: str) -> str:
    """What two tags have in common when they count as one: the normalised text without case."""
    return unicodedata.normalize("NFKC", tag.casefold())
