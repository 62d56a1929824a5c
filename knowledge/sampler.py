"""Which path and which task come next: a seeded walk over path x task without replacement."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b

from ..errors import EmptyTree
from ..vocabulary import Language, TaskName
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
    - Order is by a hash of (seed, tag) rather than by a shuffled list: the same in every Python version, and a leaf
      that is added later finds its own place in the ring of its root's leaves. (Where a task enters the ring depends
      on its size.)
    - Memory is one list of leaf nodes for each root that has been visited; no list of cells is made.

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

    def __iter__(self) -> Iterator[SampledCell]:
        turns = [self._language_turns(language, roots) for language, roots in self._roots.items() if roots]
        while turns:
            for turn in list(turns):
                cell = next(turn, None)
                if cell is None:
                    turns.remove(turn)
                else:
                    yield cell

    def __len__(self) -> int:
        """The number of cells of the whole walk."""
        leaves = sum(sum(1 for _ in self._tree.leaves(root)) for roots in self._roots.values() for root in roots)
        return leaves * len(self._tasks)

    def _roots_for(self, language: Language) -> list[int]:
        roots = [
            root for root in self._tree.children() if self._tree.graph.nodes[root].get("language") in (None, language)
        ]
        return sorted(roots, key=lambda root: self._rank(language, self._tree.name(root)))

    def _language_turns(self, language: Language, roots: list[int]) -> Iterator[SampledCell]:
        visits = [_RootVisits(partial(self._ordered_leaves, root), len(self._tasks)) for root in roots]
        asked = [0] * len(self._tasks)
        while visits:
            for root in list(visits):
                found = root.next_cell(asked)
                if found is None:
                    visits.remove(root)
                    continue
                leaf, task = found
                asked[task] += 1
                yield SampledCell(self._tree.path(leaf), self._tasks[task], language)
            # Each round begins one root later. Where the number of roots is a multiple of that of the tasks, the same
            # root would otherwise be the last of every turn of the tasks and always be left the same one.
            visits = visits[1:] + visits[:1]

    def _ordered_leaves(self, root: int) -> list[int]:
        ranks = self._leaf_ranks(root)
        return sorted(ranks, key=ranks.__getitem__)

    def _leaf_ranks(self, root: int) -> dict[int, bytes]:
        """The rank of every leaf under a root tag by its path; what paths have in common is hashed once."""
        ranks: dict[int, bytes] = {}
        below, nodes = self._tree.graph.successors, self._tree.graph.nodes
        waiting = [(root, self._hashed(self._tree.name(root)))]
        while waiting:
            node, hashed = waiting.pop()
            children = list(below(node))
            if not children:
                ranks[node] = hashed.digest()
            for child in children:
                extended = hashed.copy()
                extended.update(f"\x1f{nodes[child]['name']}".encode())
                waiting.append((child, extended))
        return ranks

    def _rank(self, *names: str) -> bytes:
        return self._hashed(*names).digest()

    def _hashed(self, *names: str) -> blake2b:
        return blake2b("\x1f".join((str(self._seed), *names)).encode(), digest_size=12)


class _RootVisits:
    """What has been asked under one root tag: for each task, how far down the leaves it has come.

    Task k starts k/T of the way into the list, so that the first visits of a root see different leaves.

    Args:
        leaves: gives the leaf nodes in order; called at the first visit, so that a root never visited costs nothing.
        tasks: how many tasks there are.
    """

    def __init__(self, leaves: Callable[[], list[int]], tasks: int) -> None:
        self._leaves = cache(leaves)
        self._done = [0] * tasks

    def next_cell(self, asked: Sequence[int]) -> tuple[int, int] | None:
        """(leaf node, task index) of the next visit, or None when this root is used up.

        Args:
            asked: how often each task has been asked under all roots of the language.
        """
        leaves = self._leaves()
        open_tasks = [task for task, done in enumerate(self._done) if done < len(leaves)]
        if not open_tasks:
            return None
        task = min(open_tasks, key=lambda t: (asked[t], self._done[t], t))
        start = task * len(leaves) // len(self._done)
        leaf = leaves[(start + self._done[task]) % len(leaves)]
        self._done[task] += 1
        return leaf, task
