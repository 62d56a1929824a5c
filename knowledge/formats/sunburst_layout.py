"""Where the arcs and labels of a sunburst stand, for whatever draws them."""

import colorsys
import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..tree import HIDDEN_ROOT, KnowledgeTree

#: More arcs than this are too thin to see and too many to draw.
MAX_ARCS = 6_000
#: The side of the picture, and the strip under it for a note. All lengths are in pixels of the SVG.
SIZE, FOOT = 1_000.0, 30.0
CENTRE = SIZE / 2
_MAX_LEVELS = 8
_MARGIN = 10.0
_HOLE = 80.0
_FONT, _LEAST_FONT = 13.0, 6.5
#: How wide a ring is that has too many tags for labels, beside one that has labels.
_BARE_RING = 0.4
_GOLDEN = 0.618033988749895


@dataclass(frozen=True)
class Arc:
    """One tag's place: angles in radians clockwise from the top, radii, colour as #rrggbb, and its path as a title."""

    begin: float
    end: float
    inner: float
    outer: float
    colour: str
    title: str

    @property
    def stroke(self) -> float:
        """How wide its outline is: thinner than the arc, which would else be all outline."""
        return min(0.6, 0.2 * (self.end - self.begin) * self.outer)


@dataclass(frozen=True)
class Label:
    """A text centred on a point and turned about it, clockwise in degrees."""

    text: str
    x: float
    y: float
    turn: float
    size: float
    colour: str = "#222222"
    bold: bool = False


@dataclass(frozen=True)
class Picture:
    """All that is drawn, in order."""

    arcs: tuple[Arc, ...]
    labels: tuple[Label, ...]


def lay_out(tree: KnowledgeTree, max_arcs: int) -> Picture:
    """The sunburst of a tree.

    Args:
        tree: the tree.
        max_arcs: how many tags to show at most; whole levels are left out from the leaves upwards.
    """
    levels = _levels(tree, max_arcs)
    drawn = list(_arcs(tree, levels, max_arcs))
    labels = [label for node, arc in drawn if (label := _label(tree.name(node), arc))]
    return Picture(tuple(arc for _, arc in drawn), (*labels, *_captions(tree, len(drawn), len(levels))))


def _captions(tree: KnowledgeTree, drawn: int, levels: int) -> Iterator[Label]:
    """How many tags there are, in the middle; under the picture, what it leaves out."""
    number = f"{len(tree):,}"
    yield Label(number, CENTRE, CENTRE - 8, 0, min(34.0, 1.6 * _HOLE / _ems(number)), bold=True)
    yield Label("tag" if len(tree) == 1 else "tags", CENTRE, CENTRE + 20, 0, 16, "#555555")
    if drawn < len(tree):
        yield Label(f"{drawn} of {len(tree)} tags, levels 1 to {levels}", CENTRE, SIZE + 12, 0, 14, "#555555")


def _arcs(tree: KnowledgeTree, levels: list[list[int]], max_arcs: int) -> Iterator[tuple[int, Arc]]:
    """The nodes to draw with their arcs, level by level."""
    leaves = _leaf_counts(tree)
    radii = _radii([sum(len(tree.children(parent)) for parent in parents) for parents in levels])
    spans: dict[int, tuple[float, float, float]] = {HIDDEN_ROOT: (0.0, math.tau, 0.0)}
    coloured = next((depth for depth, parents in enumerate(levels) if len(tree.children(parents[0])) > 1), 0)
    drawn = 0
    for depth, parents in enumerate(levels):
        for parent in parents:
            begin, end, hue = spans[parent]
            unit = (end - begin) / max(1, leaves[parent])
            for child in tree.children(parent)[: max_arcs - drawn]:
                reach = begin + unit * leaves[child]
                hue = drawn * _GOLDEN % 1 if depth <= coloured else hue
                spans[child] = (begin, reach, hue)
                title = " > ".join(tree.path(child))
                yield child, Arc(begin, reach, radii[depth], radii[depth + 1], _colour(hue, depth), title)
                begin, drawn = reach, drawn + 1


