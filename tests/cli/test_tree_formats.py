"""Trees of other formats on the command line: there and back, and what is refused leaves nothing behind."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from condor.knowledge import KnowledgeTree, load_tree, save_tree
from condor.vocabulary import Language

from support import Cli
from tag_samples import HOSTILE

SUFFIX = {"condor": "json", "nested": "json", "node-link": "json", "paths": "tsv", "csv": "csv", "graphml": "graphml"}
HOLD_NO_LANGUAGE = ("nested", "paths")


def tree_of(*paths: list[str], language: Language | None = "en") -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path, language=language)
    return tree


def hostile_tree() -> KnowledgeTree:
    """Every hostile tag as a root tag, as a branch and as a leaf, beside Chinese ones."""
    return tree_of(*([tag, other, tag] for tag in [*HOSTILE, "健康"] for other in HOSTILE))


def written(cli: Cli, name: str, content: str) -> str:
    (cli.directory / name).write_bytes(content.encode("utf-8"))
    return name


def export(cli: Cli, tree: KnowledgeTree, format_: str, name: str) -> Path:
    save_tree(tree, cli.directory / "tree.json")
    result = cli.run("tree", "export", "tree.json", "--format", format_, "--out", name)
    assert result.returncode == 0, result.stderr
    return cli.directory / name


def refused(cli: Cli, *args: str) -> str:
    """The one line with which an import is refused, after which the directory is as it was."""
    before = sorted(path.name for path in cli.directory.iterdir())
    result = cli.run("tree", "import", *args, "--out", "made/tree.json")
    assert result.returncode == 2, result.stdout + result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert sorted(path.name for path in cli.directory.iterdir()) == before
    return result.stderr


# -- there and back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [True, False], ids=["by --format", "by suffix and content"])
@pytest.mark.parametrize("format_", sorted(SUFFIX))
def test_a_tree_of_hostile_tags_comes_back_as_it_was(cli: Cli, format_: str, told: bool) -> None:
    tree = hostile_tree()
    file = export(cli, tree, format_, f"out.{SUFFIX[format_]}")
    language = ("--language", "en") if format_ in HOLD_NO_LANGUAGE else ()
    given = ("--format", format_) if told else ()
    result = cli.run("tree", "import", file.name, *given, *language, "--out", "again.json")
    assert result.returncode == 0, result.stderr
    assert f"again.json: {len(tree)} tags, version {tree.version}" in result.stdout
    assert load_tree(cli.directory / "again.json").version == tree.version
    assert sorted(path.name for path in cli.directory.iterdir()) == sorted({"tree.json", file.name, "again.json"})


def test_deepfabric_files_are_imported(cli: Cli) -> None:
    lines = [json.dumps({"path": [tag, "x"]}) for tag in HOSTILE]
    name = written(cli, "topics.jsonl", "\n".join(lines) + "\n")
    result = cli.run("tree", "import", name, "--out", "again.json")
    assert result.returncode == 0, result.stderr
    expected = tree_of(*([tag, "x"] for tag in HOSTILE), language=None)
    assert load_tree(cli.directory / "again.json").version == expected.version


@pytest.mark.parametrize("format_", HOLD_NO_LANGUAGE)
def test_an_export_without_languages_says_that_they_must_be_given_again(cli: Cli, format_: str) -> None:
    result = cli.run("tree", "export", "seed:en", "--format", format_, "--out", "out.txt")
    assert f"{format_} holds no languages: to import it again, give --language" in result.stdout


def test_formulas_of_a_spreadsheet_are_carried_as_text(cli: Cli) -> None:
    tree = tree_of(["=1+1", "@x"], ["+1", "-1"])
    file = export(cli, tree, "csv", "out.csv")
    rows = file.read_text(encoding="utf-8").splitlines()
    assert rows == ["language,level_1,level_2", "en,=1+1,@x", "en,+1,-1"]
    assert cli.run("tree", "import", "out.csv", "--out", "again.json").returncode == 0
    assert load_tree(cli.directory / "again.json").version == tree.version


def test_two_formats_of_one_suffix_are_told_by_their_content(cli: Cli) -> None:
    nested = written(cli, "nested.json", '{"nodes": ["a"], "edges": ["b"]}')
    linked = written(cli, "linked.json", '{"directed": true, "nodes": [{"id": "a"}], "edges": []}')
    for name, tags in ((nested, {"nodes", "edges"}), (linked, {"a"})):
        result = cli.run("tree", "import", name, "--out", "again.json")
        assert result.returncode == 0, result.stderr
        tree = load_tree(cli.directory / "again.json")
        assert {tree.name(root) for root in tree.children()} == tags
    unnamed = written(cli, "unnamed", "Food\tBread\n")
    assert cli.run("tree", "import", unnamed, "--out", "again.json").returncode == 0
    assert ("Food", "Bread") in load_tree(cli.directory / "again.json")


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_a_picture_of_hostile_tags_holds_them_as_text_alone(cli: Cli) -> None:
    file = export(cli, hostile_tree(), "sunburst", "out.svg")
    elements = [element.tag.rpartition("}")[2] for element in ElementTree.parse(file).iter()]
    assert set(elements) == {"svg", "g", "rect", "path", "title", "text"}
    assert elements.count("title") == len(hostile_tree())


def test_graphml_of_hostile_tags_has_no_elements_of_theirs(cli: Cli) -> None:
    file = export(cli, hostile_tree(), "graphml", "out.graphml")
    elements = {element.tag.rpartition("}")[2] for element in ElementTree.parse(file).iter()}
    assert elements == {"graphml", "key", "graph", "node", "data", "edge"}


def test_mermaid_of_hostile_tags_has_one_node_a_line_and_none_of_their_characters(cli: Cli) -> None:
    tree = hostile_tree()
    lines = export(cli, tree, "mermaid", "out.mmd").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "flowchart LR"
    assert len(lines) == 1 + len(tree)
    for line in lines[1:]:
        node, label = line.strip().removesuffix('"]').split('["', 1)
        assert set(node) <= set("n0123456789 ->")
        assert not set(label) & set("\"'[]{}()<>|`%$\\/@=*_-\u202e")


def test_a_png_is_written_by_its_suffix_and_another_suffix_is_refused(cli: Cli) -> None:
    file = export(cli, tree_of(["Food", "Bread"]), "sunburst", "out.png")
    assert file.read_bytes().startswith(b"\x89PNG")
    result = cli.run("tree", "export", "tree.json", "--format", "sunburst", "--out", "out.gif")
    assert result.returncode == 2
    assert "out.gif: a sunburst is written as .svg or .png" in result.stderr
    assert not (cli.directory / "out.gif").exists()


def test_a_png_without_a_font_for_its_labels_says_so(cli: Cli) -> None:
    result = cli.run(
        "tree", "export", "seed:zh", "--format", "sunburst", "--out", "out.png", MPL_IGNORE_SYSTEM_FONTS="1"
    )
    assert result.returncode == 0, result.stderr
    assert "out.png: labels left out: " in result.stdout
    assert "install one with Chinese characters" in result.stdout


# -- what is refused ---------------------------------------------------------------------------------------------------


def linked(nodes: str, *edges: str, **attributes: str) -> str:
    """Node-link JSON of nodes with names of one letter each, and edges such as "ab"."""
    return json.dumps(
        {
            "directed": True,
            "nodes": [{"id": node, **attributes} for node in nodes],
            "edges": [{"source": source, "target": target} for source, target in edges],
        }
    )


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("t.json", '{"Food": [\n"Bread",\n}', "t.json:3: not JSON"),
        ("t.json", '{"Food": {"Bread": 5}}', "t.json: under Food > Bread: expected"),
        ("t.json", '{"format": "condor-tree", "format_version": 1, "nodes": [[1]]}', "t.json: 'nodes' must be"),
        ("t.json", '{"directed": true, "nodes": [{}], "edges": []}', "t.json: nodes[0] must be"),
        ("t.csv", "level_1\nFood\nFood,Bread\n", "t.csv:3: 2 fields, and 1 columns"),
        ("t.graphml", "<graphml>\n<graph", "t.graphml:2: not XML"),
        ("t.jsonl", '{"path": ["Food"]}\n{"path": 5}\n', "t.jsonl:2: expected"),
        ("t.json", linked("abc", "ac", "bc"), "t.json: a > c: cannot stand under 'b' as well"),
        ("t.json", linked("ab", "ab", "ba"), "t.json: a > b > a: a tag cannot stand under"),
        ("t.json", linked("a", "aa"), "t.json: a: a tag cannot stand under itself"),
        ("t.json", linked("a", name=" "), "t.json: a tag is empty"),
        ("t.json", linked("a", name="a\0b"), "t.json: a tag holds the character U+0000"),
        ("t.json", linked("a", name="x" * 10_000), "t.json: a tag has 10000 characters"),
    ],
    ids=[
        "nested",
        "nested shape",
        "condor",
        "node-link",
        "csv",
        "graphml",
        "deepfabric",
        "two parents",
        "cycle",
        "self-loop",
        "empty tag",
        "control character",
        "long tag",
    ],
)
def test_a_malformed_file_is_refused_with_its_line_or_place(cli: Cli, name: str, content: str, where: str) -> None:
    assert where in refused(cli, written(cli, name, content))


def test_lines_that_hold_no_tags_are_left_out_one_by_one_with_their_line(cli: Cli) -> None:
    name = written(cli, "t.tsv", "Food\tBread\n\n" + "x" * 10_000 + "\tBread\nFood\t\nFood\ta\0b\n")
    result = cli.run("tree", "import", name, "--out", "again.json")
    assert result.returncode == 0, result.stderr
    assert "left out: 3" in result.stdout
    for reason in ("3: a tag has 10000 characters", "4: a tag is empty", "5: a tag holds the character U+0000"):
        assert f"t.tsv:{reason}" in result.stdout
    assert load_tree(cli.directory / "again.json").version == tree_of(["Food", "Bread"], language=None).version


def test_a_file_without_one_tag_is_refused(cli: Cli) -> None:
    assert "t.tsv:1: a tag has 10000 characters" in refused(cli, written(cli, "t.tsv", "x" * 10_000 + "\ty\n"))


def test_an_unknown_format_is_refused_with_those_that_there_are(cli: Cli) -> None:
    name = written(cli, "t.json", "{}")
    assert "--format yaml: must be one of condor, nested," in refused(cli, name, "--format", "yaml")
    result = cli.run("tree", "export", "seed:en", "--format", "yaml", "--out", "out.yaml")
    assert result.returncode == 2
    assert "--format yaml: must be one of" in result.stderr
    assert not (cli.directory / "out.yaml").exists()


def test_a_format_that_cannot_be_told_asks_for_it(cli: Cli) -> None:
    assert "give --format" in refused(cli, written(cli, "t.txt", "what is this"))


def test_json_nested_deeper_than_200_levels_is_refused_and_the_same_tree_goes_as_paths(cli: Cli) -> None:
    tree = tree_of([f"level {n}" for n in range(201)])
    save_tree(tree, cli.directory / "deep.json")
    result = cli.run("tree", "export", "deep.json", "--format", "nested", "--out", "nested.json")
    assert result.returncode == 2
    assert "nested JSON holds 200 levels at most" in result.stderr
    assert not (cli.directory / "nested.json").exists()
    assert export(cli, tree, "paths", "deep.tsv").exists()
    deep = written(cli, "nested.json", '{"a":' * 100_000)
    assert "nested too deeply for JSON" in refused(cli, deep)


def test_a_tree_in_condors_own_format_takes_no_language(cli: Cli) -> None:
    save_tree(tree_of(["Food", "Bread"]), cli.directory / "tree.json")
    assert "leave out --language" in refused(cli, "tree.json", "--language", "zh")
