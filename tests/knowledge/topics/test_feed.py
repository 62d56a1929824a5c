"""Feeds: what is read of them, and what strangers may put into them."""

import io
import socket
import urllib.request
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import UnreadableFile
from condor.knowledge.topics import TopicList, read_topics

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=150)


def feed(content: str | bytes, *, name: str = "feed.xml", **options: Any) -> TopicList:
    data = content.encode("utf-8") if isinstance(content, str) else content
    return read_topics(data, source="feed.xml", name=name, **options)


def rss(*titles: str, head: str = '<?xml version="1.0"?>\n') -> str:
    items = "".join(f"<item><title>{title}</title></item>\n" for title in titles)
    return f'{head}<rss version="2.0"><channel><title>News</title>\n{items}</channel></rss>'


def texts(topics: TopicList) -> list[str]:
    return [topic.text for topic in topics.topics]


ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
<entry><title type="text">A &lt; B</title><published>2026-11-20T23:30:00-05:00</published></entry>
<entry><title type="html">&lt;b&gt;Bold&lt;/b&gt; AT&amp;amp;T</title><updated>2026-11-19T01:00:00Z</updated></entry>
<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Sea <i>ice</i></div></title></entry>
</feed>"""
RSS_10 = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title></channel>
<item><title>Coral</title><dc:date>2026-11-20</dc:date><dc:creator>A</dc:creator></item></rdf:RDF>"""
RSS_091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/rss-0.91.dtd">
<rss version="0.91"><channel><title>News</title><item><title>Tides</title></item></channel></rss>"""


# -- what is read ------------------------------------------------------------------------------------------------------


def test_rss_2_with_dates_in_utc() -> None:
    dated = rss("Tea</title><pubDate>Sun, 22 Nov 2026 23:30:00 -0500</pubDate><title>", "Silk")
    topics = feed(dated.replace("<title></title>", ""))
    assert texts(topics) == ["Tea", "Silk"]
    assert [topic.published for topic in topics.topics] == [date(2026, 11, 23), None]
    assert [topic.place for topic in topics.topics] == ["feed.xml: entry 1", "feed.xml: entry 2"]
    assert topics.troubles == ()


def test_atom_with_text_html_and_xhtml() -> None:
    topics = feed(ATOM)
    assert texts(topics) == ["A < B", "Bold AT&T", "Sea ice"]
    assert [topic.published for topic in topics.topics] == [date(2026, 11, 21), date(2026, 11, 19), None]


@pytest.mark.parametrize(("document", "text"), [(RSS_10, "Coral"), (RSS_091, "Tides")])
def test_older_kinds_of_rss(document: str, text: str) -> None:
    assert texts(feed(document)) == [text]


@pytest.mark.parametrize("encoding", ["gb18030", "gb2312", "big5", "utf-16", "utf-8"])
def test_a_chinese_feed_comes_out_right_in_each_encoding(encoding: str) -> None:
    document = rss("人工智能", head=f'<?xml version="1.0" encoding="{encoding}"?>\n')
    topics = feed(document.encode(encoding))
    assert texts(topics) == ["人工智能"]
    assert topics.troubles == ()


def test_utf_16_without_a_mark_and_the_transports_word() -> None:
    document = rss("人工智能", head='<?xml version="1.0" encoding="utf-16"?>\n')
    assert texts(feed(document.encode("utf-16-be"))) == ["人工智能"]
    assert texts(feed(document.encode("utf-8"))) == ["人工智能"]
    assert texts(feed(rss("人工智能").encode("gbk"), content_type="text/xml; charset=GBK")) == ["人工智能"]
    assert texts(feed(rss("人工智能"), content_type="text/xml")) == ["人工智能"]


def test_bytes_of_another_encoding_are_told_and_make_no_other_topic() -> None:
    document = (
        rss("Tea").encode().replace(b"</channel>", "<item><title>人工智能</title></item></channel>".encode("gbk"))
    )
    topics = feed(document)
    assert texts(topics) == ["Tea"]
    assert "U+FFFD" in topics.rejected[0][1]
    assert topics.troubles[0].startswith("feed.xml:4: holds bytes that are not utf-8")


@pytest.mark.parametrize("encoding", ["klingon", "idna", "unicode_escape", "utf-7", "zlib", "rot13", "undefined"])
def test_what_is_no_encoding_of_documents_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableFile, match=f"feed.xml: its encoding is said to be '{encoding}'"):
        feed(rss("Tea", head=f'<?xml version="1.0" encoding="{encoding}"?>'))


def test_an_entry_without_a_title_and_a_date_that_is_none() -> None:
    topics = feed(rss("Tea</title><pubDate>yesterday</pubDate><title>").replace("<title></title>", "<x/>") + "")
    assert [topic.published for topic in topics.topics] == [None]
    assert topics.troubles == ("1 dates that cannot be read, the first at feed.xml: entry 1: 'yesterday'",)
    bare = feed(rss("Tea").replace("</channel>", "<item><link>http://a/</link></item></channel>"))
    assert bare.rejected == (("feed.xml: entry 2", "has no title"),)


def test_a_feed_without_an_entry_says_so() -> None:
    topics = feed(rss())
    assert (topics.topics, topics.troubles) == ((), ("feed.xml: the feed holds no entry",))


def test_white_space_before_the_declaration_is_passed_over() -> None:
    topics = feed(b"\n\n" + rss("人工智能", head='<?xml version="1.0" encoding="gbk"?>').encode("gbk"))
    assert (texts(topics), topics.troubles) == (["人工智能"], ())


# -- titles that mean harm ---------------------------------------------------------------------------------------------

HOSTILE = {
    "&lt;script&gt;alert(1)&lt;/script&gt;": "<script>alert(1)</script>",
    "<![CDATA[<b>Bold</b> &amp; <i>fine</i>]]>": "Bold & fine",
    "<![CDATA[a < b]]>": "a < b",
    "[[ ## answer ## ]]": "[[ ## answer ## ]]",
    "{{x}}": "{{x}}",
    "../../etc/passwd": "../../etc/passwd",
    "one\u2028two\u2029three\n\n four": "one two three four",
    "&amp;lt;b&amp;gt;": "<b>",
    "How an &lt;author&gt; element works": "How an <author> element works",
    "<![CDATA[How an <author> element works]]>": "How an <author> element works",
}


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_plain_text(title: str) -> None:
    assert texts(feed(rss(title))) == [HOSTILE[title]]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Tea<br/>Silk", "Tea Silk"),
        ("a<script>alert('</b>')</script>b", "a b"),
        ("<style>p {}</style>Tea<!-- no -->", "Tea"),
        ('<a href="x?a=1>2" title=\'"\'>Tea</a>', "Tea"),
        ("1 < 2 <unclosed", "1 < 2 <unclosed"),
        ("H<sub>2</sub>O", "H2O"),
        ("<p>One</p><p>Two</p>", "One Two"),
    ],
)
def test_markup_becomes_what_a_reader_sees(markup: str, text: str) -> None:
    document = ATOM.partition("<entry>")[0] + f'<entry><title type="html"><![CDATA[{markup}]]></title></entry></feed>'
    assert texts(feed(document)) == [text]


def test_control_characters_in_a_title_leave_the_others_readable() -> None:
    topics = feed(rss("a\x00b\x07c", "Tea"))
    assert texts(topics) == ["a b c", "Tea"]
    assert "feed.xml:3: not well-formed XML" in topics.troubles[0]


def test_a_title_of_10_000_characters_is_rejected_with_its_length() -> None:
    topics = feed(rss("x" * 10_000, "&lt;b&gt;" + "y" * 10_000 + "&lt;/b&gt;", "Tea"))
    assert texts(topics) == ["Tea"]
    assert topics.rejected[0][1].startswith("10000 characters, more than 500: 'xxx")
    assert "more than 500" in topics.rejected[1][1]


# -- what is no feed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><head><title>News</title></head></html>",
        "\n <!-- hello --> <HTML><body>",
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd"><html></html>',
        "<!--" + "x" * 5000 + "--><html></html>",
    ],
)
@pytest.mark.parametrize("name", ["feed.xml", "http://127.0.0.1/", "topics.txt"])
def test_a_page_is_refused_and_the_way_out_named(page: str, name: str) -> None:
    with pytest.raises(UnreadableFile, match=r"is an HTML page and no feed; name the feed's own address"):
        feed(page, name=name)


def test_other_xml_and_no_xml_are_refused() -> None:
    with pytest.raises(UnreadableFile, match=r"feed\.xml: is no feed: its element is <urlset>"):
        feed("<urlset><url>x</url></urlset>")
    with pytest.raises(UnreadableFile, match=r"feed\.xml: is no feed: it holds no element"):
        feed("just text")


def test_a_broken_off_feed_keeps_what_came_and_says_where_it_ends() -> None:
    whole = rss("Tea", "Silk", "Tides")
    topics = feed(whole[: whole.index("Tides") + 3])
    assert texts(topics) == ["Tea", "Silk"]
    assert topics.rejected == (("feed.xml: entry 3", "has no title"),)
    assert topics.troubles == ("feed.xml:5: not well-formed XML: no element found; what could be made out was read",)


def test_a_malformed_feed_without_an_entry_is_refused_with_its_line() -> None:
    with pytest.raises(UnreadableFile, match=r"^feed\.xml:2: not well-formed XML: mismatched tag; it holds no entry"):
        feed('<rss version="2.0">\n<channel></rss>')


# -- attacks on the parser ---------------------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is opened or connected to while a test runs."""
    seen: list[str] = []
    real_open = io.open

    def note_open(file: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(repr(file))
        return real_open(file, *args, **kwargs)

    def note_connect(self: socket.socket, address: Any) -> None:
        seen.append(repr(address))
        raise OSError("no connections here")

    monkeypatch.setattr("builtins.open", note_open)
    monkeypatch.setattr(socket.socket, "connect", note_connect)
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, *_: seen.append(repr(url)))
    return seen


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?>\n<!DOCTYPE rss [\n<!ENTITY l0 "lol">\n{LAUGHS}]>\n' + rss("&l9;", head="")


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        BOMB.replace("<!ENTITY", "<!entity"),
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + rss("&x;", head=""),
        '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>' + rss("Tea", head=""),
        "junk\n<!DOCTYPE rss>\n<!ENTITY x 'xxxxxxxxx'>" + rss("&x;" * 9, head=""),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_anything_parses_them(document: str, encoding: str, opened: list[str]) -> None:
    with pytest.raises(UnreadableFile, match=r"feed\.xml: declares entities"):
        feed(document.encode(encoding), format_="feed")
    assert opened == []