def _levels(tree: KnowledgeTree, max_arcs: int) -> list[list[int]]:
    """For each level to draw, the nodes that it stands under; the first is drawn in any case."""
    levels = [[HIDDEN_ROOT]]
    shown = len(tree.children())
    while len(levels) < _MAX_LEVELS:
        parents = [child for parent in levels[-1] for child in tree.children(parent)]
        below = sum(len(tree.children(parent)) for parent in parents)
        if not below or shown + below > max_arcs:
            break
        levels.append(parents)
        shown += below
    return levels


def _radii(tags: Sequence[int]) -> list[float]:
    """Where each ring begins and the last one ends, from the number of tags on each level."""
    reach = CENTRE - _MARGIN
    room = math.tau * reach * 0.75 / _LEAST_FONT
    shares = [1.0 if number <= room else _BARE_RING for number in tags]
    unit = (reach - _HOLE) / sum(shares)
    return [_HOLE + unit * sum(shares[:depth]) for depth in range(len(tags) + 1)]


def _leaf_counts(tree: KnowledgeTree) -> dict[int, int]:
    """The leaves under each node; a leaf counts itself."""
    counts = {HIDDEN_ROOT: 0}
    edges = list(tree.edges())
    for _, child in edges:
        counts[child] = int(tree.is_leaf(child))
    for parent, child in reversed(edges):
        counts[parent] += counts[child]
    return counts


def _colour(hue: float, depth: int) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, min(0.9, 0.68 + 0.05 * depth), 0.55)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _label(tag: str, arc: Arc) -> Label | None:
    """A tag inside its arc: across the radius where the arc is long enough, else along it; None where neither fits."""
    text = "".join(char for char in tag if unicodedata.category(char) != "Cf")  # no mark that turns the text round
    middle, radius = (arc.begin + arc.end) / 2, (arc.inner + arc.outer) / 2
    ring, sweep = arc.outer - arc.inner, arc.end - arc.begin
    x, y = CENTRE + radius * math.sin(middle), CENTRE - radius * math.cos(middle)
    if _fits_across(_ems(text) * _FONT, radius, ring, sweep):
        upright = math.cos(middle) >= 0
        return Label(text, x, y, math.degrees(middle) + (0 if upright else 180), _FONT)
    # As high as the arc is wide where the text begins, on the inside; no text begins before the ring does.
    size = min(_FONT, max(sweep * radius / (1.2 + sweep * _ems(text) / 2), sweep * arc.inner / 1.2))
    if size < _LEAST_FONT:
        return None
    size = max(_LEAST_FONT, min(size, max(0.6 * _FONT, (ring - 8) / max(1.0, _ems(text)))))
    text = _cut(text, (ring - 8) / size)
    turn = math.degrees(middle) + (-90 if middle <= math.pi else 90)  # on either half from left to right
    return Label(text, x, y, turn, size) if text else None


def _fits_across(width: float, radius: float, ring: float, sweep: float) -> bool:
    """Whether a straight line of text of some width stays inside the bent ring."""
    half = width / 2
    if half >= radius or width * 1.2 > sweep * radius:
        return False
    return radius - math.sqrt(radius * radius - half * half) + _FONT < 0.8 * ring


def _ems(text: str) -> float:
    """About how wide a text is, in font sizes."""
    return sum(map(_em, text))


def _em(char: str) -> float:
    if ord(char) >= 0x2E80:
        return 1.0
    return 0.72 if char.isupper() or char in "mwMW%@&" else 0.57


def _cut(text: str, ems: float) -> str:
    """As much of a text as is no wider; nothing where that is less than two characters of it."""
    if _ems(text) <= ems:
        return text
    used, kept = 1.0, 0
    while kept < len(text) and (used := used + _em(text[kept])) <= ems:
        kept += 1
    return text[:kept].rstrip() + "…" if kept >= 2 else ""
