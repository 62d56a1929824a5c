"""Replies as models write them: every character of a field survives, and what is broken is refused."""

import json
import re
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from condor.programs import CondorAdapter
from condor.programs.reading import read_json, split_fields
from condor.signatures import WriteQuestionTriple

COMPLETED = "[[ ## completed ## ]]"

MANY_SHAPES = {
    "several lines": "First line.\n\nThird line, after an empty one.",
    "markdown": "# Title\n\n> quote\n\n- *one*\n- **two**\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "numbered list": "1. one\n2. two\n3. three\n\n3.14 is no list item",
    "code block": "What does this print?\n\n```python\nfor i in range(3):\n    print(f'{i}: {{}}')\n```",
    "json": '{"answer": [1, 2, {"a": null}]}',
    "indentation": "def f():\n    if x:\n\t\treturn 1",
    "line separator": "before\u2028after\u2029end",
    "next line": "before\x85after",
    "form feed and vertical tab": "before\x0cafter\x0bend",
    "file separators": "a\x1cb\x1dc\x1ed",
    "carriage returns": "one\r\ntwo\rthree",
    "chinese": "请比较两种茶:\n一、绿茶\n二、红茶",
    "emoji": "👩‍👩‍👧 and 🇨🇳",
    "thinking in the middle": "Explain what <think> and </think> mean.",
    "a marker in a line": "The format writes [[ ## answer ## ]] before a field.",
    "another marker on its own line": "Explain:\n[[ ## reasoning ## ]]\nwhat is it?",
    "its own marker on a line": "Explain:\n[[ ## answer ## ]]\nwhat is it?",
    "looks like a label": "Question 1: easy\nAnswer: none",
}


@pytest.mark.parametrize("text", MANY_SHAPES.values(), ids=MANY_SHAPES.keys())
def test_a_field_comes_back_whole(text: str) -> None:
    reply = f"[[ ## answer ## ]]\n{text}\n\n{COMPLETED}"
    assert split_fields(reply, ["answer"]) == {"answer": text}


@pytest.mark.parametrize("text", MANY_SHAPES.values(), ids=MANY_SHAPES.keys())
def test_a_field_between_others_comes_back_whole(text: str) -> None:
    text = text.replace("[[ ## answer ## ]]", "[[ ## middle ## ]]")
    reply = f"[[ ## first ## ]]\none\n\n[[ ## middle ## ]]\n{text}\n\n[[ ## last ## ]]\nthree\n\n{COMPLETED}"
    assert split_fields(reply, ["first", "middle", "last"]) == {"first": "one", "middle": text, "last": "three"}


def test_only_white_space_at_the_ends_of_a_field_is_trimmed() -> None:
    assert split_fields("[[ ## a ## ]]\n\n  one\n\n two  \n\n", ["a"]) == {"a": "one\n\n two"}


def test_fields_may_come_in_another_order() -> None:
    reply = f"[[ ## suggestions ## ]]\nc\n[[ ## strengths ## ]]\na\nA\n[[ ## weaknesses ## ]]\nb\n{COMPLETED}"
    found = split_fields(reply, ["strengths", "weaknesses", "suggestions"])
    assert found == {"strengths": "a\nA", "weaknesses": "b", "suggestions": "c"}


def test_echoed_inputs_before_the_outputs_are_skipped() -> None:
    reply = f"[[ ## question ## ]]\nWhy?\n\n[[ ## language ## ]]\nEnglish\n\n[[ ## answer ## ]]\nSo.\n\n{COMPLETED}"
    assert split_fields(reply, ["answer"]) == {"answer": "So."}


def test_words_before_the_first_marker_are_skipped() -> None:
    assert split_fields(f"Sure! Here it is:\n\n[[ ## answer ## ]]\nSo.\n{COMPLETED}", ["answer"]) == {"answer": "So."}


def test_words_after_the_end_marker_are_skipped() -> None:
    assert split_fields(f"[[ ## answer ## ]]\nSo.\n{COMPLETED}\n\nAnything else?", ["answer"]) == {"answer": "So."}


def test_an_end_marker_before_the_first_field_ends_nothing() -> None:
    assert split_fields(f"{COMPLETED}\n[[ ## answer ## ]]\nSo.\nYes.", ["answer"]) == {"answer": "So.\nYes."}


def test_the_end_marker_may_be_missing() -> None:
    assert split_fields("[[ ## answer ## ]]\nSo.\n\nAnd so on.\n", ["answer"]) == {"answer": "So.\n\nAnd so on."}


