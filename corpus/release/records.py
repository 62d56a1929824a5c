"""What a release holds, record by record, as one digest."""

import hashlib
from collections.abc import Mapping
from typing import Any

#: Part of the digest: a change of what is hashed must change it.
_SCHEME = "condor-release-1"


class RecordsDigest:
    """A digest over what is released, one record at a time: sha256, 64 hexadecimal digits.

    The records of a split come in their order; in which order the splits are told of makes no difference.
    """

    def __init__(self) -> None:
        self._splits: dict[str, Any] = {}

    def add(self, split: str, question_id: str, record_id: str) -> None:
        """Take in a record."""
        state = self._splits.setdefault(split, hashlib.sha256())
        state.update(f"{question_id} {record_id}\n".encode())

    @property
    def value(self) -> str:
        """The digest of what was added so far."""
        lines = (f"{split} {self._splits[split].hexdigest()}\n" for split in sorted(self._splits))
        return hashlib.sha256(f"{_SCHEME}\n{''.join(lines)}".encode()).hexdigest()


def record_id(row: Mapping[str, Any]) -> str:
    """The id of what a row of whole chains releases: the last refinement, or the answer.

    Raises:
        KeyError, TypeError, IndexError: the row is none of a chain.
    """
    rounds = row["rounds"]
    return str(rounds[-1]["refinement"]["id"] if rounds else row["answer"]["id"])
