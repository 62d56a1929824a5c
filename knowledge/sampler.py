"""Which path and which task come next: a seeded walk over path x task without replacement."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b

from ..errors import EmptyTree
from ..vocabulary import Language, TaskName
from .leaf_order import LeafOrder
from .tree import KnowledgeTree


@dataclass(frozen=True)
class SampledCell:
    """One step of the walk.

    Attributes:
        path: the tags from the root tag to the leaf.
        task: what kind of question to write.
        language: what to write in.
    """

    path: tuple[str, ...]
    task: TaskName
    language: Language


class CellSampler:
    """Walks every (leaf path, task) of a tree once in each language, balanced and reproducible.

    - Languages take turns; within a language its root tags take turns, so that their counts differ by at most one
      until one is used up; for each visit of a root the task that has been asked least so far is taken. A language,
      root or task that is used up drops out, the others go on.
    - Order is by a hash of (seed, path) rather than by a shuffled list: the same in every Python version, and a leaf
      that is added later finds its own place in the ring of its root's leaves (see `LeafOrder`). (Where a task enters
      the ring depends on its size.)
    - Memory is one list of leaf nodes for each root that has been visited; no list of cells is made.

    - A retired leaf, or one under a retired tag, is no cell; nor is a tag whose children are all retired.

    Iterating twice walks the same cells again.

    Args:
        tree: the tree.
        languages: what to write in. A root tag with a language is asked in that one only.
        tasks: the tasks to ask.
        seed: another seed gives another order.

    Raises:
        EmptyTree: no leaf serves any of the languages.
    """

    def __init__(
        self, tree: KnowledgeTree, *, languages: Sequence[Language], tasks: Sequence[TaskName], seed: int
    ) -> None:
        self._tree = tree
        self._tasks = tuple(tasks)
        self._seed = seed
        self._roots: dict[Language, list[int]] = {language: self._roots_for(language) for language in languages}
        if not any(self._roots.values()):
            wanted = ", ".join(languages)
            raise EmptyTree(f"the tree has no leaf tag for {wanted}; import or grow one first")
        self._covered: Mapping[SampledCell, int] = {}

    def least_covered_first(self, covered: Mapping[SampledCell, int]) -> "CellSampler":
        """The same cells in several walks, one after the other: first those that are not covered at all.

        Each of them is balanced and ordered like the whole. The map must be the same in every session of a run.

        Args:
            covered: by how much a cell is covered; one that is missing counts 0.
        """
        sampler = copy(self)
        sampler._covered = covered
        return sampler

    def __iter__(self) -> Iterator[SampledCell]:
        for degree in sorted({0, *self._covered.values()}):
            yield from self._walk(degree)

    def _walk(self, degree: int) -> Iterator[SampledCell]:
        """The cells that are covered to one degree."""
        order = LeafOrder(self._tree, self._seed)
        turns = [self._language_turns(language, roots, order, degree) for language, roots in self._roots.items()]
        while turns:
            for turn in list(turns):
                cell = next(turn, None)
                if cell is None:
                    turns.remove(turn)
                else:
                    yield cell

    def __len__(self) -> int:
        """The number of cells of the whole walk."""
        leaves = sum(sum(1 for _ in self._tree.living_leaves(root)) for roots in self._roots.values() for root in roots)
        return leaves * len(self._tasks)

    def _roots_for(self, language: Language) -> list[int]:
        roots = [
            root
            for root in self._tree.children()
            if self._tree.graph.nodes[root].get("language") in (None, language)
            and any(True for _ in self._tree.living_leaves(root))
        ]
        return sorted(roots, key=lambda root: self._rank(language, self._tree.name(root)))

    def _language_turns(
        self, language: Language, roots: list[int], order: Callable[[int], list[int]], degree: int
    ) -> Iterator[SampledCell]:
        def wanted(leaf: int, task: int) -> bool:
            return self._covered.get(self._cell(leaf, task, language), 0) == degree

        passes = wanted if self._covered else None
        visits = [_RootVisits(partial(order, root), len(self._tasks), passes) for root in roots]
        asked = [0] * len(self._tasks)
        while visits:
            for root in list(visits):
                found = root.next_cell(asked)
                if found is None:
                    visits.remove(root)
                    continue
                leaf, task = found
                asked[task] += 1
                yield self._cell(leaf, task, language)
            # Each round begins one root later. Where the number of roots is a multiple of that of the tasks, the same
            # root would otherwise be the last of every turn of the tasks and always be left the same one.
            visits = visits[1:] + visits[:1]

    def _cell(self, leaf: int, task: int, language: Language) -> SampledCell:
        return SampledCell(self._tree.path(leaf), self._tasks[task], language)

    def _rank(self, *names: str) -> bytes:
        return blake2b("\x1f".join((str(self._seed), *names)).encode(), digest_size=12).digest()


class _RootVisits:
    """What has been asked under one root tag: for each task, how far down the leaves it has come.

    Task k starts k/T of the way into the list, so that the first visits of a root see different leaves.

    Args:
        leaves: gives the leaf nodes in order; called at the first visit, so that a root never visited costs nothing.
        tasks: how many tasks there are.
        wanted: whether a (leaf, task) is visited; any other is passed over. None visits all.
    """

    def __init__(self, leaves: Callable[[], list[int]], tasks: int, wanted: Callable[[int, int], bool] | None) -> None:
        self._leaves = cache(leaves)
        self._wanted = wanted
        self._passed = [0] * tasks
        self._visited = [0] * tasks

    def next_cell(self, asked: Sequence[int]) -> tuple[int, int] | None:
        """(leaf node, task index) of the next visit, or None when this root is used up.

        Args:
            asked: how often each task has been asked under all roots of the language.
        """
        leaves = self._leaves()
        open_tasks = [task for task in range(len(self._passed)) if self._find_wanted(task, leaves)]
        if not open_tasks:
            return None
        task = min(open_tasks, key=lambda t: (asked[t], self._visited[t], t))
        leaf = self._next_leaf(task, leaves)
        self._passed[task] += 1
        self._visited[task] += 1
        return leaf, task

    def _find_wanted(self, task: int, leaves: list[int]) -> bool:
        """Pass over leaves up to the next one that is wanted; returns whether there is one."""
        while self._passed[task] < len(leaves):
            if self._wanted is None or self._wanted(self._next_leaf(task, leaves), task):
                return True
            self._passed[task] += 1
        return False

    def _next_leaf(self, task: int, leaves: list[int]) -> int:
        start = task * len(leaves) // len(self._passed)
        return leaves[(start + self._passed[task]) % len(leaves)]
