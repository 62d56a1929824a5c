"""Lists of topics as lines, CSV, TSV, JSONL and JSON, and how a format is told."""

import gzip
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import UnreadableFile, UsageFault
from condor.knowledge.topics import MAX_SOURCE_BYTES, Topic, TopicList, plain_line, read_topics
from condor.knowledge.topics.dates import read_date

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=100)
RSS = b'<rss version="2.0"><channel><item><title>Tea</title></item></channel></rss>'


def read(content: str | bytes, name: str = "topics.txt", **options: Any) -> TopicList:
    data = content.encode("utf-8") if isinstance(content, str) else content
    return read_topics(data, source="list", name=name, **options)


def texts(topics: TopicList) -> list[str]:
    return [topic.text for topic in topics.topics]


def read_or_refused(content: str, name: str) -> TopicList | None:
    try:
        return read(content, name)
    except UnreadableFile:
        return None


# -- lines -------------------------------------------------------------------------------------------------------------


def test_lines_without_comments_and_blanks_keep_their_numbers() -> None:
    topics = read("# trends\n\n  Sea   ice \r\n人工智能\n")
    assert topics.topics == (Topic("Sea ice", "list", None, "list:3"), Topic("人工智能", "list", None, "list:4"))
    assert topics.troubles == ()


def test_hashtags_are_passed_over_as_comments_and_told() -> None:
    topics = read("Tea\n#AI\n#  a comment\n#世界杯\n")
    assert texts(topics) == ["Tea"]
    assert topics.troubles == (
        "topics.txt: 2 lines that may be hashtags were passed over as comments, the first is line 2; "
        "write a topic without its #",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("---", "no letter and no digit: '---'"),
        ("x" * 501, f"501 characters, more than 500: '{'x' * 40}'..."),
        ("a\ufffdb", "holds U+FFFD"),
        ("a\ufffeb", "holds U+FFFE"),
        ("\x07", "empty"),
    ],
)
def test_what_is_no_topic_is_told_with_its_place_and_reason(line: str, reason: str) -> None:
    topics = read(f"Tea\n{line}\n")
    assert texts(topics) == ["Tea"]
    ((place, told),) = topics.rejected
    assert place == "list:2"
    assert told.startswith(reason)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[[ ## answer ## ]]", "{{x}}", "../../x", "a &amp; b", "=1+1"]
)
def test_a_line_is_text_and_no_markup(text: str) -> None:
    assert texts(read(text)) == [text]


def test_controls_and_separators_are_spaces() -> None:
    assert texts(read("a\x00b\x1b[31mc\u2028d\x85e")) == ["a b [31mc d e"]


def test_repetitions_are_counted_with_the_place_that_they_repeat() -> None:
    topics = read("Tea\ntea\nTea\n Tea \n")
    assert texts(topics) == ["Tea", "tea"]
    assert topics.repeated == (("list:3", "list:1"), ("list:4", "list:1"))


@FIXED
@given(lines=st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=8), max_size=12))
def test_every_line_is_a_topic_rejected_repeated_or_passed_over(lines: list[str]) -> None:
    lines = [line.replace("\n", " ") for line in lines]
    content = "\n".join(["first", *lines])
    topics = read(content, format_="text")
    passed = sum(1 for line in lines if not line.strip() or line.strip().startswith("#"))
    assert len(topics.topics) + len(topics.rejected) + len(topics.repeated) + passed == len(lines) + 1
    assert all(topic.text == plain_line(topic.text) for topic in topics.topics)


def test_entries_beyond_the_limit_are_counted() -> None:
    topics = read("\n".join(f"topic {n}" for n in range(7)), max_topics=5)
    assert len(topics.topics) == 5
    assert topics.troubles == ("list: 2 entries beyond the first 5 are left out",)


# -- CSV ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["topic", "Title", "TAG", " name ", "keyword", "话题", "标题"])
def test_a_table_by_its_columns(column: str) -> None:
    topics = read(f'id,{column},pubDate\n1,"Sea, ice",2026-11-20\n2,人工智能,\n', "t.csv")
    assert topics.topics == (
        Topic("Sea, ice", "list", date(2026, 11, 20), "list:2"),
        Topic("人工智能", "list", None, "list:3"),
    )


