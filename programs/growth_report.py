"""What a growth brought: tags added, merged into others, refused, and what got no reply."""

from bisect import insort
from dataclasses import asdict, dataclass, field
from typing import Any

#: Near misses that are listed.
_NEAR_MISSES = 100


@dataclass(frozen=True)
class Merge:
    """A proposal that is the same topic as a tag that stands.

    Attributes:
        path: who: where it was proposed, as ` > `.
        into: into whom: the path of the tag that stands.
        why: `exact`, `words`, `order`, `letters` or `meaning`.
        score: from 0 to 1; of `letters` the share of character pairs, of `meaning` the cosine.
    """

    path: str
    into: str
    why: str
    score: float

    def __str__(self) -> str:
        return f"{self.path} -> {self.into} ({self.why} {self.score:.2f})"


@dataclass(frozen=True)
class NearMiss:
    """A tag that was added although one that stands means nearly the same.

    Attributes:
        path: where it was added.
        into: the path of the tag that stands, which a lower threshold would have merged it into.
        cosine: of the two.
    """

    path: str
    into: str
    cosine: float

    @property
    def rank(self) -> tuple[float, str, str]:
        """The nearest come first."""
        return -self.cosine, self.path, self.into


@dataclass(frozen=True)
class Refusal:
    """A proposal that is no topic.

    Attributes:
        path: where it was proposed.
        rule: the rule's name.
        figure: what the rule measured.
        detail: one line for a person.
    """

    path: str
    rule: str
    figure: float
    detail: str


@dataclass
class GrowthReport:
    """What a growth brought.

    Attributes:
        added: tags added.
        proposed: proposals that were read; those beyond what was wanted are not.
        merges: proposals that stood already, under the same tag or elsewhere in the tree.
        near_misses: of the tags that a slightly lower cosine threshold would have merged, the 100 nearest, by cosine.
        rejected: proposals that are no topics.
        failed: (path, reason) of tags whose expansion got no readable reply.
        stopped: the rule that ended the growth before its sizes were reached; None if none did.
        missing_roots: root tags that were asked for and did not come, though there was room.
        thin: tags under which fewer came than there should be, though there was room.
    """

    added: int = 0
    proposed: int = 0
    merges: list[Merge] = field(default_factory=list)
    near_misses: list[NearMiss] = field(default_factory=list)
    rejected: list[Refusal] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    stopped: str | None = None
    missing_roots: int = 0
    thin: int = 0

    @property
    def duplicates(self) -> int:
        """Proposals whose very text stood already."""
        return sum(merge.why == "exact" for merge in self.merges)

    @property
    def figures(self) -> dict[str, int]:
        """What was added, merged into what stood, refused, and what failed, in numbers."""
        return {
            "added": self.added,
            "merged": len(self.merges),
            "rejected": len(self.rejected),
            "failed": len(self.failed),
        }

    def note_near_miss(self, miss: NearMiss) -> None:
        """List a near miss, if it is among the nearest."""
        insort(self.near_misses, miss, key=lambda listed: listed.rank)
        del self.near_misses[_NEAR_MISSES:]

    def as_dict(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return asdict(self)