def test_a_field_may_start_on_the_line_of_its_marker() -> None:
    reply = f"[[ ## a ## ]] one\nmore\n[[ ## b ## ]]  two\n{COMPLETED}"
    assert split_fields(reply, ["a", "b"]) == {"a": "one\nmore", "b": "two"}


def test_an_end_marker_at_the_end_of_the_last_line_is_no_part_of_the_field() -> None:
    assert split_fields(f"[[ ## answer ## ]] 42 {COMPLETED}", ["answer"]) == {"answer": "42"}


def test_markers_may_be_indented_and_end_in_a_carriage_return() -> None:
    reply = f"  [[ ## a ## ]]\r\none\r\n\t[[ ## b ## ]]\r\ntwo\r\n{COMPLETED}\r\n"
    assert split_fields(reply, ["a", "b"]) == {"a": "one", "b": "two"}


def test_an_empty_field_is_empty_and_a_missing_one_is_absent() -> None:
    reply = f"[[ ## a ## ]]\n\n[[ ## b ## ]]\ntext\n{COMPLETED}"
    assert split_fields(reply, ["a", "b", "c"]) == {"a": "", "b": "text"}


@pytest.mark.parametrize("reply", ["", "no markers at all", "## answer ##\nSo.", "[[ ## other ## ]]\nSo."])
def test_a_reply_without_the_field_has_none(reply: str) -> None:
    assert split_fields(reply, ["answer"]) == {}


@pytest.mark.parametrize("before", ["", "\n", "  \n"])
def test_a_closed_think_block_is_no_part_of_the_reply(before: str) -> None:
    thinking = "<think>\nI could write\n[[ ## answer ## ]]\na draft\n[[ ## completed ## ]]\n</think>"
    reply = f"{before}{thinking}\n\n[[ ## answer ## ]]\nSo.\n{COMPLETED}"
    assert split_fields(reply, ["answer"]) == {"answer": "So."}


def test_a_think_block_that_never_closes_leaves_no_reply() -> None:
    assert split_fields("<think>\nHmm.\n[[ ## answer ## ]]\na draft\n", ["answer"]) == {}


def test_a_think_block_at_the_head_of_a_field_is_removed_and_one_inside_stays() -> None:
    for tag in ("think", "thinking"):
        reply = f"[[ ## answer ## ]]\n<{tag}>hidden\n[[ ## completed ## ]] not yet</{tag}>\nSo. <{tag}>shown</{tag}>"
        assert split_fields(reply, ["answer"]) == {"answer": f"So. <{tag}>shown</{tag}>"}


def test_what_follows_the_end_marker_is_no_part_of_the_answer() -> None:
    for chatter in ("\nI hope this helps!", "\n\n[[ ## question ## ]]\nAnother?", " "):
        assert split_fields(f"[[ ## answer ## ]]\nYes.\n{COMPLETED}{chatter}", ["answer"]) == {"answer": "Yes."}
        assert split_fields(f"[[ ## answer ## ]]\nYes. {COMPLETED}{chatter}", ["answer"]) == {"answer": "Yes."}


@pytest.mark.parametrize(
    "text",
    [
        f"Yes.\n{COMPLETED}\n\n[[ ## question ## ]]\nMore?\n\n[[ ## answer ## ]]\nNo.\n{COMPLETED}",
        f"It ends with\n{COMPLETED}\nas the prompt says.\n{COMPLETED}",
    ],
)
def test_a_text_with_two_end_markers_is_an_error_and_not_a_guess(text: str) -> None:
    """A model that goes on talking to itself, or one that quotes the marker: the reply does not tell which."""
    with pytest.raises(ValueError, match="more than one end marker"):
        split_fields(f"[[ ## answer ## ]]\n{text}", ["answer"])


def test_json_says_itself_where_it_ends() -> None:
    inside = f'["a\n{COMPLETED}\nb"]'
    reply = f"[[ ## tags ## ]]\n{inside}\n{COMPLETED}"
    assert split_fields(reply, ["tags"], json_fields=["tags"]) == {"tags": inside}
    runaway = f"{reply}\n[[ ## path ## ]]\n[]\n[[ ## tags ## ]]\n[]\n{COMPLETED}"
    assert read_json(split_fields(runaway, ["tags"], json_fields=["tags"])["tags"]) == [f"a\n{COMPLETED}\nb"]


