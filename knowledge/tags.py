"""The text of one tag: how it is normalised, and when two tags are the same."""

import re
import unicodedata

from ..errors import TagFault

#: Longer than any real topic; a reply that rambles is no tag.
MAX_TAG_CHARS = 200

#: Zero-width joiners and the like (Cf) belong to words of some scripts; controls (Cc) and surrogates (Cs) do not.
#: Nor do the 66 code points that will never be characters: Unicode keeps them for internal use. What is unassigned (Cn)
#: depends on Python's version, and a tag must be one on every machine.
_NO_TAG = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)


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
    if found := _NO_TAG.search(tag):
        raise TagFault(f"a tag holds the character U+{ord(found[0]):04X}: {tag!r}")
    return tag


def fold_tag(tag: str) -> str:
    """What two tags have in common when they count as one: the normalised text without case."""
    return tag.lower() if tag.isascii() else unicodedata.normalize("NFKC", tag.casefold())
