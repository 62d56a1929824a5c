"""Trees in the formats of others: what is written is read again, and what is malformed is refused with its line."""

from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import BadInput, Cycle, SecondParent, TreeFault, UnreadableFile, UsageFault
from condor.knowledge import EXPORTS, IMPORTS, KnowledgeTree, export_tree, import_tree
from condor.vocabulary import LANGUAGES, Language

from tag_samples import HOSTILE, tags

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)
SUFFIX = {"node-link": "json", "nested": "json", "condor": "json", "paths": "tsv", "csv": "csv", "graphml": "graphml"}
HOLD_LANGUAGES = ["condor", "csv", "graphml", "node-link"]
HOLD_NONE = ["nested", "paths"]


TAGS = tags(*HOSTILE, "人工智能", "a\u2028b", "\ufeffmark", "back\\slash", "nodes", "directed", "level_1", "👩\u200d🚀")
PATHS = st.lists(st.lists(TAGS, min_size=1, max_size=4), min_size=1, max_size=8)


def tree_of(*paths: list[str], language: Language | None = None) -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path, language=language)
    return tree


def written(directory: Path, name: str, content: str) -> Path:
    path = directory / name
    path.write_bytes(content.encode("utf-8"))
    return path


# -- round trips -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", HOLD_LANGUAGES)
@FIXED
@given(english=PATHS, chinese=PATHS)
def test_a_tree_in_two_languages_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, format_: str, english: list[list[str]], chinese: list[list[str]]
) -> None:
    tree = tree_of(*english, language="en")
    tree.merge(tree_of(*chinese, language="zh"))
    file = tmp_path_factory.mktemp("t") / f"t.{SUFFIX[format_]}"
    export_tree(tree, file, format_=format_)
    again, report = import_tree(file)
    again.check()
    assert again.version == tree.version
    assert (report.rejected, report.merged) == ([], [])


@pytest.mark.parametrize("format_", [*HOLD_LANGUAGES, *HOLD_NONE])
@FIXED
@given(paths=PATHS)
def test_a_tree_without_languages_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, format_: str, paths: list[list[str]]
) -> None:
    tree = tree_of(*paths)
    file = tmp_path_factory.mktemp("t") / f"t.{SUFFIX[format_]}"
    export_tree(tree, file, format_=format_)
    assert import_tree(file)[0].version == tree.version
    assert import_tree(file, format_=format_)[0].version == tree.version


