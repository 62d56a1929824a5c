"""A tree is grown to its sizes, and what a reply lacks is reported."""

import asyncio
import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from condor.errors import CallFault, TruncatedReply, UnreadableReply, UsageFault
from condor.knowledge import KnowledgeTree
from condor.programs import GrowthLimits, GrowthReport, GrowTree, Merge, NearMiss
from condor.vocabulary import Language

#: Each tag is asked about once.
ONCE = GrowthLimits(rounds=1)
TODAY = date(2026, 11, 22)

Call = tuple[str, tuple[Any, ...]]


class Proposals:
    """A step that answers each request for tags by a function, and keeps what was asked."""

    def __init__(
        self,
        roots: Callable[[list[str], int], list[str]] | None = None,
        under: Callable[[tuple[str, ...], list[str], int], list[str]] | None = None,
    ) -> None:
        self.calls: list[Call] = []
        self._roots = roots or (lambda existing, count: [f"R{len(existing) + n}" for n in range(count)])
        self._under = under or (lambda path, existing, count: _numbered(path, existing, count))

    async def __call__(self, stage: Any, *args: Any) -> Any:
        self.calls.append((stage.name, args))
        if stage.name == "propose_roots":
            _, existing, count = args
            return tuple(self._roots(list(existing), count))
        path, existing, count, _ = args
        return tuple(self._under(tuple(path), list(existing), count))

    def asked(self, name: str) -> list[tuple[Any, ...]]:
        return [args for stage, args in self.calls if stage == name]


def _numbered(path: tuple[str, ...], existing: list[str], count: int) -> list[str]:
    return [f"{path[-1]}.{len(existing) + n}" for n in range(count)]


def _grow(
    tree: KnowledgeTree,
    step: Any,
    *,
    roots: int,
    depth: int = 1,
    branching: int = 2,
    language: Language = "en",
    limits: GrowthLimits = ONCE,
    embedder: Any = None,
) -> GrowthReport:
    sizes = {"roots": roots, "depth": depth, "branching": branching}
    return asyncio.run(GrowTree().acall(tree, language, **sizes, limits=limits, embedder=embedder, step=step))


def _planted(*paths: tuple[str, ...], language: Language | None = "en") -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path, language=language)
    return tree


def _paths(tree: KnowledgeTree) -> list[tuple[str, ...]]:
    return [tree.path(child) for _, child in tree.edges()]


# -- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("roots", "depth", "branching"), [(3, 3, 2), (5, 1, 4), (1, 4, 1), (25, 2, 3), (2, 2, 30)])
def test_a_new_tree_reaches_its_sizes(roots: int, depth: int, branching: int) -> None:
    tree = KnowledgeTree()
    report = _grow(tree, Proposals(), roots=roots, depth=depth, branching=branching)
    levels: dict[int, int] = {}
    for path in _paths(tree):
        levels[len(path)] = levels.get(len(path), 0) + 1
    assert levels == {level + 1: roots * branching**level for level in range(depth)}
    assert report == GrowthReport(added=len(tree), proposed=len(tree))


def test_the_new_root_tags_are_of_the_language() -> None:
    tree = KnowledgeTree()
    _grow(tree, Proposals(), roots=2, depth=2, language="zh")
    assert {tree.language(child) for _, child in tree.edges()} == {"zh"}


def test_each_tag_is_expanded_once_with_its_whole_path_and_coarse_before_fine() -> None:
    step = Proposals()
    _grow(KnowledgeTree(), step, roots=2, depth=3, branching=2)
    assert step.calls[0] == ("propose_roots", ("en", [], 2))
    expanded = [path for path, *_ in step.asked("expand_tag")]
    assert expanded == [
        ("R0",),
        ("R1",),
        ("R0", "R0.0"),
        ("R0", "R0.1"),
        ("R1", "R1.0"),
        ("R1", "R1.1"),
    ]
    assert all(rest == [[], 2, "en"] for _, *rest in step.asked("expand_tag"))


def test_many_root_tags_are_asked_for_in_rounds_that_know_what_stands() -> None:
    step = Proposals()
    _grow(KnowledgeTree(), step, roots=45)
    assert [count for _, _, count in step.asked("propose_roots")] == [20, 20, 5]
    assert [len(existing) for _, existing, _ in step.asked("propose_roots")] == [0, 20, 40]


