"""A lineage as a file: a picture, or the source of one for Graphviz or Mermaid."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ...errors import UsageFault
from ...files import make_directory, write_atomically
from .graph import Lineage, Node
from .layout import COLOURS, lay_out
from .png import write_png
from .svg import write_svg
from .text import KIND_NAMES


def draw_lineage(graph: Lineage, path: Path) -> list[str]:
    """Write a lineage.

    Args:
        graph: the lineage.
        path: the file; `.svg`, `.png`, `.dot` or `.mmd` says what to write.

    Returns:
        What the picture lacks on this machine, in sentences: lines for which no font was found. Mostly nothing.

    Raises:
        UsageFault: the file has another suffix.
        OutputFault: the file cannot be written.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise UsageFault(f"{path}: a lineage is written as {', '.join(_WRITERS)}; give the file one of these suffixes")
    make_directory(path.parent)
    return write(graph, path)


def _svg(graph: Lineage, path: Path) -> list[str]:
    write_svg(lay_out(graph), path)
    return []


def _png(graph: Lineage, path: Path) -> list[str]:
    return write_png(lay_out(graph), path)


def _dot(graph: Lineage, path: Path) -> list[str]:
    """Graphviz: one node or edge a line."""
    numbers = _numbers(graph)
    with write_atomically(path) as file:
        file.write("digraph lineage {\n  rankdir=LR;\n  node [shape=box, style=filled];\n")
        for node in graph.nodes():
            label = "\\n".join(_dot_text(line) for line in _told(node))
            file.write(f'  {numbers[node.id]} [label="{label}", fillcolor="{COLOURS[node.kind]}"];\n')
        for made, source, how in graph.edges():
            file.write(f'  {numbers[made]} -> {numbers[source]} [label="{_dot_text(how)}"];\n')
        file.write("}\n")
    return []


def _mermaid(graph: Lineage, path: Path) -> list[str]:
    """Mermaid: a flowchart from left to right."""
    numbers = _numbers(graph)
    with write_atomically(path) as file:
        file.write("flowchart LR\n")
        for node in graph.nodes():
            label = "<br/>".join(_mermaid_text(line) for line in _told(node))
            file.write(f'  {numbers[node.id]}["{label}"]\n')
        for made, source, how in graph.edges():
            file.write(f'  {numbers[made]} -->|"{_mermaid_text(how)}"| {numbers[source]}\n')
    return []


_WRITERS: Mapping[str, Callable[[Lineage, Path], list[str]]] = {
    ".svg": _svg,
    ".png": _png,
    ".dot": _dot,
    ".mmd": _mermaid,
}


def _numbers(graph: Lineage) -> dict[str, str]:
    return {node.id: f"n{number}" for number, node in enumerate(graph.nodes())}


def _told(node: Node) -> list[str]:
    facts = [f"{name} {value}" for name, value in node.facts.items()]
    return [KIND_NAMES[node.kind], node.name, *facts]


def _dot_text(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace('"', '\\"').split())


def _mermaid_text(text: str) -> str:
    """Text and nothing else: whatever may mean something to Mermaid, Markdown or HTML by its number."""
    return "".join(char if char.isalnum() or char == " " else f"#{ord(char)};" for char in text)
