"""In which order do the leaves of a root tag come? By a hash of each leaf's path, a million of them in a second."""

from hashlib import blake2b
from itertools import chain
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from .tree import KnowledgeTree

_Nodes = npt.NDArray[np.int64]
_Hashes = npt.NDArray[np.uint64]

#: The base of the polynomial: odd, and without a pattern in its bits.
_BASE = np.uint64(0x9E3779B97F4A7C15)


class LeafOrder:
    """The living leaves under a root tag, in an order that is decided by a seed and their paths alone.

    The hash of a path is a polynomial over the checksums of its tags, with its bits mixed. So what paths have in common
    is computed once, and the last steps are taken for all leaves of a root tag together. Leaves with one hash, which
    are rare, come in the order of their paths.

    Args:
        tree: the tree; while leaves are ordered it must not change.
        seed: another seed gives another order.
    """

    def __init__(self, tree: KnowledgeTree, seed: int) -> None:
        self._tree = tree
        self._seed = seed
        # NetworkX's own dictionaries, read only: its views cost more than all the rest, and copies of a million entries
        # cost as much again, to make and to be looked through by the collector.
        self._below: dict[int, dict[int, Any]] = tree.graph._adj  # pyright: ignore[reportAttributeAccessIssue]  # not in its stubs
        self._held: dict[int, dict[str, Any]] = tree.graph._node  # pyright: ignore[reportAttributeAccessIssue]  # nor this

    def __call__(self, root: int) -> list[int]:
        """The leaf nodes under a root tag, in order; where nothing stands under it, itself."""
        if not self._below[root]:
            return [root]
        leaves, hashes = self._hashed_leaves(root)
        ranks = _mixed(hashes)
        order = np.argsort(ranks)
        ranks, leaves = ranks[order], leaves[order]
        if (ranks[1:] == ranks[:-1]).any():
            return self._in_order_of_paths(ranks.tolist(), leaves.tolist())
        return leaves.tolist()

    def _hashed_leaves(self, root: int) -> tuple[_Nodes, _Hashes]:
        """The living leaves under a root tag as they come, and the polynomial of each one's path."""
        found: list[tuple[_Nodes, _Hashes]] = []
        inner, hashes = [root], np.array([self._first(root)], np.uint64)
        while inner:
            nodes, hashes, is_inner = self._one_lower(inner, hashes)
            found.append((nodes[~is_inner], hashes[~is_inner]))
            inner, hashes = nodes[is_inner].tolist(), hashes[is_inner]
        return np.concatenate([leaves for leaves, _ in found]), np.concatenate([hashed for _, hashed in found])

    def _one_lower(self, parents: list[int], hashes: _Hashes) -> tuple[_Nodes, _Hashes, npt.NDArray[np.bool]]:
        """The living tags right under some, their polynomials, and which of them have tags below."""
        families = [self._below[parent] for parent in parents]
        children = list(chain.from_iterable(families))
        held = list(map(self._held.__getitem__, children))
        checksums = [crc32(attributes["name"].encode()) for attributes in held]
        hashes = np.repeat(hashes, list(map(len, families))) * _BASE + np.fromiter(checksums, np.uint64)
        is_inner = np.fromiter(map(bool, map(self._below.__getitem__, children)), np.bool)
        nodes = np.fromiter(children, np.int64)
        retired = [place for place, attributes in enumerate(held) if "retired" in attributes]
        if retired:
            return np.delete(nodes, retired), np.delete(hashes, retired), np.delete(is_inner, retired)
        return nodes, hashes, is_inner

    def _first(self, root: int) -> int:
        """What the polynomials of a root tag's leaves begin with."""
        seeded = f"{self._seed}\x1f{self._tree.name(root)}".encode()
        return int.from_bytes(blake2b(seeded, digest_size=8).digest(), "little")

    def _in_order_of_paths(self, ranks: list[int], leaves: list[int]) -> list[int]:
        keys = {leaf: (rank, self._tree.path(leaf)) for rank, leaf in zip(ranks, leaves, strict=True)}
        return sorted(leaves, key=keys.__getitem__)


def _mixed(values: _Hashes) -> _Hashes:
    """The finaliser of SplitMix64: each bit of a result hangs on all bits of its value, and no two values share one."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        values = (values ^ (values >> np.uint64(shift))) * np.uint64(factor)
    return values ^ (values >> np.uint64(31))