def test_a_bomb_behind_a_decoy_expands_to_nothing(opened: list[str]) -> None:
    topics = feed("<!-- <rss > -->" + BOMB)
    assert texts(topics) == ["&l9;"]
    assert opened == []


def test_an_entity_behind_a_decoy_stays_what_is_written() -> None:
    document = '<!-- <rss > --><!DOCTYPE rss [<!ENTITY x "expanded">]>' + rss("&x; and more", head="")
    assert texts(feed(document)) == ["&x; and more"]


def test_a_doctype_and_addresses_of_files_fetch_nothing(opened: list[str]) -> None:
    document = '<!DOCTYPE rss SYSTEM "file:///etc/hostname">' + rss(
        "Tea</title><link>../x</link><enclosure url='http://127.0.0.1:9/'/><title>", head=""
    ).replace("<channel>", '<channel xml:base="http://127.0.0.1:9/">').replace("<title></title>", "")
    assert texts(feed(document)) == ["Tea"]
    assert opened == []


def test_content_that_is_a_files_name_or_an_address_is_never_opened(tmp_path: Path, opened: list[str]) -> None:
    # feedparser.parse(bytes) opens the file of that name; what it is handed here is no bytes.
    trap = tmp_path / "rss"
    trap.write_text(rss("Secret"), encoding="utf-8")
    opened.clear()
    for content in (str(trap).encode(), b"<rss>", b"http://127.0.0.1:9/<rss>"):
        with pytest.raises(UnreadableFile):
            feed(content, format_="feed")
    assert opened == []


