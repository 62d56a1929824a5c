"""Tags that are one topic become one, in a tree that stays a tree."""

import math
from datetime import date, timedelta
from itertools import combinations
from operator import mul

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.knowledge import KnowledgeTree, merge_duplicates, retire_stale
from condor.knowledge.cleaning import find_duplicates
from condor.knowledge.cleaning.words import TagWords
from condor.knowledge.deduplication import SCOPES, Scope, compared_tags
from condor.vocabulary import Language

DAY = date(2026, 11, 22)


def _tree(*paths: str, language: Language | None = "en") -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path.split("/"), language=language)
    return tree


def _paths(tree: KnowledgeTree) -> list[str]:
    return ["/".join(tree.path(node)) for _, node in tree.edges()]


def _node(tree: KnowledgeTree, path: str) -> int:
    node = tree.find(path.split("/"))
    assert node is not None
    return node


def test_the_tag_nearer_to_its_root_stays_and_takes_what_stood_under_the_other() -> None:
    tree = _tree("Food/Drinks/Tea", "Work/Breaks/Drink/Coffee", "Work/Breaks/Naps")
    before = _paths(tree)
    merged, merges = merge_duplicates(tree)
    kept = ["Food", "Food/Drinks", "Food/Drinks/Coffee", "Food/Drinks/Tea", "Work", "Work/Breaks", "Work/Breaks/Naps"]
    assert sorted(_paths(merged)) == kept
    ((path, into, reason, score),) = [(m.path, m.into, m.reason, m.score) for m in merges]
    assert (path, into) == (("Work", "Breaks", "Drink"), ("Food", "Drinks"))
    assert (reason, score) == ("words", 1.0)
    assert _paths(tree) == before


def test_what_moves_is_merged_in_its_turn() -> None:
    tree = _tree("A/Drinks/Tea", "B/Drink/Teas/Oolong")
    merged, merges = merge_duplicates(tree)
    assert sorted(_paths(merged)) == ["A", "A/Drinks", "A/Drinks/Tea", "A/Drinks/Tea/Oolong", "B"]
    assert [merge.path for merge in merges] == [("B", "Drink"), ("B", "Drink", "Teas")]


def test_a_tag_that_repeats_one_above_it_gives_its_children_to_it() -> None:
    merged, _ = merge_duplicates(_tree("Food/Foods/Bread"))
    assert _paths(merged) == ["Food", "Food/Bread"]


def test_languages_are_apart() -> None:
    tree = _tree("AI/Python")
    tree.add_path(["AI", "Python"], language="zh")
    merged, merges = merge_duplicates(tree)
    assert merges == ()
    assert merged.version == tree.version


def test_chinese_tags_are_merged_like_english_ones() -> None:
    merged, merges = merge_duplicates(_tree("饮食/茶 文化", "生活/茶文化", language="zh"))
    assert len(merges) == 1
    assert len(merged) == 3


def test_retired_tags_stay_and_nothing_is_merged_into_them() -> None:
    tree = _tree("News/Floods/Dams", "Nature/Flood", "Nature/Dam")
    tree.retire(_node(tree, "News/Floods"), DAY)
    merged, merges = merge_duplicates(tree)
    assert merges == ()
    assert merged.version == tree.version


def test_what_is_retired_stays_so_where_its_parent_moves() -> None:
    tree = _tree("Nature/Rain/Drizzle", "News/Rains/Hail", "News/Rains/Snow/Sleet")
    tree.retire(_node(tree, "News/Rains/Snow"), DAY)
    merged, _ = merge_duplicates(tree)
    assert merged.is_retired(_node(merged, "Nature/Rain/Snow/Sleet"))
    assert not merged.is_retired(_node(merged, "Nature/Rain/Hail"))


def test_a_topic_that_moves_onto_a_retired_tag_of_its_name_is_a_topic() -> None:
    tree = _tree("Nature/Rain/Hail/Old", "News/Rains/Hail/New")
    tree.retire(_node(tree, "Nature/Rain/Hail"), DAY)
    merged, _ = merge_duplicates(tree)
    assert not merged.is_retired(_node(merged, "Nature/Rain/Hail/New"))
    assert merged.is_retired(_node(merged, "Nature/Rain/Hail/Old"))


