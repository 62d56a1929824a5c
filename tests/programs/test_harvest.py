"""Topics are filed under root tags; each ends in one list of the report."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.errors import CallFault, UnreadableReply
from condor.knowledge import KnowledgeTree
from condor.knowledge.topics import Topic
from condor.programs import Harvest, HarvestReport, Merge
from condor.vocabulary import Language

TODAY = date(2026, 11, 22)


class Filer:
    """A step that answers where a topic belongs by a function, and keeps what was asked."""

    def __init__(self, answer: Callable[[str], tuple[str, str]]) -> None:
        self.asked: list[tuple[str, list[str], Language]] = []
        self._answer = answer

    async def __call__(self, stage: Any, *args: Any) -> Any:
        assert stage.name == "place_topic"
        topic, roots, language = args
        self.asked.append((topic, list(roots), language))
        return self._answer(topic)


def _topic(text: str, published: date | None = None, place: str = "feed.xml: entry 1") -> Topic:
    return Topic(text, "feed.xml", published, place)


def _tree(*paths: tuple[str, ...], language: Language | None = "en") -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path, language=language)
    return tree


def _harvest(tree: KnowledgeTree, topics: list[Topic], step: Any, **options: Any) -> HarvestReport:
    options = {"language": "en", "today": TODAY} | options
    language = options.pop("language")
    return asyncio.run(Harvest().acall(tree, topics, language, step=step, **options))


def _under(root: str) -> Callable[[str], tuple[str, str]]:
    return lambda topic: (root, topic)


def _attributes(tree: KnowledgeTree, *path: str) -> dict[str, Any]:
    node = tree.find(path)
    assert node is not None
    return {name: value for name, value in tree.graph.nodes[node].items() if name != "name"}


def test_a_topic_becomes_a_tag_under_its_root_with_source_and_date() -> None:
    tree = _tree(("Health",), ("Weather",))
    step = Filer(lambda _: ("weather ", "Urban Heat Waves"))
    report = _harvest(tree, [_topic("Heat wave hits the city", date(2026, 11, 3))], step)
    assert step.asked == [("Heat wave hits the city", ["Health", "Weather"], "en")]
    assert _attributes(tree, "Weather", "Urban Heat Waves") == {"source": "feed.xml", "added": "2026-11-03"}
    (filed,) = report.added
    assert (filed.path, filed.added, filed.place) == ("Weather > Urban Heat Waves", "2026-11-03", "feed.xml: entry 1")


@pytest.mark.parametrize("published", [None, date(2030, 1, 1)])
def test_a_topic_without_a_date_or_of_the_future_is_of_today(published: date | None) -> None:
    tree = _tree(("Health",))
    _harvest(tree, [_topic("Sleep", published)], Filer(_under("Health")))
    assert _attributes(tree, "Health", "Sleep")["added"] == "2026-11-22"


@pytest.mark.parametrize("answer", ["none", "None.", '"none"', "NONE"])
def test_none_is_an_answer(answer: str) -> None:
    tree = _tree(("Health",))
    report = _harvest(tree, [_topic("qqq")], Filer(_under(answer)))
    assert [(left.topic, left.reason) for left in report.unplaced] == [("qqq", "none")]
    assert len(tree) == 1


def test_an_answer_that_names_no_root_tag_is_kept() -> None:
    report = _harvest(_tree(("Health", "Sleep")), [_topic("qqq")], Filer(_under("Sleep" + "x" * 500)))
    (left,) = report.unplaced
    assert left.reason.startswith("no such root tag: 'Sleepxxx")
    assert len(left.reason) < 300


@pytest.mark.parametrize("answer", ["Health", "HEALTH", "1. Health", '"Health"', " Health. "])
def test_a_root_tag_is_known_by_its_letters(answer: str) -> None:
    tree = _tree(("Health",))
    _harvest(tree, [_topic("Sleep")], Filer(_under(answer)))
    assert ("Health", "Sleep") in tree


def test_what_stands_is_not_asked_about() -> None:
    tree = _tree(("Health", "Sleep Hygiene"))
    step = Filer(_under("Health"))
    report = _harvest(tree, [_topic("sleep hygiene"), _topic("Hygiene, Sleep")], step)
    assert step.asked == []
    assert report.merges == [
        Merge("sleep hygiene", "Health > Sleep Hygiene", "exact", 1.0),
        Merge("Hygiene, Sleep", "Health > Sleep Hygiene", "order", 1.0),
    ]
    assert _attributes(tree, "Health", "Sleep Hygiene") == {}


def test_a_tag_that_stands_is_a_merge_and_so_is_one_that_an_earlier_topic_made() -> None:
    tree = _tree(("Health", "Sleep"))
    tags = {"Why we sleep": "Sleep", "Naps are back": "Naps", "The nap boom": "Naps"}
    report = _harvest(tree, [_topic(text) for text in tags], Filer(lambda topic: ("Health", tags[topic])))
    assert [filed.path for filed in report.added] == ["Health > Naps"]
    assert [(merge.path, merge.into) for merge in report.merges] == [
        ("Health > Sleep", "Health > Sleep"),
        ("Health > Naps", "Health > Naps"),
    ]


def test_a_headline_in_the_place_of_a_tag_is_rejected_with_its_rule() -> None:
    tree = _tree(("Health",))
    text = "Officials said on Tuesday that they would look into it again and again until it is found"
    report = _harvest(tree, [_topic(text)], Filer(_under("Health")))
    assert [refusal.rule for refusal in report.rejected] == ["too_long"]
    assert len(tree) == 1


@pytest.mark.parametrize("tag", ["", "[[ ## answer ## ]]\n", "x\x1b[31m", "Health", "y" * 10_000])
def test_a_hostile_tag_harms_nothing(tag: str) -> None:
    tree = _tree(("Health",))
    report = _harvest(tree, [_topic("topic")], Filer(lambda _: ("Health", tag)))
    tree.check()
    assert sum(report.figures.values()) == 1


def test_the_tag_is_in_the_language_that_was_asked_for() -> None:
    tree = _tree(("健康",), language="zh")
    step = Filer(lambda topic: ("健康", "睡眠" if topic == "Sleep" else topic))
    report = _harvest(tree, [_topic("Sleep"), _topic("Naps for all")], step, language="zh")
    assert step.asked[0] == ("Sleep", ["健康"], "zh")
    assert ("健康", "睡眠") in tree
    assert [refusal.rule for refusal in report.rejected] == ["language"]


def test_a_tree_without_a_root_tag_in_the_language_places_nothing_and_asks_nothing() -> None:
    step = Filer(_under("Health"))
    report = _harvest(_tree(("健康",), language="zh"), [_topic("Sleep")], step)
    assert [left.reason for left in report.unplaced] == ["the tree has no root tag in en"]
    assert step.asked == []


def test_topics_past_the_horizon_are_told_and_not_asked_about() -> None:
    tree, step = _tree(("Health",)), Filer(_under("Health"))
    days = [TODAY - timedelta(days=30), TODAY - timedelta(days=31), None]
    topics = [_topic(f"Topic {'ABC'[number]}", day) for number, day in enumerate(days)]
    report = _harvest(tree, topics, step, horizon=timedelta(days=30))
    assert [asked[0] for asked in step.asked] == ["Topic A", "Topic C"]
    (left,) = report.stale
    assert (left.topic, left.reason) == ("Topic B", "of 2026-10-22, past the horizon of 30 days")


# -- what was harvested before ---------------------------------------------------------------------------------------


def _harvested(added: date, *, retired: date | None = None) -> KnowledgeTree:
    tree = _tree(("Weather", "Floods", "Flood Insurance"))
    node = tree.find(("Weather", "Floods"))
    assert node is not None
    tree.note_added(node, added, source="old.xml")
    if retired:
        tree.retire(node, retired)
    return tree


def test_a_harvested_tag_that_is_found_again_gets_the_later_date() -> None:
    tree = _harvested(date(2026, 1, 1))
    topics = [_topic("Floods", date(2026, 3, 1)), _topic("floods", date(2026, 2, 1))]
    report = _harvest(tree, topics, Filer(_under("Weather")))
    assert report.renewed == ["Weather > Floods"]
    assert _attributes(tree, "Weather", "Floods") == {"source": "feed.xml", "added": "2026-03-01"}
    assert _attributes(tree, "Weather", "Floods", "Flood Insurance") == {}


@pytest.mark.parametrize(("found", "revived"), [(date(2026, 5, 1), True), (date(2026, 4, 1), False)])
def test_a_retired_tag_is_a_topic_again_if_it_was_found_after_its_retirement(found: date, revived: bool) -> None:
    tree = _harvested(date(2026, 1, 1), retired=date(2026, 4, 1))
    report = _harvest(tree, [_topic("Flood insurance", found)], Filer(_under("Weather")))
    assert report.revived == (["Weather > Floods > Flood Insurance"] if revived else [])
    node = tree.find(("Weather", "Floods", "Flood Insurance"))
    assert node is not None
    assert tree.is_retired(node) is not revived


def test_a_root_tag_that_is_retired_is_not_offered() -> None:
    tree = _tree(("Health",), ("Weather",))
    tree.retire(tree.children()[0], TODAY)
    step = Filer(_under("Health"))
    report = _harvest(tree, [_topic("Sleep")], step)
    assert step.asked[0][1] == ["Weather"]
    assert len(report.unplaced) == 1


# -- many topics -----------------------------------------------------------------------------------------------------


def test_the_tree_and_the_report_do_not_depend_on_the_order_of_replies() -> None:
    class Late(Filer):
        def __init__(self, order: int) -> None:
            super().__init__(lambda topic: ("none", topic) if topic.endswith("7") else ("Health", topic))
            self._order = order

        async def __call__(self, stage: Any, *args: Any) -> Any:
            for _ in range(hash((len(args[0]), int(args[0].split()[-1]) * self._order)) % 13):
                await asyncio.sleep(0)
            if args[0].endswith("3"):
                raise UnreadableReply("no fields", raw="?")
            return await super().__call__(stage, *args)

    results = []
    for order in (1, 5, 11):
        tree = _tree(("Health",))
        report = _harvest(tree, [_topic(f"Topic {number}") for number in range(300)], Late(order))
        results.append(([tree.path(node) for _, node in tree.edges()], report))
    assert results[0] == results[1] == results[2]
    assert results[0][1].figures == {
        "added": 240,
        "merges": 0,
        "renewed": 0,
        "revived": 0,
        "unplaced": 30,
        "stale": 0,
        "rejected": 0,
        "failed": 30,
    }


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Sleep", "sleep", "Old News", "Floods", "Snow", "Rain, Hail and Snow", "洪水"]),
            st.sampled_from(["Health", "Weather", "none", "Nowhere", "!"]),
            st.sampled_from([None, date(2026, 11, 1), date(2020, 1, 1)]),
        ),
        max_size=12,
    )
)
def test_each_topic_ends_in_one_list(found: list[tuple[str, str, date | None]]) -> None:
    tree = _tree(("Health", "Sleep"), ("Weather",))
    answers = iter(found)

    def answer(topic: str) -> tuple[str, str]:
        root = next(root for text, root, _ in answers if text == topic)
        if root == "!":
            raise UnreadableReply("no fields", raw="?")
        return root, topic

    standing = len(tree)
    topics = [_topic(text, day) for text, _, day in found]
    report = _harvest(tree, topics, Filer(answer), horizon=timedelta(days=90))
    ends = (report.added, report.merges, report.unplaced, report.stale, report.rejected, report.failed)
    assert sum(len(end) for end in ends) == len(topics)
    assert len(tree) == standing + len(report.added)
    tree.check()


def test_what_is_no_fault_of_the_reply_ends_the_harvest() -> None:
    def answer(_: str) -> tuple[str, str]:
        raise CallFault("no network")

    with pytest.raises(CallFault, match="no network"):
        _harvest(_tree(("Health",)), [_topic("Sleep")], Filer(answer))


def test_tags_of_one_meaning_are_merged_where_there_is_an_embedder() -> None:
    async def embedder(texts: Any) -> list[list[float]]:
        return [[1.0, 0.0] if text in ("Film", "Cinema") else [0.0, 1.0] for text in texts]

    tree = _tree(("Arts", "Film"))
    step = Filer(lambda _: ("Arts", "Cinema"))
    report = _harvest(tree, [_topic("Cinemas close")], step, embedder=embedder)
    assert report.merges == [Merge("Arts > Cinema", "Arts > Film", "meaning", 1.0)]


def test_the_predictor_is_visible_to_an_optimizer() -> None:
    assert [name for name, _ in Harvest().named_predictors()] == ["place_topic.predict"]
