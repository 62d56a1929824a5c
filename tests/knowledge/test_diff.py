"""What differs between two trees."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from condor.knowledge import KnowledgeTree, TagMerge, diff_trees, log_change
from condor.vocabulary import Language

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=120)

Path = tuple[str, ...]
PATHS = st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=4).map(tuple), max_size=10)


def tree_of(*paths: Path, language: Language | None = None) -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path, language=language)
    return tree


def node_at(tree: KnowledgeTree, *path: str) -> int:
    node = tree.find(path)
    assert node is not None
    return node


def all_paths(tree: KnowledgeTree) -> set[Path]:
    return {tree.path(child) for _, child in tree.edges()}


def test_tags_that_came_and_went_are_told_by_their_paths():
    diff = diff_trees(tree_of(("a", "b"), ("c",)), tree_of(("a", "d", "e"), ("c",)))
    assert diff.came == (("a", "d"), ("a", "d", "e"))
    assert diff.went == (("a", "b"),)
    assert (diff.moved, diff.carried, diff.merged) == ((), 0, ())


def test_case_is_no_difference_of_paths():
    diff = diff_trees(tree_of(("Health", "Sleep")), tree_of(("health", "SLEEP")))
    assert (diff.came, diff.went, diff.moved) == ((), (), ())


def test_a_tag_under_another_parent_has_moved_with_all_that_stands_under_it():
    before = tree_of(("Health", "Sleep", "Naps", "Office"), ("Work", "Breaks"))
    diff = diff_trees(before, tree_of(("Health",), ("Work", "Sleep", "Naps", "Office"), ("Work", "Breaks")))
    assert diff.moved == ((("Health", "Sleep"), ("Work", "Sleep")),)
    assert diff.carried == 2
    assert (diff.came, diff.went) == ((), ())


def test_what_moves_along_under_a_name_that_stands_often_is_not_taken_for_another():
    before = tree_of(("Cats", "Food"), ("Dogs", "Food"), ("Pets",), ("Zoo",))
    diff = diff_trees(before, tree_of(("Pets", "Cats", "Food"), ("Zoo", "Dogs", "Food")))
    assert set(diff.moved) == {(("Cats",), ("Pets", "Cats")), (("Dogs",), ("Zoo", "Dogs"))}
    assert diff.carried == 2
    assert (diff.came, diff.went) == ((), ())


def test_a_name_that_went_twice_has_moved_nowhere_for_certain():
    diff = diff_trees(tree_of(("a", "x"), ("b", "x"), ("c",)), tree_of(("a",), ("b",), ("c", "x")))
    assert diff.moved == ()
    assert diff.went == (("a", "x"), ("b", "x"))
    assert diff.came == (("c", "x"),)


def test_a_tag_does_not_move_from_one_language_into_the_other():
    diff = diff_trees(tree_of(("a", "AI"), language="en"), tree_of(("b", "AI"), language="zh"))
    assert diff.moved == ()
    assert diff.came == (("b",), ("b", "AI"))


def test_a_tag_and_its_parent_may_change_places():
    diff = diff_trees(tree_of(("a", "b")), tree_of(("b", "a")))
    assert set(diff.moved) == {(("a", "b"), ("b",)), (("a",), ("b", "a"))}
    assert (diff.came, diff.went) == ((), ())


def test_merges_come_from_the_later_log_and_are_not_told_as_gone():
    before, after = tree_of(("a", "car"), ("a", "cars"), ("a", "old")), tree_of(("a", "car"))
    first = TagMerge(path=("a", "autos"), into=("a", "cars"), reason="text")
    log_change(before, parent=None, made_by="import", on=date(2026, 1, 1), figures={}, merged=[first])
    merge = TagMerge(path=("a", "Cars"), into=("a", "car"), reason="shingles", score=0.9)
    after.log = before.log
    log_change(
        after, parent=before.version, made_by="dedup", on=date(2026, 1, 2), figures={"merged": 1}, merged=[merge]
    )
    diff = diff_trees(before, after)
    assert diff.merged == (merge,)
    assert diff.went == (("a", "old"),)


def test_retired_and_revived_tags_are_told_also_where_they_moved():
    before, after = tree_of(("a", "b"), ("a", "c"), ("d",)), tree_of(("a", "b"), ("d", "c"))
    before.retire(node_at(before, "a", "b"), date(2026, 1, 1))
    after.retire(node_at(after, "d", "c"), date(2026, 2, 1))
    diff = diff_trees(before, after)
    assert diff.retired == (("d", "c"),)
    assert diff.revived == (("a", "b"),)
    assert diff.moved == ((("a", "c"), ("d", "c")),)
    assert not diff.empty


@FIXED
@given(one=PATHS, other=PATHS)
def test_every_tag_of_both_trees_is_told_just_once(one: list[Path], other: list[Path]):
    before, after = tree_of(*one), tree_of(*other)
    diff = diff_trees(before, after)
    unmoved = all_paths(before) & all_paths(after)
    assert len(diff.went) + len(diff.moved) + diff.carried + len(unmoved) == len(before)
    assert len(diff.came) + len(diff.moved) + diff.carried + len(unmoved) == len(after)
    assert set(diff.came) <= all_paths(after) - all_paths(before)
    assert set(diff.went) <= all_paths(before) - all_paths(after)
    assert all(old[-1] == new[-1] and old != new for old, new in diff.moved)
    assert diff.empty == (all_paths(before) == all_paths(after))


def test_trees_of_ten_thousand_levels_are_compared_without_recursion():
    deep = tuple(str(level) for level in range(10_000))
    assert diff_trees(tree_of(deep), tree_of(deep[:-1])).went == (deep,)


def test_merges_of_tags_that_the_earlier_tree_never_had_are_not_told() -> None:
    before, after = KnowledgeTree(), KnowledgeTree()
    before.add_path(["X", "Y"], language="en")
    after.add_path(["Food", "Tea"], language="en")
    merge = TagMerge(path=("Food", "Teas"), into=("Food", "Tea"), reason="words", score=1.0)
    log_change(after, parent=None, made_by="dedup", on=date(2026, 11, 22), figures={}, merged=[merge])
    assert diff_trees(before, after).merged == ()