@pytest.mark.parametrize("format_", HOLD_NONE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_holds_no_language_is_given_it_again(tmp_path: Path, format_: str, language: Language) -> None:
    tree = tree_of(*([tag, "x", tag] for tag in HOSTILE), language=language)
    export_tree(tree, tmp_path / "t", format_=format_)
    assert import_tree(tmp_path / "t", format_=format_, language=language)[0].version == tree.version


@pytest.mark.parametrize("format_", HOLD_NONE)
def test_what_holds_no_language_refuses_a_name_in_two(tmp_path: Path, format_: str) -> None:
    tree = tree_of(["AI", "x"], language="en")
    tree.add_path(["ai", "y"], language="zh")
    with pytest.raises(TreeFault, match="two languages"):
        export_tree(tree, tmp_path / "t", format_=format_)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format_", [*HOLD_LANGUAGES, "paths"])
def test_ten_thousand_levels_are_no_limit(tmp_path: Path, format_: str) -> None:
    tree = tree_of([f"level {n}" for n in range(10_000)])
    export_tree(tree, tmp_path / "t", format_=format_)
    again, _ = import_tree(tmp_path / "t", format_=format_)
    assert again.version == tree.version


def test_nested_json_refuses_what_it_cannot_nest(tmp_path: Path) -> None:
    tree = tree_of([f"level {n}" for n in range(10_000)])
    with pytest.raises(TreeFault, match="200 levels at most"):
        export_tree(tree, tmp_path / "t.json", format_="nested")
    for format_ in ("mermaid", "sunburst"):
        export_tree(tree, tmp_path / "t.svg", format_=format_)


def test_attributes_of_nodes_pass_through_node_link(tmp_path: Path) -> None:
    tree = tree_of(["a", "b"])
    tree.graph.nodes[2]["seen"] = {"url": "x"}
    export_tree(tree, tmp_path / "t.json", format_="node-link")
    again, _ = import_tree(tmp_path / "t.json")
    node = again.find(["a", "b"])
    assert node is not None
    assert again.graph.nodes[node] == {"name": "b", "seen": {"url": "x"}}


# -- the same file for others ------------------------------------------------------------------------------------------


def test_networkx_reads_what_is_written_as_graphml_and_is_read_itself(tmp_path: Path) -> None:
    tree = tree_of(*([tag, "x"] for tag in HOSTILE), language="en")
    export_tree(tree, tmp_path / "t.graphml", format_="graphml")
    graph = nx.read_graphml(tmp_path / "t.graphml")
    assert sorted(name for _, name in graph.nodes(data="name")) == sorted([*HOSTILE, *["x"] * len(HOSTILE)])
    nx.write_graphml(graph, tmp_path / "again.graphml")
    assert import_tree(tmp_path / "again.graphml")[0].version == tree.version


def test_deepfabric_paths_are_read_and_lines_end_at_a_line_feed_only(tmp_path: Path) -> None:
    content = '{"path": ["Food", "Bread\u2028rye"]}\r\n\n{"path": ["Food", "Tea"], "id": 3}\n'
    tree, report = import_tree(written(tmp_path, "t.jsonl", content), language="en")
    assert tree.version == tree_of(["Food", "Bread rye"], ["Food", "Tea"], language="en").version
    assert (report.roots, report.branches, report.leaves) == (1, 0, 2)


def test_paths_that_are_no_tags_are_left_out_with_their_line(tmp_path: Path) -> None:
    tree, report = import_tree(written(tmp_path, "t.tsv", "a\u2028b\tc\n\na\t\tb\na b\tc\n" + "x" * 10_000 + "\n"))
    assert tree.version == tree_of(["a b", "c"]).version
    assert [reason.partition("t.tsv:")[2][:1] for _, reason in report.rejected] == ["3", "5"]
    assert report.merged == ["a b > c"]


# -- malformed files ---------------------------------------------------------------------------------------------------

GRAPHML = '<graphml><key id="d" attr.name="name"/>\n<graph edgedefault="directed">\n{}\n</graph></graphml>'
NODE = '<node id="{0}"><data key="d">{0}</data></node>'


@pytest.mark.parametrize(
    ("name", "content", "fault", "where"),
    [
        ("t.csv", "", UnreadableFile, ":1:"),
        ("t.csv", "a,b\n", UnreadableFile, ":1: expected the columns"),
        ("t.csv", "level_1\na\na,b\n", UnreadableFile, ":3: 2 fields"),
        ("t.csv", 'level_1,level_2\n"a\n', UnreadableFile, ":2: not CSV"),
        ("t.csv", 'level_1\n"a"b\n', UnreadableFile, ":2: not CSV"),
        ("t.csv", "language,level_1\nfr,a\n", UnreadableFile, ":2: language must be"),
        ("t.csv", "language,level_1\nen,a\n,a\n", TreeFault, ":3: a: a sibling"),
        ("t.jsonl", '{"path": ["a"]}\n{"path": []}\n', UnreadableFile, ":2: expected"),
        ("t.jsonl", '{"path": ["a"]}\n\n{"path": ["a", 1]}', UnreadableFile, ":3: expected"),
        ("t.jsonl", '{"path": ["a"]}\n{"path": ', UnreadableFile, ":2: not JSON"),
        ("t.jsonl", '{"path": ' + "[" * 100_000, UnreadableFile, "nested too deeply"),
        ("t.graphml", "<html></html>", UnreadableFile, ":1: expected <graphml>"),
        ("t.graphml", "<graphml>\n<graph", UnreadableFile, ":2: not XML"),
        ("t.graphml", '<!DOCTYPE x [<!ENTITY a "b">]>\n<graphml/>', UnreadableFile, "document type"),
        ("t.graphml", '<graphml>\n<graph edgedefault="undirected"/></graphml>', UnreadableFile, ":2: expected one"),
        ("t.graphml", GRAPHML.format('<node id="a"/>'), UnreadableFile, ":3: the node 'a' has no data"),
        ("t.graphml", GRAPHML.format(NODE.format("a") * 2), UnreadableFile, ":3: two nodes"),
        ("t.graphml", GRAPHML.format('<edge source="a" target="b"/>'), UnreadableFile, ":3: an edge leads to 'a'"),
        ("t.graphml", GRAPHML.format('<edge source="a"/>'), UnreadableFile, ":3: an edge without"),
        (
            "t.graphml",
            GRAPHML.format(
                NODE.format("a") + NODE.format("b") + '<edge source="a" target="b"/><edge source="b" target="a"/>'
            ),
            Cycle,
            "a > b > a",
        ),
        ("t.json", '{"directed": false, "nodes": [], "edges": []}', UnreadableFile, "directed graph"),
        ("t.json", '{"directed": true, "nodes": []}', UnreadableFile, "lists"),
        ("t.json", '{"directed": true, "nodes": [{"id": 1}], "edges": []}', UnreadableFile, "the node 1"),
        ("t.json", '{"directed": true, "nodes": [{}], "edges": []}', UnreadableFile, "nodes[0]"),
        ("t.json", '{"directed": true, "nodes": [{"id": "a"}, {"id": "a"}], "edges": []}', UnreadableFile, "one id"),
        (
            "t.json",
            '{"directed": true, "nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "z"}]}',
            UnreadableFile,
            "'z'",
        ),
        (
            "t.json",
            '{"directed": true, "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "links": '
            '[{"source": "a", "target": "c"}, {"source": "b", "target": "c"}]}',
            SecondParent,
            "a > c",
        ),
        ("t.txt", "what is this", UsageFault, "give --format"),
    ],
)
def test_what_is_malformed_is_refused_with_its_file_and_line(
    tmp_path: Path, name: str, content: str, fault: type[BadInput], where: str
) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(fault) as caught:
        import_tree(path)
    assert str(path) in str(caught.value)
    assert where in str(caught.value)


@pytest.mark.parametrize("format_", sorted(IMPORTS))
@FIXED
@given(content=st.text(max_size=60) | st.sampled_from(['{"nodes":1}', "<graphml/>", "level_1\n\x00", "[]", "{}"]))
def test_any_text_is_read_or_refused_with_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, format_: str, content: str
) -> None:
    path = tmp_path_factory.mktemp("t") / "t"
    path.write_bytes(content.encode("utf-8", "replace"))
    with suppress(BadInput):
        tree, _ = import_tree(path, format_=format_)
        tree.check()