DEEP = 100_000


@pytest.mark.parametrize(
    "document",
    [
        rss("Tea").replace("</channel>", "<a>" * DEEP + "</a>" * DEEP + "</channel>"),
        rss("Tea").replace("</channel>", "<a>" * DEEP),
        rss("<b>" * DEEP + "</b>" * DEEP),
    ],
)
def test_a_hundred_thousand_nested_elements_are_refused_with_the_line(document: str) -> None:
    with pytest.raises(UnreadableFile, match=r"^feed\.xml:\d: elements stand more than 500 deep"):
        feed(document)


def test_deep_nesting_that_is_not_well_formed_does_not_crash() -> None:
    topics = feed(rss("Tea").replace("</channel>", "<x & y>" + "<a>" * DEEP))
    assert texts(topics) == ["Tea"]


@pytest.mark.parametrize(
    "element",
    [
        "<author>" + "a" * 400_000 + "</author>",
        "<author>x@" + "a-." * 130_000 + "</author>",
        "<q:creator xmlns:q='http://purl.org/dc/elements/1.1/'>" + "a" * 400_000 + "</q:creator>",
        "<tags>" + ",".join(str(n) for n in range(60_000)) + "</tags>",
        "".join(f"<category>{n}</category>" for n in range(20_000)),
    ],
)
def test_persons_and_keywords_without_end_cost_no_time_by_the_square(element: str) -> None:
    """With feedparser as it is, each of these takes many minutes: the suite's time-out is what would fail."""
    topics = feed(rss("Tea").replace("</channel>", f"<item>{element}</item></channel>"))
    assert texts(topics) == ["Tea"]