def test_more_tags_than_asked_for_are_not_taken() -> None:
    tree = KnowledgeTree()
    many = Proposals(
        roots=lambda existing, count: [f"R{n}" for n in range(count + 5)],
        under=lambda path, existing, count: _numbered(path, existing, count + 5),
    )
    report = _grow(tree, many, roots=2, depth=2, branching=3)
    assert len(tree) == report.added == 2 + 6


# -- what stands is kept ---------------------------------------------------------------------------------------------


def test_growing_a_grown_tree_asks_for_nothing() -> None:
    tree = KnowledgeTree()
    _grow(tree, Proposals(), roots=3, depth=3, branching=2)
    version, again = tree.version, Proposals()
    report = _grow(tree, again, roots=3, depth=3, branching=2)
    assert again.calls == []
    assert report == GrowthReport()
    assert tree.version == version


def test_a_tree_larger_than_wanted_is_left_alone() -> None:
    tree = _planted(("A", "a1"), ("A", "a2"), ("A", "a3"), ("B", "b1"), ("B", "b2"))
    step = Proposals()
    _grow(tree, step, roots=1, depth=2, branching=2)
    assert step.calls == []


def test_only_what_is_missing_is_asked_for() -> None:
    tree = _planted(("A", "a1"), ("A", "a2"), ("B", "b1"))
    step = Proposals()
    report = _grow(tree, step, roots=3, depth=2, branching=2)
    assert step.calls == [
        ("propose_roots", ("en", ["A", "B"], 1)),
        ("expand_tag", (("B",), ["b1"], 1, "en")),
        ("expand_tag", (("R2",), [], 2, "en")),
    ]
    assert report.added == 4
    assert tree.path(tree.children()[0]) == ("A",)


def test_root_tags_of_another_language_are_left_alone() -> None:
    tree = _planted(("饮食", "茶"), language="zh")
    step = Proposals()
    _grow(tree, step, roots=1, depth=2)
    assert step.calls == [("propose_roots", ("en", [], 1)), ("expand_tag", (("R0",), [], 2, "en"))]
    assert ("饮食", "茶") in tree
    assert len(tree) == 2 + 3


def test_root_tags_without_a_language_serve_every_language() -> None:
    tree = _planted(("A", "a1"), language=None)
    step = Proposals()
    _grow(tree, step, roots=1, depth=2)
    assert step.calls == [("expand_tag", (("A",), ["a1"], 1, "en"))]


# -- what replies lack -----------------------------------------------------------------------------------------------


def test_duplicates_are_counted_and_not_added() -> None:
    tree = _planted(("Food", "Tea"))
    step = Proposals(under=lambda path, existing, count: ["TEA", " tea ", "Coffee"][:count])
    report = _grow(tree, step, roots=1, depth=2, branching=4)
    assert _paths(tree) == [("Food",), ("Food", "Tea"), ("Food", "Coffee")]
    assert (report.added, report.duplicates, report.rejected) == (1, 2, [])


@pytest.mark.parametrize(("no_tag", "reason"), [("  ", "empty"), ("x" * 201, "201 characters"), ("a\x07b", "U\\+0007")])
def test_what_is_no_tag_is_reported_with_its_path_and_the_reason(no_tag: str, reason: str) -> None:
    tree = _planted(("Food",))
    report = _grow(tree, Proposals(under=lambda *_: [no_tag, "Tea"]), roots=1, depth=2, branching=2)
    assert _paths(tree) == [("Food",), ("Food", "Tea")]
    (refusal,) = report.rejected
    assert (refusal.path, refusal.rule) == (f"Food > {no_tag}", "no_tag")
    assert reason.replace("\\", "") in refusal.detail
    assert report.added == 1


def test_a_root_that_is_no_tag_is_reported_and_asked_for_again() -> None:
    replies = iter([["", "Food"], ["Work"]])
    tree = KnowledgeTree()
    report = _grow(tree, Proposals(roots=lambda *_: next(replies)), roots=2)
    assert _paths(tree) == [("Food",), ("Work",)]
    assert len(report.rejected) == 1


def test_an_unreadable_expansion_is_reported_and_the_rest_grows() -> None:
    def under(path: tuple[str, ...], existing: list[str], count: int) -> list[str]:
        if path == ("R1",):
            raise UnreadableReply("the field `tags` is missing", raw="hm")
        return _numbered(path, existing, count)

    tree = KnowledgeTree()
    report = _grow(tree, Proposals(under=under), roots=3, depth=3, branching=2)
    assert report.failed == [("R1", "the field `tags` is missing")]
    assert [tree.path(leaf)[0] for leaf in tree.leaves()] == ["R0"] * 4 + ["R1"] + ["R2"] * 4
    assert report.added == len(tree) == 3 + 4 + 8