def test_an_unknown_format_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="mermaid: must be one of"):
        import_tree(written(tmp_path, "t", "x"), format_="mermaid")
    with pytest.raises(UsageFault, match="deepfabric: must be one of"):
        export_tree(tree_of(["a"]), tmp_path / "u", format_="deepfabric")


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_mermaid_holds_tags_as_text(tmp_path: Path) -> None:
    export_tree(tree_of(["健康", '"]; click <b>']), tmp_path / "t.mmd", format_="mermaid")
    assert (tmp_path / "t.mmd").read_text(encoding="utf-8") == (
        'flowchart LR\n  n1["健康"]\n  n1 --> n2["#34;#93;#59; click #60;b#62;"]\n'
    )


@pytest.mark.parametrize("format_", sorted(EXPORTS))
@FIXED
@given(paths=PATHS)
def test_every_export_is_utf8_and_the_picture_is_xml_without_elements_of_its_tags(
    tmp_path_factory: pytest.TempPathFactory, format_: str, paths: list[list[str]]
) -> None:
    file = tmp_path_factory.mktemp("t") / "t.svg"
    tree = tree_of(*paths)
    export_tree(tree, file, format_=format_)
    text = file.read_text(encoding="utf-8")
    if format_ == "sunburst":
        names = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(text).iter()}
        assert names <= {"svg", "g", "rect", "path", "title", "text"}
        assert text.count("<title>") == len(tree)
