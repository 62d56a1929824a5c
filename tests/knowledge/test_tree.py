"""The World Knowledge Tree: a forest that refuses what would break it, and says where."""

from collections.abc import Callable, Sequence

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import Cycle, DuplicateTag, SecondParent, SelfLoop, TagFault, TreeFault
from condor.knowledge import KnowledgeTree, fold_tag, normalise_tag
from condor.knowledge.tree import HIDDEN_ROOT
from condor.vocabulary import LANGUAGES, Language

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=80)

Path = tuple[str, ...]

#: Few names, several of which are one tag in another case, form or spacing, so that paths meet.
COLLIDING = ["AI", "ai", "ＡＩ", "Straße", "STRASSE", "人工 智能", " 人工\u3000智能 ", "x", "y", "\u2028z\u2028"]
PATHS = st.lists(st.lists(st.sampled_from(COLLIDING), min_size=1, max_size=4).map(tuple), max_size=12)
#: Paths of names that are all different tags.
DISTINCT_PATHS = st.lists(
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4).map(tuple), min_size=1, max_size=10, unique=True
)


def tree_of(*paths: Sequence[str], language: Language | None = None) -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path, language=language)
    return tree


def all_paths(tree: KnowledgeTree) -> set[Path]:
    return {tree.path(child) for _, child in tree.edges()}


def folded(path: Sequence[str]) -> Path:
    return tuple(fold_tag(normalise_tag(name)) for name in path)


def assert_is_forest(tree: KnowledgeTree) -> None:
    """One parent each, no cycle, everything under the hidden root, and no two siblings of one name."""
    assert tree.graph.in_degree(HIDDEN_ROOT) == 0
    assert all(tree.graph.in_degree(node) == 1 for node in tree.graph if node != HIDDEN_ROOT)
    assert nx.is_directed_acyclic_graph(tree.graph)
    assert set(nx.descendants(tree.graph, HIDDEN_ROOT)) | {HIDDEN_ROOT} == set(tree.graph)
    for node in tree.graph:
        names = [(fold_tag(tree.name(child)), tree.graph.nodes[child].get("language")) for child in tree.children(node)]
        assert len(names) == len(set(names))


# -- building ----------------------------------------------------------------------------------------------------------


def test_an_empty_tree_has_no_tags():
    tree = KnowledgeTree()
    assert len(tree) == 0
    assert list(tree.edges()) == []
    assert list(tree.leaves()) == []
    assert not tree.is_leaf(HIDDEN_ROOT)


def test_tags_are_normalised_and_their_paths_told():
    tree = KnowledgeTree()
    root = tree.add("  ＡＩ \n safety ")
    leaf = tree.add("红队\u3000测试", parent=root)
    assert tree.name(root) == "AI safety"
    assert tree.path(leaf) == ("AI safety", "红队 测试")
    assert tree.path(HIDDEN_ROOT) == ()
    assert tree.parent(leaf) == root
    assert tree.parent(root) == HIDDEN_ROOT
    assert tree.children() == [root]
    assert tree.is_leaf(leaf)
    assert not tree.is_leaf(root)
    assert len(tree) == 2


def test_children_keep_the_order_in_which_they_came():
    tree = tree_of(("r", "c"), ("r", "a"), ("q",), ("r", "b"))
    assert [tree.name(node) for node in tree.children()] == ["r", "q"]
    assert [tree.name(node) for node in tree.children(tree.children()[0])] == ["c", "a", "b"]


def test_leaves_come_depth_first_and_a_leafs_own_is_itself():
    tree = tree_of(("a", "b", "c"), ("d",), ("a", "e"), ("a", "b", "f"))
    assert [tree.path(leaf)[-1] for leaf in tree.leaves()] == ["c", "f", "e", "d"]
    leaf = tree.find(("d",))
    assert leaf is not None
    assert list(tree.leaves(leaf)) == [leaf]


def test_each_tags_own_edge_comes_before_those_below_it():
    tree = tree_of(("a", "b", "c"), ("d", "e"))
    seen = {HIDDEN_ROOT}
    for parent, child in tree.edges():
        assert parent in seen
        seen.add(child)
    assert seen == set(tree.graph)


