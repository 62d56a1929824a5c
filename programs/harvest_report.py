"""What a harvest brought: each topic was filed, stands already, has no place, is too old, no tag, or got no reply."""

from dataclasses import asdict, dataclass, field
from typing import Any

from .growth_report import Merge, NearMiss, Refusal


@dataclass(frozen=True)
class Filed:
    """A topic that became a tag.

    Attributes:
        topic: as it was found.
        place: where.
        path: of the tag, as ` > `.
        added: its date, as 2026-11-22: of publication, or else of the harvest.
    """

    topic: str
    place: str
    path: str
    added: str


@dataclass(frozen=True)
class Unfiled:
    """A topic that became none.

    Attributes:
        topic: as it was found.
        place: where.
        reason: one line for a person.
    """

    topic: str
    place: str
    reason: str


@dataclass
class HarvestReport:
    """What a harvest brought. The topics are as many as `added`, `merges`, `unplaced`, `stale`, `rejected` and `failed`
    together.

    Attributes:
        added: topics that became tags.
        merges: topics that stand already.
        near_misses: of the tags added, those that mean nearly the same as one that stands, as for growth.
        renewed: paths of harvested tags among those, whose date is a later one now.
        revived: paths of retired tags among those, which are topics again.
        unplaced: topics that belong under no root tag, or for which the model named none that stands.
        stale: topics past the horizon.
        rejected: topics whose tag is none.
        failed: topics for which there was no readable reply.
    """

    added: list[Filed] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    near_misses: list[NearMiss] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    revived: list[str] = field(default_factory=list)
    unplaced: list[Unfiled] = field(default_factory=list)
    stale: list[Unfiled] = field(default_factory=list)
    rejected: list[Refusal] = field(default_factory=list)
    failed: list[Unfiled] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, int]:
        """The lengths of the lists, as a tree's log holds them."""
        return {name: len(entries) for name, entries in vars(self).items() if name != "near_misses"}

    def as_dict(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return asdict(self)
