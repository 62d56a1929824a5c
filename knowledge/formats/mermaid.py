"""Mermaid: a flowchart from left to right. Written only."""

from pathlib import Path

from ...files import write_atomically
from ..tree import HIDDEN_ROOT, KnowledgeTree


def write_mermaid(tree: KnowledgeTree, path: Path) -> None:
    """Write one node and one link a line.

    Raises:
        OutputFault: the file cannot be written.
    """
    with write_atomically(path) as file:
        file.write("flowchart LR\n")
        for parent, child in tree.edges():
            link = "" if parent == HIDDEN_ROOT else f"n{parent} --> "
            file.write(f'  {link}n{child}["{_label(tree.name(child))}"]\n')


def _label(tag: str) -> str:
    """A tag as text and nothing else: whatever may mean something to Mermaid, Markdown or HTML by its number."""
    return "".join(char if char.isalnum() or char == " " else f"#{ord(char)};" for char in tag)