def test_growing_again_asks_only_for_what_failed() -> None:
    tree = KnowledgeTree()
    _grow(tree, Proposals(under=_fails_under("R1")), roots=3, depth=2)
    again = Proposals()
    _grow(tree, again, roots=3, depth=2)
    assert again.calls == [("expand_tag", (("R1",), [], 2, "en"))]
    assert len(tree) == 9


def _fails_under(root: str) -> Callable[[tuple[str, ...], list[str], int], list[str]]:
    def under(path: tuple[str, ...], existing: list[str], count: int) -> list[str]:
        if path[0] == root:
            raise TruncatedReply("cut off", raw="[")
        return _numbered(path, existing, count)

    return under


@pytest.mark.parametrize("error", [CallFault("no network"), RuntimeError("a bug")])
def test_what_is_no_fault_of_the_reply_stops_the_growth(error: Exception) -> None:
    def under(*_: Any) -> list[str]:
        raise error

    with pytest.raises(type(error), match=str(error)):
        _grow(_planted(("A",)), Proposals(under=under), roots=1, depth=2)


# -- giving up -------------------------------------------------------------------------------------------------------


def test_it_gives_up_after_three_rounds_without_a_new_root_tag_and_grows_what_stands() -> None:
    step = Proposals(roots=lambda existing, count: ["Food"] * count)
    tree = KnowledgeTree()
    report = _grow(tree, step, roots=2, depth=2)
    assert len(step.asked("propose_roots")) == 1 + 3
    assert _paths(tree) == [("Food",), ("Food", "Food.0"), ("Food", "Food.1")]
    assert report.duplicates >= 3


def test_no_two_rounds_without_fruit_ask_the_same() -> None:
    step = Proposals(roots=lambda *_: [])
    _grow(KnowledgeTree(), step, roots=5)
    asked = step.asked("propose_roots")
    assert len(asked) == 3
    assert len({count for _, _, count in asked}) == 3


def test_a_round_with_a_new_root_tag_starts_the_count_of_fruitless_rounds_anew() -> None:
    replies = iter([[], [], ["A"], [], [], ["B"], [], [], ["C"]])
    tree = KnowledgeTree()
    _grow(tree, Proposals(roots=lambda *_: next(replies)), roots=3)
    assert _paths(tree) == [("A",), ("B",), ("C",)]


def test_unreadable_rounds_are_fruitless_and_reported() -> None:
    def roots(*_: Any) -> list[str]:
        raise UnreadableReply("not JSON")

    tree = KnowledgeTree()
    step = Proposals(roots=roots)
    report = _grow(tree, step, roots=2, depth=3)
    assert report.failed == [("(root)", "not JSON")] * 3
    assert len(step.calls) == 3
    assert len(tree) == 0


# -- order -----------------------------------------------------------------------------------------------------------


class Shuffled(Proposals):
    """Lets a level's replies come only when all of it was asked, and in a given order."""

    def __init__(self, width: int, order: Callable[[list[asyncio.Event]], list[asyncio.Event]]) -> None:
        super().__init__()
        self.finished: list[tuple[str, ...]] = []
        self._width = width
        self._order = order
        self._waiting: list[asyncio.Event] = []

    async def __call__(self, stage: Any, *args: Any) -> Any:
        if stage.name == "expand_tag":
            mine = asyncio.Event()
            self._waiting.append(mine)
            if len(self._waiting) == self._width:
                for event in self._order(self._waiting):
                    event.set()
                self._waiting = []
                self._width *= 2
            await mine.wait()
            self.finished.append(tuple(args[0]))
        return await super().__call__(stage, *args)


def test_the_tree_is_the_same_whatever_the_order_of_the_replies() -> None:
    trees, finished = [], []
    for order in (list, lambda events: events[::-1], lambda events: events[1::2] + events[::2]):
        tree, step = KnowledgeTree(), Shuffled(4, order)
        _grow(tree, step, roots=4, depth=3, branching=2)
        trees.append([(parent, child, tree.path(child)) for parent, child in tree.edges()])
        finished.append(step.finished)
    assert finished[0] != finished[1]
    assert sorted(finished[0]) == sorted(finished[1])
    assert trees[0] == trees[1] == trees[2]


