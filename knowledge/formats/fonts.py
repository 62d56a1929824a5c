"""The fonts of this machine that pictures are labelled with: the first one that has all characters of a text."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

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


class Font(NamedTuple):
    """A font's file, which face of it, and the characters that it has."""

    path: str
    face: int
    characters: frozenset[int]


class Fonts:
    """The fonts of this machine, each opened when a label needs it: first Matplotlib's own, then the Chinese ones."""

    def __init__(self) -> None:
        self._known: dict[bool, list[Font]] = {False: [], True: []}
        self._more = {bold: _fonts(bold=bold) for bold in self._known}

    def find(self, text: str, *, bold: bool) -> Font | None:
        """The first font that has all characters of a text, or None."""
        wanted = set(map(ord, text))
        known = self._known[bold]
        found = next((font for font in known if wanted <= font.characters), None)
        while found is None and (font := next(self._more[bold], None)) is not None:
            known.append(font)
            found = font if wanted <= font.characters else None
        return found


def _fonts(*, bold: bool) -> Iterator[Font]:
    from matplotlib import get_data_path
    from matplotlib.font_manager import findSystemFonts

    own = Path(get_data_path()) / "fonts" / "ttf" / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    yield _opened(str(own), 0)
    files = sorted(map(Path, findSystemFonts()))
    for name in _CHINESE_FONTS:
        for file in files:
            if file.name.lower().startswith(name) and "bold" not in file.name.lower():
                yield _opened(str(file), _simplified_face(file))


def _opened(path: str, face: int) -> Font:
    from matplotlib.ft2font import FT2Font

    return Font(path, face, frozenset(FT2Font(path, face_index=face).get_charmap()))


def _simplified_face(file: Path) -> int:
    """Which face of a collection has the characters as they are written in China; of a single font it is the first."""
    from matplotlib.ft2font import FT2Font

    path = str(file)
    faces = range(FT2Font(path).num_faces)
    return next((face for face in faces if FT2Font(path, face_index=face).family_name.endswith(" SC")), 0)
