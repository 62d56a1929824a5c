"""Nothing in a name or a value breaks a table of Markdown."""

from condor.experiments.comparison import Report, Section, as_markdown


def test_tables_and_notes() -> None:
    section = Section("Figures", ("figure", "a", "b"), (("kept", "1", "2"),))
    assert as_markdown(Report((section, section), ("so much",))) == (
        "## Figures\n\n| figure | a | b |\n| --- | ---: | ---: |\n| kept | 1 | 2 |\n\n"
        "## Figures\n\n| figure | a | b |\n| --- | ---: | ---: |\n| kept | 1 | 2 |\n\n"
        "- so much\n"
    )


def test_markup_and_line_breaks_are_text() -> None:
    row = ("a|b", "*x* <b> `c` \\", "[x](http://127.0.0.1) role_playing _x_\nnext\x1b[31m")
    table = as_markdown(Report((Section("t", ("n", "a", "b"), (row,)),), ("# no heading",)))
    assert (
        "| a\\|b | \\*x\\* \\<b\\> \\`c\\` \\\\ | [x\\](http://127.0.0.1) role_playing \\_x\\_ next [31m |\n" in table
    )
    assert "- \\# no heading\n" in table


def test_intervals_stay_readable() -> None:
    table = as_markdown(Report((Section("t", ("n", "a"), (("gain", "+0.50 [+0.31, +0.70] p 0.0004"),)),), ()))
    assert "| gain | +0.50 [+0.31, +0.70] p 0.0004 |" in table