def test_of_a_topic_that_stands_twice_the_newer_date_is_kept() -> None:
    topics = read("topic,date\nTea,2026-11-01\nTea,2026-11-20\nTea,\nTea,2026-11-03\n", "t.csv")
    assert topics.topics == (Topic("Tea", "list", date(2026, 11, 20), "list:2"),)
    assert len(topics.repeated) == 3


def test_dates_that_cannot_be_read_are_counted_and_the_topic_stays() -> None:
    topics = read("topic,date\nTea,soon\nSilk,2026-02-30\n", "t.csv")
    assert [topic.published for topic in topics.topics] == [None, None]
    assert topics.troubles == ("2 dates that cannot be read, the first at list:2: 'soon'",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,text\n1,Tea\n", r"^t\.csv:1: no column of topics; found 'id', 'text'; expected one of topic, title"),
        ("", r"^t\.csv:1: no column of topics; found none"),
        ("topic\nTea\nSilk,2\n", r"^t\.csv:3: 2 fields, and 1 columns"),
        ('topic\n"Tea\n', r"^t\.csv:2: not CSV"),
        (b"topic\n\xc8\xcb\xb9\xa4\n", r"^t\.csv:2: not UTF-8 .*iconv"),
        (b"\xef\xbb\xbftopic\nTea\n", r"^t\.csv: starts with a byte-order mark"),
        ("topic\n" + "x" * 200_000, r"^t\.csv:2: not CSV: field larger"),
    ],
)
def test_a_malformed_table_is_refused_with_its_line(content: str | bytes, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read(content, "t.csv")


@pytest.mark.parametrize(
    ("name", "options"), [("t.tsv", {}), ("t.tsv.gz", {}), ("trends", {}), ("t", {"format_": "tsv"})]
)
def test_a_table_with_tabs(name: str, options: dict[str, Any]) -> None:
    topics = read('topic\tdate\nSea, ice\t2026-11-20\n"Tea\tSilk"\t\n', name, **options)
    assert topics.topics == (
        Topic("Sea, ice", "list", date(2026, 11, 20), "list:2"),
        Topic("Tea Silk", "list", None, "list:3"),
    )


def test_a_malformed_table_with_tabs_is_refused_with_its_line() -> None:
    with pytest.raises(UnreadableFile, match=r"^t\.tsv:3: not TSV: "):
        read('topic\tdate\nTea\t\n"Silk" road\t\n', "t.tsv")
    with pytest.raises(UnreadableFile, match=r"^t\.tsv:1: no column of topics; found 'topic,date'"):
        read("topic,date\n", "t.tsv")


# -- JSONL -------------------------------------------------------------------------------------------------------------


def test_json_lines_of_objects_and_texts() -> None:
    topics = read(
        '{"title": "Tea", "published": "2026-11-20T23:00:00-05:00"}\n\n'
        '"Silk"\n'
        '{"话题": "丝绸", "日期": "2026年11月2日"}\n',
        "t.jsonl",
    )
    assert topics.topics == (
        Topic("Tea", "list", date(2026, 11, 21), "list:1"),
        Topic("Silk", "list", None, "list:3"),
        Topic("丝绸", "list", date(2026, 11, 2), "list:4"),
    )


def test_objects_without_a_topic_are_rejected_with_what_they_hold() -> None:
    topics = read('{"text": "Tea"}\n{"topic": 5}\n{"topic": null}\n{"topic": "\\ud800"}\n', "t.jsonl")
    reasons = [reason for _, reason in topics.rejected]
    assert reasons[0].startswith("no key of a topic; found 'text'; expected one of topic")
    assert reasons[1:3] == ["topic is no text, but int", "topic is no text, but NoneType"]
    assert reasons[3].startswith("holds U+D800")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('"Tea"\n{"topic": \n', r"^t\.jsonl:2: not JSON: Expecting value at column 11"),
        ("[1]\n", r"^t\.jsonl:1: expected an object or a text a line, found an array; --format json reads an array$"),
        ("null\n", r"^t\.jsonl:1: expected an object or a text a line, found null$"),
        ("[" * 100_000, r"^t\.jsonl:1: not JSON that can be read: RecursionError"),
        ("1" * 10_000, r"^t\.jsonl:1: not JSON that can be read: ValueError"),
    ],
)
def test_a_malformed_line_is_refused_with_its_number(content: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read(content, "t.jsonl")


# -- JSON --------------------------------------------------------------------------------------------------------------

ARRAY = """[
  {"title": "Tea", "timestamp": 1763769600},
  "Silk",
  {"text": "no topic"},
  {"话题": "丝绸", "日期": "2026年11月2日"},
  "Silk"
]
"""


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("t.json", {}),
        ("T.JSON.gz", {}),
        ("http://127.0.0.1/trends", {"content_type": "application/json; charset=utf-8"}),
        ("trends", {}),
        ("t.txt", {}),
        ("t", {"format_": "json"}),
    ],
)
@pytest.mark.parametrize("content", [ARRAY, ARRAY.replace("\n", ""), "\n " + ARRAY.replace("\n", "\r\n")])
def test_an_array_of_objects_and_texts(name: str, options: dict[str, Any], content: str) -> None:
    topics = read(content, name, **options)
    assert topics.topics == (
        Topic("Tea", "list", date(2025, 11, 22), "list: entry 1"),
        Topic("Silk", "list", None, "list: entry 2"),
        Topic("丝绸", "list", date(2026, 11, 2), "list: entry 4"),
    )
    ((place, reason),) = topics.rejected
    assert (place, reason[:42]) == ("list: entry 3", "no key of a topic; found 'text'; expected ")
    assert topics.repeated == (("list: entry 5", "list: entry 2"),)


