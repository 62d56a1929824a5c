"""The sunburst: arcs that fill the circle, labels that stay inside them, and one picture in both kinds of file."""

import itertools
import math
import struct
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import OutputFault, UsageFault
from condor.knowledge import KnowledgeTree, export_tree, seed_tree
from condor.knowledge.formats.sunburst import write_sunburst
from condor.knowledge.formats.sunburst_layout import CENTRE, Label, Picture, lay_out

from tag_samples import HOSTILE, tags

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)
PATHS = st.lists(st.lists(tags(*HOSTILE, max_size=30), min_size=1, max_size=4), min_size=1, max_size=12)
PNG = b"\x89PNG\r\n\x1a\n"


def tree_of(*paths: list[str]) -> KnowledgeTree:
    tree = KnowledgeTree()
    for path in paths:
        tree.add_path(path)
    return tree


def cut_tree() -> KnowledgeTree:
    return tree_of(*([f"r{n}", f"b{m}", f"l{k}"] for n in range(3) for m in range(4) for k in range(5)))


def texts(path: Path) -> list[str]:
    """What is written in an SVG."""
    return [element.text or "" for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]


def reach(label: Label) -> tuple[float, float]:
    """How near to the centre and how far from it a label's line comes, if its letters are half as wide as high."""
    half = len(label.text) * label.size / 4
    turn = math.radians(label.turn)
    ends = [(label.x + way * half * math.cos(turn), label.y + way * half * math.sin(turn)) for way in (-1, 0, 1)]
    radii = [math.hypot(x - CENTRE, y - CENTRE) for x, y in ends]
    return min(radii), max(radii)


# -- the layout --------------------------------------------------------------------------------------------------------


@FIXED
@given(paths=PATHS)
def test_every_level_fills_what_its_parents_take_and_rings_do_not_overlap(paths: list[list[str]]) -> None:
    tree = tree_of(*paths)
    arcs = lay_out(tree, 1_000).arcs
    assert len(arcs) == len(tree)
    inner = min(arc.inner for arc in arcs)
    roots = [arc for arc in arcs if arc.inner == inner]
    assert math.isclose(sum(arc.end - arc.begin for arc in roots), math.tau)
    for before, after in itertools.pairwise(arcs):
        same_ring = before.inner == after.inner
        assert after.begin >= before.end - 1e-9 if same_ring else math.isclose(after.inner, before.outer)


@FIXED
@given(paths=PATHS)
def test_labels_stay_inside_the_circle_and_off_its_middle(paths: list[list[str]]) -> None:
    picture = lay_out(tree_of(*paths), 1_000)
    inner, outer = min(arc.inner for arc in picture.arcs), max(arc.outer for arc in picture.arcs)
    for label in picture.labels[:-2]:  # the last two are in the middle
        nearest, farthest = reach(label)
        assert inner < nearest
        assert farthest < outer
        assert label.size >= 6.5


def test_no_label_stands_upside_down() -> None:
    labels = lay_out(seed_tree("en"), 6_000).labels
    assert len(labels) > 200
    assert all(math.cos(math.radians(label.turn)) > -1e-9 for label in labels)


def test_labels_that_stand_beside_each_other_do_not_touch() -> None:
    picture = lay_out(seed_tree("en"), 6_000)
    roots = [label for label in picture.labels if label.text.rstrip("…") in " ".join(root_names("en"))]
    assert len(roots) >= 40
    places = sorted((math.atan2(label.y - CENTRE, label.x - CENTRE), label) for label in roots[:42])
    for (one, a), (other, b) in itertools.pairwise(places):
        apart = (other - one) * min(reach(a)[0], reach(b)[0])
        assert apart > (a.size + b.size) / 2 * 0.8


def root_names(language: str) -> list[str]:
    tree = seed_tree("zh" if language == "zh" else "en")
    return [tree.name(root) for root in tree.children()]


def hues(picture: Picture) -> list[str]:
    inner = min(arc.inner for arc in picture.arcs)
    return [arc.colour for arc in picture.arcs if arc.inner == inner]


