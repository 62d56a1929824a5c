"""A sunburst as PNG, drawn by Matplotlib without its global state. It is imported here only when a picture is drawn."""

import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...files import write_bytes_atomically
from .sunburst_layout import CENTRE, FOOT, SIZE, Arc, Label, Picture

if TYPE_CHECKING:
    from matplotlib.patches import Wedge
    from matplotlib.text import Text
    from matplotlib.transforms import Affine2D

#: The picture's resolution: 2 dots for each pixel of the SVG.
_DPI = 200
_PIXELS_PER_INCH = 100.0
_POINTS_PER_PIXEL = 72 / _PIXELS_PER_INCH
#: Fonts with Chinese characters by the beginning of their files' names, the better ones first.
_CHINESE_FONTS = (
    "notosanscjk",
    "notosanssc",
    "sourcehansans",
    "pingfang",
    "msyh",
    "wqy-microhei",
    "wqy-zenhei",
    "simhei",
    "simsun",
    "stheiti",
    "hiragino",
    "droidsansfallback",
    "arial unicode",
    "notoserifcjk",
)


class _Font(NamedTuple):
    """A font's file, which face of it, and the characters that it has."""

    path: str
    face: int
    characters: frozenset[int]


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
    fonts = _Fonts()
    found = [(label, fonts.find(label)) for label in picture.labels]
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


def _text(label: Label, font: _Font, place: "Affine2D") -> "Text":
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


class _Fonts:
    """The fonts of this machine, each opened when a label needs it: first Matplotlib's own, then the Chinese ones."""

    def __init__(self) -> None:
        self._known: dict[bool, list[_Font]] = {False: [], True: []}
        self._more = {bold: _fonts(bold=bold) for bold in self._known}

    def find(self, label: Label) -> _Font | None:
        """The first font that has all characters of a label."""
        wanted = set(map(ord, label.text))
        known = self._known[label.bold]
        found = next((font for font in known if wanted <= font.characters), None)
        while found is None and (font := next(self._more[label.bold], None)) is not None:
            known.append(font)
            found = font if wanted <= font.characters else None
        return found


def _fonts(*, bold: bool) -> Iterator[_Font]:
    from matplotlib import get_data_path
    from matplotlib.font_manager import findSystemFonts

    own = Path(get_data_path()) / "fonts" / "ttf" / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    yield _opened(str(own), 0)
    files = sorted(map(Path, findSystemFonts()))
    for name in _CHINESE_FONTS:
        for file in files:
            if file.name.lower().startswith(name) and "bold" not in file.name.lower():
                yield _opened(str(file), _simplified_face(file))


def _opened(path: str, face: int) -> _Font:
    from matplotlib.ft2font import FT2Font

    return _Font(path, face, frozenset(FT2Font(path, face_index=face).get_charmap()))


def _simplified_face(file: Path) -> int:
    """Which face of a collection has the characters as they are written in China; of a single font it is the first."""
    from matplotlib.ft2font import FT2Font

    path = str(file)
    faces = range(FT2Font(path).num_faces)
    return next((face for face in faces if FT2Font(path, face_index=face).family_name.endswith(" SC")), 0)
