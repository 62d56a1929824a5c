"""A lineage as PNG, drawn by Matplotlib without its global state, which is imported only when a picture is drawn."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from ...files import write_bytes_atomically
from ...knowledge.formats.fonts import Font, Fonts
from .layout import BOX_WIDTH, FONT_SIZE, LINE_HEIGHT, PADDING, Arrow, Box, Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Affine2D

_DPI = 150
_PIXELS_PER_INCH = 100.0
_POINTS_PER_PIXEL = 72 / _PIXELS_PER_INCH


def write_png(picture: Picture, path: Path) -> list[str]:
    """Write the picture: the same bytes for the same lineage on the same machine.

    Returns:
        A sentence on the lines that are left out since no font here has their characters, or nothing.

    Raises:
        OutputFault: the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.transforms import Affine2D

    size = (picture.width / _PIXELS_PER_INCH, picture.height / _PIXELS_PER_INCH)
    figure = Figure(figsize=size, dpi=_DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    scale = _DPI / _PIXELS_PER_INCH
    place = Affine2D().scale(scale, -scale).translate(0, picture.height * scale)  # the layout counts from the top
    for arrow in picture.arrows:
        _draw_arrow(figure, arrow, place)
    fonts = Fonts()
    missing = sum(_draw_box(figure, box, place, fonts) for box in picture.boxes)
    drawn = io.BytesIO()
    canvas.print_png(drawn, metadata={"Software": None})
    with write_bytes_atomically(path) as file:
        file.write(drawn.getvalue())
    if not missing:
        return []
    return [
        f"{path}: lines left out: {missing}; no font on this machine has their characters: install one with Chinese "
        "characters, such as Noto Sans CJK, or write an .svg"
    ]


def _draw_arrow(figure: "Figure", arrow: Arrow, place: "Affine2D") -> None:
    """A line with soft bends, and a tip at what something was made from."""
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path as Outline

    points, codes = [arrow.points[0]], [Outline.MOVETO]
    for x, y in arrow.points[1:]:
        before = points[-1]
        middle = (before[0] + x) / 2
        points += [(middle, before[1]), (middle, y), (x, y)]
        codes += [Outline.CURVE4] * 3
    style = {"edgecolor": "#777777", "transform": place}
    figure.add_artist(PathPatch(Outline(points, codes), facecolor="none", linewidth=0.8, **style))
    x, y = arrow.points[-1]
    figure.add_artist(Polygon([(x, y), (x - 7, y - 3.5), (x - 7, y + 3.5)], facecolor="#777777", linewidth=0, **style))


def _draw_box(figure: "Figure", box: Box, place: "Affine2D", fonts: Fonts) -> int:
    """A box with its lines; returns how many lines there is no font for."""
    from matplotlib.patches import Rectangle

    outline = Rectangle((box.left, box.top), BOX_WIDTH, box.height, facecolor=box.colour, edgecolor="#999999")
    outline.set_linewidth(0.8)
    outline.set_transform(place)
    figure.add_artist(outline)
    missing = 0
    for number, line in enumerate(box.lines):
        text = "".join(each if each.isprintable() else " " for each in line)
        font = fonts.find(text, bold=number == 0)
        if font is None:
            missing += 1
        else:
            bottom = box.top + PADDING + (number + 1) * LINE_HEIGHT - 4
            _write(figure, text, font, (box.left + PADDING, bottom), place)
    return missing


def _write(figure: "Figure", text: str, font: Font, at: tuple[float, float], place: "Affine2D") -> None:
    from matplotlib.font_manager import FontPath, FontProperties
    from matplotlib.text import Text

    properties = FontProperties(fname=FontPath(font.path, font.face), size=FONT_SIZE * _POINTS_PER_PIXEL)
    drawn = Text(at[0], at[1], text, fontproperties=properties, parse_math=False, usetex=False, transform=place)
    figure.add_artist(drawn)
