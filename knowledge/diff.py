"""What differs between two trees: tags that came, went, moved, were merged or retired."""

from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass

from .history import Path, TagMerge
from .tags import fold_tag
from .tree import HIDDEN_ROOT, KnowledgeTree

#: What two tags must have in common to be one in two places: the language of their root, and the folded name.
_Identity = tuple[str | None, str]


@dataclass(frozen=True)
class TreeDiff:
    """The way from one tree to another.

    Attributes:
        before, after: the versions of the two.
        came, went: paths that stand only in the later, or only in the earlier tree.
        moved: (earlier path, later path) of tags that stand under another parent now. What stands under such a tag
            moves along and is only counted, as `carried`.
        merged: tags that became others, as the later tree's log says it; they are not in `went`.
        retired, revived: paths of tags that were a topic before and are none now, or the other way round.
    """

    before: str
    after: str
    came: tuple[Path, ...]
    went: tuple[Path, ...]
    moved: tuple[tuple[Path, Path], ...]
    carried: int
    merged: tuple[TagMerge, ...]
    retired: tuple[Path, ...]
    revived: tuple[Path, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return self.before == self.after


def diff_trees(before: KnowledgeTree, after: KnowledgeTree) -> TreeDiff:
    """Compare two trees, without recursion.

    Tags are the same where their paths are, case aside. Of the rest, a tag has moved where its name stands once among
    those that went and once among those that came in that language; a name that does so more often is told as having
    come and gone, since which is which cannot be known.
    """
    versions = before.version, after.version  # before anything else is held: each needs a digest of every tag
    pairs = _same_paths(before, after)
    moved, carried = _moved(before, after, pairs)
    merged = _merged(before, after)
    pairs.update(moved)
    pairs.update(carried)
    kept = set(pairs.values())
    gone_into = {_folded(merge.path) for merge in merged}
    went = (before.path(node) for _, node in before.edges() if node not in kept)
    turned = list(_turned(before, after, pairs))
    return TreeDiff(
        before=versions[0],
        after=versions[1],
        came=tuple(after.path(node) for _, node in after.edges() if node not in pairs),
        went=tuple(path for path in went if _folded(path) not in gone_into),
        moved=tuple((before.path(old), after.path(new)) for new, old in moved.items()),
        carried=len(carried),
        merged=merged,
        retired=tuple(after.path(new) for _, new, is_retired in turned if is_retired),
        revived=tuple(before.path(old) for old, _, is_retired in turned if not is_retired),
    )


def _same_paths(before: KnowledgeTree, after: KnowledgeTree) -> dict[int, int]:
    """Nodes of the later tree -> those of the earlier one at the same path."""
    same: dict[int, int] = {}
    waiting = [(HIDDEN_ROOT, HIDDEN_ROOT)]
    while waiting:
        old, new = waiting.pop()
        for old_child, new_child in _common_children(before, old, after, new):
            same[new_child] = old_child
            waiting.append((old_child, new_child))
    return same


def _common_children(before: KnowledgeTree, old: int, after: KnowledgeTree, new: int) -> Iterator[tuple[int, int]]:
    """The children of two nodes that are one tag: of root tags, those in one language."""
    name = _root_name if old == HIDDEN_ROOT else KnowledgeTree.name
    known = {name(before, child): child for child in before.children(old)}
    others: list[int] = []
    for child in after.children(new):
        found = known.pop(name(after, child), None)
        if found is None:
            others.append(child)
        else:
            yield found, child
    # Case is looked past for the few that are left: to fold every tag of two large trees takes long.
    folded = {_sibling(before, child): child for child in known.values()} if others else {}
    for child in others:
        found = folded.get(_sibling(after, child))
        if found is not None:
            yield found, child


def _moved(before: KnowledgeTree, after: KnowledgeTree, same: dict[int, int]) -> tuple[dict[int, int], dict[int, int]]:
    """(moved tags, tags carried along under them), each as later node -> earlier node."""
    went = dict(_identities(before, set(same.values())))
    came = dict(_identities(after, same.keys()))
    going, coming = Counter(went.values()), Counter(came.values())
    once = {identity: node for node, identity in went.items() if going[identity] == 1}
    moved: dict[int, int] = {}
    carried: dict[int, int] = {}
    taken: set[int] = set()
    for parent, node in after.edges():
        if node not in came:
            continue
        old_parent = moved.get(parent, carried.get(parent))
        along = _child_of(before, old_parent, after, node)
        if along is not None and along in went and along not in taken:
            carried[node] = along
            taken.add(along)
        elif coming[came[node]] == 1 and came[node] in once and once[came[node]] not in taken:
            moved[node] = once[came[node]]
            taken.add(moved[node])
    return moved, carried


def _child_of(before: KnowledgeTree, old_parent: int | None, after: KnowledgeTree, node: int) -> int | None:
    """The earlier child of a moved tag that has a later one's name."""
    if old_parent is None:
        return None
    name = fold_tag(after.name(node))
    return next((child for child in before.children(old_parent) if fold_tag(before.name(child)) == name), None)


def _identities(tree: KnowledgeTree, known: Set[int]) -> Iterator[tuple[int, _Identity]]:
    """(node, identity) of the tags that are not known yet."""
    for _, node in tree.edges():
        if node not in known:
            yield node, (tree.language(node), fold_tag(tree.name(node)))


def _merged(before: KnowledgeTree, after: KnowledgeTree) -> tuple[TagMerge, ...]:
    """The merges that the later tree's log holds since the earlier tree, of tags that stood in that one."""
    known = {before.version, *(entry.version for entry in before.log)}
    since = (merge for entry in after.log if entry.version not in known for merge in entry.merged)
    return tuple(merge for merge in since if merge.path in before)


def _turned(before: KnowledgeTree, after: KnowledgeTree, pairs: dict[int, int]) -> Iterator[tuple[int, int, bool]]:
    """(earlier node, later node, whether it is retired now) of the tags of which one is retired and the other not."""
    earlier, later = before.graph.nodes, after.graph.nodes
    for _, node in after.edges():
        old = pairs.get(node)
        if old is not None and ("retired" in later[node]) != ("retired" in earlier[old]):
            yield old, node, "retired" in later[node]


def _root_name(tree: KnowledgeTree, root: int) -> str:
    return f"{tree.graph.nodes[root].get('language') or ''}:{tree.name(root)}"


def _sibling(tree: KnowledgeTree, node: int) -> _Identity:
    return tree.graph.nodes[node].get("language"), fold_tag(tree.name(node))


def _folded(path: Path) -> Path:
    return tuple(fold_tag(name) for name in path)