def test_what_went_with_its_parent_stays_retired_where_a_topic_comes_later() -> None:
    tree = _tree("Nature/Rain/Hail/Old", "News/Deep/Rains/Hail/New", "News/Deep/Olds")
    tree.retire(_node(tree, "Nature/Rain/Hail"), DAY)
    merged, _ = merge_duplicates(tree)
    assert not merged.is_retired(_node(merged, "Nature/Rain/Hail/New"))
    assert merged.is_retired(_node(merged, "Nature/Rain/Hail/Old"))


def test_a_topic_that_moves_onto_a_retired_tag_brings_its_name_and_its_date() -> None:
    tree = _tree("Nature/Rain/HAIL", "News/Rains/Hail")
    tree.note_added(_node(tree, "Nature/Rain/HAIL"), date(2026, 1, 1), source="old.xml")
    tree.retire(_node(tree, "Nature/Rain/HAIL"), DAY)
    tree.note_added(_node(tree, "News/Rains/Hail"), date(2026, 11, 20))
    merged, _ = merge_duplicates(tree)
    hail = merged.graph.nodes[_node(merged, "Nature/Rain/Hail")]
    assert hail == {"name": "Hail", "added": "2026-11-20"}, "it was grown, and goes past no horizon"


_OLD, _NEW = {"source": "old.xml", "added": "2026-01-01"}, {"source": "new.xml", "added": "2026-11-20"}
_GROWN = {"added": "2026-11-20"}


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [(_OLD, _NEW, _NEW), (_NEW, _OLD, _NEW), (_OLD, _GROWN, _OLD), (_GROWN, _OLD, _GROWN), ({}, _NEW, {})],
)
def test_of_two_harvested_tags_the_later_date_stays_with_its_source(
    first: dict[str, str], second: dict[str, str], kept: dict[str, str]
) -> None:
    tree = _tree("News/Floods", "Nature/Water/Flood")
    tree.graph.nodes[_node(tree, "News/Floods")].update(first)
    tree.graph.nodes[_node(tree, "Nature/Water/Flood")].update(second)
    merged, (merge,) = merge_duplicates(tree)
    assert merge.into == ("News", "Floods")
    assert merged.graph.nodes[_node(merged, "News/Floods")] == {"name": "Floods"} | kept


def test_what_was_found_again_is_not_retired_with_what_it_was_merged_into() -> None:
    tree = _tree("News/Floods", "Nature/Water/Flood")
    tree.note_added(_node(tree, "News/Floods"), date(2026, 1, 1), source="old.xml")
    tree.note_added(_node(tree, "Nature/Water/Flood"), date(2026, 11, 20), source="new.xml")
    merged, _ = merge_duplicates(tree)
    assert retire_stale(merged, today=DAY, horizon=timedelta(days=90)) == []


def test_only_topics_are_compared() -> None:
    tree = _tree("News/Floods/Dams", "Nature/Rain")
    tree.retire(_node(tree, "News/Floods"), DAY)
    assert [tree.name(node) for node in compared_tags(tree)] == ["News", "Nature", "Rain"]


def test_tags_of_one_meaning_are_merged_where_there_are_vectors() -> None:
    tree = _tree("Arts/Film", "Leisure/Cinema", "Leisure/Chess")
    vectors = {
        _node(tree, "Arts/Film"): [1.0, 0.0],
        _node(tree, "Leisure/Cinema"): [0.99, 0.01],
        _node(tree, "Leisure/Chess"): [0.0, 1.0],
    }
    merged, (merge,) = merge_duplicates(tree, vectors=vectors)
    assert (merge.path, merge.into, merge.reason) == (("Leisure", "Cinema"), ("Arts", "Film"), "meaning")
    assert len(merged) == len(tree) - 1


def test_attributes_and_log_come_along() -> None:
    tree = _tree("News/Floods")
    tree.note_added(_node(tree, "News/Floods"), DAY, source="feed.xml")
    merged, _ = merge_duplicates(tree)
    assert merged.graph.nodes[_node(merged, "News/Floods")] == tree.graph.nodes[_node(tree, "News/Floods")]


@pytest.mark.parametrize(
    ("within", "merged"),
    [
        ("siblings", ["Pets/Dogs"]),
        ("root", ["Pets/Dogs", "Pets/Cats/Training"]),
        # That of the army stands nearer to its root, and stays.
        ("tree", ["Pets/Dogs", "Pets/Dog/Training", "Pets/Cats/Training"]),
    ],
)
def test_the_scope_says_which_tags_are_compared(within: Scope, merged: list[str]) -> None:
    tree = _tree("Pets/Dog/Training", "Pets/Dogs", "Pets/Cats/Training", "Army/Drill", "Army/Training")
    _, merges = merge_duplicates(tree, within=within)
    assert ["/".join(merge.path) for merge in merges] == merged


