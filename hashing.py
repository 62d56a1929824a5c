"""Content hashes that are the same in every process, on every machine and in every Python version."""

import hashlib
import json
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no white space and no escapes beyond JSON's own: one text for one value.

    Args:
        value: what `json` can write. Floats are written by `repr`, which round-trips in every CPython.

    Raises:
        TypeError: the value is not JSON.
        ValueError: the value holds NaN or an infinity, which JSON has no word for.
    """
    return _ENCODER.encode(value)


def content_hash(value: Any, *, size: int = 16) -> str:
    """BLAKE2b over `canonical_json(value)`, as 2 x `size` hexadecimal digits."""
    return hashlib.blake2b(canonical_json(value).encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
