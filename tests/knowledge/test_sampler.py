"""The walk over path x task: everything once, balanced, and the same from the same seed."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import FrozenInstanceError, dataclass
from itertools import islice

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from condor.errors import DuplicateTag, EmptyTree
from condor.knowledge import CellSampler, KnowledgeTree, SampledCell, seed_tree
from condor.vocabulary import LANGUAGES, TASKS, Language, TaskName

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=80)

Path = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A small tree and what to walk it with. `roots` maps a root tag to its language and its paths."""

    roots: dict[str, tuple[Language | None, list[Path]]]
    languages: list[Language]
    tasks: list[TaskName]
    seed: int

    def tree(self, *, backwards: bool = False) -> KnowledgeTree:
        tree = KnowledgeTree()
        for root, (language, paths) in sorted(self.roots.items(), reverse=backwards):
            tree.add_path((root,), language=language)
            for path in sorted(paths, reverse=backwards):
                tree.add_path((root, *path), language=language)
        return tree

    def sampler(self, *, backwards: bool = False) -> CellSampler:
        return CellSampler(self.tree(backwards=backwards), languages=self.languages, tasks=self.tasks, seed=self.seed)

    def expected(self) -> Counter[SampledCell]:
        tree = self.tree()
        return Counter(
            SampledCell(tree.path(leaf), task, language)
            for leaf in tree.leaves()
            for language in self.languages
            if tree.language(leaf) in (None, language)
            for task in self.tasks
        )


BELOW = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple), max_size=5, unique=True)
CASES = st.builds(
    Case,
    roots=st.dictionaries(
        st.sampled_from(["r1", "r2", "r3", "r4", "r5", "人工智能"]),
        st.tuples(st.sampled_from([None, *LANGUAGES]), BELOW),
        min_size=1,
        max_size=5,
    ),
    languages=st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True),
    tasks=st.lists(st.sampled_from(TASKS), min_size=1, unique=True),
    seed=st.integers(-5, 2**40),
)


def spread(counts: Iterable[int]) -> int:
    values = list(counts)
    return max(values) - min(values) if values else 0


@FIXED
@given(case=CASES)
def test_every_path_task_and_language_comes_exactly_once(case: Case):
    expected = case.expected()
    assume(expected)
    assert Counter(case.sampler()) == expected


@FIXED
@given(case=CASES)
def test_the_length_is_the_number_of_cells(case: Case):
    expected = case.expected()
    assume(expected)
    assert len(case.sampler()) == expected.total()


@FIXED
@given(case=CASES)
def test_root_tags_take_turns_until_one_is_used_up(case: Case):
    expected = case.expected()
    assume(expected)
    for language in case.languages:
        left = Counter(cell.path[0] for cell in expected if cell.language == language)
        asked = Counter(dict.fromkeys(left, 0))
        for cell in case.sampler():
            if cell.language != language:
                continue
            asked[cell.path[0]] += 1
            left[cell.path[0]] -= 1
            assert spread(asked.values()) <= 1
            if not left[cell.path[0]]:
                break


@FIXED
@given(case=CASES)
def test_languages_take_turns_until_one_is_used_up(case: Case):
    expected = case.expected()
    assume(expected)
    left = Counter(cell.language for cell in expected)
    asked = Counter(dict.fromkeys(left, 0))
    for cell in case.sampler():
        asked[cell.language] += 1
        left[cell.language] -= 1
        assert spread(asked.values()) <= 1
        if not left[cell.language]:
            break


@FIXED
@given(case=CASES)
def test_tasks_take_turns_until_a_root_tag_has_no_path_left_for_one(case: Case):
    expected = case.expected()
    assume(expected)
    for language in case.languages:
        left = Counter((cell.path[0], cell.task) for cell in expected if cell.language == language)
        asked = Counter(dict.fromkeys(case.tasks, 0))
        for cell in case.sampler():
            if cell.language != language:
                continue
            asked[cell.task] += 1
            left[cell.path[0], cell.task] -= 1
            assert spread(asked.values()) <= 1
            if not left[cell.path[0], cell.task]:
                break


@FIXED
@given(case=CASES)
def test_the_same_seed_gives_the_same_walk_whatever_the_order_of_insertion(case: Case):
    assume(case.expected())
    sampler = case.sampler()
    walk = list(sampler)
    assert list(sampler) == walk
    assert list(case.sampler(backwards=True)) == walk