def test_what_moves_to_siblings_is_compared_with_them() -> None:
    merged, merges = merge_duplicates(_tree("Pets/Dog/Food", "Pets/Dogs/Foods", "Pets/Cat/Food"), within="siblings")
    assert [merge.path for merge in merges] == [("Pets", "Dogs"), ("Pets", "Dogs", "Foods")]
    assert len(merged) == 5


def test_a_deep_tree_needs_no_recursion() -> None:
    tree = _tree("/".join(f"level {number}" for number in range(3000)))
    merged, merges = merge_duplicates(tree)
    assert merges == ()
    assert len(merged) == 3000


_NAMES = st.sampled_from(["Tea", "tea ", "Teas", "Tea House", "House Tea", "Coffee", "茶", "茶 馆", "茶馆", "C", "C++"])


@given(
    st.lists(st.lists(_NAMES, min_size=1, max_size=4), max_size=12),
    st.lists(st.integers(min_value=0, max_value=30), max_size=3),
)
def test_no_two_topics_are_one_afterwards_and_no_tag_is_lost(paths: list[list[str]], retired: list[int]) -> None:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path, language="en")
    nodes = [node for _, node in tree.edges()]
    for number in retired:
        if number < len(nodes):
            tree.retire(nodes[number], DAY)
    merged, merges = merge_duplicates(tree)
    merged.check()
    topics = [merged.name(node) for _, node in merged.edges() if not merged.is_retired(node)]
    assert list(find_duplicates(topics)) == []
    names = {tree.name(node).casefold() for node in nodes}
    kept = {merged.name(node).casefold() for _, node in merged.edges()}
    assert names == kept | {merge.path[-1].casefold() for merge in merges}
    again, more = merge_duplicates(merged)
    assert more == ()
    assert again.version == merged.version


#: Directions 10 degrees apart: no cosine of two lies near that of 15 or 25 degrees.
_DIRECTIONS = [(math.cos(math.radians(10 * step)), math.sin(math.radians(10 * step))) for step in range(10)]


@given(
    paths=st.lists(
        st.tuples(st.sampled_from(["en", "zh"]), st.lists(_NAMES, min_size=1, max_size=5)), min_size=1, max_size=14
    ),
    retired=st.lists(st.integers(min_value=0, max_value=30), max_size=3),
    directions=st.lists(st.sampled_from(_DIRECTIONS), min_size=11, max_size=11),
    degrees=st.sampled_from([5, 15, 25]),
    within=st.sampled_from(SCOPES),
)
def test_what_was_merged_by_meaning_is_merged_no_further(
    paths: list[tuple[Language, list[str]]],
    retired: list[int],
    directions: list[tuple[float, float]],
    degrees: int,
    within: Scope,
) -> None:
    tree = KnowledgeTree()
    for language, path in paths:
        tree.add_path(path, language=language)
    nodes = [node for _, node in tree.edges()]
    for number in retired:
        if number < len(nodes):
            tree.retire(nodes[number], DAY)
    # By their exact name, as an embedder has them: "Tea" and "tea" may lie apart.
    names = sorted({tree.name(node) for node in nodes})
    vectors_of = dict(zip(names, directions, strict=False))
    least = math.cos(math.radians(degrees))

    def merge(tree: KnowledgeTree) -> tuple[KnowledgeTree, int]:
        vectors = {node: vectors_of[tree.name(node)] for node in compared_tags(tree)}
        merged, merges = merge_duplicates(tree, within=within, vectors=vectors, min_cosine=least)
        assert len(merges) == len(vectors) - len(list(compared_tags(merged)))
        return merged, len(merges)

    merged, _ = merge(tree)
    merged.check()
    again, more = merge(merged)
    assert more == 0
    assert again.version == merged.version
    if within == "tree":
        for one, other in combinations(compared_tags(merged), 2):
            if merged.language(one) == merged.language(other):
                _differ(merged.name(one), merged.name(other), vectors_of, least)


def _differ(one: str, other: str, vectors: dict[str, tuple[float, float]], least: float) -> None:
    assert list(find_duplicates([one, other])) == []
    if TagWords.of(one).marks == TagWords.of(other).marks:
        assert sum(map(mul, vectors[one], vectors[other])) < least