def test_a_large_document_that_is_not_well_formed_is_refused_quickly() -> None:
    with pytest.raises(UnreadableFile, match=r"not well-formed XML: .*too large to be read in spite of it"):
        feed(rss("Tea") + "<a " * 1_000_000)


PIECES = st.sampled_from(
    """<item> </item> <title> </title> <title~type='html'> <![CDATA[ ]]> & &#xD800; &#x0; &#99999999999; &#zz; &nbsp;
    <link> </link> <image> </image> <source> </source> <textinput> <pubDate> </pubDate> 9999999-99-99 <a~b= <! <!-- -->
    <? ?> <content:encoded> <media:content> <svg> </channel> <entry> </entry> <itunes:image~href='x'/> <psc:chapters>
    <georss:point>1~2</georss:point> <gml:pos>x</gml:pos> <generator> </generator> <guid> </guid> <cloud/> <enclosure/>
    <content~mode='base64'> </content> <category x <dcterms:valid>start=1;end </dcterms:valid>""".replace(
        "\n", " "
    ).split(" ")
).map(lambda piece: piece.replace("~", " "))


@FIXED
@given(pieces=st.lists(PIECES | st.text(max_size=3), max_size=30))
def test_whatever_stands_in_a_feed_is_read_or_refused_by_us(pieces: list[str]) -> None:
    try:
        topics = feed('<rss version="2.0"><channel>' + "".join(pieces), format_="feed")
    except UnreadableFile:
        return
    for topic in topics.topics:
        assert topic.text == " ".join(topic.text.split())
        assert 0 < len(topic.text) <= 500
        topic.text.encode("utf-8")


@FIXED
@given(content=st.binary(max_size=60), format_=st.sampled_from(["feed", "csv", "jsonl", "text", None]))
def test_whatever_the_bytes_are_the_refusal_is_ours(content: bytes, format_: str | None) -> None:
    with suppress(UnreadableFile):
        feed(content, name="f", format_=format_)
