"""Tables keep within the terminal, in every script, and lose nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from condor.cli.columns import lay_out, wrap

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=100)
CELL = st.text("ab 家庭é-", max_size=60)
TABLES = st.integers(2, 6).flatmap(
    lambda columns: st.lists(
        st.lists(CELL.map(lambda text: f"x{text}"), min_size=columns, max_size=columns), min_size=1, max_size=5
    )
)


@FIXED
@given(table=TABLES, width=st.integers(20, 160))
def test_no_line_is_wider_than_the_terminal_and_no_character_is_lost(table: list[list[str]], width: int) -> None:
    lines = lay_out(table[0], table[1:], width)
    assert all(cell_len(line) <= width for line in lines)
    shown = re.sub(r"\s", "", "".join(lines))
    for character in "b家庭é-":
        there = sum(cell.count(character) for row in table for cell in row[1:])
        assert shown.count(character) >= there


def test_columns_stand_below_each_other_where_names_are_chinese() -> None:
    lines = lay_out(("数", "家庭", "b"), [("一二", "1", "ok"), ("x", "家", "no")], 40)
    assert lines == ["数    家庭  b", "一二  1     ok", "x     家    no"]
    assert {cell_len(line[: line.index(last)]) for line, last in zip(lines, ("b", "ok", "no"), strict=True)} == {12}


def test_columns_that_do_not_fit_stand_below_with_the_names_of_the_rows_again() -> None:
    lines = lay_out(("n", *("v" * 12,) * 3), [("row", "1", "2", "3")], 32)
    assert lines == [
        "n    vvvvvvvvvvvv  vvvvvvvvvvvv",
        "row  1             2",
        "",
        "n    vvvvvvvvvvvv",
        "row  3",
    ]


def test_a_long_cell_is_wrapped_between_words() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("家庭家庭家庭", 5) == ["家庭", "家庭", "家庭"]
    assert wrap("", 5) == [""]


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "bell\x07"])
def test_control_characters_are_shown_by_their_numbers(hostile: str) -> None:
    (_, line) = lay_out(("n", "a"), [("x", hostile)], 60)
    assert not set(line) & set("\x1b\x07")
    assert "\\x" in line
