"""The seed trees that ship with the package."""

import re
from typing import Any

import networkx as nx
import pytest

from condor.knowledge import KnowledgeTree, fold_tag, seed_tree
from condor.knowledge.tree import HIDDEN_ROOT
from condor.vocabulary import LANGUAGES, Language

HAN = re.compile(r"[\u4e00-\u9fff]")


def names(tree: KnowledgeTree) -> list[str]:
    return [tree.name(child) for _, child in tree.edges()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seed_tree_has_thirty_roots_of_four_branches_of_three_leaves_at_least(language: Language):
    tree = seed_tree(language)
    assert len(tree.children()) >= 30
    for root in tree.children():
        assert len(tree.children(root)) >= 4, tree.path(root)
        for branch in tree.children(root):
            assert len(tree.children(branch)) >= 3, tree.path(branch)
            assert all(tree.is_leaf(leaf) for leaf in tree.children(branch)), tree.path(branch)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_leaf_of_a_seed_tree_stands_twice(language: Language):
    tree = seed_tree(language)
    leaves = [fold_tag(tree.name(leaf)) for leaf in tree.leaves()]
    assert sorted(leaves) == sorted(set(leaves))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_branch_of_a_seed_tree_stands_twice(language: Language):
    tree = seed_tree(language)
    branches = [fold_tag(tree.name(branch)) for root in tree.children() for branch in tree.children(root)]
    assert sorted(branches) == sorted(set(branches))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tag_of_a_seed_tree_is_in_its_language(language: Language):
    tree = seed_tree(language)
    assert all(tree.language(root) == language for root in tree.children())
    assert all(tree.language(leaf) == language for leaf in tree.leaves())
    assert [name for name in names(tree) if bool(HAN.search(name)) != (language == "zh")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seed_tree_is_a_forest_of_short_tags(language: Language):
    tree = seed_tree(language)
    assert nx.is_arborescence(tree.graph)
    assert tree.graph.in_degree(HIDDEN_ROOT) == 0
    assert max(len(name) for name in names(tree)) <= 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_call_gives_a_tree_of_ones_own(language: Language):
    tree = seed_tree(language)
    version = tree.version
    tree.add("a tag that no seed holds", language=language)
    assert seed_tree(language).version == version


def test_the_two_seed_trees_stand_in_one_forest():
    tree = seed_tree("en")
    tree.merge(seed_tree("zh"))
    assert len(tree) == len(seed_tree("en")) + len(seed_tree("zh"))
    assert nx.is_arborescence(tree.graph)


def test_a_language_without_a_seed_tree_is_refused():
    unknown: Any = "fr"
    with pytest.raises(ValueError, match="en, zh"):
        seed_tree(unknown)