# -- with a model ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_tree_grows_with_a_model(obedient, language) -> None:
    tree = KnowledgeTree()
    with obedient.context():
        report = asyncio.run(GrowTree().acall(tree, language, roots=2, depth=3, branching=2))
    assert len(tree) == report.added == 2 + 4 + 8
    assert len(obedient.requests) == 1 + 2 + 4
    assert ("root.1", "root.1.0", "root.1.0.1") in tree


def test_a_models_unreadable_expansion_is_reported_and_the_rest_grows(scripted, fields) -> None:
    def reply(request: Any) -> str:
        return "I would rather not." if '["A"]' in request.messages[0].text else fields(tags='["x", "y"]')

    tree = _planted(("A",), ("B",))
    script = scripted(answers=reply)
    with script.context(parse_retries=1):
        report = asyncio.run(GrowTree().acall(tree, "en", roots=2, depth=2, branching=2))
    assert [path for path, _ in report.failed] == ["A"]
    assert _paths(tree) == [("A",), ("B",), ("B", "x"), ("B", "y")]
    assert len(script.requests) == 2 + 1


def test_a_models_truncated_expansion_is_reported_and_the_rest_grows(scripted, fields, response) -> None:
    def reply(request: Any) -> Any:
        cut = '["A"]' in request.messages[0].text
        return response('[[ ## tags ## ]]\n["x", "', "length") if cut else fields(tags='["x", "y"]')

    tree = _planted(("A",), ("B",))
    with scripted(answers=reply).context():
        report = asyncio.run(GrowTree().acall(tree, "en", roots=2, depth=2, branching=2))
    assert [path for path, _ in report.failed] == ["A"]
    assert _paths(tree) == [("A",), ("B",), ("B", "x"), ("B", "y")]


def test_both_predictors_are_visible_to_an_optimizer() -> None:
    assert [name for name, _ in GrowTree().named_predictors()] == ["propose_roots.predict", "expand_tag.predict"]


# -- cleaning --------------------------------------------------------------------------------------------------------


def test_a_near_duplicate_is_merged_with_whom_why_and_score() -> None:
    tree = _planted(("Food", "Bread Baking"), ("Science",))
    step = Proposals(under=lambda path, *_: ["Baking Bread", "Tea"] if path == ("Science",) else ["Coffee"])
    report = _grow(tree, step, roots=2, depth=2, branching=2)
    assert report.merges == [Merge("Science > Baking Bread", "Food > Bread Baking", "order", 1.0)]
    paths = [("Food",), ("Food", "Bread Baking"), ("Food", "Coffee"), ("Science",), ("Science", "Tea")]
    assert sorted(_paths(tree)) == paths


def test_a_refused_proposal_keeps_its_rule_and_figure() -> None:
    tree = _planted(("Food",))
    report = _grow(tree, Proposals(under=lambda *_: ["1. A, B and C", "2. Tea", "茶"]), roots=1, depth=2, branching=3)
    assert [(refusal.rule, refusal.figure) for refusal in report.rejected] == [("list", 3), ("language", 0)]
    assert _paths(tree) == [("Food",), ("Food", "Tea")]


def test_tags_of_another_language_are_no_duplicates() -> None:
    tree = _planted(("技术", "Python"), language="zh")
    _grow(tree, Proposals(roots=lambda *_: ["Python"]), roots=1)
    assert ("Python",) in tree


def test_tags_that_mean_the_same_are_merged_where_there_is_an_embedder() -> None:
    asked: list[str] = []

    async def embedder(texts: Any) -> list[list[float]]:
        asked.extend(texts)
        return [[1.0, 0.0] if text in ("Film", "Cinema") else [0.0, float(len(asked) % 7 + 1)] for text in texts]

    tree = _planted(("Arts", "Film"))
    step = Proposals(under=lambda *_: ["Cinema"])
    report = _grow(tree, step, roots=1, depth=2, branching=2, embedder=embedder)
    assert report.merges == [Merge("Arts > Cinema", "Arts > Film", "meaning", 1.0)]
    assert asked == ["Arts", "Film", "Cinema"]


def _angles(**degrees: float) -> Any:
    """An embedder that puts each text at an angle on a circle."""

    async def embedder(texts: Any) -> list[list[float]]:
        angles = [math.radians(degrees.get(text, 180)) for text in texts]
        return [[math.cos(angle), math.sin(angle)] for angle in angles]

    return embedder