def test_adding_a_path_twice_adds_it_once():
    tree = KnowledgeTree()
    first = tree.add_path(("Health", "Sleep", "Naps"))
    again = tree.add_path(("HEALTH", " sleep", "ｎａｐｓ"))
    assert first == again
    assert tree.path(again) == ("Health", "Sleep", "Naps")
    assert len(tree) == 3


@pytest.mark.parametrize("name", ["", " \n ", "x" * 201, "a\x00b", "\ud800"])
def test_what_is_no_tag_is_refused_and_changes_nothing(name: str):
    tree = tree_of(("a",))
    with pytest.raises(TagFault):
        tree.add(name)
    with pytest.raises(TagFault):
        tree.add(name, parent=tree.children()[0])
    assert all_paths(tree) == {("a",)}


def test_an_unknown_parent_is_refused():
    tree = KnowledgeTree()
    with pytest.raises(TreeFault, match="99"):
        tree.add("a", parent=99)
    assert len(tree) == 0


def test_a_language_below_a_root_tag_is_refused_with_its_path():
    tree = tree_of(("Health",))
    with pytest.raises(TreeFault, match="Health > Sleep"):
        tree.add("Sleep", parent=tree.children()[0], language="en")
    assert len(tree) == 1


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Sleep", "SLEEP", "  sleep ", "Ｓｌｅｅｐ", "sleep\u2028"])
def test_a_duplicate_sibling_is_refused_in_any_case_and_form_and_its_path_named(name: str):
    tree = tree_of(("Health", "Sleep"))
    with pytest.raises(DuplicateTag, match=rf"Health > {normalise_tag(name)}:"):
        tree.add(name, parent=tree.children()[0])
    assert all_paths(tree) == {("Health",), ("Health", "Sleep")}


@pytest.mark.parametrize("name", ["Straße", "STRASSE", "strasse"])
def test_a_duplicate_root_tag_is_refused(name: str):
    tree = tree_of(("Straße",))
    with pytest.raises(DuplicateTag, match=name):
        tree.add(name)


def test_one_name_may_stand_under_two_parents_and_under_itself():
    tree = tree_of(("a", "same"), ("b", "same"), ("same", "same", "same"))
    assert len(tree) == 7
    assert_is_forest(tree)


def test_root_tags_of_two_languages_may_share_a_name():
    tree = KnowledgeTree()
    english, chinese = tree.add("AI", language="en"), tree.add("AI", language="zh")
    assert english != chinese
    assert (tree.language(english), tree.language(chinese)) == ("en", "zh")


def linked(*names: str) -> tuple[KnowledgeTree, list[int]]:
    """A chain of tags under one another, and its nodes."""
    tree = KnowledgeTree()
    nodes = [tree.add_path(names[: depth + 1]) for depth in range(len(names))]
    return tree, nodes


def test_a_self_loop_is_refused_and_its_path_named():
    tree, (a, b) = linked("a", "b")
    with pytest.raises(SelfLoop, match="a > b"):
        tree.link(b, b)
    with pytest.raises(SelfLoop, match="a"):
        tree.link(a, a)
    assert_is_forest(tree)


@pytest.mark.parametrize(("parent", "child"), [(1, 0), (2, 0), (2, 1)])
def test_a_cycle_is_refused_and_its_path_named(parent: int, child: int):
    tree, nodes = linked("a", "b", "c")
    names = "abc"
    with pytest.raises(Cycle, match=" > ".join([*names[: parent + 1], names[child]])):
        tree.link(nodes[parent], nodes[child])
    assert all_paths(tree) == {("a",), ("a", "b"), ("a", "b", "c")}
    assert_is_forest(tree)


def test_the_hidden_root_cannot_stand_under_a_tag():
    tree, (a,) = linked("a")
    with pytest.raises(Cycle):
        tree.link(a, HIDDEN_ROOT)
    assert_is_forest(tree)


