"""A forest is checked from its graph alone."""

from collections.abc import Callable

import pytest

from condor.errors import Cycle, DuplicateTag, SecondParent, SelfLoop, TagFault, TreeFault
from condor.knowledge import KnowledgeTree, seed_tree


def small() -> KnowledgeTree:
    """a > b > c as nodes 1, 2, 3, and d as 4."""
    tree = KnowledgeTree()
    tree.add_path(["a", "b", "c"], language="en")
    tree.add_path(["d"])
    return tree


def test_a_forest_passes() -> None:
    KnowledgeTree().check()
    small().check()
    both = seed_tree("en")
    both.merge(seed_tree("zh"))
    both.check()
    deep = KnowledgeTree()
    deep.add_path([str(level) for level in range(10_000)])
    deep.check()


@pytest.mark.parametrize(
    ("change", "fault", "message"),
    [
        (lambda t: t.graph.add_edge(3, 1), Cycle, "a > b > c > a"),
        (lambda t: t.graph.add_edge(3, 0), Cycle, "a > b > c"),
        (lambda t: t.graph.add_edge(2, 2), SelfLoop, "a > b"),
        (lambda t: t.graph.add_edge(4, 3), SecondParent, "c: cannot stand under"),
        (lambda t: t.graph.remove_edge(1, 2), TreeFault, "'b': hangs under no tag"),
        (lambda t: (t.graph.remove_edge(1, 2), t.graph.add_edge(3, 2)), Cycle, "> c"),
        (lambda t: (t.graph.remove_edge(0, 4), t.graph.add_edge(4, 4)), SelfLoop, "d > d"),
        (lambda t: t.graph.nodes[4].update(name="A"), DuplicateTag, "a sibling of that name"),
        (lambda t: t.graph.nodes[3].update(name=" c"), TagFault, "not normalised"),
        (lambda t: t.graph.nodes[3].update(name=""), TagFault, "empty"),
        (lambda t: t.graph.nodes[3].pop("name"), TagFault, "holds no tag"),
        (lambda t: t.graph.nodes[3].update(language="en"), TreeFault, "a > b > c: a language belongs"),
        (lambda t: t.graph.nodes[4].update(language="fr"), TreeFault, "en, zh"),
        (lambda t: t.graph.remove_node(0), TreeFault, "no hidden root"),
    ],
)
def test_what_breaks_the_forest_is_named_with_its_path(
    change: Callable[[KnowledgeTree], object], fault: type[TreeFault], message: str
) -> None:
    tree = small()
    change(tree)
    with pytest.raises(fault, match=message):
        tree.check()


def test_edges_in_the_worst_order_are_no_walk_up_for_each() -> None:
    levels = 10_000
    nodes = [(node, str(node), {}) for node in range(1, levels + 1)]
    edges = [(node - 1, node) for node in range(levels, 0, -1)]
    tree = KnowledgeTree.from_edges(nodes, edges)
    assert len(tree.path(levels)) == levels
    tree.check()