@FIXED
@given(case=CASES)
def test_a_root_tag_with_a_language_is_asked_in_it_only(case: Case):
    assume(case.expected())
    for cell in case.sampler():
        language, _ = case.roots[cell.path[0]]
        assert language in (None, cell.language)


@FIXED
@given(case=CASES)
def test_a_tree_without_a_leaf_for_any_language_is_refused(case: Case):
    if case.expected():
        assert next(iter(case.sampler())).language in case.languages
    else:
        with pytest.raises(EmptyTree, match=", ".join(case.languages)):
            case.sampler()


def test_an_empty_tree_is_refused():
    with pytest.raises(EmptyTree, match="en, zh"):
        CellSampler(KnowledgeTree(), languages=LANGUAGES, tasks=TASKS, seed=0)


def test_a_language_without_leaves_leaves_the_others_their_turns():
    sampler = CellSampler(seed_tree("en"), languages=LANGUAGES, tasks=TASKS, seed=0)
    assert {cell.language for cell in islice(sampler, 50)} == {"en"}


def both_seeds() -> KnowledgeTree:
    tree = seed_tree("en")
    tree.merge(seed_tree("zh"))
    return tree


def walk(tree: KnowledgeTree, *, seed: int = 0, tasks: Iterable[TaskName] = TASKS) -> list[SampledCell]:
    return list(CellSampler(tree, languages=LANGUAGES, tasks=list(tasks), seed=seed))


def test_another_seed_gives_another_walk_of_the_same_cells():
    tree = both_seeds()
    one, other = walk(tree, seed=1), walk(tree, seed=2)
    assert one != other
    assert [cell.path for cell in one[:40]] != [cell.path for cell in other[:40]]
    assert Counter(one) == Counter(other)


def test_the_first_twenty_cells_of_the_seed_trees_touch_twenty_roots_all_tasks_and_both_languages():
    cells = walk(both_seeds())[:20]
    assert len({(cell.language, cell.path[0]) for cell in cells}) == 20
    assert {cell.task for cell in cells} == set(TASKS)
    assert {cell.language for cell in cells} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_path_of_a_seed_tree_comes_again_while_every_root_is_new_or_has_other_leaves(language: Language):
    sampler = CellSampler(seed_tree(language), languages=[language], tasks=TASKS, seed=3)
    paths = [cell.path for cell in islice(sampler, 7 * 30)]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [100, 500, 1000, 3000])
def test_the_tasks_of_a_seed_tree_are_asked_equally_often(language: Language, count: int):
    sampler = CellSampler(seed_tree(language), languages=[language], tasks=TASKS, seed=0)
    asked = Counter(cell.task for cell in islice(sampler, count))
    assert len(asked) == len(TASKS)
    assert spread(asked.values()) <= 1


def test_a_walk_is_pinned():
    tree = KnowledgeTree()
    for path in (("Health", "Sleep", "Naps"), ("Health", "Food"), ("Music", "Jazz")):
        tree.add_path(path, language="en")
    tree.add_path(("健康", "睡眠"), language="zh")
    cells = CellSampler(tree, languages=["en", "zh"], tasks=["view", "creation"], seed=7)
    assert [(" > ".join(cell.path), cell.task, cell.language) for cell in cells] == [
        ("Music > Jazz", "view", "en"),
        ("健康 > 睡眠", "view", "zh"),
        ("Health > Sleep > Naps", "creation", "en"),
        ("健康 > 睡眠", "creation", "zh"),
        ("Health > Food", "view", "en"),
        ("Music > Jazz", "creation", "en"),
        ("Health > Sleep > Naps", "view", "en"),
        ("Health > Food", "creation", "en"),
    ]


def order_by_root_and_task(cells: Iterable[SampledCell], *, without: Path = ()) -> dict[tuple[str, ...], list[Path]]:
    order: dict[tuple[str, ...], list[Path]] = {}
    for cell in cells:
        if cell.path != without:
            order.setdefault((cell.language, cell.path[0], cell.task), []).append(cell.path)
    return order


def two_roots() -> KnowledgeTree:
    tree = KnowledgeTree()
    for root in ("Health", "Music"):
        for leaf in range(9):
            tree.add_path((root, "branch", f"leaf {leaf}"))
    return tree


ADDED = [("Health", "branch", f"new {number}") for number in range(6)]


