"""Where each node and each edge of a lineage stands in a picture: in columns, from what was made to what it came from.

A column holds what is as far from the roots; an edge that spans several columns has a bend in each. Within a column
the order follows the middle of the neighbours, which keeps edges from crossing more than they must (Sugiyama's way).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import networkx as nx
from rich.cells import cell_len, set_cell_size

from .graph import Kind, Lineage, Node
from .text import KIND_NAMES

#: Pixels.
BOX_WIDTH, LINE_HEIGHT, PADDING, MARGIN = 250.0, 17.0, 9.0, 24.0
_COLUMN_GAP, _ROW_GAP, _BEND_HEIGHT = 90.0, 20.0, 16.0
FONT_SIZE = 12.0
#: Columns of text in a box, as a terminal counts them: a Chinese character takes two.
_CELLS = 32
_SWEEPS = 8
COLOURS: dict[Kind, str] = {
    "release": "#fde2c4",
    "verdicts": "#f6d3e3",
    "refine": "#d5ead2",
    "void": "#e3f0da",
    "prompt": "#dbe6f7",
    "optimization": "#e6dcf3",
    "set": "#ececec",
    "tree": "#d2eae8",
    "model": "#f7f2cf",
}

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A node in the picture.

    Attributes:
        left, top, height: in pixels, from the upper left.
        lines: of text, the first in bold.
        colour: behind the text.
    """

    left: float
    top: float
    height: float
    lines: tuple[str, ...]
    colour: str


@dataclass(frozen=True)
class Arrow:
    """An edge in the picture.

    Attributes:
        points: from what was made to what it was made from; it bends at those between.
        how: its label.
    """

    points: tuple[Point, ...]
    how: str


@dataclass(frozen=True)
class Picture:
    """All that is drawn.

    Attributes:
        width, height: in pixels.
    """

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def lay_out(graph: Lineage) -> Picture:
    """Place all nodes and edges; the same graph is the same picture."""
    chains = {(made, source): how for made, source, how in graph.edges()}
    columns, paths = _columns(graph, chains)
    lines = {node.id: _lines(node) for node in graph.nodes()}

    @cache
    def height(place: str) -> float:
        return len(lines[place]) * LINE_HEIGHT + 2 * PADDING if place in lines else _BEND_HEIGHT

    columns = _ordered(columns, paths)
    tops = _tops(columns, height)
    lefts = {p: MARGIN + n * (BOX_WIDTH + _COLUMN_GAP) for n, column in enumerate(columns) for p in column}
    boxes = [
        Box(lefts[node.id], tops[node.id], height(node.id), lines[node.id], COLOURS[node.kind])
        for node in graph.nodes()
    ]
    arrows = [Arrow(_points(path, lefts, tops, height), chains[path[0], path[-1]]) for path in paths]
    bottom = max((tops[place] + height(place) for place in tops), default=0.0)
    return Picture(
        2 * MARGIN + len(columns) * (BOX_WIDTH + _COLUMN_GAP) - _COLUMN_GAP,
        bottom + MARGIN,
        tuple(boxes),
        tuple(arrows),
    )


def _lines(node: Node) -> tuple[str, ...]:
    """What is written in a node's box."""
    head = KIND_NAMES[node.kind]
    named = [] if node.name == head else [node.name]
    facts = [f"{name} {value}" for name, value in node.facts.items()]
    return tuple(_shortened(line) for line in (head, *named, *facts))


def _shortened(line: str) -> str:
    return line if cell_len(line) <= _CELLS else f"{set_cell_size(line, _CELLS - 1).rstrip()}…"


def _columns(graph: Lineage, edges: Iterable[tuple[str, str]]) -> tuple[list[list[str]], list[tuple[str, ...]]]:
    """The places of each column, bends included, and the path of places of each edge."""
    depth: dict[str, int] = {}
    for node_id in nx.topological_sort(graph.graph):
        depth[node_id] = max((depth[made] + 1 for made in graph.graph.predecessors(node_id)), default=0)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in graph.nodes():
        columns[depth[node.id]].append(node.id)
    paths = []
    for made, source in edges:
        bends = [f"{made} > {source} @ {column}" for column in range(depth[made] + 1, depth[source])]
        for column, bend in enumerate(bends, depth[made] + 1):
            columns[column].append(bend)
        paths.append((made, *bends, source))
    return columns, paths


def _ordered(columns: list[list[str]], paths: Iterable[tuple[str, ...]]) -> list[list[str]]:
    """The columns with each place near the middle of its neighbours, seen from both sides in turn."""
    neighbours: dict[str, list[str]] = {place: [] for column in columns for place in column}
    for path in paths:
        for one, other in pairwise(path):
            neighbours[one].append(other)
            neighbours[other].append(one)
    columns = [list(column) for column in columns]
    for sweep in range(_SWEEPS):
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for number in order:
            beside = columns[number - 1] if sweep % 2 == 0 else columns[number + 1]
            rank = {place: position / max(1, len(beside) - 1) for position, place in enumerate(beside)}
            columns[number].sort(key=lambda place, rank=rank: _middle(rank[n] for n in neighbours[place] if n in rank))
    return columns


def _middle(ranks: Iterable[float]) -> float:
    found = list(ranks)
    return sum(found) / len(found) if found else 0.5


def _tops(columns: list[list[str]], height: Callable[[str], float]) -> dict[str, float]:
    """The upper edge of every place: each column is stacked, and stands in the middle."""
    heights = [sum(map(height, column)) + _ROW_GAP * (len(column) - 1) for column in columns]
    tallest = max(heights, default=0.0)
    tops: dict[str, float] = {}
    for column, total in zip(columns, heights, strict=True):
        top = MARGIN + (tallest - total) / 2
        for place in column:
            tops[place] = top
            top += height(place) + _ROW_GAP
    return tops


def _points(
    path: tuple[str, ...], lefts: dict[str, float], tops: dict[str, float], height: Callable[[str], float]
) -> tuple[Point, ...]:
    """From the right side of the first box, straight through every bend, to the left side of the last."""
    middles = [tops[place] + height(place) / 2 for place in path]
    first, last = (lefts[path[0]] + BOX_WIDTH, middles[0]), (lefts[path[-1]], middles[-1])
    bends = [
        (x, middle)
        for place, middle in zip(path, middles, strict=True)
        if place not in (path[0], path[-1])
        for x in (lefts[place], lefts[place] + BOX_WIDTH)
    ]
    return (first, *bends, last)