def test_a_marker_that_is_quoted_at_the_head_of_a_line_does_not_cut_the_field_before_it() -> None:
    reply = (
        "[[ ## strengths ## ]]\nClear.\n[[ ## weaknesses ## ]] is quoted, too.\n\n"
        f"[[ ## weaknesses ## ]]\nShort.\n\n[[ ## suggestions ## ]]\nMore.\n{COMPLETED}"
    )
    assert split_fields(reply, ["strengths", "weaknesses", "suggestions"]) == {
        "strengths": "Clear.\n[[ ## weaknesses ## ]] is quoted, too.",
        "weaknesses": "Short.",
        "suggestions": "More.",
    }


# -- JSON ------------------------------------------------------------------------------------------------------------

#: Pieces on which parsers stumble: markers, fences, quotes, escapes, separators.
_PITFALLS = [
    f"\n{COMPLETED}\n",
    "\n[[ ## questions ## ]]\n",
    "\n[[ ## answer ## ]]\n",
    "\n```json\n{}\n```\n",
    "```",
    '"',
    '", "hard": "',
    "}",
    "{",
    "]",
    "\\",
    "\\\\",
    '\\"',
    "\\n",
    "\\u0041",
    "\\(x\\)",
    "\\frac{a}{b}",
    "<think>",
    "</think>",
    "\n",
    "\r\n",
    "\t",
    "\u2028",
    "\x85",
    "\x0b",
    "\x1c",
    "\n1. ",
    "\n# ",
    "//",
    "\ufeff",
    "\U0001f600",
]

# U+0008 and U+000C have tests of their own: written in short they cannot be told from LaTeX.
_TEXT = (
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x08\x0c"), max_size=20),
            st.sampled_from(_PITFALLS),
        ),
        min_size=1,
        max_size=6,
    )
    .map(lambda pieces: "".join(pieces).strip())
    .filter(bool)
)

DIFFICULTIES = ("easy", "medium", "hard")


def _with_raw_breaks(source: str) -> str:
    """The JSON with line breaks and tabs inside its strings left as they are, as models like to write it."""
    raw = {"\\n": "\n", "\\t": "\t", "\\r": "\r"}
    return re.sub(r"\\.", lambda match: raw.get(match.group(0), match.group(0)), source)


@given(
    texts=st.tuples(_TEXT, _TEXT, _TEXT),
    escaped=st.booleans(),
    raw_breaks=st.booleans(),
    indent=st.sampled_from([None, 2]),
    fenced=st.booleans(),
    marker=st.booleans(),
)
@example(("a\n" + COMPLETED + "\nb", "[[ ## questions ## ]]", "c"), False, True, None, False, True)
@example(("</think>\n[[ ## questions ## ]]", "b", "c"), False, True, None, False, True)
@example(("```json\n{}\n```", "b", "```"), False, True, 2, True, True)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_any_three_questions_come_back_exactly(
    texts: tuple[str, str, str], escaped: bool, raw_breaks: bool, indent: int | None, fenced: bool, marker: bool
) -> None:
    assume(len({" ".join(text.split()).casefold() for text in texts}) == 3)
    wanted = dict(zip(DIFFICULTIES, texts, strict=True))
    source = json.dumps(wanted, ensure_ascii=escaped, indent=indent)
    if raw_breaks:
        source = _with_raw_breaks(source)
    if fenced:
        source = f"```json\n{source}\n```"
    # Without an end marker of its own, a reply with raw breaks that holds one in its text is ambiguous.
    end = f"\n\n{COMPLETED}\n" if marker or raw_breaks else "\n"
    reply = f"[[ ## questions ## ]]\n{source}{end}"
    assert read_json(split_fields(reply, ["questions"], json_fields=["questions"])["questions"]) == wanted
    triple = CondorAdapter().parse(WriteQuestionTriple, reply)["questions"]
    assert (triple.easy, triple.medium, triple.hard) == texts


@pytest.mark.parametrize("character", ["\x08", "\x0c"], ids=["backspace", "form feed"])
@pytest.mark.parametrize("spelling", ["raw", "code point"])
def test_control_characters_that_are_written_without_doubt_survive_in_json(character: str, spelling: str) -> None:
    written = character if spelling == "raw" else f"\\u{ord(character):04x}"
    assert read_json(f'["before{written}after {written} end"]') == [f"before{character}after {character} end"]


