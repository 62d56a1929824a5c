"""GraphML: as NetworkX reads and writes it, with the tag of a node under `name`, its language under `language`.

Read with expat, one element at a time; a document type, with which come entities, is refused before it is read.
"""

from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from ...errors import UnreadableFile
from ...files import read_text, write_atomically
from ...vocabulary import Language
from ..tree import HIDDEN_ROOT, KnowledgeTree
from .node_link import rooted_tree
from .report import ImportReport, count_tree

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="name" for="node" attr.name="name" attr.type="string"/>
<key id="language" for="node" attr.name="language" attr.type="string"/>
<graph edgedefault="directed">
"""


def read_graphml(path: Path, language: Language | None) -> tuple[KnowledgeTree, ImportReport]:
    """A tree from GraphML; a node without a parent becomes a root tag. Attributes but name and language are left out.

    Raises:
        UnreadableFile: not XML, with a document type, or a graph without what a tree needs; with the line.
        TreeFault: the graph is no forest.
    """
    reader = _Reader(path)
    reader.read(read_text(path, what="a tree"))
    numbers = {name: number for number, name in enumerate(reader.nodes, start=1)}
    nodes = [(numbers[name], held.pop("name"), held) for name, held in reader.nodes.items()]
    edges: list[tuple[int, int]] = []
    for line, source, target in reader.edges:
        if source not in numbers or target not in numbers:
            unknown = target if source in numbers else source
            raise UnreadableFile(f"{path}:{line}: an edge leads to {unknown!r}, which is no node's id")
        edges.append((numbers[source], numbers[target]))
    tree = rooted_tree(nodes, edges, path, language)
    report = ImportReport()
    count_tree(tree, report)
    return tree, report


def write_graphml(tree: KnowledgeTree, path: Path) -> None:
    """Write tags and languages; other attributes of nodes are not held.

    Raises:
        OutputFault: the file cannot be written.
    """
    with write_atomically(path) as file:
        file.write(_HEAD)
        for parent, child in tree.edges():
            language = tree.graph.nodes[child].get("language")
            held = f'<data key="language">{language}</data>' if language else ""
            file.write(f'<node id="{child}"><data key="name">{escape(tree.name(child))}</data>{held}</node>\n')
            if parent != HIDDEN_ROOT:
                file.write(f'<edge source="{parent}" target="{child}"/>\n')
        file.write("</graph>\n</graphml>\n")


class _Reader:
    """The nodes and edges of a GraphML text."""

    def __init__(self, path: Path) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: list[tuple[int, str, str]] = []
        self._path = path
        self._keys: dict[str, str] = {}
        self._node: str | None = None
        self._text: list[str] | None = None
        self._key = ""
        self._seen_root = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, text: str) -> None:
        try:
            self._parser.Parse(text.encode(), True)
        except expat.ExpatError as exc:
            raise UnreadableFile(f"{self._path}:{exc.lineno}: not XML: {expat.ErrorString(exc.code)}") from exc

    def _refuse(self, reason: str) -> UnreadableFile:
        return UnreadableFile(f"{self._path}:{self._parser.CurrentLineNumber}: {reason}")

    def _doctype(self, *_: object) -> None:
        raise self._refuse("a document type (<!DOCTYPE>) is not read: it could define entities; take it out")

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        name = element.rpartition(" ")[2]
        if not self._seen_root and name != "graphml":
            raise self._refuse(f"expected <graphml>, found <{name}>")
        self._seen_root = True
        if name == "key":
            self._keys[attributes.get("id", "")] = attributes.get("attr.name", "")
        elif name == "graph" and (attributes.get("edgedefault") != "directed" or self._node is not None):
            raise self._refuse("expected one directed graph, with edges from parent to child")
        elif name == "node":
            self._start_node(attributes)
        elif name == "edge":
            if not {"source", "target"} <= attributes.keys():
                raise self._refuse("an edge without source or target")
            self.edges.append((self._parser.CurrentLineNumber, attributes["source"], attributes["target"]))
        elif name == "data" and self._node is not None:
            self._key, self._text = self._keys.get(attributes.get("key", ""), ""), []

    def _start_node(self, attributes: dict[str, str]) -> None:
        node = attributes.get("id")
        if node is None or node in self.nodes:
            raise self._refuse("a node without an id" if node is None else f"two nodes have the id {node!r}")
        self._node, self.nodes[node] = node, {}

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, element: str) -> None:
        name = element.rpartition(" ")[2]
        if name == "data" and self._text is not None and self._node is not None:
            if self._key in ("name", "language"):
                self.nodes[self._node][self._key] = "".join(self._text)
            self._text = None
        elif name == "node" and self._node is not None:
            if "name" not in self.nodes[self._node]:
                raise self._refuse(f"the node {self._node!r} has no data under the key 'name'")
            self._node = None