@pytest.mark.parametrize("name", ["t.json", "trends"])
def test_lines_of_json_are_read_as_such_whatever_their_length(name: str) -> None:
    body = "x" * 5000
    content = f'{{"topic": "Tea", "body": "{body}"}}\n{{"topic": "Silk"}}\n'
    assert [(topic.text, topic.place) for topic in read(content, name).topics] == [
        ("Tea", "list:1"),
        ("Silk", "list:2"),
    ]


def test_of_an_array_no_more_is_taken_than_the_limit() -> None:
    topics = read('["a", "b", {}, "c"]', "t.json", max_topics=2)
    assert texts(topics) == ["a", "b"]
    assert topics.troubles == ("list: 2 entries beyond the first 2 are left out",)


def test_an_array_without_entries_says_so() -> None:
    assert read("[]", "t.json") == TopicList(troubles=("t.json: the array is empty",))
    assert read(" \n", "t.json").topics == ()


EXPECTED = "expected an array of objects or texts, or JSONL"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '{"title": "News", "items": [{"title": "Tea"}]}',
            rf"^{{}}: {EXPECTED}; found an object with 'title', 'items'",
        ),
        ('{\n  "title": "Tea",\n  "more": {}\n}\n', rf"^{{}}: {EXPECTED}; found an object with 'title', 'more'"),
        ('[\n  "Tea",\n  5\n]', r"^{}: entry 2: expected an object or a text, found a number$"),
        ('[["Tea", "2026-11-22"]]', r"^{}: entry 1: expected an object or a text, found an array$"),
        ('["Tea", true]', r"^{}: entry 2: expected an object or a text, found true or false$"),
        ('["Tea",\n "Silk"', rf"^{{}}:2: not JSON: Expecting ',' delimiter at column 8; {EXPECTED};.* --format text"),
        ("[Video] Storm\nTea\n", rf"^{{}}:1: not JSON: Expecting value at column 2; {EXPECTED};"),
        ("{x} and y", rf"^{{}}:1: not JSON: .* at column 2; {EXPECTED};"),
        ('{\n"title": "Tea"\n}\n{\n"title": "Silk"\n}\n', rf"^{{}}:4: not JSON: Extra data at column 1; {EXPECTED};"),
        ('["Tea"]\n["Silk"]\n', rf"^{{}}:2: not JSON: Extra data at column 1; {EXPECTED};"),
        ('{"topic": "Tea"}\n{"topic": \n', r"^{}:2: not JSON: Expecting value at column 11"),
        ("[" * 100_000, r"^{}: not JSON that can be read: RecursionError"),
        ('[{"title":' * 50_000, r"^{}: not JSON that can be read: RecursionError"),
        ("[" + "1" * 10_000 + "]", r"^{}: not JSON that can be read: ValueError"),
    ],
)
@pytest.mark.parametrize("name", ["t.json", "stdin"])
def test_json_that_is_no_list_of_topics_is_refused_in_one_line(name: str, content: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message.replace("{}", name.replace(".", r"\."))) as caught:
        read(content, name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "found"), [('{"topic": "Tea"}', "an object"), ('"Tea"', "a text"), ("5", "a number")]
)
def test_a_json_file_of_one_value_is_refused(content: str, found: str) -> None:
    with pytest.raises(UnreadableFile, match=rf"^t\.json: {EXPECTED}; found {found}"):
        read(content, "t.json")


