"""What a tree holds, in numbers."""

from collections import Counter
from dataclasses import dataclass

from .tags import fold_tag
from .tree import HIDDEN_ROOT, KnowledgeTree


@dataclass(frozen=True)
class TreeStats:
    """Counts over a tree.

    Attributes:
        version: the tree's content hash.
        tags: all tags; `distinct_tags` counts equal names once.
        roots, leaves: root tags, and tags with nothing under them.
        depths: the number of tags at each depth; root tags stand at depth 1.
        leaves_by_root: the number of leaves under each root tag.
        languages: root tags by language; "any" for those that serve every language.
        repeated_leaves: leaf names that stand in more than one place.
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


def tree_stats(tree: KnowledgeTree) -> TreeStats:
    """Count a tree in one walk."""
    depth = {HIDDEN_ROOT: 0}
    root_of: dict[int, str] = {}
    names: set[str] = set()
    depths: Counter[int] = Counter()
    by_root: Counter[str] = Counter()
    leaf_names: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for parent, child in tree.edges():
        depth[child] = depth[parent] + 1
        depths[depth[child]] += 1
        names.add(fold_tag(tree.name(child)))
        root_of[child] = tree.name(child) if parent == HIDDEN_ROOT else root_of[parent]
        if parent == HIDDEN_ROOT:
            languages[tree.graph.nodes[child].get("language") or "any"] += 1
        if tree.is_leaf(child):
            by_root[root_of[child]] += 1
            leaf_names[fold_tag(tree.name(child))] += 1
    return TreeStats(
        version=tree.version,
        tags=len(tree),
        distinct_tags=len(names),
        roots=depths[1],
        leaves=sum(by_root.values()),
        depths=dict(sorted(depths.items())),
        leaves_by_root=dict(by_root),
        languages=dict(languages),
        repeated_leaves={name: count for name, count in leaf_names.items() if count > 1},
    )
