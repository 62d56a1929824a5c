"""A lineage as plain lines: what was made first, and under it, indented, what it was made from."""

from collections.abc import Iterator

from .graph import Kind, Lineage, Node

#: What a kind of node is called.
KIND_NAMES: dict[Kind, str] = {
    "release": "release",
    "verdicts": "verdicts",
    "refine": "refined set",
    "void": "void set",
    "prompt": "prompt",
    "optimization": "optimisation",
    "set": "set",
    "tree": "tree",
    "model": "model",
}


def as_lines(graph: Lineage) -> Iterator[str]:
    """The graph from its roots; what comes up again is named again, but not told again."""
    told: set[str] = set()
    for root in graph.roots:
        yield from _below(graph, graph.node(root), "", 0, told)


def _below(graph: Lineage, node: Node, how: str, depth: int, told: set[str]) -> Iterator[str]:
    again = node.id in told and any(True for _ in graph.sources(node.id))
    lead = f"{how}: " if how else ""
    yield f"{'  ' * depth}{lead}{one_line(node, facts=node.id not in told)}{' (above)' if again else ''}"
    if node.id in told:
        return
    told.add(node.id)
    for how_made, source in graph.sources(node.id):
        yield from _below(graph, source, how_made, depth + 1, told)


def one_line(node: Node, *, facts: bool = True) -> str:
    """A node: what it is, what it is called, and what is known of it."""
    known = ", ".join(f"{name} {value}" for name, value in node.facts.items()) if facts else ""
    named = "" if node.name == KIND_NAMES[node.kind] else f" {node.name}"
    return f"{KIND_NAMES[node.kind]}{named}" + (f" ({known})" if known else "")
