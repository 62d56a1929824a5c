"""Long hostile texts: the work of every rule grows with the length of a text, and no faster."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import condor.corpus.filters as filters
from condor.corpus.filters.language import _CODE, _LATIN_WORD
from condor.corpus.filters.screening import FilterSettings, broken_rules
from condor.corpus.filters.truncated_end import _CODE as _CODE_AT_THE_END
from condor.corpus.filters.truncated_end import _JSON_STRING
from condor.corpus.formats import STAGES
from condor.vocabulary import LANGUAGES, Language

from filter_sample import make_chain

#: Patterns without a bound on what they match. None can begin and then fail: what was read is read once.
ENDLESS = {_CODE.pattern: "```", _LATIN_WORD.pattern: "a", _CODE_AT_THE_END.pattern: "```", _JSON_STRING.pattern: '"'}
#: What a pattern matches at most otherwise, in characters.
WIDEST = 600

UNITS = [
    *(
        "a",
        " ",
        "\n",
        "(",
        "[",
        "{",
        "（",
        "“",
        '"',
        '\\"',
        "[]",
        "{}",
        "|",
        "#",
        "-",
        "@",
        "1",
        "1 ",
        "啊",
        "。",
        ".",
        ":",
    ),
    *(
        "a@",
        "a.",
        "a@b.",
        "1-",
        "+1 ",
        "```\n",
        "~~~\n",
        "1. ",
        "1.\n",
        "- \n",
        "a\n\n",
        '"\n',
        "\t",
        "**",
        "\u2028",
        "<|",
    ),
    *(
        "[[ ## ",
        "given the ",
        "the feedback ",
        "here is ",
        "I can't help ",
        "根据反馈",
        "以下是",
        "[Improved ",
        "turn down ",
    ),
]


def patterns() -> Iterator[tuple[str, "re.Pattern[str]"]]:
    for module in pkgutil.iter_modules(filters.__path__):
        for name, value in vars(importlib.import_module(f"{filters.__name__}.{module.name}")).items():
            for each in value.values() if isinstance(value, dict) else (value,):
                if isinstance(each, re.Pattern):
                    yield f"{module.name}.{name}", each


def widest(pattern: "re.Pattern[str]") -> int:
    parser: Any = importlib.import_module("re._parser")
    return parser.parse(pattern.pattern, pattern.flags).getwidth()[1]


def test_every_pattern_reads_a_bounded_stretch_from_wherever_it_begins() -> None:
    found = dict(patterns())
    assert len(found) >= 30
    unbounded = {name: each for name, each in found.items() if widest(each) > WIDEST}
    assert {each.pattern for each in unbounded.values()} == set(ENDLESS), unbounded


def test_the_bound_is_seen_where_it_is_missing() -> None:
    assert widest(re.compile(r"[a-z]+@")) > WIDEST
    assert widest(re.compile(r"[a-z]{1,64}@")) <= WIDEST


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(st.sampled_from(sorted(ENDLESS.items())), st.text('ab"\\`\n', max_size=30))
def test_an_endless_pattern_that_begins_never_fails(pattern: tuple[str, str], rest: str) -> None:
    assert re.compile(pattern[0], re.DOTALL).match(pattern[1] + rest) is not None


def lines_executed(text: str, language: Language) -> int:
    """Lines of Python in the filters' files that all the rules together execute for a text."""
    chain = make_chain("view", language, "Tell me about it. 说说吧。", "first", text)
    executed = 0

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal executed
        if "filters" not in frame.f_code.co_filename:
            return None
        executed += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        list(broken_rules(chain, FilterSettings(), stage="refine", score=None))
    finally:
        sys.settrace(before)
    return executed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", UNITS)
def test_a_text_twice_as_long_takes_at_most_about_twice_the_work(unit: str, language: Language) -> None:
    first, second = (lines_executed(f"x{unit * (size // len(unit))}", language) for size in (1500, 3000))
    assert second <= 2.2 * first + 200


@pytest.mark.parametrize(("unit", "language"), [("a", "en"), ('\\"', "en"), ("given the ", "en"), ("啊", "zh")])
def test_a_megabyte_of_one_thing_is_judged(unit: str, language: Language) -> None:
    chain = make_chain("view", language, "Tell me about it. 说说吧。", "first", unit * (1_000_000 // len(unit)))
    fired = [found.rule for found in broken_rules(chain, FilterSettings(), stage="refine", score=None)]
    assert fired[0] == "length"


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(
    text=st.text(st.sampled_from('a .\n-1)(`#|[]{}"“”：:，。的@+<>\u2028\r😀'), min_size=1),
    language=st.sampled_from(LANGUAGES),
)
def test_no_text_is_too_strange_for_a_rule(text: str, language: Language) -> None:
    chain = make_chain("view", language, "Tell me about it. 说说吧。", "first", text)
    for stage in STAGES:
        for found in broken_rules(chain, FilterSettings(), stage=stage, score=None):
            assert len(found.detail.splitlines()) == 1
            assert found.figure >= 0
