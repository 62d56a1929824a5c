"""Digests of data sets: the same content has the same digest on every machine, whatever the order of replies was."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from ..errors import UnreadableFile
from ..hashing import canonical_json

#: Part of every digest but a file's: a change of what is hashed must change it.
_SCHEME = "condor-dataset-1"
#: As long as MLflow takes them.
DIGEST_LENGTH = 36


class Digest:
    """A digest over items in their order, one at a time: sha256, the first 36 hexadecimal digits.

    Args:
        kind: of the set, so that sets of two kinds with the same items are two.
    """

    def __init__(self, kind: str) -> None:
        self._state = hashlib.sha256(f"{_SCHEME} {kind}\n".encode())
        self.count = 0

    def add(self, item: object) -> None:
        """Take in an item, a JSON value; an id of a record will do, for it hashes all that it says and comes from."""
        self._state.update(canonical_json(item).encode("utf-8", "surrogatepass") + b"\n")
        self.count += 1

    @property
    def value(self) -> str:
        """The digest of what was added so far."""
        return self._state.hexdigest()[:DIGEST_LENGTH]


def set_digest(ids: Iterable[str]) -> str:
    """The digest of a set of cells or tags that were drawn for an optimisation, in whatever order."""
    digest = Digest("set")
    for each in sorted(ids):
        digest.add(each)
    return digest.value


def tree_digest(version: str) -> str:
    """The digest of a tree, from its version, which is a hash of all its paths."""
    digest = Digest("tree")
    digest.add(version)
    return digest.value


def file_digest(path: Path) -> str:
    """The digest of a file: the first 36 digits of what `sha256sum` says.

    Raises:
        UnreadableFile: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:DIGEST_LENGTH]
    except OSError as exc:
        raise UnreadableFile(f"{path}: cannot read: {exc.strerror or exc}") from exc