@pytest.mark.parametrize("text", MANY_SHAPES.values(), ids=MANY_SHAPES.keys())
def test_json_with_raw_line_breaks_in_its_strings_is_read(text: str) -> None:
    source = '{"easy": "' + text.replace("\\", "\\\\").replace('"', '\\"') + '"}'
    assert read_json(source) == {"easy": text}


@pytest.mark.parametrize(
    "latex",
    [
        r"Solve \(x^2 = 4\) or \[x^3 = 8\].",
        r"\alpha + \gamma",
        r"\beta + \bar{x}",
        r"\frac{a}{b} and \forall x",
        r"\sqrt{2} \cdot \pi r^2",
        r"\sum_{i=1}^{n} x_i",
        r"\{1, 2\}",
        r"50\% of \$5 \& more",
        r"\underline{x} and \upsilon",
        r"a \\ b",
    ],
)
def test_latex_with_single_backslashes_is_read(latex: str) -> None:
    # A doubled backslash is JSON's own spelling of one.
    assert read_json('{"easy": "' + latex + '"}') == {"easy": latex.replace("\\\\", "\\")}


@pytest.mark.parametrize(
    "latex",
    [
        r"3 \times 4",
        r"the angle \theta",
        r"x \text{ if } y",
        r"\nabla f(x)",
        r"a \neq b",
        r"the density \rho",
        r"\left( x \right)",
    ],
)
def test_latex_commands_that_begin_like_a_json_escape_are_read(latex: str) -> None:
    assert read_json('{"easy": "' + latex + '"}') == {"easy": latex}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("['a', 'b']", ["a", "b"]),
        ("[\"it's\", 'b',]", ["it's", "b"]),
        ("{'easy': 'one\\ntwo', 'hard': \"x\"}", {"easy": "one\ntwo", "hard": "x"}),
    ],
)
def test_a_python_literal_is_read_since_the_prompt_asks_for_one(source: str, value: object) -> None:
    assert read_json(source) == value


def test_escaped_line_breaks_and_tabs_before_words_stay_what_they_are() -> None:
    source = r'["one\nabout\nelse\nunder\nnext\nnot this\tthird\table\textra\tone\rest\row"]'
    expected = "one\nabout\nelse\nunder\nnext\nnot this\tthird\table\textra\tone\rest\row"
    assert read_json(source) == [expected]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (r'["a \"quoted\" word"]', ['a "quoted" word']),
        (r'["\\alpha \\( \\frac"]', [r"\alpha \( \frac"]),
        (r'["caf\u00e9 \ud83d\ude00"]', ["café 😀"]),
        (r'["C:\\dir\/x"]', ["C:\\dir/x"]),
        ('{"a": [1, 2.5, true, null]}', {"a": [1, 2.5, True, None]}),
        ('  \n["x"]\n ', ["x"]),
    ],
)
def test_correct_json_is_read_as_it_says(source: str, value: Any) -> None:
    assert read_json(source) == value


@pytest.mark.parametrize(
    "wrapped",
    [
        "```json\n{body}\n```",
        "```\n{body}\n```",
        "```JSON  \n{body}\n  ```\n\n",
        "Here are the questions:\n\n{body}",
        "{body}\n\nI hope that they help!",
        "Here you are:\n```json\n{body}\n```\nEnjoy.",
        "\n\n  {body}",
    ],
)
@pytest.mark.parametrize("text", ["plain", "with ```python\nprint(1)\n``` inside", "with } and ] inside"])
def test_fences_and_prose_around_json_are_no_part_of_it(wrapped: str, text: str) -> None:
    value = {"easy": text, "hard": "x"}
    assert read_json(wrapped.replace("{body}", json.dumps(value))) == value
    assert read_json(wrapped.replace("{body}", json.dumps(value, indent=2))) == value


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "   ",
        "no JSON here",
        '"a string alone"',
        "42",
        "{",
        '{"easy": "cut off in the mid',
        '{"easy": "a", "medium": "b"',
        '["a", "b"',
        '{"easy": "a" "hard": "b"}',
        '{"easy": "an "unescaped" quote"}',
        '{easy: "no quotes"}',
        '{"easy": undefined}',
        '{"easy": "a" // a comment\n}',
        "- a\n- b",
    ],
)
def test_broken_json_is_an_error_and_not_a_guess(broken: str) -> None:
    with pytest.raises(ValueError, match=r"JSON"):
        read_json(broken)


def test_the_error_says_where_the_json_is_broken() -> None:
    with pytest.raises(ValueError, match="line 3, column 3"):
        read_json('{\n  "easy": "a"\n  "hard": "b"\n}')