def test_a_second_parent_is_refused_and_both_paths_named():
    tree = tree_of(("a", "b"), ("c", "d"))
    b, c = tree.find(("a", "b")), tree.find(("c",))
    assert b is not None
    assert c is not None
    with pytest.raises(SecondParent, match=r"a > b.*\bc\b"):
        tree.link(c, b)
    with pytest.raises(SecondParent, match="a > b"):
        tree.link(HIDDEN_ROOT, b)
    assert_is_forest(tree)


@pytest.mark.parametrize(("parent", "child"), [(0, 99), (99, 1)])
def test_linking_an_unknown_node_is_refused(parent: int, child: int):
    tree, _ = linked("a")
    with pytest.raises(TreeFault, match="99"):
        tree.link(parent, child)


def nodes_of(*names: str) -> list[tuple[int, str, dict[str, str]]]:
    return [(number, name, {}) for number, name in enumerate(names, start=1)]


def test_a_tree_is_made_from_edges_in_any_order():
    tree = KnowledgeTree.from_edges(nodes_of("c", "a", " b "), [(3, 1), (0, 2), (2, 3)])
    assert all_paths(tree) == {("a",), ("a", "b"), ("a", "b", "c")}
    assert tree.version == tree_of(("a", "b", "c")).version
    assert tree.path(tree.add_path(("a", "B", "d"))) == ("a", "b", "d")
    assert_is_forest(tree)


@pytest.mark.parametrize(
    ("names", "edges", "fault", "message"),
    [
        (["a", "b"], [(0, 1), (1, 2), (2, 1)], Cycle, "a > b > a"),
        (["a", "b"], [(2, 1), (1, 2)], Cycle, "b > a > b"),
        (["a"], [(1, 1)], SelfLoop, "a"),
        (["a", "b", "c"], [(0, 1), (0, 2), (1, 3), (2, 3)], SecondParent, "a > c"),
        (["a", "b", "B"], [(0, 1), (1, 2), (1, 3)], DuplicateTag, "a > B"),
        (["Ａ", "a"], [(0, 1), (0, 2)], DuplicateTag, "a"),
        (["a", "b"], [(0, 1)], TreeFault, "b"),
        (["a"], [(0, 1), (1, 7)], TreeFault, "7"),
        (["a"], [(7, 1)], TreeFault, "7"),
        (["a", ""], [(0, 1), (1, 2)], TagFault, "empty"),
    ],
)
def test_edges_that_make_no_forest_are_refused(
    names: list[str], edges: list[tuple[int, int]], fault: type[TreeFault], message: str
):
    with pytest.raises(fault, match=message):
        KnowledgeTree.from_edges(nodes_of(*names), edges)


def test_a_node_that_is_numbered_twice_is_refused():
    with pytest.raises(TreeFault, match="'b'"):
        KnowledgeTree.from_edges([(1, "a", {}), (1, "b", {})], [(0, 1)])


def test_an_unknown_language_is_refused():
    with pytest.raises(TreeFault, match="en, zh"):
        KnowledgeTree.from_edges([(1, "a", {"language": "fr"})], [(0, 1)])


def test_a_language_below_a_root_tag_is_refused_among_edges_as_well():
    with pytest.raises(TreeFault, match="b"):
        KnowledgeTree.from_edges([(1, "a", {}), (2, "b", {"language": "zh"})], [(0, 1), (1, 2)])


# -- invariants --------------------------------------------------------------------------------------------------------


@FIXED
@given(paths=PATHS)
def test_any_sequence_of_paths_keeps_the_forest(paths: list[Path]):
    tree = KnowledgeTree()
    for path in paths:
        node = tree.add_path(path)
        assert folded(tree.path(node)) == folded(path)
        assert tree.find(path) == node
        assert path in tree
    assert_is_forest(tree)
    assert len(tree) == len({folded(path[: depth + 1]) for path in paths for depth in range(len(path))})
    for node in tree.graph:
        assert tree.find(tree.path(node)) == node


@FIXED
@given(paths=st.lists(st.tuples(PATHS.map(lambda paths: paths[:1] or [("r",)]), st.sampled_from(LANGUAGES))))
def test_a_subtree_is_in_the_language_of_its_root_tag(paths: list[tuple[list[Path], Language]]):
    tree = KnowledgeTree()
    for (path,), language in paths:
        node = tree.add_path(path, language=language)
        assert tree.language(node) == language
        assert folded(tree.path(node)) == folded(path)
    assert_is_forest(tree)


