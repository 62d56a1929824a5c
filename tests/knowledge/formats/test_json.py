"""Trees in files: what is saved is loaded again, and what is no tree is refused by name and line."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import condor
import condor.files
from condor.errors import (
    BadInput,
    Cycle,
    DuplicateTag,
    OutputFault,
    SelfLoop,
    TagFault,
    TreeFault,
    UnreadableFile,
)
from condor.knowledge import (
    ImportReport,
    KnowledgeTree,
    import_nested_json,
    load_tree,
    save_tree,
    seed_tree,
)
from condor.vocabulary import LANGUAGES, Language

from tag_samples import tags

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=80)

ROOT = Path(condor.__file__).resolve().parent
PUBLISHED_TAGS = ROOT.parent / "shared" / "data" / "condor_tags_en.json"


TAGS = tags(
    *("人工智能", "a\u2028b", 'say "hi"', "back\\slash", "{}", "],[", "👩\u200d🚀", "</script>", "\ufeffmark", "null"),
    max_size=12,
)
PATHS = st.lists(st.lists(TAGS, min_size=1, max_size=4), max_size=8)


def all_paths(tree: KnowledgeTree) -> list[tuple[tuple[str, ...], str | None]]:
    """Every path with its language, in the tree's own order."""
    return [(tree.path(child), tree.language(child)) for _, child in tree.edges()]


def written(directory: Path, content: str | bytes | dict[str, Any] | list[Any], name: str = "tree.json") -> Path:
    path = directory / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def small_tree() -> KnowledgeTree:
    tree = KnowledgeTree()
    tree.add_path(("Health", 'The "good" night'), language="en")
    tree.add_path(("人工智能", "机器学习"), language="zh")
    return tree


# -- Condor's own format -----------------------------------------------------------------------------------------------


def test_a_saved_tree_is_one_node_a_line_and_unescaped(tmp_path: Path):
    path, tree = tmp_path / "tree.json", small_tree()
    save_tree(tree, path)
    assert path.read_bytes().decode("utf-8").split("\n") == [
        f'{{"format":"condor-tree","format_version":1,"version":"{tree.version}","nodes":[',
        '[1, 0, "Health", {"language": "en"}],',
        '[3, 0, "人工智能", {"language": "zh"}],',
        '[2, 1, "The \\"good\\" night"],',
        '[4, 3, "机器学习"]',
        "]}",
        "",
    ]


def test_an_empty_tree_is_saved_and_loaded(tmp_path: Path):
    save_tree(KnowledgeTree(), tmp_path / "tree.json")
    assert len(load_tree(tmp_path / "tree.json")) == 0


@FIXED
@given(paths=PATHS, language=st.sampled_from([None, *LANGUAGES]))
def test_a_saved_tree_is_loaded_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, paths: list[list[str]], language: Language | None
):
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path, language=language)
    file = tmp_path_factory.mktemp("round") / "tree.json"
    save_tree(tree, file)
    loaded = load_tree(file)
    assert all_paths(loaded) == all_paths(tree)
    assert loaded.version == tree.version
    again = file.with_name("again.json")
    save_tree(loaded, again)
    assert again.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seed_tree_is_loaded_as_it_was_saved(tmp_path: Path, language: Language):
    save_tree(seed_tree(language), tmp_path / "tree.json")
    assert all_paths(load_tree(tmp_path / "tree.json")) == all_paths(seed_tree(language))


def test_a_loaded_tree_grows_on(tmp_path: Path):
    save_tree(small_tree(), tmp_path / "tree.json")
    tree = load_tree(tmp_path / "tree.json")
    tree.add_path(("health", "Food"), language="en")
    with pytest.raises(DuplicateTag):
        tree.add("HEALTH", language="en")
    assert len(tree) == 5


def test_a_tree_a_thousand_levels_deep_is_saved_and_loaded(tmp_path: Path):
    tree = KnowledgeTree()
    tree.add_path([str(level) for level in range(1_500)])
    save_tree(tree, tmp_path / "tree.json")
    loaded = load_tree(tmp_path / "tree.json")
    assert loaded.path(next(loaded.leaves())) == tree.path(next(tree.leaves()))