def test_what_a_slightly_lower_cosine_would_have_merged_is_listed_nearest_first() -> None:
    # The cosines of 10, 25, 30 and 55 degrees are 0.985, 0.906, 0.866 and 0.574.
    embedder = _angles(Film=0, Cinema=10, Movies=-25, Theatre=-55, Opera=60)
    step = Proposals(under=lambda *_: ["Cinema", "Movies", "Theatre", "Opera"])
    tree = _planted(("Arts", "Film"))
    limits = GrowthLimits(rounds=1, min_cosine=0.95)
    report = _grow(tree, step, roots=1, depth=2, branching=9, limits=limits, embedder=embedder)
    assert report.merges == [Merge("Arts > Cinema", "Arts > Film", "meaning", 0.9848)]
    assert report.near_misses == [NearMiss("Arts > Movies", "Arts > Film", 0.9063)]
    assert ("Arts", "Movies") in tree
    lower = GrowthLimits(rounds=1, min_cosine=0.9)
    again = _grow(_planted(("Arts", "Film")), step, roots=1, depth=2, branching=9, limits=lower, embedder=embedder)
    assert [merge.path for merge in again.merges] == ["Arts > Cinema", "Arts > Movies"]


def test_of_near_misses_the_100_nearest_are_listed_in_an_order_that_does_not_depend_on_when_they_came() -> None:
    misses = [NearMiss(f"Arts > {number}", "Arts > Film", (900 + number % 40) / 1000) for number in range(300)]
    there, back = GrowthReport(), GrowthReport()
    for miss in misses:
        there.note_near_miss(miss)
    for miss in reversed(misses):
        back.note_near_miss(miss)
    assert there.near_misses == back.near_misses
    assert there.near_misses == sorted(misses, key=lambda miss: (-miss.cosine, miss.path))[:100]
    assert there.as_dict()["near_misses"][0] == {"path": "Arts > 119", "into": "Arts > Film", "cosine": 0.939}


# -- rounds ----------------------------------------------------------------------------------------------------------


def test_a_tag_that_lacks_some_is_asked_about_again_and_told_what_stands_elsewhere() -> None:
    replies = iter([["Tea", "Food"], ["tea-leaf", "Coffee"]])
    tree = _planted(("Food",), ("Drink", "Tea Leaf"), ("Drink", "Cocoa"))
    step = Proposals(under=lambda *_: next(replies))
    limits = GrowthLimits(rounds=3)
    _grow(tree, step, roots=2, depth=2, branching=2, limits=limits)
    assert step.asked("expand_tag")[:2] == [(("Food",), [], 2, "en"), (("Food",), ["Tea"], 2, "en")]
    assert ("Food", "Coffee") in tree
    assert len(step.calls) == 2


@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_rounds_are_bounded_and_no_two_ask_the_same(rounds: int) -> None:
    step = Proposals(under=lambda *_: [])
    _grow(_planted(("Food",)), step, roots=1, depth=2, limits=GrowthLimits(rounds=rounds))
    asked = step.asked("expand_tag")
    assert len(asked) == rounds
    assert len({str(args) for args in asked}) == rounds


# -- what ends it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 4, 7, 20])
def test_it_stops_at_its_size_and_evenly_under_the_root_tags(size: int) -> None:
    tree = KnowledgeTree()
    report = _grow(tree, Proposals(), roots=4, depth=3, branching=3, limits=GrowthLimits(size=size))
    assert len(tree) == report.added == size
    assert report.stopped == f"the tree has its {size} tags"


def test_a_level_that_a_size_ends_is_grown_in_turn() -> None:
    tree = KnowledgeTree()
    _grow(tree, Proposals(), roots=3, depth=3, branching=2, limits=GrowthLimits(size=3 + 6 + 6))
    assert [sum(len(path) == 3 for path in _paths(tree) if path[0] == root) for root in ("R0", "R1", "R2")] == [2] * 3


def test_quotas_hold_for_every_root_tag_or_for_one() -> None:
    tree = KnowledgeTree()
    _grow(tree, Proposals(), roots=3, depth=3, branching=4, limits=GrowthLimits(quota=5, quotas={"R1": 9, "R2": 0}))
    under = [sum(path[0] == root for path in _paths(tree)) - 1 for root in ("R0", "R1", "R2")]
    assert under == [5, 9, 0]


def test_a_level_with_few_new_tags_is_the_last() -> None:
    step = Proposals(under=lambda path, existing, count: ["New", "Food", "food", "FOOD"] if len(path) == 1 else ["x"])
    tree = _planted(("Food",))
    report = _grow(tree, step, roots=1, depth=5, branching=9, limits=GrowthLimits(min_new_rate=0.5, rounds=1))
    assert report.stopped == "level 2: 1 of 4 proposals were new"
    assert _paths(tree) == [("Food",), ("Food", "New")]


