"""A sunburst as PNG, drawn by Matplotlib without its global state. It is imported here only when a picture is drawn."""

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from ...files import write_bytes_atomically
from .fonts import Font, Fonts
from .sunburst_layout import CENTRE, FOOT, SIZE, Arc, Label, Picture

if TYPE_CHECKING:
    from matplotlib.patches import Wedge
    from matplotlib.text import Text
    from matplotlib.transforms import Affine2D

#: The picture's resolution: 2 dots for each pixel of the SVG.
_DPI = 200
_PIXELS_PER_INCH = 100.0
_POINTS_PER_PIXEL = 72 / _PIXELS_PER_INCH


def write_png(picture: Picture, path: Path) -> list[str]:
    """Write the picture: the same bytes for the same tree on the same machine.

    Returns:
        A sentence on the labels that are left out since no font here has their characters, or nothing.

    Raises:
        OutputFault: the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import PatchCollection
    from matplotlib.figure import Figure
    from matplotlib.transforms import Affine2D

    height = SIZE + FOOT
    figure = Figure(figsize=(SIZE / _PIXELS_PER_INCH, height / _PIXELS_PER_INCH), dpi=_DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    scale = _DPI / _PIXELS_PER_INCH
    place = Affine2D().scale(scale, -scale).translate(0, height * scale)  # the SVG counts from the top
    wedges = PatchCollection([_wedge(arc) for arc in picture.arcs], match_original=True, transform=place)
    figure.add_artist(wedges)
    fonts = Fonts()
    found = [(label, fonts.find(label.text, bold=label.bold)) for label in picture.labels]
    for label, font in found:
        if font is not None:
            figure.add_artist(_text(label, font, place))
    drawn = io.BytesIO()
    canvas.print_png(drawn, metadata={"Software": None})
    with write_bytes_atomically(path) as file:
        file.write(drawn.getvalue())
    return _missing(sum(font is None for _, font in found), path)


def _missing(labels: int, path: Path) -> list[str]:
    if not labels:
        return []
    return [
        f"{path}: labels left out: {labels}; no font on this machine has their characters: install one with Chinese "
        "characters, such as Noto Sans CJK, or take the SVG"
    ]


def _wedge(arc: Arc) -> "Wedge":
    from matplotlib.patches import Wedge

    return Wedge(
        (CENTRE, CENTRE),
        arc.outer,
        math.degrees(arc.begin) - 90,
        math.degrees(arc.end) - 90,
        width=arc.outer - arc.inner,
        facecolor=arc.colour,
        edgecolor="white",
        linewidth=arc.stroke * _POINTS_PER_PIXEL,
    )


def _text(label: Label, font: Font, place: "Affine2D") -> "Text":
    from matplotlib.font_manager import FontPath, FontProperties
    from matplotlib.text import Text

    return Text(
        label.x,
        label.y,
        label.text,
        color=label.colour,
        fontproperties=FontProperties(fname=FontPath(font.path, font.face), size=label.size * _POINTS_PER_PIXEL),
        rotation=-label.turn,
        rotation_mode="anchor",
        horizontalalignment="center",
        verticalalignment="center_baseline",
        parse_math=False,
        usetex=False,
        transform=place,
    )