@FIXED
@given(data=st.data(), paths=PATHS)
def test_no_sequence_of_links_breaks_the_forest(data: st.DataObject, paths: list[Path]):
    tree = tree_of(*paths)
    version, nodes = tree.version, sorted(tree.graph)
    for _ in range(5):
        parent, child = data.draw(st.sampled_from(nodes)), data.draw(st.sampled_from(nodes))
        with pytest.raises((SelfLoop, Cycle, SecondParent)):  # each node has its one parent already
            tree.link(parent, child)
    assert_is_forest(tree)
    assert tree.version == version


@FIXED
@given(data=st.data(), paths=DISTINCT_PATHS)
def test_the_version_does_not_depend_on_the_order_of_insertion(data: st.DataObject, paths: list[Path]):
    shuffled = data.draw(st.permutations(paths))
    assert tree_of(*shuffled).version == tree_of(*paths).version


@FIXED
@given(one=DISTINCT_PATHS, other=DISTINCT_PATHS)
def test_versions_are_equal_just_when_the_paths_are(one: list[Path], other: list[Path]):
    left, right = tree_of(*one), tree_of(*other)
    assert (left.version == right.version) == (all_paths(left) == all_paths(right))


def test_the_version_is_pinned():
    tree = tree_of(("Health", "Sleep", "Naps"), ("Health", "Food"), language="en")
    tree.add_path(("人工智能", "机器学习"), language="zh")
    assert tree.version == "c5a99667ae7485a67369f6aa0b1c26ad"
    assert KnowledgeTree().version == "0" * 32


@pytest.mark.parametrize(
    "other",
    [
        tree_of(("a", "b"), ("c", "d"), ("e",)),
        tree_of(("a", "b"), ("c",)),
        tree_of(("a", "B"), ("c", "d")),
        tree_of(("A", "b"), ("c", "d")),
        tree_of(("a", "d"), ("c", "b")),
        tree_of(("a", "b", "d"), ("c",)),
        tree_of(("a", "b", "c", "d")),
        tree_of(("a", "b"), ("c", "d"), language="en"),
        KnowledgeTree(),
    ],
)
def test_the_version_changes_with_any_tag_place_or_language(other: KnowledgeTree):
    assert tree_of(("a", "b"), ("c", "d")).version != other.version


def test_the_version_tells_the_languages_apart():
    assert tree_of(("a",), language="en").version != tree_of(("a",), language="zh").version


# -- reading -----------------------------------------------------------------------------------------------------------


def test_a_path_is_found_in_any_case_and_form():
    tree = tree_of(("Health", "Sleep"), ("人工智能", "ＡＩ 芯片"))
    sleep = tree.find(("health", " SLEEP "))
    assert sleep is not None
    assert tree.path(sleep) == ("Health", "Sleep")
    assert ("人工智能", "ai\u3000芯片") in tree


@pytest.mark.parametrize("path", [("Sleep",), ("Health", "Naps"), ("Health", "Sleep", "Naps"), ("Health", "Health")])
def test_a_path_that_is_not_there_is_not_found(path: Path):
    tree = tree_of(("Health", "Sleep"))
    assert tree.find(path) is None
    assert path not in tree


@pytest.mark.parametrize("path", [("",), ("Health", ""), ("Health", "a\x00b"), ("x" * 500,)])
def test_a_path_that_is_no_path_of_tags_is_not_found_either(path: Path):
    tree = tree_of(("Health", "Sleep"))
    assert tree.find(path) is None
    assert path not in tree


def test_a_root_tag_is_found_in_whatever_language_it_is():
    tree = tree_of(("AI", "Chips"), language="zh")
    assert tree.find(("ai", "chips")) is not None


