"""The graph: never a circle, whatever is said of it, and legible in every kind of file."""

import json
import subprocess
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.errors import UsageFault
from condor.experiments.lineage.drawing import draw_lineage
from condor.experiments.lineage.graph import Kind, Lineage, Node
from condor.experiments.lineage.layout import BOX_WIDTH, lay_out
from condor.experiments.lineage.text import KIND_NAMES, as_lines

KINDS = tuple(KIND_NAMES)
LINKS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=24)


def graph_of(links: list[tuple[int, int]]) -> Lineage:
    graph = Lineage()
    for number in range(8):
        kind: Kind = KINDS[number % len(KINDS)]
        graph.add(Node(str(number), kind, f'节点 <{number}> & "it"', {"digest": "0" * 36, "records": "6"}))
    for made, source in links:
        graph.link(str(made), str(source), "made from")
    graph.roots = [node.id for node in graph.nodes() if graph.graph.in_degree(node.id) == 0]
    return graph


@given(links=LINKS)
def test_there_is_never_a_circle_and_what_was_said_first_stays(links: list[tuple[int, int]]) -> None:
    graph = Lineage()
    for number in range(8):
        graph.add(Node(str(number), "set", str(number)))
    said: list[tuple[str, str]] = []
    for made, source in links:
        before = nx.DiGraph(graph.graph)
        before.add_edge(str(made), str(source))
        stands = graph.link(str(made), str(source), "made from")
        assert stands == nx.is_directed_acyclic_graph(before)
        said += [(str(made), str(source))] if stands else []
    assert nx.is_directed_acyclic_graph(graph.graph)
    assert set(graph.graph.edges) == set(said)


@given(links=LINKS)
def test_every_node_is_told_with_its_facts_once_and_every_edge(links: list[tuple[int, int]]) -> None:
    graph = graph_of(links)
    lines = list(as_lines(graph))
    assert sum("digest" in line for line in lines) == len(graph)
    assert len(lines) == graph.graph.number_of_edges() + len(graph.roots)


@given(links=LINKS)
def test_no_box_lies_on_another_and_every_edge_leads_to_the_right(links: list[tuple[int, int]]) -> None:
    graph = graph_of(links)
    picture = lay_out(graph)
    assert len(picture.boxes) == len(graph)
    for one, other in combinations(picture.boxes, 2):
        apart = abs(one.left - other.left) >= BOX_WIDTH
        assert apart or one.top + one.height <= other.top or other.top + other.height <= one.top
    for box in picture.boxes:
        assert 0 <= box.left <= picture.width - BOX_WIDTH
        assert 0 <= box.top <= picture.height - box.height
    assert len(picture.arrows) == graph.graph.number_of_edges()
    for arrow in picture.arrows:
        assert [x for x, _ in arrow.points] == sorted(x for x, _ in arrow.points)
    assert lay_out(graph_of(links)) == picture


def test_an_edge_over_several_columns_goes_round_the_boxes_between() -> None:
    picture = lay_out(graph_of([(0, 1), (1, 2), (0, 2)]))
    (long,) = [arrow for arrow in picture.arrows if len(arrow.points) > 2]
    assert len(long.points) == 4
    between = [box for box in picture.boxes if box.left == long.points[1][0]]
    assert between
    assert not any(box.top <= long.points[1][1] <= box.top + box.height for box in between)


def test_what_is_newly_known_of_a_node_is_added() -> None:
    graph = Lineage()
    graph.add(Node("tree:1", "tree", "seed:en", {"version": "1"}))
    graph.add(Node("tree:1", "tree", "tree", {"tags": "3"}))
    assert graph.node("tree:1") == Node("tree:1", "tree", "seed:en", {"version": "1", "tags": "3"})


@pytest.mark.parametrize("suffix", [".svg", ".png", ".dot", ".mmd"])
def test_a_lineage_is_drawn_in_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    graph = graph_of([(0, 1), (1, 2), (0, 2), (3, 2)])
    first, second = tmp_path / f"图/one{suffix}", tmp_path / f"two{suffix}"
    assert draw_lineage(graph, first) == draw_lineage(graph, second) == []
    assert first.read_bytes() == second.read_bytes()
    match suffix:
        case ".svg":
            root = ElementTree.parse(first).getroot()
            texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
            assert 'the node 节点 <0> & "it"'.removeprefix("the node ") in texts
            assert len([*root.iter("{http://www.w3.org/2000/svg}rect")]) == 1 + len(graph)
        case ".png":
            assert first.read_bytes().startswith(b"\x89PNG")
        case ".dot":
            assert first.read_text("utf-8").count(" -> ") == 4
            assert '\\"it\\"' in first.read_text("utf-8")
        case _:
            assert first.read_text("utf-8").count("-->") == 4
            assert "节点" in first.read_text("utf-8")
            assert "<0>" not in first.read_text("utf-8")


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"written as \.svg, \.png, \.dot, \.mmd"):
        draw_lineage(Lineage(), tmp_path / "out.pdf")


def test_matplotlib_is_not_needed_for_anything_but_png(tmp_path: Path) -> None:
    import sys

    code = (
        "import sys; from pathlib import Path; from condor.experiments.lineage.drawing import draw_lineage;"
        "from condor.experiments.lineage.graph import Lineage, Node; g = Lineage(); g.add(Node('a', 'set', 'a'));"
        "draw_lineage(g, Path(sys.argv[1])); print('matplotlib' in sys.modules, 'mlflow' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.svg")], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["False", "False"]


def test_json_holds_roots_nodes_and_edges() -> None:
    held = json.loads(json.dumps(graph_of([(0, 1)]).as_json()))
    assert held["edges"] == [{"made": "0", "from": "1", "how": "made from"}]
    assert len(held["nodes"]) == 8
    assert "1" not in held["roots"]
