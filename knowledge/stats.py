"""What a tree holds, in numbers."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..vocabulary import LANGUAGES
from .tags import fold_tag
from .tree import HIDDEN_ROOT, KnowledgeTree


@dataclass(frozen=True)
class TreeStats:
    """Counts over a tree.

    Attributes:
        version: the tree's content hash.
        tags: all tags; `distinct_tags` counts equal names once.
        roots, leaves: root tags, and tags with nothing under them that are no retired topics.
        depths: the number of tags at each depth; root tags stand at depth 1.
        leaves_by_root: the number of leaves under each root tag.
        languages: root tags by language; "any" for those that serve every language.
        repeated_leaves: leaf names that stand in more than one place.
        tags_by_language: all tags by the language of their root; "any" for those that serve every language.
        duplicates_rate: the share of tags whose name an earlier one has: 1 - distinct_tags / tags.
        retired: tags that are retired or stand under a retired one.
        leaf_entropy: of the leaves over the root tags, in bits: log2(roots) where all have as many.
        leaf_gini: of the same: 0 where all have as many, towards 1 where one has them all.
    """

    version: str
    tags: int
    distinct_tags: int
    roots: int
    leaves: int
    depths: dict[int, int]
    leaves_by_root: dict[str, int]
    languages: dict[str, int]
    repeated_leaves: dict[str, int]
    tags_by_language: dict[str, int]
    duplicates_rate: float
    retired: int
    leaf_entropy: float
    leaf_gini: float


def tree_stats(tree: KnowledgeTree) -> TreeStats:
    """Count a tree in one walk."""
    count = _Count(tree)
    for parent, child in tree.edges():
        count.add(parent, child)
    leaves = list(count.leaves.values())
    by_root = {root_name(tree, root): number for root, number in count.leaves.items()}
    return TreeStats(
        version=tree.version,
        tags=len(tree),
        distinct_tags=len(count.names),
        roots=count.depths[1],
        leaves=sum(leaves),
        depths=dict(sorted(count.depths.items())),
        leaves_by_root=by_root,
        languages=dict(count.roots),
        repeated_leaves={name: number for name, number in count.leaf_names.items() if number > 1},
        tags_by_language=dict(count.tags),
        duplicates_rate=1 - len(count.names) / len(tree) if len(tree) else 0.0,
        retired=len(count.retired),
        leaf_entropy=entropy(leaves),
        leaf_gini=gini(leaves),
    )


def root_name(tree: KnowledgeTree, root: int) -> str:
    """A root tag's name, with its language where another root tag has that name as well."""
    name, language = tree.name(root), tree.graph.nodes[root].get("language")
    served = (tree.find([name], language=other) for other in LANGUAGES)
    shared = any(other not in (None, root) for other in served)
    return f"{name} ({language})" if shared else name


def entropy(counts: Sequence[int]) -> float:
    """Shannon's entropy of a distribution that is given in numbers, in bits; of nothing it is 0."""
    whole = sum(counts)
    return sum(n / whole * math.log2(whole / n) for n in counts if n)


def gini(counts: Sequence[int]) -> float:
    """The Gini coefficient of some numbers, from 0 (all equal) towards 1; of nothing it is 0."""
    whole = sum(counts)
    if not whole:
        return 0.0
    weighted = sum(rank * n for rank, n in enumerate(sorted(counts), start=1))
    return 2 * weighted / (len(counts) * whole) - (len(counts) + 1) / len(counts)


class _Count:
    """The sums of a walk in which each tag comes after its parent."""

    def __init__(self, tree: KnowledgeTree) -> None:
        self._tree = tree
        self._depth = {HIDDEN_ROOT: 0}
        self._root: dict[int, int] = {}
        self.names: set[str] = set()
        self.retired: set[int] = set()
        self.depths: Counter[int] = Counter()
        self.roots: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.leaves: Counter[int] = Counter()
        self.leaf_names: Counter[str] = Counter()

    def add(self, parent: int, node: int) -> None:
        """Count a tag."""
        name = fold_tag(self._tree.name(node))
        root = self._root[node] = self._root.get(parent, node)
        language = self._tree.graph.nodes[root].get("language") or "any"
        self._depth[node] = self._depth[parent] + 1
        self.depths[self._depth[node]] += 1
        self.names.add(name)
        self.tags[language] += 1
        self.roots[language] += root == node
        self.leaves[root] += 0  # a root tag whose leaves are all retired counts as well
        if parent in self.retired or "retired" in self._tree.graph.nodes[node]:
            self.retired.add(node)
        elif self._tree.is_leaf(node):
            self.leaves[root] += 1
            self.leaf_names[name] += 1
