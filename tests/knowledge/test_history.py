"""Versions, logs and retirement: what a tree file says of how it came about."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import EmptyTree, TreeFault
from condor.knowledge import (
    CellSampler,
    KnowledgeTree,
    TagMerge,
    load_tree,
    log_change,
    retire_stale,
    save_tree,
)

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)
TODAY = date(2026, 11, 22)


def tree_of(*paths: tuple[str, ...]) -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path)
    return tree


def node_at(tree: KnowledgeTree, *path: str) -> int:
    node = tree.find(path)
    assert node is not None
    return node


def sampled(tree: KnowledgeTree) -> set[tuple[str, ...]]:
    return {cell.path for cell in CellSampler(tree, languages=["en"], tasks=["view"], seed=0)}


# -- the version -------------------------------------------------------------------------------------------------------


def test_retirement_changes_the_version_and_revival_brings_the_old_one_back():
    tree = tree_of(("a", "b"), ("a", "c"))
    before = tree.version
    tree.retire(node_at(tree, "a", "b"), TODAY)
    assert tree.version != before
    retired = tree.version
    tree.retire(node_at(tree, "a", "b"), TODAY + timedelta(days=9))
    assert tree.graph.nodes[node_at(tree, "a", "b")]["retired"] == "2026-11-22"
    assert tree.version == retired
    tree.revive(node_at(tree, "a", "b"))
    assert tree.version == before


def test_source_and_date_are_no_part_of_the_version():
    tree = tree_of(("a", "b"))
    before = tree.version
    tree.note_added(node_at(tree, "a", "b"), TODAY, source="feed.xml")
    assert tree.version == before


@pytest.mark.parametrize("node", [0, 99])
def test_what_is_no_tag_cannot_be_retired(node: int):
    with pytest.raises(TreeFault, match=f"no tag {node}"):
        tree_of(("a",)).retire(node, TODAY)


# -- sampling ----------------------------------------------------------------------------------------------------------


def test_a_retired_leaf_and_all_under_a_retired_tag_are_not_sampled():
    tree = tree_of(("a", "b"), ("a", "c", "d"), ("a", "e"), ("f", "g"))
    tree.retire(node_at(tree, "a", "b"), TODAY)
    tree.retire(node_at(tree, "a", "c"), TODAY)
    assert sampled(tree) == {("a", "e"), ("f", "g")}
    assert len(CellSampler(tree, languages=["en"], tasks=["view", "creation"], seed=0)) == 4
    assert tree.is_retired(node_at(tree, "a", "c", "d"))
    assert list(tree.living_leaves(node_at(tree, "a", "c", "d"))) == []


def test_a_tag_whose_children_are_all_retired_is_no_leaf():
    tree = tree_of(("a", "b", "c"), ("d",))
    tree.retire(node_at(tree, "a", "b", "c"), TODAY)
    assert sampled(tree) == {("d",)}


def test_a_tree_of_retired_tags_has_nothing_to_sample():
    tree = tree_of(("a", "b"))
    tree.retire(node_at(tree, "a", "b"), TODAY)
    with pytest.raises(EmptyTree):
        sampled(tree)


@FIXED
@given(
    paths=st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), min_size=1, max_size=10),
    data=st.data(),
)
def test_the_living_leaves_are_the_leaves_without_a_retired_tag_on_their_path(paths: Any, data: st.DataObject):
    tree = tree_of(*paths)
    retired = data.draw(st.sets(st.sampled_from(sorted(set(tree.graph) - {0}))))
    for node in retired:
        tree.retire(node, TODAY)
    assert list(tree.living_leaves()) == [leaf for leaf in tree.leaves() if not tree.is_retired(leaf)]


# -- the horizon -------------------------------------------------------------------------------------------------------


def harvested(tree: KnowledgeTree, days: int, *path: str) -> int:
    """Add a tag that was harvested so many days ago."""
    node = tree.add_path(path)
    tree.note_added(node, TODAY - timedelta(days=days), source="feed.xml")
    return node


def test_harvested_tags_past_the_horizon_are_retired_and_kept():
    tree = tree_of(("a", "old"))
    stale, edge = harvested(tree, 31, "a", "stale"), harvested(tree, 30, "a", "edge")
    under = tree.add_path(("a", "stale", "grown"))
    assert retire_stale(tree, today=TODAY, horizon=timedelta(days=30)) == [stale]
    assert tree.graph.nodes[stale]["retired"] == "2026-11-22"
    assert "retired" not in tree.graph.nodes[edge]
    assert tree.is_retired(under)
    assert sampled(tree) == {("a", "old"), ("a", "edge")}


def test_a_tag_stays_while_something_fresh_stands_under_it():
    tree = KnowledgeTree()
    harvested(tree, 90, "a", "election")
    harvested(tree, 60, "a", "election", "first round")
    harvested(tree, 1, "a", "election", "second round")
    retired = retire_stale(tree, today=TODAY, horizon=timedelta(days=30))
    assert [tree.path(node)[-1] for node in retired] == ["first round"]
    assert retire_stale(tree, today=TODAY, horizon=timedelta(days=30)) == []


# -- the file ----------------------------------------------------------------------------------------------------------


def test_attributes_and_log_are_saved_and_loaded(tmp_path: Path):
    tree = tree_of(("a", "b"), ("a", "c"))
    merge = TagMerge(path=("a", "B!"), into=("a", "b"), reason="shingles", score=0.875)
    assert log_change(tree, parent=None, made_by="import", on=TODAY, figures={"added": 3}, merged=[merge])
    first = tree.version
    tree.note_added(node_at(tree, "a", "c"), TODAY, source="话题.csv")
    tree.retire(node_at(tree, "a", "c"), TODAY)
    assert log_change(tree, parent=first, made_by="retire", on=TODAY, figures={"retired": 1})
    save_tree(tree, tmp_path / "tree.json")
    loaded = load_tree(tmp_path / "tree.json")
    assert loaded.log == tree.log
    assert [(entry.parent, entry.version) for entry in loaded.log] == [(None, first), (first, tree.version)]
    assert loaded.version == tree.version
    node = node_at(loaded, "a", "c")
    assert loaded.graph.nodes[node] == {
        "name": "c",
        "source": "话题.csv",
        "added": "2026-11-22",
        "retired": "2026-11-22",
    }
    save_tree(loaded, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "tree.json").read_bytes()


def test_a_change_that_changed_nothing_is_not_logged():
    tree = tree_of(("a",))
    assert not log_change(tree, parent=tree.version, made_by="retire", on=TODAY, figures={"retired": 0})
    assert tree.log == ()


def test_a_merged_tree_keeps_attributes_and_a_tag_lives_if_it_lives_in_either():
    one, other = tree_of(("a", "b"), ("a", "c")), tree_of(("a", "b"), ("a", "c"), ("a", "d"))
    log_change(one, parent=None, made_by="import", on=TODAY, figures={})
    for tree, names in ((one, "bc"), (other, "cd")):
        for name in names:
            tree.retire(node_at(tree, "a", name), TODAY)
    forest = KnowledgeTree()
    forest.merge(one)
    assert forest.log == one.log
    assert forest.version == one.version
    forest.merge(other)
    assert sampled(forest) == {("a", "b")}
    assert forest.log == ()


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ('{"retired": true}', "'a': retired must be a date such as 2026-11-22, found True"),
        ('{"retired": "20261122"}', "found '20261122'"),
        ('{"added": "2026-02-30"}', "'a': added must be a date"),
        ('{"source": ["x"]}', "'a': source must be text"),
    ],
)
def test_attributes_that_cannot_be_read_are_refused(tmp_path: Path, attributes: str, message: str):
    path = tmp_path / "tree.json"
    path.write_text(f'{{"format": "condor-tree", "format_version": 1, "nodes": [[1, 0, "a", {attributes}]]}}')
    with pytest.raises(TreeFault) as caught:
        load_tree(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "log", ["5", "[5]", "[{}]", '[{"version": "x", "parent": null, "made_by": "m", "date": "no"}]']
)
def test_a_log_that_is_none_is_refused(tmp_path: Path, log: str):
    path = tmp_path / "tree.json"
    path.write_text(f'{{"format": "condor-tree", "format_version": 1, "log": {log}, "nodes": [[1, 0, "a"]]}}')
    with pytest.raises(TreeFault, match="log") as caught:
        load_tree(path)
    assert str(path) in str(caught.value)