@pytest.mark.parametrize("added", ADDED)
@pytest.mark.parametrize("task", TASKS)
def test_a_leaf_that_is_added_does_not_reorder_the_others_of_one_task(added: Path, task: TaskName):
    tree = two_roots()
    before = order_by_root_and_task(walk(tree, tasks=[task]))
    tree.add_path(added)
    assert order_by_root_and_task(walk(tree, tasks=[task]), without=added) == before


@pytest.mark.parametrize("added", ADDED)
def test_a_leaf_that_is_added_does_not_reorder_the_others_round_the_circle_of_any_task(added: Path):
    # Each task walks the leaves of a root tag round a circle and has its own place to start.
    tree = two_roots()
    before = order_by_root_and_task(walk(tree))
    tree.add_path(added)
    after = order_by_root_and_task(walk(tree), without=added)
    assert after.keys() == before.keys()
    for place, paths in after.items():
        start = paths.index(before[place][0])
        assert paths[start:] + paths[:start] == before[place]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tasks_are_balanced_inside_every_root_of_a_seed_tree(language):
    """42 roots and 7 tasks must not fall into step with each other."""
    for length in (300, 600, 2000):
        counts: dict[str, Counter[str]] = {}
        for cell in islice(CellSampler(seed_tree(language), languages=[language], tasks=TASKS, seed=0), length):
            counts.setdefault(cell.path[0], Counter()).update([cell.task])
        spreads = [max(c[task] for task in TASKS) - min(c[task] for task in TASKS) for c in counts.values()]
        assert max(spreads) <= 2


def test_a_root_that_is_added_does_not_reorder_the_others():
    tree = two_roots()
    tree.add_path(("Sport", "Chess"))
    before = list(dict.fromkeys(cell.path[0] for cell in walk(tree)))
    tree.add_path(("Travel", "Rome"))
    after = list(dict.fromkeys(cell.path[0] for cell in walk(tree)))
    assert [root for root in after if root != "Travel"] == before


def test_a_root_of_every_language_and_one_of_its_name_in_a_language_give_no_cell_twice():
    # An imported tree serves every language; merged with a seed tree, a root may stand there in both ways.
    tree = KnowledgeTree()
    tree.add_path(("AI", "Chips"))
    with suppress(DuplicateTag):  # to refuse the second root would be as good
        tree.add_path(("AI", "Chips"), language="en")
    cells = walk(tree)
    assert len(set(cells)) == len(cells)


def test_a_cell_is_frozen():
    cell = SampledCell(("a",), "view", "en")
    with pytest.raises(FrozenInstanceError):
        cell.task = "creation"  # type: ignore[misc]


def test_a_walk_may_be_broken_off_and_begun_again():
    sampler = CellSampler(both_seeds(), languages=LANGUAGES, tasks=TASKS, seed=0)
    assert list(islice(sampler, 30)) == list(islice(sampler, 60))[:30]


# -- holes first -------------------------------------------------------------------------------------------------------


@FIXED
@given(case=CASES, data=st.data())
def test_the_least_covered_cells_come_first_and_each_comes_once(case: Case, data: st.DataObject):
    expected = case.expected()
    assume(expected)
    cells = list(case.sampler())
    covered = data.draw(st.dictionaries(st.sampled_from(cells), st.integers(0, 3)))
    walked = list(case.sampler().least_covered_first(covered))
    assert Counter(walked) == expected
    degrees = [covered.get(cell, 0) for cell in walked]
    assert degrees == sorted(degrees)
    assert list(case.sampler(backwards=True).least_covered_first(covered)) == walked


@FIXED
@given(case=CASES)
def test_without_coverage_or_with_all_alike_the_walk_is_as_it_was(case: Case):
    assume(case.expected())
    cells = list(case.sampler())
    assert list(case.sampler().least_covered_first({})) == cells
    assert list(case.sampler().least_covered_first(dict.fromkeys(cells, 2))) == cells


def test_the_holes_of_a_seed_tree_are_walked_in_balance():
    sampler = CellSampler(seed_tree("en"), languages=["en"], tasks=TASKS, seed=0)
    covered = dict.fromkeys(islice(sampler, 500), 3)
    cells = list(islice(sampler.least_covered_first(covered), 420))
    assert not covered.keys() & set(cells)
    assert spread(Counter(cell.task for cell in cells).values()) <= 1
    assert spread(Counter(cell.path[0] for cell in cells).values()) <= 1
