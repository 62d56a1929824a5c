"""Which cells are trained on, which choose, and which prove: no root tag is in two of the sets."""

from collections.abc import Iterator, Mapping

from ...corpus.records import Cell
from ...errors import UsageFault
from ...hashing import content_hash
from ...knowledge import CellSampler, KnowledgeTree
from ..compiled import SetName
from .plan import OptimizePlan


def sample_sets(plan: OptimizePlan) -> dict[SetName, tuple[Cell, ...]]:
    """The cells of each set, in the order of the walk; the same for the same plan, whatever its budget.

    Of `expand`, each cell stands for the tag above its leaf, and no tag stands twice.

    Raises:
        UsageFault: the tree has too few root tags, or under those of a set too few cells.
        EmptyTree: it has none for the languages.
    """
    walk = CellSampler(plan.tree, languages=plan.languages, tasks=plan.tasks, seed=plan.seed)
    owners = share_roots(_serving_roots(plan.tree, plan), plan.sizes, plan.seed)
    sets: dict[SetName, list[Cell]] = {name: [] for name in plan.sizes}
    for cell in _units(walk, plan):
        chosen = sets[owners[cell.path[0]]]
        if len(chosen) < plan.sizes[owners[cell.path[0]]]:
            chosen.append(cell)
        if all(len(sets[name]) == size for name, size in plan.sizes.items()):
            break
    for name, size in plan.sizes.items():
        if len(sets[name]) < size:
            roots = sum(owner == name for owner in owners.values())
            raise UsageFault(
                f"--{name} {size}: the {roots} root tags of this set have only {len(sets[name])} of these; take fewer, "
                "or a larger tree"
            )
    return {name: tuple(cells) for name, cells in sets.items()}


def share_roots(roots: list[str], sizes: Mapping[SetName, int], seed: int) -> dict[str, SetName]:
    """Root tag -> the one set that its cells may be in: each set gets a share by its size, and one at least.

    Raises:
        UsageFault: there are fewer root tags than sets.
    """
    if len(roots) < len(sizes):
        raise UsageFault(
            f"the tree has {len(roots)} root tags for these languages; train, val and holdout need one each at least, "
            "for no root tag may be in two of them"
        )
    order = sorted(roots, key=lambda root: content_hash([seed, root]))
    spare, total = len(roots) - len(sizes), sum(sizes.values())
    shares: dict[SetName, int] = {name: 1 + spare * size // total for name, size in sizes.items()}
    # What rounding leaves over goes to the set that proves.
    shares["holdout"] += len(roots) - sum(shares.values())
    owners: dict[str, SetName] = {}
    for name, share in shares.items():
        owners |= dict.fromkeys(order[len(owners) : len(owners) + share], name)
    return owners


def tag_path(cell: Cell) -> tuple[str, ...]:
    """The path of the tag above a cell's leaf, which `expand` splits; of a tree of one level, the root tag itself."""
    return cell.path[:-1] or cell.path


def _serving_roots(tree: KnowledgeTree, plan: OptimizePlan) -> list[str]:
    """The root tags that the walk visits; one that serves two languages is one."""
    found = [
        tree.name(root)
        for root in tree.children()
        if tree.graph.nodes[root].get("language") in (None, *plan.languages)
        and any(True for _ in tree.living_leaves(root))
    ]
    return list(dict.fromkeys(found))


def _units(walk: CellSampler, plan: OptimizePlan) -> Iterator[Cell]:
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for sampled in walk:
        cell = Cell.at(sampled.path, task=sampled.task, language=sampled.language, tree_version=plan.tree.version)
        if plan.step == "expand":
            if (sampled.language, tag_path(cell)) in seen:
                continue
            seen.add((sampled.language, tag_path(cell)))
        yield cell
