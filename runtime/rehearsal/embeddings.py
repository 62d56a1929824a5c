"""The stand-in for an embedding model: a text's words and runs of characters, hashed into a vector.

Texts that share words and letters lie close together; of meaning it knows nothing. Sums of whole numbers, one square
root and one division make a vector the same on every machine.
"""

import math
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b

#: Components of a vector, where none are asked for.
DIMENSIONS = 256
#: Characters in a run; of Chinese, where a word has two, also two.
_RUN = 3
#: What a whole word counts, a run of characters counting 1.
_WORD_WEIGHT = 2


def embed(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """The vector of a text, of length 1: the same in every process and on every machine.

    Args:
        text: any, also an empty one.
        dimensions: components of the vector.
    """
    sums = [0] * dimensions
    for feature, weight in _features(_plain(text)):
        digest = int.from_bytes(blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
        sums[(digest >> 1) % dimensions] += weight if digest & 1 else -weight
    if not any(sums):  # what was added was taken away again
        sums[0] = 1
    length = math.sqrt(sum(value * value for value in sums))
    return [value / length for value in sums]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _features(text: str) -> Iterator[tuple[str, int]]:
    """What a text is made of, and what each part counts."""
    for word in text.split():
        yield f"word {word}", _WORD_WEIGHT
    framed = f"^{text}$"
    yield from ((framed[at : at + _RUN], 1) for at in range(len(framed) - _RUN + 1))
    pairs = (text[at : at + 2] for at in range(len(text) - 1))
    yield from ((pair, 1) for pair in pairs if all("\u4e00" <= char <= "\u9fff" for char in pair))