def test_brackets_and_braces_in_a_text_file_are_text() -> None:
    lines = ["[Video] Storm", "{x}", "[ ] to do", "[[ ## answer ## ]]", "[]x"]
    for line in lines:
        assert texts(read(line)) == [line]
        assert texts(read(line, "trends", format_="text")) == [line]


@pytest.mark.parametrize("depth", [10, 100, 300, 700, 900, 960, 980, 990, 1000])
def test_what_stands_deep_below_an_entry_is_no_crash(depth: int) -> None:
    nested = "[" * depth + "]" * depth
    for name in ("t.json", "t.jsonl"):
        content = f'{{"topic": "Tea", "date": {nested}}}'
        topics = read_or_refused(f"[{content}]" if name == "t.json" else content, name)
        # How deep Python reads JSON depends on how deep it is called.
        assert topics is not None or depth > 700
        if topics is not None:
            assert texts(topics) == ["Tea"]
            assert topics.troubles[0].startswith("1 dates that cannot be read, the first at list")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["topic", "date", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@FIXED
@given(value=JSON, indent=st.none() | st.integers(0, 3), name=st.sampled_from(["t.json", "trends", "t.txt"]))
def test_every_entry_of_an_array_is_told_and_other_json_is_no_crash(value: Any, indent: int | None, name: str) -> None:
    topics = read_or_refused(json.dumps(value, indent=indent), name)
    if isinstance(value, list) and all(isinstance(entry, str | dict) for entry in value):
        assert topics is not None
        told = len(topics.topics) + len(topics.rejected) + len(topics.repeated)
        assert told == len(value) or (name == "t.txt" and not value)  # there `[]` is a line without a letter
    elif name == "t.json":
        assert topics is None


# -- which format ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content_type", "content", "text"),
    [
        ("t.XML", "text/plain", RSS, "Tea"),
        ("t.xml.gz", None, gzip.compress(RSS, mtime=0), "Tea"),
        ("t.xml", None, gzip.compress(RSS, mtime=0), "Tea"),
        ("t.txt", "text/plain", RSS, "Tea"),
        ("http://127.0.0.1/rss", "text/html; charset=utf-8", RSS, "Tea"),
        ("http://127.0.0.1/trends", "application/rss+xml", b" \n" + RSS, "Tea"),
        ("http://127.0.0.1/trends", "text/csv", b"topic\nTea", "Tea"),
        ("http://127.0.0.1/trends", "text/tab-separated-values; charset=utf-8", b"topic\nTea", "Tea"),
        ("http://127.0.0.1/trends", "application/json", b'["Tea"]', "Tea"),
        ("http://127.0.0.1/trends", "application/x-ndjson", b'"Tea"', "Tea"),
        ("trends", None, RSS.decode().encode("utf-16"), "Tea"),
        ("trends", None, b'{"topic": "Tea"}\n', "Tea"),
        ("trends", None, b"topic,date\r\nTea,2026-11-20\r\n", "Tea"),
        ("trends", None, "日期,话题\n2026-11-20,Tea\n".encode(), "Tea"),
        ("trends", None, b"Tea\nSilk", "Tea"),
        ("trends", None, b'"Tea" is quoted', '"Tea" is quoted'),
        ("t.csv", "application/rss+xml", b"topic\nTea", "Tea"),
    ],
)
def test_the_format_is_told_by_suffix_type_and_content(
    name: str, content_type: str | None, content: bytes, text: str
) -> None:
    assert texts(read(content, name, content_type=content_type))[0] == text


def test_a_format_that_is_named_wins() -> None:
    assert texts(read("topic,date", "t.csv", format_="text")) == ["topic,date"]
    with pytest.raises(UsageFault, match="--format yaml: must be one of text, csv, tsv, jsonl, json, feed"):
        read("Tea", format_="yaml")