def of_rows(*rows: list[Any], **changes: Any) -> dict[str, Any]:
    return {"format": "condor-tree", "format_version": 1, "version": "", "nodes": list(rows)} | changes


def test_rows_may_come_in_any_order_and_hold_other_attributes(tmp_path: Path):
    path = written(tmp_path, of_rows([7, 3, "b", {"note": "kept"}], [3, 0, "a", {"language": "zh"}]))
    tree = load_tree(path)
    assert all_paths(tree) == [(("a",), "zh"), (("a", "b"), "zh")]
    save_tree(tree, path)
    assert '[7, 3, "b", {"note": "kept"}]' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("rows", "fault", "message"),
    [
        ([[1, 2, "a"], [2, 1, "b"]], Cycle, "b > a > b"),
        ([[1, 0, "r"], [2, 4, "a"], [3, 2, "b"], [4, 3, "c"]], Cycle, "a"),
        ([[1, 1, "a"]], SelfLoop, "a"),
        ([[1, 0, "a"], [2, 0, "b"], [3, 1, "c"], [3, 2, "c"]], TreeFault, "c"),
        ([[1, 0, "a"], [1, 0, "b"]], TreeFault, "b"),
        ([[1, 0, "a"], [2, 1, "b"], [3, 1, "Ｂ"]], DuplicateTag, "a > B"),
        ([[1, 0, "a", {"language": "en"}], [2, 0, "A", {"language": "en"}]], DuplicateTag, "A"),
        ([[1, 9, "a"]], TreeFault, "9"),
        ([[1, 0, " "]], TagFault, "empty"),
        ([[1, 0, "a\x00"]], TagFault, r"U\+0000"),
        ([[1, 0, "a", {"language": "fr"}]], TreeFault, "en, zh"),
        ([[1, 0, "a"], [2, 1, "b", {"language": "zh"}]], TreeFault, "b"),
    ],
    ids=[
        "cycle",
        "long cycle",
        "self-loop",
        "second parent",
        "node twice",
        "duplicate sibling",
        "duplicate root",
        "missing parent",
        "empty tag",
        "control character",
        "unknown language",
        "language below a root",
    ],
)
def test_rows_that_make_no_forest_are_refused_with_the_file_and_the_tag(
    tmp_path: Path, rows: list[list[Any]], fault: type[TreeFault], message: str
):
    path = written(tmp_path, of_rows(*rows))
    with pytest.raises(fault, match=message) as caught:
        load_tree(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "nodes",
    [
        None,
        {},
        "rows",
        [1],
        [{}],
        [[]],
        [[1, 0]],
        [[1, 0, "a", {}, {}]],
        [["1", 0, "a"]],
        [[1.0, 0, "a"]],
        [[True, 0, "a"]],
        [[0, 0, "a"]],
        [[-1, 0, "a"]],
        [[1, None, "a"]],
        [[1, 0, 5]],
        [[1, 0, "a", []]],
        [[1, 0, "a", {"name": "b"}]],
    ],
    ids=json.dumps,
)
def test_rows_of_a_wrong_shape_are_refused(tmp_path: Path, nodes: Any):
    path = written(tmp_path, of_rows(nodes=nodes))
    with pytest.raises(UnreadableFile, match="nodes") as caught:
        load_tree(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("key", ["node_for_adding", "self"])
def test_an_attribute_of_any_name_is_kept_or_refused_with_a_typed_error(tmp_path: Path, key: str):
    path = written(tmp_path, of_rows([1, 0, "a", {key: 1}]))
    try:
        tree = load_tree(path)
    except BadInput:
        return
    assert tree.graph.nodes[1] == {"name": "a", key: 1}


@pytest.mark.parametrize("version", [0, 2, "1", None, 1.5])
def test_another_format_version_is_refused_and_named(tmp_path: Path, version: Any):
    path = written(tmp_path, of_rows(format_version=version))
    with pytest.raises(UnreadableFile, match=f"format {version}; this version reads 1") as caught:
        load_tree(path)
    assert str(path) in str(caught.value)


# -- files that are no trees -------------------------------------------------------------------------------------------

CHINESE = '{\n"人工智能": {\n"机器学习": ["监督学习"]}}'


@pytest.mark.parametrize("read", [load_tree, import_nested_json])
@pytest.mark.parametrize(
    ("content", "where"),
    [
        (CHINESE.encode("gb18030"), ":2:"),
        (CHINESE.encode("utf-16"), ":1:"),
        (CHINESE.encode("utf-16-le"), ":"),
        (b"\xef\xbb\xbf" + CHINESE.encode(), ": starts with a byte-order mark"),
        (b"", ":1:"),
        (b"tags", ":1:"),
        (b'{"a": [\n"b",\n}', ":3:"),
        (b'{"a": ["b"]}\n{"c": []}', ":2:"),
        (b'{"a": ["b\nc"]}', ":1:"),
        (b"\x00\x01\x02", ":1:"),
        (b'{"a":' * 100_000, ": nested too deeply"),
    ],
    ids=["GB18030", "UTF-16", "UTF-16 LE", "BOM", "empty", "text", "broken", "JSONL", "raw break", "binary", "deep"],
)
def test_a_file_that_is_no_json_is_refused_with_its_line(tmp_path: Path, read: Any, content: bytes, where: str):
    path = written(tmp_path, content)
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    assert f"{path}{where}" in str(caught.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize("read", [load_tree, import_nested_json])
def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path, read: Any):
    with pytest.raises(UnreadableFile, match=r"absent\.json"):
        read(tmp_path / "absent.json")
    with pytest.raises(UnreadableFile, match="directory"):
        read(tmp_path)


@pytest.mark.parametrize("read", [load_tree, import_nested_json])
@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "null",
        "3",
        '"a"',
        '["a", "b"]',
        '{"a": 5}',
        '{"a": "b"}',
        '{"a": true}',
        '{"a": [1]}',
        '{"a": [["b"]]}',
        '{"a": ["b", null]}',
        '{"a": [{"b": []}]}',
        '{"a": {"b": 5}}',
        '{"a": {"b": ["c"], "d": "e"}}',
    ],
)
def test_json_of_another_shape_is_refused_with_the_file(tmp_path: Path, read: Any, content: str):
    path = written(tmp_path, content)
    with pytest.raises(UnreadableFile, match="expected") as caught:
        read(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("value", ["0", '""', "false", "0.0"])
def test_an_empty_value_that_is_no_list_or_object_is_refused_as_well(tmp_path: Path, value: str):
    path = written(tmp_path, f'{{"a": {{"b": {value}}}}}')
    with pytest.raises(UnreadableFile, match="expected") as caught:
        import_nested_json(path)
    assert str(path) in str(caught.value)


def test_the_place_of_a_wrong_shape_is_named(tmp_path: Path):
    path = written(tmp_path, {"a": {"b": {"c": 5}}})
    with pytest.raises(UnreadableFile, match=r"a > b > c"):
        import_nested_json(path)


def test_a_number_too_long_to_read_is_refused(tmp_path: Path):
    path = written(tmp_path, '{"a": %s}' % ("9" * 5_000))
    with pytest.raises(UnreadableFile) as caught:
        import_nested_json(path)
    assert str(path) in str(caught.value)


# -- saving that fails -------------------------------------------------------------------------------------------------


class Breaking(KnowledgeTree):
    """A tree whose walk breaks off after the first node is written."""

    @property
    def version(self) -> str:
        return "0" * 32

    def edges(self) -> Any:
        yield next(super().edges())
        raise RuntimeError("broken off")


@pytest.mark.parametrize("earlier", [None, "earlier"])
def test_a_save_that_breaks_off_leaves_nothing_half_written(tmp_path: Path, earlier: str | None):
    path = tmp_path / "tree.json"
    if earlier is not None:
        path.write_text(earlier)
    tree = Breaking()
    tree.add("a")
    with pytest.raises(RuntimeError, match="broken off"):
        save_tree(tree, path)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == ({"tree.json": earlier} if earlier else {})


def test_a_save_onto_a_full_disk_leaves_the_earlier_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "tree.json"
    save_tree(small_tree(), path)
    earlier = path.read_bytes()
    monkeypatch.setattr(condor.files.os, "fsync", full)
    with pytest.raises(OutputFault, match="No space left"):
        save_tree(seed_tree("en"), path)
    assert [file.name for file in tmp_path.iterdir()] == ["tree.json"]
    assert path.read_bytes() == earlier


@pytest.mark.parametrize("place", ["absent/tree.json", ""])
def test_a_place_that_cannot_be_written_is_an_output_fault(tmp_path: Path, place: str):
    with pytest.raises(OutputFault) as caught:
        save_tree(small_tree(), tmp_path / place)
    assert str(tmp_path / place) in str(caught.value)
    assert list(tmp_path.iterdir()) == []


# -- nested JSON -------------------------------------------------------------------------------------------------------


def test_nested_json_is_imported(tmp_path: Path):
    path = written(tmp_path, {"健康": {"睡眠": ["午睡", "失眠"], "饮食": []}, "音乐": {}, "运动": ["游泳"]})
    tree, report = import_nested_json(path, language="zh")
    assert all_paths(tree) == [
        (("健康",), "zh"),
        (("音乐",), "zh"),
        (("运动",), "zh"),
        (("健康", "睡眠"), "zh"),
        (("健康", "饮食"), "zh"),
        (("健康", "睡眠", "午睡"), "zh"),
        (("健康", "睡眠", "失眠"), "zh"),
        (("运动", "游泳"), "zh"),
    ]
    assert report == ImportReport(roots=3, branches=1, leaves=5)


def test_nested_json_without_a_language_serves_every_language(tmp_path: Path):
    tree, _ = import_nested_json(written(tmp_path, {"a": {"b": ["c"]}}))
    assert all_paths(tree) == [(("a",), None), (("a", "b"), None), (("a", "b", "c"), None)]


def test_nested_json_is_imported_to_any_depth(tmp_path: Path):
    tree, report = import_nested_json(written(tmp_path, {"a": {"b": {"c": {"d": ["e"]}}}}))
    assert tree.find(("a", "b", "c", "d", "e")) is not None
    assert (report.roots, report.branches, report.leaves) == (1, 3, 1)


def test_siblings_of_one_name_are_merged_and_reported(tmp_path: Path):
    path = written(tmp_path, {"AI": {"Chips": ["a"], "chips": ["b", "Ａ"]}, "ai": {"CHIPS": ["c"], "Art": ["d"]}})
    tree, report = import_nested_json(path)
    assert {tuple(map(str.casefold, tree.path(leaf))) for leaf in tree.leaves()} == {
        ("ai", "chips", "a"),
        ("ai", "chips", "b"),
        ("ai", "chips", "c"),
        ("ai", "art", "d"),
    }
    assert len(report.merged) == 4
    assert (report.roots, report.branches, report.leaves) == (2, 4, 5)
    assert report.rejected == []


def test_of_siblings_of_one_name_the_first_in_the_file_keeps_its_spelling(tmp_path: Path):
    path = written(tmp_path, {"AI": {"Chips": ["a"]}, "ai": {"CHIPS": ["A", "b"]}})
    tree, report = import_nested_json(path)
    assert [tree.path(leaf) for leaf in tree.leaves()] == [("AI", "Chips", "a"), ("AI", "Chips", "b")]
    assert report.merged == ["ai", "ai > CHIPS", "ai > CHIPS > A"]


def test_a_key_that_is_written_twice_loses_nothing(tmp_path: Path):
    path = written(tmp_path, '{"a": {"b": ["c"]}, "a": {"d": ["e"], "b": ["f"]}}')
    with suppress(UnreadableFile, DuplicateTag):  # to refuse the file would lose nothing either
        tree, report = import_nested_json(path)
        assert {tree.path(leaf) for leaf in tree.leaves()} == {("a", "b", "c"), ("a", "d", "e"), ("a", "b", "f")}
        assert "a" in report.merged


def test_entries_that_are_no_tags_are_left_out_and_reported(tmp_path: Path):
    long = "x" * 300
    path = written(tmp_path, {"a": {"": ["b"], "c": ["", "d", long, "e\x00"]}, " ": {}})
    tree, report = import_nested_json(path)
    assert {tree.path(leaf) for leaf in tree.leaves()} == {("a", "c", "d")}
    assert {place for place, _ in report.rejected} == {"a > ", "a > c > ", f"a > c > {long}", "a > c > e\x00", " "}
    assert all(reason for _, reason in report.rejected)


def test_leaves_under_more_than_one_branch_are_counted(tmp_path: Path):
    path = written(tmp_path, {"a": {"b": ["Same", "x"], "c": ["same"]}, "d": {"e": ["SAME", "y"]}})
    tree, report = import_nested_json(path)
    assert {name.casefold(): places for name, places in report.repeated.items()} == {"same": 3}
    assert len(list(tree.leaves())) == 5


def test_a_leaf_that_is_written_twice_in_one_branch_stands_in_one_place(tmp_path: Path):
    _, report = import_nested_json(written(tmp_path, {"a": {"b": ["same", "Same"]}}))
    assert report.merged == ["a > b > Same"]
    assert report.repeated == {}


def test_load_tree_takes_nested_json_too(tmp_path: Path):
    path = written(tmp_path, {"a": {"b": ["c"]}})
    assert all_paths(load_tree(path)) == all_paths(import_nested_json(path)[0])


@FIXED
@given(
    nested=st.dictionaries(TAGS, st.dictionaries(TAGS, st.lists(TAGS, max_size=3), max_size=3), max_size=4),
    language=st.sampled_from([None, *LANGUAGES]),
)
def test_every_entry_is_imported_merged_or_rejected(
    tmp_path_factory: pytest.TempPathFactory,
    nested: dict[str, dict[str, list[str]]],
    language: Language | None,
):
    file = tmp_path_factory.mktemp("nested") / "tree.json"
    file.write_text(json.dumps(nested, ensure_ascii=False), encoding="utf-8")
    tree, report = import_nested_json(file, language=language)
    expected = KnowledgeTree()
    entries = 0
    for root, branches in nested.items():
        for path in [(root,), *((root, b) for b in branches), *((root, b, x) for b in branches for x in branches[b])]:
            expected.add_path(path, language=language)
            entries += 1
    assert len(tree) == len(expected)
    assert report.rejected == []
    assert len(tree) + len(report.merged) == entries
    assert {tree.language(node) for node in tree.children()} <= {language}


@pytest.mark.skipif(not PUBLISHED_TAGS.exists(), reason=f"the published tag list is not at {PUBLISHED_TAGS}")
def test_the_published_tag_list_has_45_roots_270_branches_and_811_leaf_entries(tmp_path: Path):
    tree, report = import_nested_json(PUBLISHED_TAGS, language="en")
    assert (report.roots, report.branches, report.leaves) == (45, 270, 811)
    assert report.rejected == []
    assert len(tree) == 45 + 270 + 811 - len(report.merged)
    assert all(tree.language(root) == "en" for root in tree.children())
    save_tree(tree, tmp_path / "tree.json")
    assert load_tree(tmp_path / "tree.json").version == tree.version


@pytest.mark.parametrize("value", ["null", "0", "false", '""', '"leaf"', "[1]", "[[]]"])
def test_what_is_neither_object_nor_list_of_tags_is_refused_with_its_place(tmp_path: Path, value: str):
    path = tmp_path / "t.json"
    path.write_text(f'{{"Food": {{"Bread": {value}}}}}')
    with pytest.raises(UnreadableFile, match="under Food > Bread: expected an object or a list of tags"):
        import_nested_json(path)


def test_a_nested_tree_that_holds_what_is_no_tag_is_not_loaded_in_silence(tmp_path: Path):
    path = tmp_path / "t.json"
    path.write_text('{"Food": {"Bread": ["Rye", ""]}}')
    with pytest.raises(TagFault, match="condor tree import leaves out"):
        load_tree(path)
    _, report = import_nested_json(path)
    assert len(report.rejected) == 1
