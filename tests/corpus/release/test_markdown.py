"""Text of any kind stays text in a card."""

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.release.markdown import fenced, plain, table

FIXED = settings(derandomize=True, database=None, max_examples=300)


@FIXED
@given(st.text(max_size=40))
def test_whatever_a_cell_holds_a_row_is_one_line_with_as_many_cells_as_its_header(text: str) -> None:
    lines = list(table(("name", "records"), [(text, 3), ("b", 4)]))
    assert all(len(line.splitlines()) == 1 for line in lines)
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines} == {3}
    assert lines[1] == "|---|---:|"


@FIXED
@given(st.text(alphabet="<>&|`*_[]\\ab\n\u2028", max_size=20))
def test_nothing_is_left_that_markdown_or_html_would_obey(text: str) -> None:
    shown = plain(text)
    assert not re.search(r"[<>\n\u2028]", shown)
    assert not re.search(r"(?<!\\)(?:\\\\)*[|`*_\[\]]", shown)


@FIXED
@given(st.text(alphabet="`a \n", max_size=30))
def test_no_code_ends_its_block_early(text: str) -> None:
    first, *inside, last = fenced(text, "sh")
    assert first == f"{last}sh"
    assert set(last) == {"`"}
    assert not any(line.startswith(last) for line in inside)


@FIXED
@given(st.text(alphabet="$@:/w.htpsHTPSW a1", max_size=30) | st.sampled_from(["http://a.b", "WWW.a.b", "$x$", "a@b.c"]))
def test_no_address_becomes_a_link_and_no_dollars_a_formula(text: str) -> None:
    shown = plain(text)
    assert not re.search(r"://|www\.|[$@]", shown, re.IGNORECASE)
    assert html.unescape(shown) == " ".join(text.split())


def test_a_cell_is_cut_where_it_would_fill_the_page() -> None:
    (*_, row) = table(("root tag", "records"), [("x" * 3000, 1)])
    assert row == f"| {'x' * 200}... | 1 |"
