"""A sunburst as SVG; the tags' whole paths are the titles that a pointer shows."""

import math
from pathlib import Path
from xml.sax.saxutils import escape

from ...files import write_atomically
from .sunburst_layout import CENTRE, FOOT, SIZE, Arc, Label, Picture


def write_svg(picture: Picture, path: Path) -> None:
    """Write the picture.

    Raises:
        OutputFault: the file cannot be written.
    """
    with write_atomically(path) as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE:.0f} {SIZE + FOOT:.0f}" '
            'font-family="sans-serif">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        )
        for arc in picture.arcs:
            file.write(_shape(arc))
        file.write('<g text-anchor="middle" dominant-baseline="central" pointer-events="none">\n')
        for label in picture.labels:
            file.write(_text(label))
        file.write("</g>\n</svg>\n")


def _shape(arc: Arc) -> str:
    middle = (arc.begin + arc.end) / 2  # by way of the middle, so that a whole circle is drawn as well
    outer = " ".join(f"A {arc.outer:.2f} {arc.outer:.2f} 0 0 1 {_point(a, arc.outer)}" for a in (middle, arc.end))
    inner = " ".join(f"A {arc.inner:.2f} {arc.inner:.2f} 0 0 0 {_point(a, arc.inner)}" for a in (middle, arc.begin))
    outline = f"M {_point(arc.begin, arc.outer)} {outer} L {_point(arc.end, arc.inner)} {inner} Z"
    stroke = f'stroke="#fff" stroke-width="{arc.stroke:.2f}"'
    return f'<path d="{outline}" fill="{arc.colour}" {stroke}><title>{escape(arc.title)}</title></path>\n'


def _text(label: Label) -> str:
    turn = f' transform="rotate({label.turn:.2f} {label.x:.2f} {label.y:.2f})"' if label.turn else ""
    weight = ' font-weight="bold"' if label.bold else ""
    return (
        f'<text x="{label.x:.2f}" y="{label.y:.2f}"{turn} font-size="{label.size:.2f}"{weight} '
        f'fill="{label.colour}">{escape(label.text)}</text>\n'
    )


def _point(angle: float, radius: float) -> str:
    return f"{CENTRE + radius * math.sin(angle):.2f} {CENTRE - radius * math.cos(angle):.2f}"