def test_root_tags_beside_each_other_have_colours_far_apart() -> None:
    colours = hues(lay_out(seed_tree("zh"), 6_000))
    for one, other in itertools.pairwise(colours):
        apart = [abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (1, 3, 5)]
        assert max(apart) > 40


def test_under_a_root_tag_alone_its_branches_have_colours_of_their_own() -> None:
    arcs = lay_out(tree_of(["r", "a"], ["r", "b"], ["r", "c"]), 1_000).arcs
    assert len({arc.colour for arc in arcs}) == 4


def test_a_tag_too_long_for_its_ring_is_cut_and_its_title_is_whole() -> None:
    picture = lay_out(tree_of(["x" * 200, "y"]), 1_000)
    assert picture.labels[0].text.endswith("x…")
    assert picture.arcs[0].title == "x" * 200


def test_no_mark_in_a_label_turns_its_text_round() -> None:
    picture = lay_out(tree_of(["right\u202eleft"]), 1_000)
    assert picture.labels[0].text == "rightleft"
    assert picture.arcs[0].title == "right\u202eleft"


# -- SVG ---------------------------------------------------------------------------------------------------------------


def test_the_number_of_tags_stands_in_the_middle(tmp_path: Path) -> None:
    write_sunburst(seed_tree("en"), tmp_path / "t.svg")
    assert texts(tmp_path / "t.svg")[-2:] == ["1,112", "tags"]


def test_a_picture_that_is_cut_says_so(tmp_path: Path) -> None:
    write_sunburst(cut_tree(), tmp_path / "t.svg", max_arcs=20)
    assert texts(tmp_path / "t.svg")[-1] == "15 of 75 tags, levels 1 to 2"
    assert (tmp_path / "t.svg").read_text(encoding="utf-8").count("<title>") == 15
    write_sunburst(cut_tree(), tmp_path / "t.svg", max_arcs=2)
    assert texts(tmp_path / "t.svg")[-1] == "2 of 75 tags, levels 1 to 1"


# -- PNG ---------------------------------------------------------------------------------------------------------------


def test_a_png_is_the_same_at_each_writing_and_names_no_software_and_no_date(tmp_path: Path) -> None:
    assert export_tree(cut_tree(), tmp_path / "a.png", format_="sunburst") == []
    export_tree(cut_tree(), tmp_path / "b.PNG", format_="sunburst")
    data = (tmp_path / "a.png").read_bytes()
    assert data.startswith(PNG)
    assert struct.unpack(">II", data[16:24]) == (2_000, 2_060)
    assert data == (tmp_path / "b.PNG").read_bytes()
    assert b"tEXt" not in data
    assert b"tIME" not in data


def test_hostile_tags_are_drawn_as_text(tmp_path: Path) -> None:
    tree = tree_of(*([tag, other] for tag in HOSTILE for other in HOSTILE))
    export_tree(tree, tmp_path / "t.png", format_="sunburst")
    assert (tmp_path / "t.png").read_bytes().startswith(PNG)


def test_labels_for_which_there_is_no_font_are_left_out_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPL_IGNORE_SYSTEM_FONTS", "1")
    (note,) = export_tree(tree_of(["健康"], ["Food"], ["音乐"]), tmp_path / "t.png", format_="sunburst")
    assert f"{tmp_path / 't.png'}: labels left out: 2" in note
    assert "install one with Chinese characters" in note
    assert export_tree(tree_of(["健康"]), tmp_path / "t.svg", format_="sunburst") == []


def test_drawing_leaves_the_state_of_matplotlib_alone(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nimport condor.knowledge as knowledge\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"knowledge.export_tree(knowledge.seed_tree('en'), Path({str(tmp_path / 't.png')!r}), format_='sunburst')\n"
        "assert 'matplotlib.figure' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_place_that_cannot_be_written_is_an_output_fault(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputFault, match="cannot write"):
        export_tree(cut_tree(), tmp_path / "file" / f"t.{suffix}", format_="sunburst")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["t.gif", "t", "png"])
def test_another_suffix_is_refused_with_the_two_that_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageFault, match=r"written as \.svg or \.png"):
        export_tree(cut_tree(), tmp_path / name, format_="sunburst")
    assert list(tmp_path.iterdir()) == []