def test_an_empty_file_says_so() -> None:
    assert read("").troubles == ("topics.txt: is empty",)
    assert read(" \n").topics == ()


def test_what_is_too_large_is_refused_compressed_or_not() -> None:
    with pytest.raises(UnreadableFile, match=rf"^topics\.txt: larger than {MAX_SOURCE_BYTES} bytes"):
        read(b"\n" * (MAX_SOURCE_BYTES + 1))
    with pytest.raises(UnreadableFile, match=rf"^t\.gz: inflates to more than {MAX_SOURCE_BYTES} bytes"):
        read(gzip.compress(b"\n" * (MAX_SOURCE_BYTES + 1)), "t.gz")


def test_gzip_in_gzip_is_inflated_once() -> None:
    with pytest.raises(UnreadableFile, match="not UTF-8"):
        read(gzip.compress(gzip.compress(b"Tea")), "t.txt.gz")


# -- dates -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        (" 2026/1/2 ", date(2026, 1, 2)),
        ("2026年11月22日", date(2026, 11, 22)),
        ("2026-11-22T23:59:59", date(2026, 11, 22)),
        ("2026-11-22 20:00:00-05:00", date(2026, 11, 23)),
        ("2026-11-22T03:00:00+08:00", date(2026, 11, 21)),
        ("20261122", date(2026, 11, 22)),
        ("1763855999", date(2025, 11, 22)),
        ("1763856000", date(2025, 11, 23)),
        (" 1763855999.75 ", date(2025, 11, 22)),
        ("1763855999999", date(2025, 11, 22)),
        ("1763856000000.0", date(2025, 11, 23)),
        # As ISO 8601 without separators this would be a day of 1712.
        ("1712051231234", date(2024, 4, 2)),
        ("Sun, 22 Nov 2026 17:00:00 GMT", date(2026, 11, 22)),
        ("22 Nov 2026 20:00:00 -0500", date(2026, 11, 23)),
        ("", None),
    ],
)
def test_dates_are_read_as_days_in_utc(written: str, day: date | None) -> None:
    assert read_date(written) == day


@pytest.mark.parametrize(
    "written",
    [
        "9999999999", "9999999999999", "4102444800", "0000000000", "0000000000001", "123456789", "17638559991",
        "-1763855999", "1763855999.", "１７６３８５５９９９", "1.7e9", "99999-01-01", "0000-01-01",
    ],
)  # fmt: skip
def test_numbers_that_are_no_time_of_this_century_are_no_dates(written: str) -> None:
    with pytest.raises(ValueError, match=r"date|year|month"):
        read_date(written)


def test_epochs_are_read_as_numbers_and_as_texts() -> None:
    lines = [
        '{"topic": "A", "timestamp": 1763855999}',
        '{"topic": "B", "timestamp": "1763856000000"}',
        '{"topic": "C", "published": 1763856000000}',
        '{"topic": "D", "timestamp": 1763855999.5}',
    ]
    days = [date(2025, 11, 22), date(2025, 11, 23), date(2025, 11, 23), date(2025, 11, 22)]
    for content, name in (("\n".join(lines), "t.jsonl"), (f"[{','.join(lines)}]", "t.json")):
        assert [topic.published for topic in read(content, name).topics] == days
    table = read("topic,timestamp\nA,1763855999\nB,1763856000000\n", "t.csv")
    assert [topic.published for topic in table.topics] == days[:2]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("9999999999", "9999999999"),
        ("5", "5"),
        ("true", "True"),
        ("NaN", "nan"),
        ("[1763855999]", "list"),
        ("{}", "dict"),
    ],
)
def test_values_that_are_no_dates_are_counted_and_the_topic_stays(written: str, shown: str) -> None:
    topics = read(f'{{"topic": "Tea", "timestamp": {written}}}', "t.jsonl")
    assert topics.topics == (Topic("Tea", "list", None, "list:1"),)
    assert topics.troubles == (f"1 dates that cannot be read, the first at list:1: '{shown}'",)


@FIXED
@given(
    written=st.text(max_size=80)
    | st.integers().map(str)
    | st.floats().map(str)
    | st.sampled_from(["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "1" * 70, "0000-00-00"])
)
def test_what_is_no_date_is_a_value_error(written: str) -> None:
    try:
        day = read_date(written)
    except ValueError:
        return
    assert day is None or isinstance(day, date)