# -- quotas of root tags, retired tags, dates ------------------------------------------------------------------------


def test_a_quota_of_a_root_tag_that_does_not_stand_is_refused_before_a_level_is_grown() -> None:
    step = Proposals()
    with pytest.raises(UsageFault, match="quota of 'Fod': not one of the 1 root tags"):
        _grow(_planted(("Food",)), step, roots=1, depth=2, limits=GrowthLimits(quotas={"Fod": 3}))
    assert step.calls == []


def test_the_case_of_a_root_tag_does_not_matter_to_its_quota() -> None:
    tree = _planted(("Food",), ("Work",))
    _grow(tree, Proposals(), roots=2, depth=2, branching=4, limits=GrowthLimits(quotas={"FOOD": 1}, rounds=1))
    assert [len(tree.children(root)) for root in tree.children()] == [1, 4]


def _retired(tree: KnowledgeTree, *paths: tuple[str, ...]) -> KnowledgeTree:
    for path in paths:
        node = tree.find(path)
        assert node is not None
        tree.retire(node, TODAY)
    return tree


def test_the_places_of_retired_tags_are_filled_and_none_of_them_comes_again() -> None:
    tree = _retired(_planted(("News", "Floods"), ("News", "Storms")), ("News", "Floods"))
    step = Proposals(under=lambda path, existing, count: ["Floods", "Snow"][-count:] if count < 2 else ["Floods"])
    report = _grow(tree, step, roots=1, depth=2, branching=2)
    assert step.calls == [("expand_tag", (("News",), ["Floods", "Storms"], 1, "en"))]
    assert [tree.name(child) for child in tree.living_children(tree.children()[0])] == ["Storms", "Snow"]
    assert report.added == 1


def test_nothing_is_grown_under_a_retired_tag() -> None:
    tree = _retired(_planted(("News", "Floods"), ("Old",)), ("News", "Floods"), ("Old",))
    step = Proposals()
    _grow(tree, step, roots=1, depth=3, branching=1)
    assert [path for path, *_ in step.asked("expand_tag")] == [("News",), ("News", "News.1")]


def test_retired_tags_take_up_no_room() -> None:
    tree = _retired(_planted(("News", "Floods"), ("News", "Storms")), ("News", "Floods"))
    _grow(tree, Proposals(), roots=1, depth=2, branching=9, limits=GrowthLimits(size=4, rounds=1))
    assert len(tree.living_children(tree.children()[0])) == 3
    _grow(tree, Proposals(), roots=1, depth=2, branching=9, limits=GrowthLimits(quota=5, rounds=1))
    assert len(tree.living_children(tree.children()[0])) == 5


def test_single_tags_are_filled_beyond_the_branching() -> None:
    tree = _planted(("A", "a1"), ("B", "b1"))
    step = Proposals()
    asyncio.run(
        GrowTree().acall(
            tree, "en", roots=2, depth=2, branching=1, limits=ONCE, refill={tree.children()[0]: 3}, step=step
        )
    )
    assert step.calls == [("expand_tag", (("A",), ["a1"], 2, "en"))]


def test_new_tags_hold_the_date_on_which_they_came() -> None:
    tree = _planted(("A", "a1"))
    asyncio.run(GrowTree().acall(tree, "en", roots=2, depth=2, branching=1, limits=ONCE, on=TODAY, step=Proposals()))
    dates = {tree.path(node)[-1]: tree.graph.nodes[node].get("added") for _, node in tree.edges()}
    assert dates == {"A": None, "a1": None, "R1": "2026-11-22", "R1.0": "2026-11-22"}
    assert not any("source" in tree.graph.nodes[node] for _, node in tree.edges())


def test_root_tags_that_did_not_come_and_thin_tags_are_told() -> None:
    step = Proposals(roots=lambda existing, count: ["Food"], under=lambda path, *_: [f"{path[-1]}.0"])
    report = _grow(KnowledgeTree(), step, roots=4, depth=3, branching=2)
    assert (report.missing_roots, report.thin, report.stopped) == (3, 2, None)
    whole = _grow(KnowledgeTree(), Proposals(), roots=3, depth=2, limits=GrowthLimits(size=4, rounds=1))
    assert (whole.missing_roots, whole.thin) == (0, 0)
