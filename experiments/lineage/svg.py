"""A lineage as SVG, without Matplotlib: text stays text, whatever the script."""

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from ...corpus.text import clean_text
from ...files import write_atomically
from .layout import BOX_WIDTH, FONT_SIZE, LINE_HEIGHT, PADDING, Arrow, Box, Picture


def write_svg(picture: Picture, path: Path) -> None:
    """Write the picture.

    Raises:
        OutputFault: the file cannot be written.
    """
    with write_atomically(path) as file:
        size = f'width="{picture.width:.0f}" height="{picture.height:.0f}"'
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {picture.width:.0f} {picture.height:.0f}" '
            f'font-family="sans-serif" font-size="{FONT_SIZE:.0f}">\n<rect width="100%" height="100%" fill="#fff"/>\n'
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M 0 0 L 8 4 L 0 8 z" fill="#777"/></marker></defs>\n'
        )
        for arrow in picture.arrows:
            file.write(_arrow(arrow))
        for box in picture.boxes:
            file.writelines(_box(box))
        file.write("</svg>\n")


def _arrow(arrow: Arrow) -> str:
    """A line with soft bends; what it means is the title that a pointer shows."""
    (x, y), *others = arrow.points
    line, before = f"M {x:.1f} {y:.1f}", (x, y)
    for x, y in others:
        middle = (before[0] + x) / 2
        line += f" C {middle:.1f} {before[1]:.1f} {middle:.1f} {y:.1f} {x:.1f} {y:.1f}"
        before = (x, y)
    return (
        f'<path d="{line}" fill="none" stroke="#777" marker-end="url(#tip)"><title>{_text(arrow.how)}</title></path>\n'
    )


def _box(box: Box) -> Iterator[str]:
    yield (
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{BOX_WIDTH:.0f}" height="{box.height:.1f}" rx="6" '
        f'fill="{box.colour}" stroke="#999"/>\n'
    )
    for number, line in enumerate(box.lines):
        bottom = box.top + PADDING + (number + 1) * LINE_HEIGHT - 4
        weight = ' font-weight="bold"' if number == 0 else ""
        yield f'<text x="{box.left + PADDING:.1f}" y="{bottom:.1f}"{weight}>{_text(line)}</text>\n'


def _text(text: str) -> str:
    """Text for XML, which has no word for most control characters."""
    return escape("".join(each if each.isprintable() else " " for each in clean_text(text)))
