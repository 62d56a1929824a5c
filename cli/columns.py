"""Tables of text as wide as the terminal: cells are wrapped, and columns that do not fit stand below the others."""

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

from .console import printable

_GAP = "  "
#: What a column takes at most as long as there is more than one of them.
_WIDEST = 40
_NARROWEST = 8


def lay_out(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The lines of a table.

    Args:
        header: names of the columns; the first column names the rows, and is repeated before columns that stand below.
        rows: as many cells as the header has.
        width: columns of the terminal.
    """
    table = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = _widths(table, width)
    lines: list[str] = []
    for columns in _portions(widths, width):
        if lines:
            lines.append("")
        for row in table:
            lines += _lines([(row[column], widths[column]) for column in columns])
    return lines


def _widths(table: Sequence[Sequence[str]], width: int) -> list[int]:
    natural = [max(cell_len(row[column]) for row in table) for column in range(len(table[0]))]
    if sum(natural) + len(_GAP) * (len(natural) - 1) <= width:
        return natural
    first = min(natural[0], max(_NARROWEST, width * 2 // 5))
    room = max(_NARROWEST, width - first - len(_GAP))
    return [first, *(min(column, _WIDEST, room) for column in natural[1:])]


def _portions(widths: Sequence[int], width: int) -> list[list[int]]:
    """The columns that stand beside each other, each time behind the first."""
    portions: list[list[int]] = []
    left = 0
    for column in range(1, len(widths)):
        needed = len(_GAP) + widths[column]
        if not portions or needed > left:
            portions.append([0])
            left = width - widths[0]
        portions[-1].append(column)
        left -= needed
    return portions


def _lines(cells: Sequence[tuple[str, int]]) -> list[str]:
    """A row, on as many lines as its longest cell takes."""
    wrapped = [wrap(text, width) for text, width in cells]
    height = max(map(len, wrapped))
    return [
        _GAP.join(
            set_cell_size(part[number] if number < len(part) else "", width)
            for part, (_, width) in zip(wrapped, cells, strict=True)
        ).rstrip()
        for number in range(height)
    ]


def wrap(text: str, width: int) -> list[str]:
    """Text on lines of at most so many columns, broken between words where that is possible."""
    lines = [""]
    for word in text.split():
        for part in chop_cells(word, width):
            joined = f"{lines[-1]} {part}" if lines[-1] else part
            if cell_len(joined) <= width:
                lines[-1] = joined
            else:
                lines.append(part)
    return lines