def test_the_language_of_a_tag_is_that_of_its_root_tag():
    tree = KnowledgeTree()
    chinese = tree.add_path(("健康", "睡眠", "午睡"), language="zh")
    either = tree.add_path(("AI", "Chips"))
    assert tree.language(chinese) == "zh"
    assert tree.language(tree.parent(chinese)) == "zh"
    assert tree.language(either) is None


# -- merging -----------------------------------------------------------------------------------------------------------


def test_a_merge_adds_what_is_missing_and_makes_equal_tags_one():
    tree = tree_of(("Health", "Sleep"), ("AI",))
    tree.merge(tree_of(("HEALTH", "Food"), ("health", "sleep", "Naps"), ("Sport",)))
    assert all_paths(tree) == {
        ("Health",),
        ("Health", "Sleep"),
        ("Health", "Sleep", "Naps"),
        ("Health", "Food"),
        ("AI",),
        ("Sport",),
    }
    assert_is_forest(tree)


def test_a_merge_leaves_the_other_tree_as_it_was():
    other = tree_of(("a", "b"))
    version = other.version
    tree = tree_of(("a", "c"))
    tree.merge(other)
    tree.add_path(("a", "b", "d"))
    assert other.version == version


def test_a_merge_keeps_languages_apart():
    tree = tree_of(("AI", "Chips"), language="en")
    tree.merge(tree_of(("AI", "芯片"), language="zh"))
    assert sorted((tree.path(leaf), tree.language(leaf)) for leaf in tree.leaves()) == [
        (("AI", "Chips"), "en"),
        (("AI", "芯片"), "zh"),
    ]


@FIXED
@given(one=DISTINCT_PATHS, other=DISTINCT_PATHS)
def test_a_merge_is_the_union_whichever_way_it_goes(one: list[Path], other: list[Path]):
    left, right = tree_of(*one), tree_of(*other)
    left.merge(tree_of(*other))
    right.merge(tree_of(*one))
    assert all_paths(left) == all_paths(tree_of(*one)) | all_paths(tree_of(*other))
    assert left.version == right.version == tree_of(*one, *other).version
    left.merge(left)
    assert left.version == right.version


# -- depth -------------------------------------------------------------------------------------------------------------

DEPTH = 10_000


@pytest.fixture(scope="module")
def deep() -> KnowledgeTree:
    return tree_of([f"tag {level}" for level in range(DEPTH)], language="en")


def merged(tree: KnowledgeTree) -> int:
    copy = KnowledgeTree()
    copy.merge(tree)
    return len(copy)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (len, DEPTH),
        (lambda tree: len(tree.path(next(tree.leaves()))), DEPTH),
        (lambda tree: tree.language(next(tree.leaves())), "en"),
        (lambda tree: tree.find(tree.path(DEPTH)), DEPTH),
        (lambda tree: sum(1 for _ in tree.edges()), DEPTH),
        (lambda tree: len(tree.version), 32),
        (merged, DEPTH),
    ],
    ids=["len", "path", "language", "find", "edges", "version", "merge"],
)
def test_a_tree_ten_thousand_levels_deep_needs_no_recursion(
    deep: KnowledgeTree, read: Callable[[KnowledgeTree], object], expected: object
):
    assert read(deep) == expected


def test_a_cycle_ten_thousand_levels_deep_is_found(deep: KnowledgeTree):
    with pytest.raises(Cycle):
        deep.link(DEPTH, 1)


def test_a_root_of_every_language_leaves_no_room_for_one_of_its_name_in_a_language():
    orders: list[tuple[Language | None, Language | None]] = [(None, "en"), ("en", None)]
    for first, second in orders:
        tree = KnowledgeTree()
        tree.add("AI", language=first)
        with pytest.raises(DuplicateTag, match="ai: a sibling"):
            tree.add("ai", language=second)
    both = KnowledgeTree()
    both.add("AI", language="en")
    both.add("AI", language="zh")
    assert len(both) == 2


def test_merging_into_a_root_of_every_language_keeps_one_root():
    forest, english = KnowledgeTree(), KnowledgeTree()
    forest.add_path(("AI", "Chips"))
    english.add_path(("ai", "Agents"), language="en")
    forest.merge(english)
    assert len(forest.children()) == 1
    assert ("AI", "Agents") in forest
