"""How much of a tree a run has written from: path x task x difficulty, and where the holes are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from ..vocabulary import Difficulty, Language, TaskName
from .sampler import SampledCell
from .stats import root_name
from .tree import HIDDEN_ROOT, KnowledgeTree

#: A kept record's place: its cell, and its difficulty.
Point = tuple[SampledCell, Difficulty]


@dataclass(frozen=True)
class Share:
    """A part of a whole, in numbers."""

    covered: int
    total: int

    @property
    def share(self) -> float:
        """Between 0 and 1; of nothing it is 0."""
        return self.covered / self.total if self.total else 0.0


@dataclass(frozen=True)
class Grid:
    """What is to be covered of a tree: every living leaf, in every language that it serves, by task and difficulty."""

    languages: tuple[Language, ...]
    tasks: tuple[TaskName, ...]
    difficulties: tuple[Difficulty, ...]


@dataclass(frozen=True)
class Coverage:
    """What records cover of a tree.

    A leaf is covered where a record stands at it, a cell where one does in its task and language, a point (a cell in
    one difficulty) where one does in that difficulty.

    Attributes:
        version: of the tree.
        records: how many were counted; `outside` of them lie outside the grid: their leaf has gone or is retired, or
            their task, language or difficulty is not asked for.
        leaves, cells, points: shares of the whole grid.
        by_root: cells under each root tag, in the tree's order. Root tags of one name in two languages are told apart
            by their language: "AI (zh)".
        by_task, by_difficulty: points of each.
        holes: the first cells without a record, root tags with the smallest share first.
    """

    version: str
    records: int
    outside: int
    leaves: Share
    cells: Share
    points: Share
    by_root: dict[str, Share]
    by_task: dict[TaskName, Share]
    by_difficulty: dict[Difficulty, Share]
    holes: tuple[SampledCell, ...]


def measure_coverage(tree: KnowledgeTree, grid: Grid, points: Iterable[Point], *, holes: int = 10) -> Coverage:
    """Lay records over a tree.

    Args:
        points: where kept records stand; consumed one at a time. What is held is one number for each leaf with one.
        holes: how many cells without a record to name at most.
    """
    marks = _Marks(tree, grid)
    for point in points:
        marks.add(point)
    leaves = {root: sum(1 for _ in tree.living_leaves(root)) for root in tree.children()}
    slots = {root: number * len(marks.served(root)) for root, number in leaves.items()}
    covered = marks.cells_by_root()
    by_root = {root: Share(covered[root], number * len(grid.tasks)) for root, number in slots.items()}
    whole = sum(slots.values())
    order = sorted(by_root, key=lambda root: by_root[root].share)
    return Coverage(
        version=tree.version,
        records=marks.records,
        outside=marks.outside,
        leaves=Share(len({leaf for leaf, _ in marks.bits}), sum(n for root, n in leaves.items() if slots[root])),
        cells=Share(sum(s.covered for s in by_root.values()), sum(s.total for s in by_root.values())),
        points=Share(sum(marks.points.values()), whole * len(grid.tasks) * len(grid.difficulties)),
        by_root={root_name(tree, root): share for root, share in by_root.items()},
        by_task={t: Share(marks.of_task(t), whole * len(grid.difficulties)) for t in grid.tasks},
        by_difficulty={d: Share(marks.of_difficulty(d), whole * len(grid.tasks)) for d in grid.difficulties},
        holes=tuple(_first(marks.holes(order), holes)),
    )


class _Marks:
    """For each leaf and language, which tasks and difficulties have a record: a bit each."""

    def __init__(self, tree: KnowledgeTree, grid: Grid) -> None:
        self._tree = tree
        self._grid = grid
        self.bits: dict[tuple[int, Language], int] = {}
        self.points: Counter[tuple[TaskName, Difficulty]] = Counter()
        self.records = 0
        self.outside = 0
        self._of_task = {task: sum(self._bit(task, d) for d in grid.difficulties) for task in grid.tasks}

    def add(self, point: Point) -> None:
        """Count a record."""
        cell, difficulty = point
        self.records += 1
        leaf = self._leaf(cell)
        grid = self._grid
        if leaf is None or cell.task not in grid.tasks or difficulty not in grid.difficulties:
            self.outside += 1
            return
        bit = self._bit(cell.task, difficulty)
        held = self.bits.get((leaf, cell.language), 0)
        if not held & bit:
            self.bits[leaf, cell.language] = held | bit
            self.points[cell.task, difficulty] += 1

    def of_task(self, task: TaskName) -> int:
        """Covered points of a task."""
        return sum(self.points[task, difficulty] for difficulty in self._grid.difficulties)

    def of_difficulty(self, difficulty: Difficulty) -> int:
        """Covered points of a difficulty."""
        return sum(self.points[task, difficulty] for task in self._grid.tasks)

    def cells_by_root(self) -> Counter[int]:
        """The number of cells under each root tag that have a record."""
        cells: Counter[int] = Counter()
        for slot in self.bits:
            cells[self._root(slot[0])] += sum(self._has(slot, task) for task in self._grid.tasks)
        return cells

    def served(self, root: int) -> list[Language]:
        """The languages of the grid in which a root tag is asked."""
        own = self._tree.graph.nodes[root].get("language")
        return [language for language in self._grid.languages if own in (None, language)]

    def holes(self, roots: Sequence[int]) -> Iterator[SampledCell]:
        """The cells without a record, by root tag in the given order."""
        for root in roots:
            cells = list(product(self.served(root), self._grid.tasks))
            for leaf in self._tree.living_leaves(root):
                for language, task in cells:
                    if not self._has((leaf, language), task):
                        yield SampledCell(self._tree.path(leaf), task, language)

    def _has(self, slot: tuple[int, Language], task: TaskName) -> bool:
        return bool(self.bits.get(slot, 0) & self._of_task[task])

    def _bit(self, task: TaskName, difficulty: Difficulty) -> int:
        grid = self._grid
        return 1 << grid.tasks.index(task) * len(grid.difficulties) + grid.difficulties.index(difficulty)

    def _root(self, leaf: int) -> int:
        """The root tag above a leaf; of a root tag, itself."""
        node = leaf
        while (above := self._tree.parent(node)) != HIDDEN_ROOT:
            node = above
        return node

    def _leaf(self, cell: SampledCell) -> int | None:
        """The living leaf of a cell in its language, or None."""
        node = self._tree.find(cell.path, language=cell.language)
        if node is None or not self._tree.is_leaf(node) or self._tree.is_retired(node):
            return None
        return node if cell.language in self._grid.languages else None


def _first(cells: Iterator[SampledCell], most: int) -> Iterator[SampledCell]:
    for _, cell in zip(range(most), cells, strict=False):
        yield cell
