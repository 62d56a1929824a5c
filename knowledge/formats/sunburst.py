"""A picture of a tree: a sunburst as SVG. Written only."""

import colorsys
import math
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from ...files import write_atomically
from ..tree import HIDDEN_ROOT, KnowledgeTree

#: More arcs than this are too thin to see and too many to draw.
MAX_ARCS = 3_000
_MAX_LEVELS = 6
_SIZE = 1_000
_CENTRE = _SIZE / 2
_HOLE = 90.0
_FONT = 11.0
_GOLDEN = 0.618033988749895


@dataclass(frozen=True)
class _Arc:
    """One tag's place in the picture: angles in radians clockwise from the top, radii in pixels."""

    node: int
    begin: float
    end: float
    inner: float
    outer: float
    colour: str


def write_sunburst(tree: KnowledgeTree, path: Path, *, max_arcs: int = MAX_ARCS) -> None:
    """Write the picture; an arc is as wide as its tag has leaves. What is cut is said in the picture.

    Args:
        tree: the tree.
        path: the SVG file.
        max_arcs: how many tags to show at most; whole levels are left out from the leaves upwards.

    Raises:
        OutputFault: the file cannot be written.
    """
    arcs, levels = _arcs(tree, max_arcs)
    note = f"{len(tree)} tags"
    if len(arcs) < len(tree):
        note = f"{len(arcs)} of {len(tree)} tags, levels 1 to {levels}"
    with write_atomically(path) as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE + 30}" '
            f'font-family="sans-serif" font-size="{_FONT}">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        )
        for arc in arcs:
            file.write(_shape(tree, arc))
        file.write(f'<text x="{_CENTRE}" y="{_SIZE + 18}" text-anchor="middle" fill="#555">{note}</text>\n</svg>\n')


def _arcs(tree: KnowledgeTree, max_arcs: int) -> tuple[list[_Arc], int]:
    """The arcs to draw, level by level, and the number of levels."""
    levels = _levels(tree, max_arcs)
    weights = _leaf_counts(tree)
    width = (_CENTRE - 10 - _HOLE) / max(1, len(levels))
    spans: dict[int, tuple[float, float, float]] = {HIDDEN_ROOT: (0.0, math.tau, 0.0)}
    arcs: list[_Arc] = []
    for depth, parents in enumerate(levels):
        for parent in parents:
            begin, end, hue = spans[parent]
            unit = (end - begin) / max(1, weights[parent])
            for child in tree.children(parent)[: max_arcs - len(arcs)]:
                reach = begin + unit * weights[child]
                hue = len(arcs) * _GOLDEN % 1 if parent == HIDDEN_ROOT else hue
                spans[child] = (begin, reach, hue)
                inner = _HOLE + depth * width
                arcs.append(_Arc(child, begin, reach, inner, inner + width, _colour(hue, depth)))
                begin = reach
    return arcs, len(levels)


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


def _point(angle: float, radius: float) -> str:
    return f"{_CENTRE + radius * math.sin(angle):.2f} {_CENTRE - radius * math.cos(angle):.2f}"


def _shape(tree: KnowledgeTree, arc: _Arc) -> str:
    """The arc, with its path as the text that a pointer shows, and its label where that fits."""
    middle = (arc.begin + arc.end) / 2  # by way of the middle, so that a whole circle is drawn as well
    outer = " ".join(f"A {arc.outer:.2f} {arc.outer:.2f} 0 0 1 {_point(a, arc.outer)}" for a in (middle, arc.end))
    inner = " ".join(f"A {arc.inner:.2f} {arc.inner:.2f} 0 0 0 {_point(a, arc.inner)}" for a in (middle, arc.begin))
    outline = f"M {_point(arc.begin, arc.outer)} {outer} L {_point(arc.end, arc.inner)} {inner} Z"
    title = escape(" > ".join(tree.path(arc.node)))
    return (
        f'<path d="{outline}" fill="{arc.colour}" stroke="#fff" stroke-width="0.5"><title>{title}</title></path>\n'
        + _label(tree.name(arc.node), arc)
    )


def _label(tag: str, arc: _Arc) -> str:
    """A tag along the radius, cut to the ring's width; nothing where the arc is thinner than a line of text."""
    middle, radius = (arc.begin + arc.end) / 2, (arc.inner + arc.outer) / 2
    if (arc.end - arc.begin) * radius < _FONT * 1.1:
        return ""
    degrees = math.degrees(middle) - 90
    if middle > math.pi:
        degrees += 180  # on the left half, so that no label stands upside down
    x, y = _point(middle, radius).split()
    text = escape(_cut(tag, arc.outer - arc.inner - 8))
    return (
        f'<text x="{x}" y="{y}" transform="rotate({degrees:.2f} {x} {y})" text-anchor="middle" '
        f'dominant-baseline="central" fill="#222">{text}</text>\n'
    )


def _cut(tag: str, width: float) -> str:
    """As much of a tag as is no wider than `width` pixels."""
    used = 0.0
    for place, char in enumerate(tag):
        used += _FONT * (1.0 if ord(char) >= 0x2E80 else 0.56)
        if used > width:
            return tag[: max(1, place - 1)] + "…"
    return tag
