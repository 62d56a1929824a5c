"""What a release was compared with: the release before, earlier releases, benchmarks. Its manifest has their hashes."""

from collections.abc import Iterator, Mapping
from typing import Final

from ...corpus.release.manifest import Manifest
from ..digests import DIGEST_LENGTH
from .datasets import Context, Dataset
from .graph import Lineage
from .runs import add_dataset

_HOW: Final[Mapping[str, str]] = {
    "previous": "keeps the splits of",
    "against": "repeats nothing of",
    "benchmark": "holds no text of",
}


def compared_datasets(manifest: Manifest) -> list[Dataset]:
    """The release before, earlier releases and benchmarks, each digest once; a release is known by its manifest's."""
    found: dict[str, Dataset] = {}
    for context, name, sha256 in _compared(manifest):
        digest = sha256[:DIGEST_LENGTH]
        source = {"run": f"{manifest.name}-{manifest.version}", "file": name}
        found.setdefault(digest, Dataset(context, name, digest, source))
    return list(found.values())


def add_compared(graph: Lineage, root: str, manifest: Manifest) -> None:
    """Link a release to what it was compared with."""
    for each in compared_datasets(manifest):
        graph.link(root, add_dataset(graph, each), _HOW[each.context])


def _compared(manifest: Manifest) -> Iterator[tuple[Context, str, str]]:
    """(context, name, SHA-256); a folder of shards without a manifest has no hash of its own, and is not told of."""
    settings = manifest.settings
    if (before := settings.get("previous")) is not None:
        yield "previous", f"{before['name']}-{before['version']}", before["sha256"]
    for each in settings.get("against", ()):
        if each["sha256"] is not None:
            yield "against", each["name"], each["sha256"]
    for each in settings.get("decontaminate", ()):
        yield "benchmark", each["name"], each["sha256"]
