"""A root tag is stale when nothing came under it for long."""

from datetime import date, timedelta

import pytest

from condor.knowledge import KnowledgeTree, log_change, stale_roots

TODAY = date(2026, 11, 22)
HORIZON = timedelta(days=90)
RECENT, OLD = TODAY - timedelta(days=90), TODAY - timedelta(days=91)


def _tree(**dates: date | None) -> KnowledgeTree:
    """Root tags with one tag under each, which came on a date or does not say when."""
    tree = KnowledgeTree()
    for root, added in dates.items():
        node = tree.add_path([root, f"{root} news"], language="en")
        if added is not None:
            tree.note_added(node, added)
    return tree


def _stale(tree: KnowledgeTree) -> list[str]:
    return [tree.name(root) for root in stale_roots(tree, today=TODAY, horizon=HORIZON)]


def test_what_came_within_the_horizon_keeps_a_root_tag_fresh() -> None:
    assert _stale(_tree(a=OLD, b=RECENT, c=TODAY)) == ["a"]


@pytest.mark.parametrize(("made", "stale"), [(RECENT, []), (OLD, ["a"])])
def test_tags_without_a_date_are_as_old_as_the_tree(made: date, stale: list[str]) -> None:
    tree = _tree(a=None)
    log_change(tree, parent=None, made_by="import", on=made, figures={})
    assert _stale(tree) == stale


def test_a_tree_that_is_older_than_its_log_is_older_than_any_horizon() -> None:
    tree = _tree(a=None)
    assert _stale(tree) == ["a"]
    log_change(tree, parent="0" * 32, made_by="retire", on=TODAY, figures={})
    assert _stale(tree) == ["a"]


def test_what_is_retired_keeps_nothing_fresh_and_is_not_stale_itself() -> None:
    tree = _tree(a=TODAY, b=OLD)
    deep = tree.add_path(["a", "a news", "deep"], language="en")
    tree.note_added(deep, TODAY)
    tree.retire(tree.parent(deep), TODAY)
    tree.retire(tree.children()[1], TODAY)
    assert _stale(tree) == ["a"]


def test_a_deep_tree_needs_no_recursion() -> None:
    tree = KnowledgeTree()
    tree.note_added(tree.add_path([f"level {number}" for number in range(5000)], language="en"), TODAY)
    assert _stale(tree) == []
