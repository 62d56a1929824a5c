"""Gathering topics from files and addresses, and freezing them."""

import asyncio
import gzip
import io
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import FetchFault, UnreadableFile, UsageFault
from condor.experiments import gather_topics, topics_as_text, topics_from_text
from condor.knowledge.topics import MAX_SOURCE_BYTES, Topic, TopicList

from support import ServerThread

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=100)
RSS = """<rss version="2.0"><channel><item><title>Sea ice</title>
<pubDate>Sun, 22 Nov 2026 00:00:00 GMT</pubDate></item><item><title>Tea</title></item></channel></rss>"""


def gather(sources: Sequence[str | Path], **options: Any) -> TopicList:
    return asyncio.run(gather_topics([str(source) for source in sources], **options))


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


# -- gathering ---------------------------------------------------------------------------------------------------------


def test_several_sources_in_order_with_the_newest_date_of_a_topic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    async def handle(_: web.Request) -> web.Response:
        return web.Response(text=RSS, content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/feed", handle)
    table = written(tmp_path / "t.csv", "topic,date\nSEA ICE,2026-11-01\nＡＩ,2026-11-20\nai,2026-11-03\n---,\n")
    with ServerThread(app) as server:
        url = f"http://127.0.0.1:{server.port}/feed"
        topics = gather([table, f"{url}?key=secret-key#top"])
    assert topics.topics == (
        Topic("SEA ICE", "t.csv", date(2026, 11, 22), "t.csv:2"),
        Topic("ＡＩ", "t.csv", date(2026, 11, 20), "t.csv:3"),
        Topic("Tea", url, None, f"{url}: entry 2"),
    )
    assert topics.repeated == (("t.csv:4", "t.csv:3"), (f"{url}: entry 1", "t.csv:2"))
    assert topics.rejected == (("t.csv:5", "no letter and no digit: '---'"),)


def test_a_compressed_file_and_what_is_piped_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / "feed.xml.gz"
    packed.write_bytes(gzip.compress(RSS.encode()))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Silk\nTea\n")))
    topics = gather(["-", packed])
    assert [(topic.text, topic.place) for topic in topics.topics] == [
        ("Silk", "stdin:1"),
        ("Tea", "stdin:2"),
        ("Sea ice", "feed.xml.gz: entry 1"),
    ]


def test_a_page_at_an_address_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    async def handle(_: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><html></html>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/news.txt", handle)
    with ServerThread(app) as server, pytest.raises(UnreadableFile) as caught:
        gather([f"HTTP://127.0.0.1:{server.port}/news.txt?key=secret-key"])
    assert str(caught.value).startswith(f"http://127.0.0.1:{server.port}/news.txt: is an HTML page and no feed")
    assert "secret-key" not in str(caught.value)


def test_a_file_of_50_mb_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(UnreadableFile, match=rf"large\.txt: larger than {MAX_SOURCE_BYTES} bytes"):
        gather([large])


def test_what_never_ends_is_refused() -> None:
    with pytest.raises(UnreadableFile, match=r"/dev/zero: larger than"):
        gather(["/dev/zero"])


def test_more_than_the_limit_piped_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x" * 101)))
    with pytest.raises(UnreadableFile, match="stdin: more than 100 bytes"):
        gather(["-"], max_bytes=100)


@pytest.mark.parametrize(
    ("sources", "error", "message"),
    [
        (["absent.txt"], UnreadableFile, "absent.txt: cannot read a list of topics: No such file"),
        (["."], UnreadableFile, r"\.: cannot read a list of topics: Is a directory"),
        (["a\0b"], UnreadableFile, "cannot read a list of topics: embedded null"),
        (["-", "-"], UsageFault, "-: what is piped in can be read once only"),
        ([], UsageFault, "no source of topics"),
        (["ftp://x.org/feed?key=secret-key"], UsageFault, "^ftp://x.org/feed: only http and https can be fetched"),
        (["http://me:secret-key@127.0.0.1/"], FetchFault, "^http://127.0.0.1/: a URL with a user name"),
    ],
)
def test_sources_that_are_none(sources: list[str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        gather(sources)


def test_a_name_that_is_no_text_makes_a_label_that_is(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\nb\xff.txt"))
    path.write_bytes(b"Tea\n#Silk\n")
    topics = gather([path])
    assert (topics.topics[0].source, topics.topics[0].place) == ("a b?.txt", "a b?.txt:1")
    text = topics_as_text(topics)
    assert topics_from_text(text.encode("utf-8").decode("utf-8"), "run") == topics


# -- freezing ----------------------------------------------------------------------------------------------------------

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["a\u2028b", "[[ ## answer ## ]]", "{{x}}", "\u0085", '"', "\\n", "\n", "人工智能", "\ufeffx"]
)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=4).map(tuple)
LISTS = st.builds(
    TopicList,
    topics=st.lists(st.builds(Topic, TEXT, TEXT, st.none() | st.dates(), TEXT), max_size=5).map(tuple),
    rejected=PAIRS,
    repeated=PAIRS,
    troubles=st.lists(TEXT, max_size=3).map(tuple),
)


@FIXED
@given(topics=LISTS)
def test_a_frozen_list_comes_back_as_it_was(topics: TopicList) -> None:
    text = topics_as_text(topics)
    assert topics_from_text(text, "run") == topics
    assert topics_as_text(topics_from_text(text, "run")) == text


def test_a_frozen_list_is_an_object_a_line() -> None:
    topics = TopicList((Topic("茶", "f", date(2026, 11, 22), "f:1"),), (("f:2", "empty"),), (("f:3", "f:1"),), ("odd",))
    assert topics_as_text(topics) == (
        '{"kind": "topic", "text": "茶", "source": "f", "published": "2026-11-22", "place": "f:1"}\n'
        '{"kind": "rejected", "place": "f:2", "reason": "empty"}\n'
        '{"kind": "repeated", "place": "f:3", "of": "f:1"}\n'
        '{"kind": "trouble", "text": "odd"}\n'
    )
    assert topics_as_text(TopicList()) == ""


TOPIC = '{"kind": "topic", "text": "Tea", "source": "f", "published": null, "place": "f:1"}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TOPIC + "{", r"^run: topics:2: no line of a list of topics: Invalid JSON"),
        (TOPIC.replace("Tea", 'Tea", "more": "x'), r"^run: topics:1: .*Extra inputs"),
        (TOPIC.replace("null", '"2026-02-30"'), r"^run: topics:1: "),
        ('{"kind": "tag"}', r"^run: topics:1: "),
        ("[]", r"^run: topics:1: "),
    ],
)
def test_what_is_no_frozen_list_is_refused_with_its_line(content: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        topics_from_text(content, "run: topics")
